// One source at a time.
#include "source-lock.h"

namespace demarc {
namespace {

/** One lost packet between the two that must be in sequence, or two, are no reason to wait longer. */
constexpr uint16_t kMostMissing = 3;

void take(SourceLock& lock, uint32_t ssrc, int64_t now_ns) {
  lock.ssrc = ssrc;
  lock.heard_ns = now_ns;
  lock.taken = 1;
  lock.asked = 0;
}

}  // namespace

void free_source(SourceLock& lock) { lock.taken = lock.asked = 0; }

bool admit_source(SourceLock& lock, const RtpHeader& header, int64_t now_ns) {
  if (!lock.taken || lock.many || header.ssrc == lock.ssrc) {
    take(lock, header.ssrc, now_ns);
    return true;
  }
  const bool follows = lock.asked && header.ssrc == lock.next_ssrc &&
                       static_cast<uint16_t>(header.sequence - lock.next_sequence) < kMostMissing;
  if (follows && now_ns - lock.heard_ns >= kSourceSilenceNs) {
    take(lock, header.ssrc, now_ns);
    return true;
  }
  lock.asked = 1;
  lock.next_ssrc = header.ssrc;
  lock.next_sequence = static_cast<uint16_t>(header.sequence + 1);
  return false;
}

}  // namespace demarc
