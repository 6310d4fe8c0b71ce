// Which RTP source (SSRC) may speak from an address that may: one at a time (RFC 7362 section 5 asks for more than the address).
//
// A peer does change its source without a word of signalling: a transfer behind it, music on hold, an announcement. So another
// source is let in when the one that has the stream has fallen silent, and shows two packets in sequence (RFC 3550 A.1). What
// somebody throws in between the packets of a live source, from a forged address, never gets that far.
#pragma once

#include <cstdint>

#include "packet.h"

namespace demarc {

/** Longer than any usual packet and the jitter on it: three packets of 20 ms, two of 30. */
constexpr int64_t kSourceSilenceNs = 60000000;

/** Plain bytes, all zero at the start: it lives in memory that outlasts the process. */
struct SourceLock {
  int64_t heard_ns;  // monotonic: when the source that has the stream last spoke
  uint32_t ssrc;
  uint32_t next_ssrc;      // who asks to be the next
  uint16_t next_sequence;  // what it must come with
  uint8_t taken;           // somebody has the stream
  uint8_t asked;           // somebody asks
  uint8_t many;            // the network lets several sources speak at once
  uint8_t unused[3];
};

/** Whether a packet of an address that may speak is of a source that may. */
bool admit_source(SourceLock& lock, const RtpHeader& header, int64_t now_ns);

/** The next packet decides anew. */
void free_source(SourceLock& lock);

}  // namespace demarc
