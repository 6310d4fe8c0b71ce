// How long a busy packet thread may let packets gather before it wakes for them.
#pragma once

#include <algorithm>
#include <cstdint>

namespace demarc {

/**
 * Waking costs as much as a packet or two. Up to some 120,000 packets a second each is woken for: nobody needs the time. Above, the thread
 * sleeps for a tick at least, in which a few packets gather; the busier, the longer, up to what nobody hears. Ticks below 100 us
 * were measured to cost more than they save: setting the timer and its own lateness are 30 us.
 */
class Pace {
 public:
  /** So many wake it before the tick is over. */
  static constexpr uint32_t kEnoughPackets = 64;

  int64_t tick_us() const { return tick_us_; }

  /** After each turn. */
  void count(uint32_t packets, int64_t now_ns) {
    packets_ += packets;
    const int64_t span_ns = now_ns - since_ns_;
    if (span_ns < kSpanNs) return;
    const int64_t rate = static_cast<int64_t>(packets_) * 1000000000 / span_ns;
    tick_us_ = tick_for(rate);
    packets_ = 0;
    since_ns_ = now_ns;
  }

  static int64_t tick_for(int64_t packets_a_second) {
    if (packets_a_second < kBusy) return 0;
    return packets_a_second < kFull ? kShortTickUs : kLongTickUs;
  }

 private:
  static constexpr int64_t kSpanNs = 10000000;
  static constexpr int64_t kBusy = 120000;
  static constexpr int64_t kFull = 200000;
  static constexpr int64_t kShortTickUs = 100;
  static constexpr int64_t kLongTickUs = 250;

  uint64_t packets_ = 0;
  int64_t since_ns_ = 0;
  int64_t tick_us_ = 0;
};

}  // namespace demarc
