// What RTCP says of names, and does not any more.
#include "relay-test.h"

#include <cstring>
#include <string>
#include <vector>

#include "../relay/packet.h"
#include "../relay/rtcp-privacy.h"
#include "check.h"

namespace {

using namespace demarc;

std::vector<uint8_t> rtcp_packet(uint8_t first, uint8_t type, const std::vector<uint8_t>& body) {
  std::vector<uint8_t> packet(4 + body.size());
  packet[0] = first;
  packet[1] = type;
  packet[3] = static_cast<uint8_t>(body.size() / 4);
  std::copy(body.begin(), body.end(), packet.begin() + 4);
  return packet;
}

std::vector<uint8_t> joined(std::vector<std::vector<uint8_t>> packets) {
  std::vector<uint8_t> compound;
  for (const auto& packet : packets) compound.insert(compound.end(), packet.begin(), packet.end());
  return compound;
}

bool holds_text(const std::vector<uint8_t>& packet, size_t bytes, const char* text) {
  const std::string all(packet.begin(), packet.begin() + static_cast<long>(bytes));
  return all.find(text) != std::string::npos;
}

void test_names() {
  const auto report = rtcp_packet(0x80, 201, {0, 0, 0, 7});
  // SSRC 0xdeadbeef; CNAME "a@10.0.0.20"; TOOL "inside"; PRIV with the prefix "p"; the end and its filling.
  const auto names = rtcp_packet(0x81, 202, {0xde, 0xad, 0xbe, 0xef, 1, 11, 'a', '@', '1', '0', '.', '0', '.', '0',
                                             '.', '2', '0', 6, 6, 'i', 'n', 's', 'i', 'd', 'e', 8, 3, 1,
                                             'p', 'v', 0, 'x'});
  const auto bye = rtcp_packet(0x81, 203, {0, 0, 0, 7, 6, 'i', 'n', 's', 'i', 'd', 'e', 'x'});
  const auto app = rtcp_packet(0x80, 204, {0, 0, 0, 7, 'i', 'n', 's', 'i'});
  auto compound = joined({report, names, app, bye});
  expect(is_rtcp(compound.data(), compound.size()), "the compound is RTCP");
  const size_t left = hide_rtcp_names(compound.data(), compound.size());
  expect(left == compound.size() - app.size(), "the application's packet is taken out, nothing else");
  expect(is_rtcp(compound.data(), left), "what is left is RTCP");
  expect(!holds_text(compound, left, "10.0.0.20") && !holds_text(compound, left, "insi"), "no inside text is left");
  expect(holds_text(compound, left, "deadbeefdea"), "a CNAME stays one per source");
  expect(std::memcmp(compound.data(), report.data(), report.size()) == 0, "reports pass untouched");
  auto lone = app;
  expect(hide_rtcp_names(lone.data(), lone.size()) == 0, "of an application's packet alone nothing passes");
  for (const auto& broken : {rtcp_packet(0x81, 202, {0, 0, 0, 7, 1, 200, 'a', 'b'}), rtcp_packet(0x82, 202, {0, 0, 0, 7, 0, 0, 0, 0}),
                             rtcp_packet(0x9f, 203, {0, 0, 0, 7}), rtcp_packet(0x81, 203, {0, 0, 0, 7, 9, 'a', 'b', 'c'}),
                             rtcp_packet(0x81, 202, {0, 0, 0, 7, 1, 2, 'a', 'b'})}) {
    auto copy = broken;
    expect(hide_rtcp_names(copy.data(), copy.size()) == 0, "a malformed description or BYE does not pass");
  }
}

/** Every compound of random bytes that counts as RTCP is rewritten inside its bounds; the sanitizers see to it. */
void test_noise() {
  uint32_t state = 1;
  const auto next = [&state] { return state = state * 1664525u + 1013904223u, static_cast<uint8_t>(state >> 24); };
  for (int round = 0; round < 200000; round += 1) {
    const uint8_t type = static_cast<uint8_t>(200 + next() % 8);
    std::vector<uint8_t> body(4u * (1u + next() % 12u));
    for (auto& byte : body) byte = next() % 3 == 0 ? next() % 16 : next();
    auto packet = rtcp_packet(static_cast<uint8_t>(0x80 | (next() & 0x3f)), type, body);
    if (!is_rtcp(packet.data(), packet.size())) continue;
    const size_t left = hide_rtcp_names(packet.data(), packet.size());
    if (left > packet.size() || (left > 0 && !is_rtcp(packet.data(), left))) {
      expect(false, "noise that is RTCP stays RTCP");
      return;
    }
  }
  expect(true, "noise");
}

/** Adds a byte to what is sent, and takes only packets that end with that byte. */

}  // namespace

void test_rtcp_privacy() {
  test_names();
  test_noise();
}
