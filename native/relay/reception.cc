// Reception statistics (RFC 3550 A.1, A.3, A.8), with restarts added up instead of forgotten.
#include "reception.h"

#include <cmath>

namespace demarc {
namespace {

constexpr uint32_t kNoBadSequence = 1u << 16 | 1;  // no 16-bit number equals it (RFC 3550 A.1)
constexpr uint16_t kMaxDropout = 3000;
constexpr uint16_t kMaxMisorder = 100;
// Further apart than this, two timestamps are of different clocks (a transfer, music on hold), not jitter.
constexpr double kMaxTransitNs = 10e9;

int64_t lost_in_sequence(const Reception& r) {
  if (!r.started) return 0;
  const int64_t expected = static_cast<int64_t>(r.cycles) + r.max_sequence - r.base_sequence + 1;
  const int64_t lost = expected - static_cast<int64_t>(r.received);
  return lost > 0 ? lost : 0;
}

void start_sequence(Reception& r, uint16_t sequence) {
  r.lost_before += lost_in_sequence(r);
  r.base_sequence = sequence;
  r.max_sequence = sequence;
  r.bad_sequence = kNoBadSequence;
  r.cycles = 0;
  r.received = 0;
  r.started = 1;
}

/** False when the packet is so far off that it waits for a second one in sequence with it. */
bool follow_sequence(Reception& r, uint16_t sequence) {
  const uint16_t ahead = static_cast<uint16_t>(sequence - r.max_sequence);
  if (ahead < kMaxDropout) {
    if (sequence < r.max_sequence) r.cycles += 65536;
    r.max_sequence = sequence;
    return true;
  }
  if (ahead > 65536 - kMaxMisorder) return true;
  if (sequence == r.bad_sequence) {
    start_sequence(r, sequence);
    return true;
  }
  r.bad_sequence = static_cast<uint16_t>(sequence + 1);
  return false;
}

void measure_jitter(Reception& r, const RtpHeader& header, const Arrival& arrival) {
  // Packets of one telephone-event share a timestamp (RFC 4733 2.5.1.1): their spacing says nothing about the network.
  if (r.last_rate_hz != 0 && header.timestamp == r.last_timestamp) return;
  if (r.last_rate_hz == arrival.rate_hz) {
    const double sent_ns = static_cast<int32_t>(header.timestamp - r.last_timestamp) * 1e9 / arrival.rate_hz;
    const double transit_ns = std::fabs(static_cast<double>(arrival.monotonic_ns - r.last_arrival_ns) - sent_ns);
    if (transit_ns < kMaxTransitNs) r.jitter_ns += (transit_ns - r.jitter_ns) / 16;
  }
  r.last_rate_hz = arrival.rate_hz;
  r.last_timestamp = header.timestamp;
  r.last_arrival_ns = arrival.monotonic_ns;
}

}  // namespace

void count_rtp(Reception& r, const RtpHeader& header, const Arrival& arrival) {
  r.packets += 1;
  r.bytes += arrival.bytes;
  if (r.first_packet_ms == 0) r.first_packet_ms = arrival.unix_ms;
  r.last_packet_ms = arrival.unix_ms;
  if (!r.started || header.ssrc != r.ssrc) {
    start_sequence(r, header.sequence);
    r.ssrc = header.ssrc;
    r.last_rate_hz = 0;
  } else if (!follow_sequence(r, header.sequence)) {
    return;
  }
  r.received += 1;
  measure_jitter(r, header, arrival);
}

uint64_t lost_packets(const Reception& r) { return static_cast<uint64_t>(r.lost_before + lost_in_sequence(r)); }

}  // namespace demarc
