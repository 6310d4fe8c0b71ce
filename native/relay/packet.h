// What the relay must know of a packet before it passes it on: that it is RTP (RFC 3550 5.1), RTCP (RFC 3550 6.1) or UDPTL (ITU-T T.38 9.1).
#pragma once

#include <cstddef>
#include <cstdint>

namespace demarc {

/** What shares a port with RTP, told apart by the first byte (RFC 7983). */
enum class PacketKind : uint8_t { stun, zrtp, dtls, turn_channel, rtp, unknown };

PacketKind kind_of(const uint8_t* packet, size_t bytes);

/** Whether a packet of kind `rtp` is RTCP where both share a port (RFC 5761 section 4). */
bool looks_like_rtcp(const uint8_t* packet, size_t bytes);

struct RtpHeader {
  uint32_t timestamp;
  uint32_t ssrc;
  uint16_t sequence;
  uint8_t payload_type;
};

/** False for anything that is not one whole RTP packet: wrong version, cut header, impossible padding, RTCP. */
bool read_rtp(const uint8_t* packet, size_t bytes, RtpHeader* out);

/** True for a compound of whole RTCP packets; reduced size (RFC 5506) is allowed. */
bool is_rtcp(const uint8_t* packet, size_t bytes);

/** The sequence number of a fax packet. False where its first part is not all there: number, length, and what was of that length. */
bool read_udptl(const uint8_t* packet, size_t bytes, uint16_t* sequence);

}  // namespace demarc
