// Telephone events without sockets: what a side is sent while a tone is played, how its stream goes on, and what is heard of a peer's tones.
#include "relay-test.h"

#include <cstring>
#include <vector>

#include "../relay/tones.h"
#include "check.h"

namespace {

using namespace demarc;

constexpr int64_t kMs = 1000000;
constexpr ToneTypes kTypes{8000, 101, 97, 1, 0};

uint16_t u16(const uint8_t* at) { return static_cast<uint16_t>(at[0] << 8 | at[1]); }
uint32_t u32(const uint8_t* at) { return static_cast<uint32_t>(u16(at)) << 16 | u16(at + 2); }

struct Packet {
  uint8_t bytes[16] = {0x80};

  Packet(uint16_t sequence, uint32_t timestamp, uint8_t type = 0, uint32_t ssrc = 7) {
    bytes[1] = type;
    bytes[2] = static_cast<uint8_t>(sequence >> 8);
    bytes[3] = static_cast<uint8_t>(sequence);
    for (int index = 0; index < 4; index += 1) {
      bytes[4 + index] = static_cast<uint8_t>(timestamp >> (24 - 8 * index));
      bytes[8 + index] = static_cast<uint8_t>(ssrc >> (24 - 8 * index));
    }
  }
  Packet& tone(uint8_t event, bool end, uint16_t ticks) {
    bytes[12] = event;
    bytes[13] = static_cast<uint8_t>((end ? 0x80 : 0) | 10);
    bytes[14] = static_cast<uint8_t>(ticks >> 8);
    bytes[15] = static_cast<uint8_t>(ticks);
    return *this;
  }
  RtpHeader header() const {
    RtpHeader out{};
    read_rtp(bytes, sizeof bytes, &out);
    return out;
  }
};

/** The number under which a packet of audio goes out; -1 for one that is swallowed. */
int follow(ToneTrack& track, uint16_t sequence, uint32_t timestamp, int64_t now_ns, bool playing = false, uint32_t ssrc = 7) {
  Packet packet(sequence, timestamp, 0, ssrc);
  return follow_track(track, packet.bytes, packet.header(), now_ns, playing) ? u16(packet.bytes + 2) : -1;
}

/** All packets of the tones that wait, each when it is due. */
std::vector<std::vector<uint8_t>> play(TonePlayer& player, ToneTrack& track) {
  std::vector<std::vector<uint8_t>> packets;
  while (player.playing() && packets.size() < 1000) {
    uint8_t out[kTonePacketBytes];
    player.write(kTypes, track, player.due_ns(), out);
    packets.emplace_back(out, out + sizeof out);
  }
  return packets;
}

void test_played() {
  ToneTrack track{};
  TonePlayer player;
  expect(follow(track, 65534, 1000, 1000 * kMs) == 65534, "before a tone audio goes out as it comes");
  expect(player.add({800, 5, 10}, 1020 * kMs) && player.playing(), "a tone begins");
  expect(follow(track, 65535, 1160, 1020 * kMs, true) == -1, "audio is left out while it lasts");
  const auto packets = play(player, track);
  expect(packets.size() == 7, "100 ms are five packets, and the last is sent three times");
  bool one_source = true, in_order = true, one_time = true, typed = true, marked = true;
  for (size_t index = 0; index < packets.size(); index += 1) {
    const uint8_t* packet = packets[index].data();
    one_source = one_source && u32(packet + 8) == 7;
    in_order = in_order && u16(packet + 2) == static_cast<uint16_t>(65535 + index);
    one_time = one_time && u32(packet + 4) == 1160;
    typed = typed && (packet[1] & 0x7f) == 101 && packet[12] == 5 && (packet[13] & 0x3f) == 10;
    marked = marked && ((packet[1] & 0x80) != 0) == (index == 0);
    const uint16_t ticks = index < 4 ? static_cast<uint16_t>(160 * (index + 1)) : 800;
    expect(u16(packet + 14) == ticks && ((packet[13] & 0x80) != 0) == (index >= 4), "it grows by 20 ms, to its end");
  }
  expect(one_source, "under the source of the stream");
  expect(in_order, "under the numbers that come next, round their end too");
  expect(one_time, "all with the time at which it began, where the clock of the stream is then");
  expect(typed, "under the peer's payload type, with event and volume");
  expect(marked, "and only the first is marked");
  expect(follow(track, 9, 2760, 1300 * kMs) == 6, "audio goes on with the next number");
  expect(follow(track, 8, 2600, 1301 * kMs) == -1, "what comes late from before the tone has no number left");
  expect(follow(track, 11, 3080, 1302 * kMs) == 8 && follow(track, 10, 2920, 1303 * kMs) == 7, "what is overtaken behind it keeps its place");
  for (int sequence = 12; sequence < 40000; sequence += 1) follow(track, static_cast<uint16_t>(sequence), 0, 1400 * kMs);
  expect(follow(track, 40000, 0, 1400 * kMs) == 39997, "and half a round later nothing is taken for late");
  expect(follow(track, 500, 0, 1500 * kMs, false, 8) == 500, "another source has its own numbers");
}

void test_played_in_silence() {
  ToneTrack track{};
  TonePlayer player;
  for (int index = 0; index < 16; index += 1) expect(player.add({320, 1, 10}, 0), "sixteen tones may wait");
  expect(!player.add({320, 1, 10}, 0), "and no more");
  const auto packets = play(player, track);
  expect(packets.size() == 16 * 4, "each is played though nobody speaks");
  bool in_order = true;
  for (size_t index = 1; index < packets.size(); index += 1) {
    const auto before = packets[index - 1].data();
    const auto after = packets[index].data();
    in_order = in_order && u16(after + 2) == static_cast<uint16_t>(u16(before + 2) + 1) && u32(after + 8) == u32(before + 8);
    const int32_t later = static_cast<int32_t>(u32(after + 4) - u32(before + 4));
    in_order = in_order && (index % 4 == 0 ? later >= 320 + 480 : later == 0);
  }
  expect(in_order, "under one source, with a pause between each two");
  expect(follow(track, 77, 5, 5000 * kMs) == 77, "who then begins to speak is another source");
}

void test_resumes_without_gap() {
  ToneTrack track{};
  TonePlayer player;
  follow(track, 100, 1600, 100 * kMs);
  player.add({160, 3, 10}, 110 * kMs);
  play(player, track);
  expect(follow(track, 101, 1760, 400 * kMs) == 104, "also where no packet came while the tone was played");
  player.add({160, 4, 10}, 410 * kMs);
  expect(play(player, track).size() == 3, "a second tone");
  expect(follow(track, 102, 1920, 700 * kMs) == 108, "and audio behind it");
}

struct Listener {
  ToneHeard heard{};
  int told = 0;
  ToneTold last{};
  bool was_tone = false;

