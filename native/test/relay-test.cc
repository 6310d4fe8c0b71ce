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
#include "../relay/packet-path.h"
#include "../relay/packet.h"
#include "../relay/port-pool.h"
#include "../relay/reception.h"
#include "../relay/rtcp-privacy.h"
#include "tones-test.h"

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

/** Packet `index` of an even stream, at `ms`. */
Arrival arrival(uint32_t index, int64_t ms) {
  return {ms * 1000000, 1700000000000 + ms, 172, 8000, 7, index * 160, static_cast<uint16_t>(index), 47};
}

void count(Reception& reception, const Arrival& packet) { demarc_count_rtp(&reception, &packet); }

int64_t lost(const Reception& reception) { return static_cast<int64_t>(demarc_lost_packets(&reception)); }

double jitter_ms(const Reception& reception) { return static_cast<double>(reception.jitter_ns16) / 16e6; }

void test_loss() {
  Reception reception{};
  for (uint32_t index = 0; index < 70000; index += 1) {
    if (index % 100 != 99) count(reception, arrival(65000 + index, 20 * index));
  }
  expect(reception.packets == 69300, "received packets are counted");
  expect(lost(reception) == 699, "lost ones too, over two turns of the sequence; the last is not missed yet");
  expect(jitter_ms(reception) < 0.001, "an even stream has no jitter");
  expect(reception.dscp_plus_one == 47, "how the last packet was marked is kept");
  Arrival other = arrival(5, 1400000);
  other.ssrc = 8;
  count(reception, other);
  expect(lost(reception) == 699, "a new source adds none and forgets none");
  expect(reception.ssrc_changes == 1, "and is counted");
}

void test_sequence_restart() {
  Reception reception{};
  for (uint32_t index = 0; index < 10; index += 1) count(reception, arrival(index, 20 * index));
  for (uint32_t index = 0; index < 10; index += 1) count(reception, arrival(30000 + index, 200 + 20 * index));
  expect(reception.packets == 20, "packets after a restart are counted");
  expect(lost(reception) == 0, "a restarted sequence is no loss (RFC 3550 A.1)");
  count(reception, arrival(30005, 400));
  expect(lost(reception) == 0, "a duplicate is no negative loss");
}

void test_order() {
  Reception reception{};
  for (const uint32_t index : {10u, 11u, 13u, 12u, 13u, 14u, 12u, 17u, 17u}) count(reception, arrival(index, 20 * index));
  expect(reception.reordered == 1, "one came late");
  expect(reception.duplicates == 3, "three came twice");
  expect(lost(reception) == 2, "duplicates do not make up for what was lost");
  Reception first{};
  for (const uint32_t index : {11u, 10u, 14u}) count(first, arrival(index, 20 * index));
  expect(first.reordered == 1 && lost(first) == 2, "the first may be overtaken too");
  Reception round{};
  for (const uint32_t index : {65534u, 0u, 65535u, 0u, 1u}) count(round, arrival(index, 20));
  expect(round.reordered == 1 && round.duplicates == 1 && lost(round) == 0, "also where the numbers begin again");
  Reception old{};
  for (uint32_t index = 0; index < 200; index += 1) count(old, arrival(index, 20 * index));
  count(old, arrival(120, 4000));
  expect(old.reordered == 1 && lost(old) == 0, "what is too old to be known is late at least");
}

void test_jitter() {
  Reception reception{};
  for (uint32_t index = 0; index < 2000; index += 1) count(reception, arrival(index, 20 * index + (index % 2) * 4));
  expect(std::fabs(jitter_ms(reception) - 4) < 0.01, "packets 4 ms early and late by turns have 4 ms of jitter");
  Reception wide{};
  for (uint32_t index = 0; index < 2000; index += 1) {
    Arrival packet = arrival(index, 20 * index);
    packet.timestamp = index * 960;
    packet.rate_hz = 48000;
    count(wide, packet);
  }
  expect(jitter_ms(wide) < 0.001, "the clock rate of the payload type is used");
  const uint64_t before = reception.jitter_ns16;
  for (uint32_t index = 0; index < 10; index += 1) {
    Arrival event = arrival(2000 + index, 40000 + 50 * index);
    event.timestamp = 1999 * 160;
    count(reception, event);
  }
  expect(reception.jitter_ns16 == before, "packets of one telephone-event add none");
}

RtpHeader from_source(uint32_t ssrc, uint16_t sequence) { return {0, ssrc, sequence, 0}; }

