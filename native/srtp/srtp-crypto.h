// The transforms of SRTP under one master key: derivation (RFC 3711 4.3), AES in counter mode with HMAC-SHA1 (RFC 3711, 6188),
// AES-GCM (RFC 7714). It knows nothing of sources and windows: the index comes from outside.
//
// Contexts are made once and reused, HMAC begins from the saved states of its two keys, and nothing is allocated for a packet.
#pragma once

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "srtp-suite.h"

namespace demarc {

/** What is derived from a master key for RTP, or for RTCP. */
struct SrtpSessionKeys {
  uint8_t cipher[kSrtpKeyBytes];
  uint8_t auth[20];
  uint8_t salt[kSrtpSaltBytes];
};

/** `first_label` 0 is RTP, 3 is RTCP (RFC 3711 4.3.1, 4.3.2). False when the cipher is not to be had. */
bool derive_session_keys(const SrtpKey& master, uint8_t first_label, SrtpSessionKeys* out);

class SrtpCrypto {
 public:
  /** Null for an unknown suite, or when the cipher is not to be had. */
  static std::unique_ptr<SrtpCrypto> create(const SrtpKey& master) { return create(master, master); }
  /** RTCP under a master key of its own: null as well when that is of another suite. */
  static std::unique_ptr<SrtpCrypto> create(const SrtpKey& master, const SrtpKey& rtcp_master);
  /** From keys that were derived already. */
  static std::unique_ptr<SrtpCrypto> create(SrtpSuite suite, const SrtpSessionKeys& rtp, const SrtpSessionKeys& rtcp);
  ~SrtpCrypto();
  SrtpCrypto(const SrtpCrypto&) = delete;
  SrtpCrypto& operator=(const SrtpCrypto&) = delete;

  const SrtpSizes& sizes() const { return *sizes_; }

  /** Encrypts behind `header` and appends the tag: the room must be there. */
  bool seal_rtp(uint8_t* packet, size_t header, size_t size, uint64_t index);
  /** `size` is without the tag, which follows. A failure leaves AES-CM packets as they were, those of AES-GCM in ruins. */
  bool open_rtp(uint8_t* packet, size_t header, size_t size, const uint8_t* tag, uint64_t index);
  /** Encrypts behind the first eight bytes and appends index word and tag, in the order of the suite. */
  bool seal_rtcp(uint8_t* packet, size_t size, uint32_t index);
  /** `size` is of the RTCP packet alone; `word` is the index with the flag that says it is encrypted. */
  bool open_rtcp(uint8_t* packet, size_t size, const uint8_t* word, const uint8_t* tag);

 private:
  SrtpCrypto() = default;
  bool set_up(SrtpSuite suite, const SrtpSessionKeys& rtp, const SrtpSessionKeys& rtcp);

  struct Hmac {
    SHA_CTX inner;
    SHA_CTX outer;
  };

  const SrtpSizes* sizes_ = nullptr;
  SrtpSuite suite_ = SrtpSuite::none;
  EVP_CIPHER_CTX* rtp_ = nullptr;
  Hmac rtp_hmac_;
  Hmac rtcp_hmac_;
  uint8_t rtp_salt_[kSrtpSaltBytes];
  // RTCP comes once in seconds: its cipher is keyed each time, in a context that all share.
  SrtpSessionKeys rtcp_keys_;

  static void start_hmac(const uint8_t key[20], Hmac* out);
  static void finish_hmac(const Hmac& hmac, const uint8_t* bytes, size_t size, const uint8_t last[4], uint8_t digest[20]);
};

/** A name for a key that does not tell it. */
uint64_t mark_of(const SrtpKey& key);

}  // namespace demarc
