// A line under SRTP: a sender, a receiver, and packets for them.
#pragma once

#include <cstring>
#include <memory>

#include "../srtp/srtp-guard.h"
#include "bytes.h"
#include "check.h"

namespace demarc::srtp_test {

inline SrtpKey key_of(SrtpSuite suite, const Bytes& key, const Bytes& salt) {
  SrtpKey master;
  master.suite = suite;
  std::memcpy(master.key, key.data(), key.size());
  std::memcpy(master.salt, salt.data(), salt.size());
  return master;
}

inline SrtpKey counting_key(SrtpSuite suite, uint8_t first) {
  SrtpKey master;
  master.suite = suite;
  const SrtpSizes& sizes = *sizes_of(suite);
  for (size_t at = 0; at < sizes.key; at += 1) master.key[at] = static_cast<uint8_t>(first + at);
  for (size_t at = 0; at < sizes.salt; at += 1) master.salt[at] = static_cast<uint8_t>(first * 3 + at);
  return master;
}

inline const SrtpSuite kSuites[] = {SrtpSuite::aes_cm_128_hmac_sha1_80, SrtpSuite::aes_cm_128_hmac_sha1_32,
                             SrtpSuite::aes_256_cm_hmac_sha1_80, SrtpSuite::aes_256_cm_hmac_sha1_32,
                             SrtpSuite::aead_aes_128_gcm,        SrtpSuite::aead_aes_256_gcm};

struct Packet {
  uint8_t bytes[2100] = {};
  size_t size = 0;
};

inline Packet rtp(uint16_t sequence, uint32_t ssrc = 7, size_t payload = 160) {
  Packet packet;
  packet.size = 12 + payload;
  packet.bytes[0] = 0x80;
  packet.bytes[2] = static_cast<uint8_t>(sequence >> 8);
  packet.bytes[3] = static_cast<uint8_t>(sequence);
  for (int at = 0; at < 4; at += 1) packet.bytes[8 + at] = static_cast<uint8_t>(ssrc >> (24 - 8 * at));
  for (size_t at = 12; at < packet.size; at += 1) packet.bytes[at] = static_cast<uint8_t>(sequence + at);
  return packet;
}

inline Packet rtcp(uint32_t ssrc = 7) {
  Packet packet;
  packet.size = 32;
  const uint8_t head[] = {0x80, 201, 0, 7};
  std::memcpy(packet.bytes, head, sizeof head);
  for (int at = 0; at < 4; at += 1) packet.bytes[4 + at] = static_cast<uint8_t>(ssrc >> (24 - 8 * at));
  for (size_t at = 8; at < packet.size; at += 1) packet.bytes[at] = static_cast<uint8_t>(at);
  return packet;
}

struct Line {
  SrtpSendState send{};
  SrtpReceiveState receive{};
  std::unique_ptr<SrtpSender> sender;
  std::unique_ptr<SrtpReceiver> receiver;

  explicit Line(SrtpSuite suite) : Line(counting_key(suite, 1)) {}
  explicit Line(const SrtpKey& key) {
    key_sender(key);
    key_receiver(key);
  }
  void key_sender(const SrtpKey& key) {
    sender = SrtpSender::create(key);
    sender->begin(&send);
  }
  void key_receiver(const SrtpKey& key) {
    receiver = SrtpReceiver::create(key);
    receiver->begin(&receive);
  }
  bool protect(Packet& packet) { return sender->protect_rtp(packet.bytes, &packet.size, sizeof packet.bytes); }
  SrtpVerdict judge(Packet& packet) { return receiver->unprotect_rtp(packet.bytes, &packet.size); }
  SrtpVerdict judge_rtcp(Packet& packet) { return receiver->unprotect_rtcp(packet.bytes, &packet.size); }
  bool unprotect(Packet& packet) { return judge(packet) == SrtpVerdict::good; }
  bool unprotect_rtcp(Packet& packet) { return judge_rtcp(packet) == SrtpVerdict::good; }
  /** Whether what went in came out. */
  bool carries(uint16_t sequence, uint32_t ssrc = 7) {
    Packet packet = rtp(sequence, ssrc);
    const Packet before = packet;
    return protect(packet) && unprotect(packet) && packet.size == before.size &&
           std::memcmp(packet.bytes, before.bytes, before.size) == 0;
  }
};

}  // namespace demarc::srtp_test
