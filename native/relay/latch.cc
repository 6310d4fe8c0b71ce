// The rules of learning, one packet at a time.
#include "latch.h"

namespace demarc {
namespace {

constexpr uint8_t kRankExact = 3;

uint8_t rank_of(const Latch& latch, const Address& source) {
  if (!latch.signalled.set() || latch.learn == static_cast<uint8_t>(Learn::none)) return 0;
  if (same_host(source, latch.signalled)) return 2;
  return latch.learn == static_cast<uint8_t>(Learn::any) ? 1 : 0;
}

/** Another address is another machine, or the same one after a restart: its source is a new one. */
void follow(Latch& latch, const Address& source) {
  if (!same(latch.current, source)) free_source(latch.source);
  latch.current = source;
}

void lock_on(Latch& latch, const Address& source) {
  follow(latch, source);
  latch.rank = kRankExact;
  latch.locked = 1;
}

}  // namespace

void signal_remote(Latch& latch, const Address& remote, Learn learn) {
  const bool again = latch.signalled.set() && same(remote, latch.signalled);
  if (again) {
    // A refresh must not interrupt what works: the standing source goes on, and only while it is silent may another be
    // learned (its NAT binding may have moved).
    latch.standing = latch.rank > 0 ? latch.current : Address{};
  } else {
    latch.signalled = remote;
    latch.current = remote;
    latch.standing = Address{};
  }
  latch.learn = static_cast<uint8_t>(learn);
  latch.rank = 0;
  latch.window_left = kLearnWindowPackets;
  latch.locked = 0;
  latch.held = 0;
  free_source(latch.source);
}

void hold_remote(Latch& latch) { latch.held = 1; }

void nominate(Latch& latch, const Address& source, uint32_t priority) {
  if (latch.locked && !same(source, latch.current) && priority < latch.priority) return;
  latch.signalled = source;
  latch.standing = Address{};
  latch.learn = static_cast<uint8_t>(Learn::none);
  latch.priority = priority;
  lock_on(latch, source);
}

bool knows(const Latch& latch, const Address& source) {
  if (!latch.signalled.set()) return false;
  if (same(source, latch.signalled)) return true;
  if (latch.rank > 0 && same(source, latch.current)) return true;
  return !latch.locked && latch.standing.set() && same(source, latch.standing);
}

bool fits_rtp(const Latch& rtcp, const Latch& rtp, const Address& source) {
  if (!rtp.locked || knows(rtcp, source)) return true;
  return !same(rtp.current, rtp.signalled) && same_host(source, rtp.current);
}

bool may_speak(const Latch& latch, const Address& source) {
  if (knows(latch, source)) return true;
  return latch.signalled.set() && !latch.locked && rank_of(latch, source) > latch.rank;
}

bool admit(Latch& latch, const Address& source) {
  if (!latch.signalled.set()) return false;
  if (latch.locked && same(source, latch.current)) return true;
  if (same(source, latch.signalled)) {
    lock_on(latch, source);
    return true;
  }
  if (latch.locked) return false;
  if (latch.standing.set() && same(source, latch.standing)) {
    lock_on(latch, source);
    return true;
  }
  const uint8_t rank = rank_of(latch, source);
  if (rank == 0) return false;  // a stranger; it does not use up the window either
  latch.window_left -= 1;
  if (latch.window_left == 0) latch.locked = 1;
  if (rank > latch.rank) {
    latch.rank = rank;
    follow(latch, source);
    return true;
  }
  return same(source, latch.current);
}

}  // namespace demarc