void test_source() {
  constexpr int64_t ms = 1000000;
  SourceLock lock{};
  expect(admit_source(lock, from_source(1, 10), 0), "the first source has the stream");
  expect(!admit_source(lock, from_source(2, 50), 20 * ms), "another is not let in between its packets");
  expect(!admit_source(lock, from_source(2, 51), 21 * ms), "nor with a second packet");
  expect(admit_source(lock, from_source(1, 11), 22 * ms), "the first goes on");
  expect(!admit_source(lock, from_source(2, 52), 200 * ms), "after a silence one packet is not enough");
  expect(!admit_source(lock, from_source(3, 53), 201 * ms), "two of different sources neither");
  expect(!admit_source(lock, from_source(3, 9), 202 * ms), "nor two out of sequence");
  expect(admit_source(lock, from_source(3, 10), 203 * ms), "two in sequence are a change of source");
  expect(!admit_source(lock, from_source(1, 12), 204 * ms), "and the old one is another now");
  expect(admit_source(lock, from_source(3, 12), 205 * ms), "the new one is heard");
  lock.many = 1;
  expect(admit_source(lock, from_source(9, 1), 206 * ms) && admit_source(lock, from_source(3, 13), 206 * ms),
         "where many may speak, all do");
  Latch latch{};
  signal_remote(latch, at("192.0.2.1", 4000), Learn::same_address);
  admit(latch, at("192.0.2.1", 4000));
  admit_source(latch.source, from_source(1, 1), 0);
  signal_remote(latch, at("192.0.2.1", 4000), Learn::same_address);
  expect(admit_source(latch.source, from_source(2, 1), 1), "an offer lets another source begin at once");
}

void test_may_speak() {
  Latch latch{};
  const Address nat = at("192.0.2.1", 61000);
  expect(!may_speak(latch, nat), "nobody may speak before anything is signalled");
  signal_remote(latch, at("192.0.2.1", 4000), Learn::same_address);
  expect(may_speak(latch, nat) && may_speak(latch, at("192.0.2.1", 4000)), "whoever could be learned may");
  expect(!may_speak(latch, at("198.51.100.1", 4000)), "a stranger may not");
  expect(latch.rank == 0 && latch.window_left == kLearnWindowPackets, "and nothing was learned by asking");
  for (int index = 0; index < 5; index += 1) admit(latch, nat);
  expect(may_speak(latch, nat) && !may_speak(latch, at("192.0.2.1", 61002)), "once one was learned, no other");
}

