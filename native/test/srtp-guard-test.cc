// SRTP at a side of a stream: what comes is judged, what goes is sealed, a flood of forgeries costs its own time.
#include "srtp-parts.h"

#include "srtp-line.h"

namespace demarc::srtp_test {
namespace {

struct Guarded {
  SrtpState state{};
  std::unique_ptr<SrtpGuard> guard;

  void rekey(const SrtpKey& receive, const SrtpKey& send) {
    auto next = SrtpGuard::create(receive, send);
    next->begin(&state, guard.get());
    guard = std::move(next);
  }
  GuardVerdict take(Packet packet, bool rtcp = false) {
    PacketRoom room{packet.bytes, packet.size, sizeof packet.bytes};
    return guard->unprotect(room, rtcp);
  }
};

void test_guard() {
  for (const SrtpSuite suite : kSuites) {
    const SrtpKey old_key = counting_key(suite, 1);
    const SrtpKey new_key = counting_key(suite, 2);
    const SrtpKey ours = counting_key(suite, 3);
    Line old_line(old_key);
    Line new_line(new_key);
    std::vector<Packet> before;
    for (uint16_t sequence = 1; sequence <= 6; sequence += 1) {
      before.push_back(rtp(sequence));
      old_line.protect(before.back());
    }
    Packet report = rtcp();
    old_line.sender->protect_rtcp(report.bytes, &report.size, sizeof report.bytes);
    Packet after = rtp(7);
    Packet later = rtp(8);
    new_line.protect(after);
    new_line.protect(later);

    Guarded side;
    side.rekey(old_key, ours);
    expect(side.take(before[0]) == GuardVerdict::good && side.take(before[0]) == GuardVerdict::replayed, "each packet comes once");
    expect(side.take(after) == GuardVerdict::forged, "the new key is not known yet");
    side.rekey(new_key, ours);
    expect(side.take(before[0]) == GuardVerdict::replayed, "what was seen before the change was seen");
    expect(side.take(before[1]) == GuardVerdict::good, "what was under way is taken after it");
    expect(side.take(report, true) == GuardVerdict::good, "reports too");
    expect(side.take(after) == GuardVerdict::good, "and the new key's packets");
    expect(side.take(before[2]) == GuardVerdict::forged, "which end the old key");
    expect(side.take(later) == GuardVerdict::good && side.take(later) == GuardVerdict::replayed, "and go on");
    expect(side.take(rtp(9)) == GuardVerdict::forged, "nothing passes in the clear");

    // Our own key goes on whatever the peer does to its own.
    Packet sent = rtp(1);
    PacketRoom room{sent.bytes, sent.size, sizeof sent.bytes};
    expect(side.guard->protect(room, false), "we send");
    side.rekey(old_key, ours);
    Packet twice = rtp(1);
    PacketRoom again{twice.bytes, twice.size, sizeof twice.bytes};
    expect(!side.guard->protect(again, false), "under no number twice, the peer's new key or not");

    auto same = SrtpGuard::create(old_key, ours);
    expect(same->mark() == side.guard->mark(), "the same keys are the same guard");
    SrtpKey marked = old_key;
    marked.mki_bytes = 1;
    expect(SrtpGuard::create(marked, ours)->mark() != same->mark(), "another mark is another");
    expect(SrtpGuard::create(ours, old_key)->mark() != same->mark(), "and so is the other way round");
    // A relay that was started again: nothing before, the memory as it was.
    Guarded restarted;
    restarted.state = side.state;
    restarted.rekey(old_key, ours);
    Packet third = rtp(1);
    PacketRoom there{third.bytes, third.size, sizeof third.bytes};
    expect(!restarted.guard->protect(there, false), "the memory knows what was sent");
  }
  expect(SrtpGuard::create(SrtpKey{}, counting_key(kSuites[0], 1)) == nullptr, "without keys there is no guard");
}

/** CVE-2021-41105 ended calls by a hundred of them. */
void test_flood_of_forgeries() {
  for (const SrtpSuite suite : {SrtpSuite::aes_cm_128_hmac_sha1_80, SrtpSuite::aead_aes_256_gcm}) {
    const SrtpKey theirs = counting_key(suite, 1);
    Line line(theirs);
    Guarded side;
    side.rekey(theirs, counting_key(suite, 3));
    Packet first = rtp(1);
    line.protect(first);
    expect(side.take(first) == GuardVerdict::good, "a peer speaks");
    const SrtpReceiveState before = side.state.receive;
    Packet good = rtp(2);
    line.protect(good);
    int forged = 0;
    for (int count = 0; count < 100000; count += 1) {
      Packet bad = good;
      bad.bytes[good.size - 1 - static_cast<size_t>(count) % 100] ^= static_cast<uint8_t>(1 + count % 255);
      forged += side.take(bad) == GuardVerdict::forged ? 1 : 0;
    }
    expect(forged == 100000, "a hundred thousand forgeries are each known for one");
    expect(std::memcmp(&before, &side.state.receive, sizeof before) == 0, "and leave nothing behind");
    expect(side.take(good) == GuardVerdict::good, "the peer goes on");
  }
}

/** A peer that marks its packets: RFC 3711 has the mark before the tag, RFC 7714 behind it. */

}  // namespace

void test_guards() {
  test_guard();
  test_flood_of_forgeries();
}

}  // namespace demarc::srtp_test