  void hear(const Packet& packet, size_t size = 16) {
    ToneTold now{};
    if (!hear_tone(heard, kTypes, packet.bytes, size, packet.header(), &was_tone, &now)) return;
    told += 1;
    last = now;
  }
};

void test_heard() {
  Listener ear;
  ear.hear(Packet(1, 1000));
  expect(!ear.was_tone && ear.told == 0, "audio is no tone");
  ear.hear(Packet(2, 1160, 97).tone(11, false, 160));
  expect(ear.was_tone && ear.told == 0, "a tone is told when it is over");
  ear.hear(Packet(3, 1160, 97).tone(11, false, 320));
  for (uint16_t number = 4; number < 7; number += 1) ear.hear(Packet(number, 1160, 97).tone(11, true, 480));
  expect(ear.told == 1 && ear.last.event == 11 && ear.last.ticks == 480, "once, for all of its last packets");
  ear.hear(Packet(3, 1160, 97).tone(11, false, 320));
  expect(ear.told == 1, "and not again for one that was overtaken");
  ear.hear(Packet(7, 3000, 97).tone(1, false, 160));
  ear.hear(Packet(8, 5000, 97).tone(2, true, 160));
  expect(ear.told == 2 && ear.last.event == 1, "one whose end was lost is told when the next one comes");
  ear.hear(Packet(9, 5000, 97).tone(2, true, 160));
  expect(ear.told == 3 && ear.last.event == 2, "and that with the next of its last packets");
  ear.hear(Packet(2, 1160, 97).tone(11, true, 480));
  expect(ear.told == 3, "a tone of before is not told again");
  ear.hear(Packet(10, 6000, 97).tone(3, false, 160));
  ear.hear(Packet(11, 6000 + 160 + 1600));
  expect(ear.told == 3, "audio beside a tone does not end it");
  ear.hear(Packet(12, 6000 + 160 + 1601));
  expect(ear.told == 4 && ear.last.event == 3, "audio well behind it does, where its end was lost");
  ear.hear(Packet(13, 9000, 97).tone(17, true, 160));
  expect(ear.was_tone && ear.told == 4, "what is no key is kept and not told");
  ear.hear(Packet(14, 9500, 97), 15);
  expect(ear.was_tone && ear.told == 4, "and so is what is cut");
}

}  // namespace

void test_tones() {
  test_played();
  test_played_in_silence();
  test_resumes_without_gap();
  test_heard();
}
