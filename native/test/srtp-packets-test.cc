// SRTP: numbers that turn round, replays, forgeries, restarts, marks, noise.
#include "srtp-parts.h"

#include <string>

#include "srtp-line.h"

namespace demarc::srtp_test {
namespace {

void test_round_trips() {
  for (const SrtpSuite suite : kSuites) {
    Line line(suite);
    expect(line.carries(1) && line.carries(2) && line.carries(40), "packets come through");
    expect(line.carries(9, 8), "of another source too");
    Packet control = rtcp();
    const Packet before = control;
    expect(line.sender->protect_rtcp(control.bytes, &control.size, sizeof control.bytes), "RTCP is protected");
    expect(std::memcmp(control.bytes + 8, before.bytes + 8, 16) != 0, "its body is hidden");
    Packet again = control;
    expect(line.unprotect_rtcp(control), "and comes back");
    expect(control.size == before.size && std::memcmp(control.bytes, before.bytes, before.size) == 0, "as it was");
    expect(line.judge_rtcp(again) == SrtpVerdict::replayed, "once");
    Packet open = rtcp();
    expect(!line.unprotect_rtcp(open), "RTCP in the clear is refused");
    Packet empty = rtp(50, 7, 0);
    expect(line.protect(empty) && line.unprotect(empty) && empty.size == 12, "a packet may be empty");
    Packet extended = rtp(51);
    extended.bytes[0] = 0x91;
    extended.bytes[18] = 0;
    extended.bytes[19] = 2;
    const Packet whole = extended;
    expect(line.protect(extended) && std::memcmp(extended.bytes, whole.bytes, 28) == 0, "header and extension stay readable");
    expect(line.unprotect(extended) && std::memcmp(extended.bytes, whole.bytes, whole.size) == 0, "and all comes back");
    Packet tight = rtp(52);
    expect(!line.sender->protect_rtp(tight.bytes, &tight.size, tight.size + 3), "nothing is written beyond the room");
  }
  expect(SrtpReceiver::create(SrtpKey{}) == nullptr && SrtpSender::create(SrtpKey{}) == nullptr, "without a suite there is no receiver");
}

void test_forgeries() {
  for (const SrtpSuite suite : kSuites) {
    Line line(suite);
    line.carries(100);
    Packet good = rtp(101);
    line.protect(good);
    bool refused = true;
    for (size_t at = 0; at < good.size; at += 1) {
      Packet bad = good;
      bad.bytes[at] ^= 0x04;
      refused = refused && !line.unprotect(bad);
    }
    expect(refused, "each changed byte is noticed");
    refused = true;
    for (size_t size = 0; size < good.size; size += 1) {
      Packet cut = good;
      cut.size = size;
      refused = refused && !line.unprotect(cut);
    }
    expect(refused, "each cut is noticed");
    Packet copy = good;
    expect(line.unprotect(copy), "none of it has used the true one up");
    copy = good;
    expect(!line.unprotect(copy), "which comes once");
    Line stranger(counting_key(suite, 9));
    Packet foreign = rtp(102);
    stranger.protect(foreign);
    expect(!line.unprotect(foreign), "another key opens nothing");
    Packet plain = rtp(103);
    expect(!line.unprotect(plain), "a packet in the clear is refused");
  }
}

void test_turns() {
  for (const SrtpSuite suite : kSuites) {
    Line line(suite);
    bool carried = true;
    // Four turns with gaps: 262,144 numbers.
    for (uint32_t index = 60000; index < 330000; index += 997) carried = carried && line.carries(static_cast<uint16_t>(index));
    expect(carried, "the roll-over counter follows");
    expect(line.receive.sources[0].highest >> 16 == 5 && line.send.sources[0].highest >> 16 == 5, "on both ends");
  }
  Line line(SrtpSuite::aes_cm_128_hmac_sha1_80);
  line.carries(65530);
  Packet late = rtp(65534);
  Packet early = rtp(2);
  line.protect(late);
  line.protect(early);
  expect(line.unprotect(early) && line.unprotect(late), "packets may change places at the turn");
  Packet before = rtp(65000);
  Line fresh(SrtpSuite::aes_cm_128_hmac_sha1_80);
  fresh.carries(3);
  expect(!fresh.protect(before), "before the first turn there is nothing");
}

void test_late_listener() {
  for (const SrtpSuite suite : kSuites) {
    Line line(suite);
    Packet missed = rtp(65535);
    line.protect(missed);
    Packet first = rtp(0);
    Packet second = rtp(1);
    expect(line.protect(first) && line.protect(second), "the sender turns round");
    expect(line.unprotect(first) && line.unprotect(second), "who missed the packets before the turn finds in");
  }
}

void test_replay() {
  Line line(SrtpSuite::aead_aes_128_gcm);
  std::vector<Packet> sent;
  for (uint16_t sequence = 1; sequence <= 300; sequence += 1) {
    sent.push_back(rtp(sequence));
    line.protect(sent.back());
  }
  const auto again = [&](size_t sequence) {
    Packet copy = sent[sequence - 1];
    return line.unprotect(copy);
  };
  expect(again(300), "the newest");
  expect(again(173) && !again(173), "127 before it is still new, once");
  expect(!again(172), "128 before it is too old");
  bool once = true;
  for (size_t sequence = 174; sequence < 300; sequence += 1) once = once && again(sequence) && !again(sequence);
  expect(once, "all between come once");
}

void test_sender_uses_no_number_twice() {
  Line line(SrtpSuite::aead_aes_128_gcm);
  expect(line.carries(1000), "a source speaks");
  Packet same = rtp(1000);
  expect(!line.protect(same), "its number is used up");
  Packet before = rtp(1000);
  for (uint16_t sequence = 1001; sequence < 1400; sequence += 1) line.carries(sequence);
  expect(!line.protect(before), "and stays so");
  expect(line.carries(1400), "the source goes on");
  // Restarted with its old SSRC, far back.
  Packet first = rtp(200);
  expect(!line.protect(first), "a jump back is not believed at once");
  Packet second = rtp(201);
  expect(line.protect(second), "but when it goes on");
  expect(second.bytes[2] == (1401 >> 8) && second.bytes[3] == (1401 & 0xff), "under the next number");
  expect(line.unprotect(second), "which its listener takes");
  Packet third = rtp(202);
  expect(line.protect(third) && line.unprotect(third) && third.bytes[3] == (1402 & 0xff), "and so on");
  for (uint32_t ssrc = 100; ssrc < 100 + kSrtpSources + kSrtpRetired - 1; ssrc += 1) expect(line.carries(1, ssrc), "sources follow each other");
  expect(!line.carries(5000, 7), "one that was given up does not begin again");
  bool carried = true;
  bool refused = true;
  for (uint32_t ssrc = 200; ssrc < 500; ssrc += 1) {
    carried = carried && line.carries(1, ssrc);
    if (ssrc < 200 + kSrtpSources + kSrtpRetired) continue;
    refused = refused && !line.carries(9, ssrc - kSrtpSources) && !line.carries(9, ssrc - kSrtpSources - kSrtpRetired + 1);
  }
  expect(carried, "there is no end to sources");
  expect(refused, "and the last that were given up are known at any time");
  expect(line.carries(2, 499), "those that are there go on");
}

void test_restart() {
  for (const SrtpSuite suite : kSuites) {
    const SrtpKey key = counting_key(suite, 1);
    Line line(key);
    for (uint32_t index = 65000; index < 70000; index += 100) line.carries(static_cast<uint16_t>(index));
    Packet heard = rtp(70001 & 0xffff);
    line.protect(heard);
    Packet replayed = heard;
    line.unprotect(heard);
    line.key_sender(key);
    line.key_receiver(key);
    expect(line.carries(70002 & 0xffff), "the same key goes on where it was");
    expect(!line.unprotect(replayed), "with what it has seen");
    expect(line.receive.sources[0].highest >> 16 == 1, "in the turn where it was");
    line.key_sender(counting_key(suite, 2));
    line.key_receiver(counting_key(suite, 2));
    expect(line.carries(5) && line.receive.sources[0].highest == 5, "another key begins anew");
  }
}

/** A peer with a new key: some begin their turns anew with it, some do not (RFC 4568 section 7.1.4, RFC 3711 3.3.1). */
void test_new_key() {
  for (const SrtpSuite suite : kSuites) {
    for (const bool anew : {true, false}) {
      Line line(counting_key(suite, 1));
      // Three turns.
      for (uint32_t index = 60000; index < 230000; index += 997) line.carries(static_cast<uint16_t>(index));
      const uint64_t highest = line.send.sources[0].highest;
      line.key_sender(counting_key(suite, 2));
      line.key_receiver(counting_key(suite, 2));
      if (!anew) {
        SrtpSource& source = line.send.sources[0];
        source.ssrc = 7;
        source.stamp = line.send.clock = 1;
        source.has_rtp = 1;
        source.highest = highest;
      }
      const auto next = static_cast<uint16_t>(highest + 40);
      Packet stranger = rtp(next, 9);
      line.protect(stranger);
      expect(line.unprotect(stranger), "an unknown source under the new key is heard");
      Packet packet = rtp(next);
      expect(line.protect(packet), "the new key protects");
      Packet again = packet;
      expect(line.unprotect(packet), anew ? "who begins anew is heard" : "who goes on is heard");
      expect(line.judge(again) == SrtpVerdict::replayed, "once");
      const uint64_t turn = line.receive.sources[0].highest >> 16;
      expect(turn == (anew ? 0u : highest >> 16), "in its turn");
      expect(line.carries(static_cast<uint16_t>(next + 1)), "and goes on");
    }
  }
}

void test_mki() {
  for (const SrtpSuite suite : kSuites) {
    const SrtpKey key = counting_key(suite, 1);
    SrtpKey marked = key;
    marked.mki_bytes = 2;
    marked.mki[1] = 5;
    Line line(key);
    line.key_receiver(marked);
    const SrtpSizes& sizes = *sizes_of(suite);
    const auto insert = [&](Packet& packet, size_t before_end, uint8_t last) {
      uint8_t* at = packet.bytes + packet.size - before_end;
      std::memmove(at + 2, at, before_end);
      at[0] = 0;
      at[1] = last;
      packet.size += 2;
    };
    Packet packet = rtp(1);
    line.protect(packet);
    Packet unmarked = packet;
    Packet other = packet;
    insert(other, sizes.aead ? 0 : sizes.rtp_tag, 6);
    insert(packet, sizes.aead ? 0 : sizes.rtp_tag, 5);
    expect(!line.unprotect(unmarked) && !line.unprotect(other), "without its mark or with another it is not taken");
    expect(line.unprotect(packet) && packet.size == 172, "with its mark it is");
    Packet control = rtcp();
    line.sender->protect_rtcp(control.bytes, &control.size, sizeof control.bytes);
    insert(control, sizes.aead ? 0 : sizes.rtcp_tag, 5);
    expect(line.unprotect_rtcp(control) && control.size == 32, "RTCP too");
  }
}

void test_noise() {
  uint32_t random = 1;
  const auto next = [&random] { return random = random * 1664525u + 1013904223u, static_cast<uint8_t>(random >> 24); };
  for (const SrtpSuite suite : kSuites) {
    Line line(suite);
    Line outward(suite);
    line.carries(1);
    int opened = 0;
    for (int round = 0; round < 20000; round += 1) {
      Packet packet;
      packet.size = next() % 80;
      for (size_t at = 0; at < packet.size; at += 1) packet.bytes[at] = next();
      if (next() % 2 == 0) packet.bytes[0] = 0x80;
      Packet copy = packet;
      opened += line.unprotect(packet) ? 1 : 0;
      opened += line.unprotect_rtcp(copy) ? 1 : 0;
      outward.sender->protect_rtp(packet.bytes, &packet.size, packet.size + next() % 24);
      outward.sender->protect_rtcp(copy.bytes, &copy.size, copy.size + next() % 24);
    }
    expect(opened == 0, "noise opens nothing");
    expect(line.receive.clock == 1, "and leaves no trace");
    expect(line.carries(2), "the call goes on");
  }
}

}  // namespace

void test_packets() {
  test_round_trips();
  test_forgeries();
  test_turns();
  test_late_listener();
  test_replay();
  test_sender_uses_no_number_twice();
  test_restart();
  test_new_key();
  test_mki();
  test_noise();
}

}  // namespace demarc::srtp_test
