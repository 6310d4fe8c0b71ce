// Tests of the relay's rules that need no socket: what is RTP, who may speak, what is counted, which port comes next.
// Prints one line a failed check and how many were made; its exit code is 1 when one failed.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "../relay/latch.h"
#include "../relay/packet.h"
#include "../relay/port-pool.h"
#include "../relay/reception.h"
#include "../relay/rtcp-privacy.h"

namespace {

using namespace demarc;

int checks = 0;
int failures = 0;

void expect(bool holds, const char* what) {
  checks += 1;
  if (holds) return;
  failures += 1;
  std::printf("failed: %s\n", what);
}

Address at(const char* host, uint16_t port) {
  Address address;
  expect(parse_address(host, port, &address), host);
  return address;
}

std::vector<uint8_t> rtp_packet(size_t payload) {
  std::vector<uint8_t> packet(12 + payload, 0);
  packet[0] = 0x80;
  return packet;
}

bool is_rtp(const std::vector<uint8_t>& packet) {
  RtpHeader header;
  return read_rtp(packet.data(), packet.size(), &header);
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

void test_latch_signalled() {
  Latch latch{};
  const Address peer = at("192.0.2.1", 4000);
  expect(!admit(latch, peer), "a closed latch lets nobody through");
  signal_remote(latch, peer, Learn::same_address);
  expect(admit(latch, peer), "the signalled address speaks");
  expect(!admit(latch, at("192.0.2.1", 4002)), "after it no other port is learned");
  expect(!admit(latch, at("198.51.100.1", 4000)), "nor another host");
  expect(same(latch.current, peer), "answers go to it");
}

void test_latch_learning() {
  Latch latch{};
  const Address nat = at("192.0.2.1", 61000);
  signal_remote(latch, at("192.0.2.1", 4000), Learn::same_address);
  for (int index = 0; index < 100; index += 1) {
    expect(!admit(latch, at("198.51.100.1", 4000)), "a stranger is refused and does not use up the window");
  }
  expect(admit(latch, nat), "another port of the host is learned");
  expect(same(latch.current, nat), "and answered");
  expect(!admit(latch, at("192.0.2.1", 61002)), "a second one is not");
  for (int index = 0; index < 3; index += 1) expect(admit(latch, nat), "the learned one goes on");
  expect(latch.locked == 1, "five packets close the window");
  expect(!admit(latch, at("192.0.2.1", 61002)), "after that nobody is learned");
  expect(admit(latch, at("192.0.2.1", 4000)), "but the signalled address may always take over");
  expect(!admit(latch, nat), "and then keeps it");
}

void test_latch_policies() {
  Latch none{};
  signal_remote(none, at("192.0.2.1", 4000), Learn::none);
  expect(!admit(none, at("192.0.2.1", 4002)), "without learning only the signalled address speaks");
  Latch any{};
  signal_remote(any, at("10.0.0.1", 4000), Learn::any);
  expect(admit(any, at("198.51.100.1", 7000)), "with any address, the first is learned");
  expect(!admit(any, at("198.51.100.2", 7000)), "the second is not");
  expect(admit(any, at("10.0.0.1", 5000)), "the signalled host comes before others");
  expect(!admit(any, at("198.51.100.1", 7000)), "and is not given up for them");
}

void test_latch_again() {
  Latch latch{};
  const Address signalled = at("192.0.2.1", 4000);
  const Address nat = at("192.0.2.1", 61000);
  signal_remote(latch, signalled, Learn::same_address);
  for (int index = 0; index < 6; index += 1) admit(latch, nat);
  signal_remote(latch, signalled, Learn::same_address);
  expect(same(latch.current, nat), "a refresh keeps sending to what was learned");
  expect(admit(latch, at("192.0.2.1", 62000)), "and lets a moved binding be learned");
  expect(admit(latch, nat), "unless the old one still speaks");
  expect(same(latch.current, nat) && latch.locked == 1, "which then keeps it");
  const Address moved = at("192.0.2.9", 5000);
  signal_remote(latch, moved, Learn::same_address);
  expect(same(latch.current, moved), "a new address is sent to at once");
  expect(!admit(latch, nat), "and the old one is a stranger");
  hold_remote(latch);
  expect(latch.held == 1 && admit(latch, moved), "on hold a side may still speak");
  signal_remote(latch, moved, Learn::same_address);
  expect(latch.held == 0, "signalling an address ends the hold");
}

Arrival arrival(int64_t ms, uint32_t rate_hz) { return {ms * 1000000, 1700000000000 + ms, rate_hz, 172}; }

RtpHeader header(uint32_t index) { return {index * 160, 7, static_cast<uint16_t>(index), 0}; }

void test_loss() {
  Reception reception{};
  for (uint32_t index = 0; index < 70000; index += 1) {
    if (index % 100 != 99) count_rtp(reception, header(65000 + index), arrival(20 * index, 8000));
  }
  expect(reception.packets == 69300, "received packets are counted");
  expect(lost_packets(reception) == 699, "lost ones too, over two turns of the sequence; the last is not missed yet");
  expect(reception.jitter_ns < 1000, "an even stream has no jitter");
  RtpHeader other = header(5);
  other.ssrc = 8;
  count_rtp(reception, other, arrival(1400000, 8000));
  expect(lost_packets(reception) == 699, "a new source adds none and forgets none");
}

void test_sequence_restart() {
  Reception reception{};
  for (uint32_t index = 0; index < 10; index += 1) count_rtp(reception, header(index), arrival(20 * index, 8000));
  for (uint32_t index = 0; index < 10; index += 1) {
    count_rtp(reception, header(30000 + index), arrival(200 + 20 * index, 8000));
  }
  expect(reception.packets == 20, "packets after a restart are counted");
  expect(lost_packets(reception) == 0, "a restarted sequence is no loss (RFC 3550 A.1)");
  count_rtp(reception, header(30005), arrival(400, 8000));
  expect(lost_packets(reception) == 0, "a duplicate is no negative loss");
}

void test_jitter() {
  Reception reception{};
  for (uint32_t index = 0; index < 2000; index += 1) {
    count_rtp(reception, header(index), arrival(20 * index + (index % 2) * 4, 8000));
  }
  expect(std::fabs(reception.jitter_ns / 1e6 - 4) < 0.01, "packets 4 ms early and late by turns have 4 ms of jitter");
  Reception wide{};
  for (uint32_t index = 0; index < 2000; index += 1) {
    RtpHeader packet = header(index);
    packet.timestamp = index * 960;
    count_rtp(wide, packet, arrival(20 * index, 48000));
  }
  expect(wide.jitter_ns < 1000, "the clock rate of the payload type is used");
  const double before = reception.jitter_ns;
  for (uint32_t index = 0; index < 10; index += 1) {
    RtpHeader event = header(2000 + index);
    event.timestamp = 1999 * 160;
    count_rtp(reception, event, arrival(40000 + 50 * index, 8000));
  }
  expect(reception.jitter_ns == before, "packets of one telephone-event add none");
}

void test_ports() {
  PortPool pool(20001, 20010, 1);
  expect(pool.pairs() == 4, "20002 to 20009 are four pairs");
  std::vector<uint16_t> first;
  for (int index = 0; index < 4; index += 1) first.push_back(pool.take());
  expect(std::set<uint16_t>(first.begin(), first.end()) == std::set<uint16_t>({20002, 20004, 20006, 20008}),
         "each pair comes once");
  expect(pool.take() == 0, "then none");
  pool.give(first[2]);
  pool.give(first[0]);
  pool.give(first[0]);
  expect(pool.free_pairs() == 2, "giving twice counts once");
  expect(pool.take() == first[2], "the one freed longest ago comes first");
  expect(!pool.claim(first[2]) && pool.claim(first[0]) && pool.free_pairs() == 0, "only free ports can be claimed");
  expect(!pool.claim(20003) && !pool.claim(30000) && !pool.claim(0), "and only the pool's own");
  pool.give(20003);
  pool.give(1);
  expect(pool.free_pairs() == 0, "others cannot be given");
  expect(PortPool(20000, 20000, 1).pairs() == 0, "one port is no pair");
  expect(PortPool(65535, 65535, 1).pairs() == 0, "nor is the last");
  expect(PortPool(65534, 65535, 1).pairs() == 1, "the last two are");
  expect(PortPool(30000, 20000, 1).pairs() == 0, "a range turned round is empty");
}

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

void test_rtcp_privacy() {
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
void test_rtcp_privacy_on_noise() {
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

}  // namespace

int main() {
  test_rtcp_privacy();
  test_rtcp_privacy_on_noise();
  test_rtp();
  test_rtcp();
  test_latch_signalled();
  test_latch_learning();
  test_latch_policies();
  test_latch_again();
  test_loss();
  test_sequence_restart();
  test_jitter();
  test_ports();
  std::printf("%d checks, %d failed\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
