// SRTP and SRTCP in one direction each (RFC 3711): which number a packet has, whether it is new, and then the transform.
//
// No sockets, no clock. The state is the caller's and may outlast this process: the same key finds its numbers as they were left.
#pragma once

#include <memory>

#include "srtp-crypto.h"
#include "srtp-state.h"
#include "srtp-suite.h"

namespace demarc {

/** What arrives from a peer, under the peer's key. */
class SrtpReceiver {
 public:
  /** `state` of another key is started over. Null when the key is of no suite that is spoken. */
  static std::unique_ptr<SrtpReceiver> create(const SrtpKey& key, SrtpReceiveState* state);

  /** In place; `size` becomes that of the RTP packet. False, with nothing remembered, for what is forged, replayed or too old. */
  bool unprotect_rtp(uint8_t* packet, size_t* size);
  bool unprotect_rtcp(uint8_t* packet, size_t* size);

 private:
  SrtpReceiver(std::unique_ptr<SrtpCrypto> crypto, const SrtpKey& key, SrtpReceiveState* state);
  bool open_known(uint8_t* packet, size_t header, size_t size, SrtpSource& source);
  bool open_unknown(uint8_t* packet, size_t header, size_t size);
  /** Whether the packet ends with our peer's mark (MKI) where it must. */
  bool bears_mki(const uint8_t* at) const;
  SrtpSource* place_for(uint32_t ssrc);

  std::unique_ptr<SrtpCrypto> crypto_;
  SrtpReceiveState* state_;
  uint8_t mki_[kSrtpMkiBytes];
  size_t mki_bytes_;
};

/** What is sent to a peer, under our key. */
class SrtpSender {
 public:
  /** `state` of another key is started over. Null when the key is of no suite that is spoken. */
  static std::unique_ptr<SrtpSender> create(const SrtpKey& key, SrtpSendState* state);

  /**
   * In place, up to `capacity`. False for what must not be sent: a number that was used before (two packets under one number betray each
   * other), a source that was given up, no room.
   */
  bool protect_rtp(uint8_t* packet, size_t* size, size_t capacity);
  bool protect_rtcp(uint8_t* packet, size_t* size, size_t capacity);

 private:
  SrtpSender(std::unique_ptr<SrtpCrypto> crypto, SrtpSendState* state);
  SrtpSource* source_for(uint32_t ssrc);
  bool number(SrtpSource& source, uint16_t sequence, uint64_t* index);

  std::unique_ptr<SrtpCrypto> crypto_;
  SrtpSendState* state_;
};

}  // namespace demarc
