// SRTP and SRTCP in one direction each (RFC 3711): which number a packet has, whether it is new, and then the transform.
//
// No sockets, no clock. The state is the caller's and may outlast this process: the same key finds its numbers as they were left.
#pragma once

#include <memory>

#include "srtp-crypto.h"
#include "srtp-state.h"
#include "srtp-suite.h"

namespace demarc {

enum class SrtpVerdict : uint8_t {
  good,
  forged,    // not made with the key
  replayed,  // seen before, or too old to tell
};

/** What arrives from a peer, under the peer's key. */
class SrtpReceiver {
 public:
  /** Null when the key is of no suite that is spoken. */
  static std::unique_ptr<SrtpReceiver> create(const SrtpKey& key) { return create(key, key); }
  /** RTCP under a key of its own, of the same suite. */
  static std::unique_ptr<SrtpReceiver> create(const SrtpKey& key, const SrtpKey& rtcp);

  /** Before the first packet. `state` of another key is started over, but for how far its sources had come. */
  void begin(SrtpReceiveState* state);
  /** Goes on in a copy of its state. */
  void move_to(SrtpReceiveState* copy) { state_ = copy; }
  uint64_t key_mark() const { return key_mark_; }

  /** In place; `size` becomes that of the RTP packet. Nothing is remembered of what is not good. */
  SrtpVerdict unprotect_rtp(uint8_t* packet, size_t* size);
  SrtpVerdict unprotect_rtcp(uint8_t* packet, size_t* size);

 private:
  SrtpReceiver(std::unique_ptr<SrtpCrypto> crypto, const SrtpKey& key);
  SrtpVerdict open_known(uint8_t* packet, size_t header, size_t size, SrtpSource& source);
  SrtpVerdict open_unknown(uint8_t* packet, size_t header, size_t size, SrtpSource* source);
  /** Whether the packet ends with our peer's mark (MKI) where it must. */
  bool bears_mki(const uint8_t* at) const;
  SrtpSource* place_for(uint32_t ssrc);

  std::unique_ptr<SrtpCrypto> crypto_;
  uint64_t key_mark_;
  SrtpReceiveState* state_ = nullptr;
  uint8_t mki_[kSrtpMkiBytes];
  size_t mki_bytes_;
};

/** What is sent to a peer, under our key. */
class SrtpSender {
 public:
  /** Null when the key is of no suite that is spoken. */
  static std::unique_ptr<SrtpSender> create(const SrtpKey& key) { return create(key, key); }
  static std::unique_ptr<SrtpSender> create(const SrtpKey& key, const SrtpKey& rtcp);

  /** Before the first packet. `state` of another key is started over. */
  void begin(SrtpSendState* state);
  uint64_t key_mark() const { return key_mark_; }

  /**
   * In place, up to `capacity`. False for what must not be sent: a number that was used before (two packets under one number betray each
   * other), a source that was given up, no room.
   */
  bool protect_rtp(uint8_t* packet, size_t* size, size_t capacity);
  bool protect_rtcp(uint8_t* packet, size_t* size, size_t capacity);

 private:
  SrtpSender(std::unique_ptr<SrtpCrypto> crypto, const SrtpKey& key);
  SrtpSource* source_for(uint32_t ssrc);
  bool number(SrtpSource& source, uint16_t sequence, uint64_t* index);

  std::unique_ptr<SrtpCrypto> crypto_;
  uint64_t key_mark_;
  SrtpSendState* state_ = nullptr;
};

}  // namespace demarc