void test_rtcp_follows_rtp() {
  Latch rtp{};
  Latch rtcp{};
  const Address beside = at("192.0.2.1", 7000);
  const Address stranger = at("198.51.100.1", 7001);
  signal_remote(rtp, at("192.0.2.1", 4000), Learn::any);
  signal_remote(rtcp, at("192.0.2.1", 4001), Learn::any);
  expect(fits_rtp(rtcp, rtp, beside), "before RTP comes nothing is known");
  admit(rtp, at("192.0.2.1", 4000));
  expect(!fits_rtp(rtcp, rtp, beside), "a peer that is where it says has no reports elsewhere");
  expect(fits_rtp(rtcp, rtp, at("192.0.2.1", 4001)), "but where it says");
  signal_remote(rtp, at("192.0.2.1", 4000), Learn::any);
  rtp.standing = Address{};
  for (int index = 0; index < 5; index += 1) admit(rtp, at("203.0.113.7", 9000));
  expect(fits_rtp(rtcp, rtp, at("203.0.113.7", 9001)), "of one that was learned they come from the same host");
  expect(!fits_rtp(rtcp, rtp, stranger), "and from no other");
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
void test_ports_in_any_order() {
  uint32_t state = 7;
  const auto next = [&state](uint32_t below) { return state = state * 1664525u + 1013904223u, (state >> 8) % below; };
  for (int round = 0; round < 200; round += 1) {
    const auto from = static_cast<uint16_t>(20000 + next(4));
    const auto to = static_cast<uint16_t>(from + next(40));
    PortPool pool(from, to, next(1000000));
    std::set<uint16_t> out;
    bool sound = true;
    for (int step = 0; step < 300; step += 1) {
      const auto port = static_cast<uint16_t>(from + next(44));
      const uint32_t what = next(3);
      const uint16_t got = what == 0 ? pool.take() : what == 1 && pool.claim(port) ? port : 0;
      if (got != 0) sound = out.insert(got).second && got >= from && got < to && got % 2 == 0 && sound;
      if (what == 2) {
        pool.give(port);
        out.erase(port);
      }
      sound = sound && pool.free_pairs() + out.size() == pool.pairs();
    }
    for (const uint16_t port : out) pool.give(port);
    sound = sound && pool.free_pairs() == pool.pairs();
    std::set<uint16_t> all;
    for (uint16_t port = pool.take(); port != 0; port = pool.take()) sound = all.insert(port).second && sound;
    expect(sound && all.size() == pool.pairs(), "each pair is free or out, once, and all come back");
  }
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

/** Adds a byte to what is sent, and takes only packets that end with that byte. */
struct ToyGuard : PacketGuard {
  uint8_t seal;
  explicit ToyGuard(uint8_t byte) : seal(byte) {}
  uint64_t mark() const override { return seal; }
  void begin(SrtpState*, PacketGuard*) override {}
  GuardVerdict unprotect(PacketRoom& packet, bool) override {
    const uint8_t last = packet.bytes[packet.size - 1];
    if (last == 0xee) return GuardVerdict::replayed;
    if (last != seal) return GuardVerdict::forged;
    packet.size -= 1;
    return GuardVerdict::good;
  }
  bool protect(PacketRoom& packet, bool) override {
    if (packet.size == packet.capacity) return false;
    packet.bytes[packet.size] = seal;
    packet.size += 1;
    return true;
  }
};

/** A stream between two peers that were signalled, without sockets. */
struct PathBench {
  EventQueue events;
  PacketPath path{events, [] {}};
  StreamState state{};
  Stream stream;
  uint8_t bytes[200];

  PathBench() {
    stream.state = &state;
    stream.rates_hz.fill(8000);
    for (uint8_t index = 0; index < 2; index += 1) {
      Side& side = stream.sides[index];
      side.stream = &stream;
      side.state = &state.sides[index];
      side.counted = &side.state->reception;
      side.other = &stream.sides[1 - index];
      side.index = index;
      side.rtp.side = side.rtcp.side = side.peer.side = &side;
      side.rtp.fd = side.rtcp.fd = 10 + index;
      signal_remote(side.state->rtp, at("192.0.2.1", static_cast<uint16_t>(4000 + index)), Learn::none);
    }
  }

  /** How long the packet is that goes out; 0 for none. */
  size_t pass(int from, size_t size, uint8_t last) {
    std::memset(bytes, 0, sizeof bytes);
    bytes[0] = 0x80;
    bytes[3] = ++sequence_;
    bytes[size - 1] = last;
    Inbound in{{bytes, size, sizeof bytes}, at("192.0.2.1", static_cast<uint16_t>(4000 + from)), 0, true};
    Outbound out;
    return path.pass(stream.sides[from].rtp, in, {1000000000, 0}, &out) ? in.packet.size : 0;
  }

 private:
  uint8_t sequence_ = 0;
};

void test_guarded_side() {
  PathBench bench;
  ToyGuard guard(0x5a);
  SideState& secure = bench.state.sides[0];
  expect(bench.pass(0, 172, 0) == 172, "a side in the clear passes packets on as they are");
  secure.secure = 1;
  expect(bench.pass(0, 172, 0x5a) == 0, "before its keys are there nothing comes from a secure side");
  expect(bench.pass(1, 172, 0) == 0, "and nothing goes to it");
  expect(secure.gate.unauthentic == 1 && bench.path.traffic.unsendable == 1, "which is counted");
  bench.stream.sides[0].guard = &guard;
  expect(bench.pass(0, 173, 0x5a) == 172, "what comes is opened");
  expect(bench.pass(1, 172, 0) == 173 && bench.bytes[172] == 0x5a, "what goes is sealed");
  expect(bench.pass(0, 173, 0) == 0 && secure.gate.unauthentic == 2, "what cannot be opened is dropped");
  expect(bench.pass(0, 173, 0xee) == 0 && secure.gate.replayed == 1, "and what came before");
  expect(secure.reception.packets == 2, "neither counts as heard");
  expect(bench.pass(1, 200, 0) == 0 && bench.path.traffic.unsendable == 2, "what has no room for a seal does not go out");
}

/** Nothing that could not be opened teaches who may speak. */
void test_guard_before_learning() {
  PathBench bench;
  ToyGuard guard(0x5a);
  Side& side = bench.stream.sides[0];
  side.state->secure = 1;
  side.guard = &guard;
  signal_remote(side.state->rtp, at("192.0.2.1", 4000), Learn::same_address);
  uint8_t bytes[200] = {0x80};
  for (uint16_t port = 5000; port < 5100; port += 1) {
    Inbound in{{bytes, 172, sizeof bytes}, at("192.0.2.1", port), 0, true};
    Outbound out;
    bench.path.pass(side.rtp, in, {1000000000, 0}, &out);
  }
  expect(!side.state->rtp.locked && same(side.state->rtp.current, at("192.0.2.1", 4000)), "forgeries move nobody");
  expect(bench.pass(0, 173, 0x5a) == 172, "and the peer is heard");
}

/** Notes what is handed over. */
struct NotedHandshakes : Handshakes {
  int taken = 0;
  int early = 0;
  int found = 0;
  bool exact = false;
  Address source;
  std::string fingerprint() const override { return std::string(); }
  bool start(std::function<void()>) override { return true; }
  void take(const HandshakePlace&, const PacketRoom& packet, const Address& from, bool is_exact) override {
    (packet.size > 0 ? taken : found) += 1;
    exact = is_exact;
    source = from;
  }
  void take_early(const HandshakePlace&, const PacketRoom&, const Address&) override { early += 1; }
  void begin(uint32_t, uint8_t, const HandshakeTerms&, const KeptKeys&) override {}
  void aim(uint32_t, uint8_t, const HandshakeAim&) override {}
  void end(uint32_t, uint8_t) override {}
  bool next_outcome(HandshakeOutcome*) override { return false; }
  std::unique_ptr<PacketGuard> guard_of(const KeptKeys&) override { return nullptr; }
};

/** Finds every check good, and its sender the one to speak to. */
struct ToyChecks : CheckAnswerer {
  uint64_t mark() const override { return 1; }
  CheckResult answer(PacketRoom&, const Address&) override { return {true, true, 7}; }
};

void test_handshakes_are_handed_over() {
  PathBench bench;
  NotedHandshakes noted;
  PacketPath path(bench.events, [] {}, &noted);
  Side& side = bench.stream.sides[0];
  SideState& state = *side.state;
  uint8_t bytes[100] = {22, 0xfe, 0xfd};
  Outbound out;
  const auto come = [&](const Address& from, bool whole = true, bool rtcp = false) {
    Inbound in{{bytes, 60, sizeof bytes}, from, 0, whole};
    return path.pass(rtcp ? side.rtcp : side.rtp, in, {1000000000, 0}, &out);
  };
  const Address peer = at("192.0.2.1", 4000);
  side.rtcp.rtcp = true;
  state.rtp = Latch{};
  expect(!come(peer) && noted.early == 1 && noted.taken == 0, "before the answer a handshake may be the peer's");
  state.revision = 1;
  signal_remote(state.rtp, peer, Learn::same_address);
  expect(!come(peer) && noted.early == 1 && noted.taken == 0, "on a side without handshakes it is nothing that is known");
  state.keys.wanted = state.secure = 1;
  expect(!come(peer) && noted.taken == 1 && noted.exact, "on one with them it is handed over, and nothing comes back by itself");
  expect(!come(at("192.0.2.1", 4444)) && noted.taken == 2 && !noted.exact, "so is what another port of the peer's says");
  const uint64_t rejected = state.gate.rejected;
  expect(!come(at("198.51.100.1", 4000)) && noted.taken == 2, "and nothing that a stranger does");
  expect(!come(peer, false) && noted.taken == 2 && state.gate.rejected == rejected + 2, "or that is not whole");
  expect(!come(peer, true, true) && noted.taken == 2, "nor anything on a port that nobody was signalled for");
  expect(same(state.rtp.current, peer) && state.rtp.locked == 0, "a handshake that is not done teaches nobody anything");
  ToyChecks toy;
  side.checks = &toy;
  bytes[0] = 0;
  const Address chosen = at("203.0.113.5", 5000);
  expect(come(chosen) && noted.found == 1 && same(noted.source, chosen), "whom a peer's checks have found is told");
  bytes[0] = 22;
  expect(!come(chosen) && noted.taken == 3 && noted.exact && !come(peer) && noted.taken == 3, "and it alone may shake hands");
}

}  // namespace

int main() {
  test_handshakes_are_handed_over();
  failures += test_tones(&checks);
  test_guarded_side();
  test_guard_before_learning();
  test_rtcp_privacy();
  test_rtcp_privacy_on_noise();
  test_udptl();
  test_rtp();
  test_rtcp();
  test_latch_signalled();
  test_latch_learning();
  test_latch_policies();
  test_latch_again();
  test_loss();
  test_sequence_restart();
  test_order();
  test_jitter();
  test_source();
  test_may_speak();
  test_rtcp_follows_rtp();
  test_kinds();
  test_ports();
  test_ports_in_any_order();
  std::printf("%d checks, %d failed\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
