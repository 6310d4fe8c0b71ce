// What SRTP must remember of each source: how far its numbers have come, and which of them were used. Plain bytes, all zero at
// the start: they live in memory that outlasts the process, because a roll-over counter that is lost is a call without audio.
#pragma once

#include <cstddef>
#include <cstdint>

namespace demarc {

/** One source (SSRC) in one direction. */
struct SrtpSource {
  uint64_t window[2];     // bit n: the packet n before the highest was seen
  uint64_t rtcp_window;   // the same of RTCP
  uint64_t highest;       // index: roll-over counter and sequence number (RFC 3711 3.3.1)
  uint32_t rtcp_highest;  // index of RTCP
  uint32_t ssrc;
  uint32_t stamp;    // when it was last heard, in packets; 0 is an empty place
  uint16_t shift;    // of a sender: what is added to its sequence numbers
  uint16_t astray;   // of a sender: the number that would prove that it began anew
  uint8_t has_rtp;   // `highest` means something
  uint8_t has_rtcp;  // `rtcp_highest` does
  uint8_t strays;    // `astray` means something
  uint8_t carried;   // `highest` is what it had come to under the key before
  uint8_t unused[4];
};

static_assert(sizeof(SrtpSource) == 56, "the layout is shared between processes");

/** Sources that are followed at once. One more takes the place of the one that was heard longest ago. */
constexpr size_t kSrtpSources = 4;
/**
 * Sources that a sender has given up last. Their numbers are used up: none may begin again under the same key. Those before them are forgotten: that
 * one of so many numbers of 32 bits comes back is less likely than that a call goes through so many sources, and must not fall silent.
 */
constexpr size_t kSrtpRetired = 32;

struct SrtpReceiveState {
  uint64_t key_mark;  // of the key that the rest is about
  uint32_t clock;
  uint32_t unused;
  SrtpSource sources[kSrtpSources];
};

struct SrtpSendState {
  uint64_t key_mark;
  uint32_t clock;
  uint32_t rtcp_index;  // of the last RTCP packet, whatever its source
  uint32_t retired[kSrtpRetired];
  uint32_t retired_count;  // from kSrtpRetired on all places are taken, and the oldest is the next to go
  uint32_t unused;
  SrtpSource sources[kSrtpSources];
};

/** Both directions of one side. */
struct SrtpState {
  SrtpReceiveState receive;
  SrtpSendState send;
};

SrtpSource* find_source(SrtpSource* sources, uint32_t ssrc);
/** The place for a new source: an empty one, or the one heard longest ago. */
SrtpSource* oldest_source(SrtpSource* sources);

/** The index that `sequence` most likely means (RFC 3711 3.3.1 and appendix A); false when it lies before the first turn. */
bool guess_index(const SrtpSource& source, uint16_t sequence, uint64_t* index);

constexpr uint64_t kSrtpWindowPackets = 128;

/** The replay window of RFC 3711 3.3.2, which asks for 64 at least; of RTCP it has just these. */
bool is_fresh(const SrtpSource& source, uint64_t index);
void mark_seen(SrtpSource& source, uint64_t index);
bool is_fresh_rtcp(const SrtpSource& source, uint32_t index);
void mark_seen_rtcp(SrtpSource& source, uint32_t index);

}  // namespace demarc
