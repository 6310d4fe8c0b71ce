// Tones of a telephone's keys as RFC 4733 carries them: those that come from a side are heard and go no further, those that a side is to get are put into
// the stream that goes there, whose numbers and clock go on through them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "packet.h"

namespace demarc {

/** Of one side: its payload types for telephone-event, and their clock. Plain bytes, all zero at the start. */
struct ToneTypes {
  uint32_t rate_hz;
  uint8_t send;     // what its peer takes them under
  uint8_t receive;  // what its peer sends them under
  uint8_t on;
  uint8_t unused;
};

/** What went to a side last, and what is added to the numbers of what comes for it. Plain bytes: it lives in memory that outlasts the process. */
struct ToneTrack {
  int64_t at_ns;       // monotonic: when `timestamp` was now
  uint32_t ssrc;
  uint32_t timestamp;
  uint16_t sequence;   // of the newest packet
  uint16_t shift;      // added to the numbers of this source
  uint16_t resumed_at; // the number that it went on with after a tone
  uint8_t started;
  uint8_t interrupted; // the next packet goes on behind a tone
  uint8_t bounded;     // what was sent before `resumed_at` comes too late
  uint8_t unused[7];
};

/** The tone that is coming from a side, or came last. Plain bytes, as above. */
struct ToneHeard {
  uint32_t timestamp;
  uint16_t ticks;
  uint8_t event;
  uint8_t state;  // 0 there was none, 1 it goes on, 2 it was told
};

/** Whether its numbers are, or are about to be, others than those of the packets that come for it. */
inline bool goes_on_behind_tone(const ToneTrack& track) { return track.shift != 0 || track.interrupted; }

struct Tone {
  uint32_t ticks;  // of the clock of the side's telephone-events, at most 65535
  uint8_t event;   // 0 to 15: 0 to 9, *, #, A to D; 16: flash
  uint8_t volume;  // in dBm0 below zero, 0 to 63
};

constexpr uint8_t kLastTone = 16;
/** Event, end and volume, duration. */
constexpr size_t kTonePacketBytes = 16;

/**
 * An RTP packet on its way to the side that `track` is of: its number is made the next one. False for one that is swallowed: while a tone is
 * played, or sent before one and late.
 */
bool follow_track(ToneTrack& track, uint8_t* packet, const RtpHeader& header, int64_t now_ns, bool playing);

/** The tones that a side is to get, one after the other: a packet every 20 ms, the end three times. */
class TonePlayer {
 public:
  /** False when too many wait. */
  bool add(const Tone& tone, int64_t now_ns);
  bool playing() const { return count_ > 0; }
  void clear() { count_ = 0; }
  /** When the next packet goes out. */
  int64_t due_ns() const { return due_ns_; }
  /** Writes the packet that is due. */
  void write(const ToneTypes& types, ToneTrack& track, int64_t now_ns, uint8_t out[kTonePacketBytes]);

 private:
  static constexpr uint32_t kMost = 16;
  Tone waiting_[kMost];
  uint32_t first_ = 0;
  uint32_t count_ = 0;
  int64_t due_ns_ = 0;
  uint32_t start_timestamp_ = 0;
  uint32_t steps_ = 0;
  uint32_t ends_ = 0;
};

/** A tone that is over. */
struct ToneTold {
  uint8_t event;
  uint16_t ticks;
};

/** What an RTP packet of a side says of tones. True when there is something to tell. `is_tone`: it is one, and goes no further. */
bool hear_tone(ToneHeard& heard, const ToneTypes& types, const uint8_t* packet, size_t bytes, const RtpHeader& header, bool* is_tone,
               ToneTold* told);

}  // namespace demarc
