// What arrived from one side of a stream, counted as RFC 3550 counts: sequence A.1, loss A.3, jitter 6.4.1 and A.8.
#pragma once

#include <cstddef>
#include <cstdint>

#include "packet.h"

namespace demarc {

/** Plain bytes, all zero at the start: it lives in memory that outlasts the process. */
struct Reception {
  uint64_t packets;
  uint64_t bytes;
  uint64_t rtcp_packets;
  uint64_t rejected;         // source not allowed to speak
  uint64_t malformed;        // allowed source, but neither RTP nor RTCP
  int64_t first_packet_ms;   // Unix time, 0 is never
  int64_t last_packet_ms;
  int64_t lost_before;       // by earlier sources and before sequence restarts
  uint64_t received;         // in the present sequence
  int64_t last_arrival_ns;   // monotonic
  double jitter_ns;
  uint32_t ssrc;
  uint32_t base_sequence;
  uint32_t cycles;           // 65536 for each time round
  uint32_t bad_sequence;
  uint32_t last_timestamp;
  uint32_t last_rate_hz;
  uint16_t max_sequence;
  uint8_t started;
  uint8_t unused[5];
};

struct Arrival {
  int64_t monotonic_ns;
  int64_t unix_ms;
  uint32_t rate_hz;  // of the packet's payload type
  size_t bytes;
};

void count_rtp(Reception& reception, const RtpHeader& header, const Arrival& arrival);

/** Expected less received over all sources so far, not below 0. */
uint64_t lost_packets(const Reception& reception);

}  // namespace demarc
