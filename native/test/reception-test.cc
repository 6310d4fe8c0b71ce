// What is counted, and which source is heard.
#include "relay-test.h"

#include <cmath>
#include <initializer_list>

#include "../relay/latch.h"
#include "../relay/reception.h"
#include "../relay/source-lock.h"
#include "check.h"

namespace {

using namespace demarc;

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

}  // namespace

void test_receptions() {
  test_loss();
  test_sequence_restart();
  test_order();
  test_jitter();
  test_source();
}
