// Validity of RTP and RTCP (RFC 3550 A.1, A.2) and of UDPTL (ITU-T T.38 9.1.1, in the aligned PER of ITU-T X.691). Every read is inside `bytes`.
#include "packet.h"

namespace demarc {
namespace {

constexpr size_t kRtpHeaderBytes = 12;
constexpr uint8_t kFirstRtcpType = 192;
constexpr uint8_t kLastRtcpType = 223;
constexpr size_t kRtcpMinimumBytes = 8;  // header and one SSRC; a 4-byte one crashed others (AST-2017-008)

uint16_t u16(const uint8_t* at) { return static_cast<uint16_t>(at[0] << 8 | at[1]); }

uint32_t u32(const uint8_t* at) {
  return static_cast<uint32_t>(at[0]) << 24 | static_cast<uint32_t>(at[1]) << 16 | static_cast<uint32_t>(at[2]) << 8 |
         at[3];
}

}  // namespace

PacketKind kind_of(const uint8_t* packet, size_t bytes) {
  if (bytes == 0) return PacketKind::unknown;
  const uint8_t first = packet[0];
  if (first <= 3) return PacketKind::stun;
  if (first >= 16 && first <= 19) return PacketKind::zrtp;
  if (first >= 20 && first <= 63) return PacketKind::dtls;
  if (first >= 64 && first <= 79) return PacketKind::turn_channel;
  return first >= 128 && first <= 191 ? PacketKind::rtp : PacketKind::unknown;
}

bool looks_like_rtcp(const uint8_t* packet, size_t bytes) {
  return bytes >= 2 && packet[1] >= kFirstRtcpType && packet[1] <= kLastRtcpType;
}

bool read_rtp(const uint8_t* packet, size_t bytes, RtpHeader* out) {
  if (bytes < kRtpHeaderBytes || packet[0] >> 6 != 2) return false;
  const uint8_t payload_type = packet[1] & 0x7f;
  // 64 to 95 with the marker bit is where RTCP lies when both share a port (RFC 5761 4).
  if (looks_like_rtcp(packet, bytes)) return false;
  size_t header = kRtpHeaderBytes + 4u * (packet[0] & 0x0f);
  if (packet[0] & 0x10) {
    if (bytes < header + 4) return false;
    header += 4 + 4u * u16(packet + header + 2);
  }
  if (bytes < header) return false;
  if (packet[0] & 0x20) {
    const size_t padding = packet[bytes - 1];
    if (bytes == header || padding == 0 || padding > bytes - header) return false;
  }
  out->sequence = u16(packet + 2);
  out->timestamp = u32(packet + 4);
  out->ssrc = u32(packet + 8);
  out->payload_type = payload_type;
  return true;
}

bool read_udptl(const uint8_t* packet, size_t bytes, uint16_t* sequence) {
  if (bytes < 4) return false;
  size_t at = 2;
  size_t length = packet[at++];
  // From 128 bytes on the length has two bytes, of which the first begins with 10; 11 is for pieces of 16 kB, which no datagram holds.
  if (length & 0x40 && length & 0x80) return false;
  if (length & 0x80) length = (length & 0x3f) << 8 | packet[at++];
  if (length == 0 || length > bytes - at) return false;
  *sequence = u16(packet);
  return true;
}

bool is_rtcp(const uint8_t* packet, size_t bytes) {
  if (bytes < kRtcpMinimumBytes) return false;
  size_t at = 0;
  while (at < bytes) {
    if (bytes - at < 4) return false;
    const uint8_t type = packet[at + 1];
    if (packet[at] >> 6 != 2 || type < kFirstRtcpType || type > kLastRtcpType) return false;
    const size_t length = 4u * (u16(packet + at + 2) + 1u);
    if (length > bytes - at) return false;
    at += length;
  }
  return true;
}

}  // namespace demarc
