// What is RTP, RTCP, fax, and what shares a port with them.
#include "relay-test.h"

#include <vector>

#include "../relay/packet.h"
#include "check.h"

namespace {

using namespace demarc;

std::vector<uint8_t> rtp_packet(size_t payload) {
  std::vector<uint8_t> packet(12 + payload, 0);
  packet[0] = 0x80;
  return packet;
}

bool is_rtp(const std::vector<uint8_t>& packet) {
  RtpHeader header;
  return read_rtp(packet.data(), packet.size(), &header);
}

bool is_udptl(const std::vector<uint8_t>& packet, uint16_t wanted = 1) {
  uint16_t sequence = 0;
  return read_udptl(packet.data(), packet.size(), &sequence) && sequence == wanted;
}

void test_udptl() {
  expect(is_udptl({0, 1, 1, 0x06, 0, 0}), "an indicator without repairs is fax");
  expect(is_udptl({0, 1, 1, 0x06}), "one without a word of repairs is fax");
  expect(is_udptl({0x80, 0, 1, 0x06, 0, 0}, 0x8000), "its number may be any");
  std::vector<uint8_t> packet = {0, 1, 0x80, 130};
  packet.resize(4 + 130);
  expect(is_udptl(packet), "a long part has two bytes of length");
  packet.pop_back();
  expect(!is_udptl(packet), "a part that is cut is no fax");
  expect(!is_udptl({0, 1, 0x81, 0, 0, 0}), "a length beyond the packet is no fax");
  expect(!is_udptl({0, 1, 0xc1, 0, 0, 0}), "pieces of 16 kB are no fax");
  expect(!is_udptl({0, 1, 0, 0, 0, 0}), "an empty part is no fax");
  expect(!is_udptl({0, 1, 0x80}), "half a length is no fax");
  expect(!is_udptl({}), "nothing is no fax");
}

void test_rtp() {
  expect(is_rtp(rtp_packet(160)), "a plain packet is RTP");
  expect(is_rtp(rtp_packet(0)), "a packet without payload is RTP");
  expect(!is_rtp({}), "nothing is no RTP");
  expect(!is_rtp({0x80}), "one byte is no RTP");
  std::vector<uint8_t> packet = rtp_packet(0);
  packet.pop_back();
  expect(!is_rtp(packet), "eleven bytes are no RTP");
  for (const uint8_t version : {0x00, 0x40, 0xc0}) {
    packet = rtp_packet(160);
    packet[0] = version;
    expect(!is_rtp(packet), "only version 2 is RTP");
  }
  packet = rtp_packet(8);
  packet[0] = 0x82;
  expect(is_rtp(packet), "two contributing sources fit");
  packet[0] = 0x83;
  expect(!is_rtp(packet), "three do not fit");
  packet = rtp_packet(8);
  packet[0] = 0x90;
  packet[15] = 1;
  expect(is_rtp(packet), "an extension of one word fits");
  packet[15] = 2;
  expect(!is_rtp(packet), "of two words does not");
  packet[14] = packet[15] = 0xff;
  expect(!is_rtp(packet), "of 65535 words neither");
  packet = rtp_packet(4);
  packet[0] = 0xa0;
  packet[15] = 4;
  expect(is_rtp(packet), "padding may be all");
  packet[15] = 5;
  expect(!is_rtp(packet), "but not more");
  packet[15] = 0;
  expect(!is_rtp(packet), "nor none");
  packet = rtp_packet(16);
  packet[1] = 200;
  expect(!is_rtp(packet), "a sender report is no RTP");
}

void test_rtcp() {
  uint8_t compound[16] = {0x80, 201, 0, 1, 1, 2, 3, 4, 0x81, 203, 0, 1, 1, 2, 3, 4};
  expect(is_rtcp(compound, 16), "a compound is RTCP");
  expect(is_rtcp(compound, 8), "a receiver report alone is RTCP");
  expect(!is_rtcp(compound, 4), "four bytes are no RTCP");
  expect(!is_rtcp(compound, 15), "a cut packet is no RTCP");
  expect(!is_rtcp(compound, 12), "a cut compound is no RTCP");
  compound[8] = 0x40;
  expect(!is_rtcp(compound, 16), "each part is of version 2");
  compound[8] = 0x80;
  compound[11] = 0xff;
  expect(!is_rtcp(compound, 16), "no part is longer than all");
  compound[1] = 0;
  expect(!is_rtcp(compound, 8), "RTP is no RTCP");
}

void test_kinds() {
  const auto kind = [](uint8_t first) { return kind_of(&first, 1); };
  expect(kind_of(nullptr, 0) == PacketKind::unknown, "nothing is of no kind");
  expect(kind(0) == PacketKind::stun && kind(3) == PacketKind::stun && kind(4) == PacketKind::unknown, "STUN");
  expect(kind(16) == PacketKind::zrtp && kind(20) == PacketKind::dtls && kind(63) == PacketKind::dtls, "ZRTP and DTLS");
  expect(kind(64) == PacketKind::turn_channel && kind(80) == PacketKind::unknown, "TURN");
  expect(kind(128) == PacketKind::rtp && kind(191) == PacketKind::rtp && kind(192) == PacketKind::unknown, "RTP");
}

/** Any order of taking, claiming and giving leaves each pair either free or out, and once. */

}  // namespace

void test_packets() {
  test_udptl();
  test_rtp();
  test_rtcp();
  test_kinds();
}
