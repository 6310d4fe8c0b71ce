// Telephone events in a stream (RFC 4733 sections 2.3 and 2.5), written and read.
#include "tones.h"

#include <sys/random.h>

#include <algorithm>
#include <cstring>

namespace demarc {
namespace {

constexpr int64_t kStepNs = 20000000;
constexpr uint32_t kStepsASecond = 50;
/** The last packet goes out three times (section 2.5.1.4). */
constexpr uint32_t kEnds = 3;
/** Between two tones, so that they are two to whoever listens. */
constexpr int64_t kGapNs = 60000000;
/** Behind a tone, packets from before it may still come for so many more; their places are taken. */
constexpr uint16_t kBoundPackets = 1000;
/** A tone whose end was lost is over when the clock of the stream is so much past it: a fifth of a second. */
constexpr uint32_t kLostEndParts = 5;

void put16(uint8_t* at, uint16_t value) {
  at[0] = static_cast<uint8_t>(value >> 8);
  at[1] = static_cast<uint8_t>(value);
}

void put32(uint8_t* at, uint32_t value) {
  put16(at, static_cast<uint16_t>(value >> 16));
  put16(at + 2, static_cast<uint16_t>(value));
}

/** Whether one number comes before another, as numbers go round. */
bool before(uint16_t one, uint16_t other) { return static_cast<int16_t>(static_cast<uint16_t>(one - other)) < 0; }

size_t payload_at(const uint8_t* packet) {
  size_t at = 12 + 4u * (packet[0] & 0x0f);
  if (packet[0] & 0x10) at += 4 + 4u * static_cast<size_t>(packet[at + 2] << 8 | packet[at + 3]);
  return at;
}

uint32_t ticks_in(int64_t ns, uint32_t rate_hz) {
  // A stream that has been silent for hours goes on by what is left of its clock.
  const uint64_t ms = static_cast<uint64_t>(std::max<int64_t>(0, ns)) / 1000000;
  return static_cast<uint32_t>(ms * rate_hz / 1000);
}

}  // namespace

bool follow_track(ToneTrack& track, uint8_t* packet, const RtpHeader& header, int64_t now_ns, bool playing) {
  if (playing && track.started) {
    track.interrupted = 1;
    return false;
  }
  if (!track.started || track.ssrc != header.ssrc) {
    track = ToneTrack{};
    track.ssrc = header.ssrc;
    track.sequence = static_cast<uint16_t>(header.sequence - 1);
    track.started = 1;
  } else if (track.interrupted) {
    track.interrupted = 0;
    track.shift = static_cast<uint16_t>(track.sequence + 1 - header.sequence);
    track.resumed_at = header.sequence;
    track.bounded = 1;
  }
  if (track.bounded) {
    if (before(header.sequence, track.resumed_at)) return false;
    if (static_cast<uint16_t>(header.sequence - track.resumed_at) > kBoundPackets) track.bounded = 0;
  }
  const auto sequence = static_cast<uint16_t>(header.sequence + track.shift);
  put16(packet + 2, sequence);
  if (!before(track.sequence, sequence)) return true;
  track.sequence = sequence;
  track.timestamp = header.timestamp;
  track.at_ns = now_ns;
  return true;
}

bool TonePlayer::add(const Tone& tone, int64_t now_ns) {
  if (count_ == kMost) return false;
  waiting_[(first_ + count_) % kMost] = tone;
  count_ += 1;
  if (count_ == 1) {
    due_ns_ = std::max(now_ns, due_ns_);
    steps_ = ends_ = 0;
  }
  return true;
}

void TonePlayer::write(const ToneTypes& types, ToneTrack& track, int64_t now_ns, uint8_t out[kTonePacketBytes]) {
  const Tone& tone = waiting_[first_];
  const uint32_t step = std::max(1u, types.rate_hz / kStepsASecond);
  if (!track.started) {
    uint8_t dice[10] = {1};
    // Where the system gives none, a stream of our own begins with known numbers.
    if (getrandom(dice, sizeof dice, 0) < 0) dice[0] = 2;
    std::memcpy(&track.ssrc, dice, 4);
    std::memcpy(&track.timestamp, dice + 4, 4);
    std::memcpy(&track.sequence, dice + 8, 2);
    track.at_ns = now_ns;
    track.started = 1;
  }
  if (steps_ == 0) {
    start_timestamp_ = track.timestamp + std::max(step, ticks_in(now_ns - track.at_ns, types.rate_hz));
    track.timestamp = start_timestamp_;
    track.at_ns = now_ns;
  }
  // Also where nothing came meanwhile: the numbers of what comes next are behind ours.
  track.interrupted = 1;
  const uint32_t ticks = std::min(tone.ticks, (steps_ + 1) * step);
  const bool end = ticks == tone.ticks;
  track.sequence += 1;
  out[0] = 0x80;
  out[1] = static_cast<uint8_t>((steps_ == 0 ? 0x80 : 0) | (types.send & 0x7f));
  put16(out + 2, track.sequence);
  put32(out + 4, start_timestamp_);
  put32(out + 8, track.ssrc);
  out[12] = tone.event;
  out[13] = static_cast<uint8_t>((end ? 0x80 : 0) | (tone.volume & 0x3f));
  put16(out + 14, static_cast<uint16_t>(ticks));
  steps_ += 1;
  due_ns_ += kStepNs;
  if (!end) return;
  ends_ += 1;
  if (ends_ < kEnds) return;
  first_ = (first_ + 1) % kMost;
  count_ -= 1;
  steps_ = ends_ = 0;
  due_ns_ = now_ns + kGapNs;
}

bool hear_tone(ToneHeard& heard, const ToneTypes& types, const uint8_t* packet, size_t bytes, const RtpHeader& header, bool* is_tone,
               ToneTold* told) {
  *is_tone = header.payload_type == types.receive;
  *told = {heard.event, heard.ticks};
  const auto ahead = static_cast<int32_t>(header.timestamp - heard.timestamp);
  if (!*is_tone) {
    const bool lost = heard.state == 1 && ahead > static_cast<int32_t>(heard.ticks + types.rate_hz / kLostEndParts);
    if (lost) heard.state = 2;
    return lost;
  }
  const size_t at = payload_at(packet);
  if (bytes < at + 4 || packet[at] > kLastTone) return false;
  const bool end = (packet[at + 1] & 0x80) != 0;
  const auto ticks = static_cast<uint16_t>(packet[at + 2] << 8 | packet[at + 3]);
  if (heard.state != 0 && ahead == 0) {
    if (heard.state == 2) return false;
    heard.ticks = std::max(heard.ticks, ticks);
    told->ticks = heard.ticks;
    if (end) heard.state = 2;
    return end;
  }
  // Of a tone before this one, and overtaken by it.
  const auto memory = static_cast<int32_t>(10 * types.rate_hz);
  if (heard.state != 0 && ahead < 0 && ahead > -memory) return false;
  const bool unfinished = heard.state == 1;
  heard = {header.timestamp, ticks, packet[at], static_cast<uint8_t>(end && !unfinished ? 2 : 1)};
  if (unfinished) return true;
  *told = {heard.event, heard.ticks};
  return end;
}

}  // namespace demarc
