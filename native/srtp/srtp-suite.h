// The suites of SRTP that are spoken, as plain numbers: RFC 3711 (RFC 4568 6.2), RFC 6188, RFC 7714.
#pragma once

#include <cstddef>
#include <cstdint>

namespace demarc {

/** The numbers are shared with src/media/relay/native-relay.ts. */
enum class SrtpSuite : uint8_t {
  none = 0,
  aes_cm_128_hmac_sha1_80 = 1,
  aes_cm_128_hmac_sha1_32 = 2,
  aes_256_cm_hmac_sha1_80 = 3,
  aes_256_cm_hmac_sha1_32 = 4,
  aead_aes_128_gcm = 5,
  aead_aes_256_gcm = 6,
};

struct SrtpSizes {
  size_t key;
  size_t salt;
  size_t rtp_tag;
  size_t rtcp_tag;  // of SHA-1 always 80 bits, also where RTP has 32 (RFC 4568 6.2.2)
  bool aead;
};

/** Null for a number that is no suite. */
const SrtpSizes* sizes_of(SrtpSuite suite);

constexpr size_t kSrtpKeyBytes = 32;
constexpr size_t kSrtpSaltBytes = 14;
constexpr size_t kSrtpMkiBytes = 16;

/** A master key, its salt, and what its packets are marked with (RFC 3711 3.1). Unused bytes are zero. */
struct SrtpKey {
  SrtpSuite suite = SrtpSuite::none;
  uint8_t key[kSrtpKeyBytes] = {};
  uint8_t salt[kSrtpSaltBytes] = {};
  uint8_t mki[kSrtpMkiBytes] = {};
  uint8_t mki_bytes = 0;  // 0: packets bear none
};

/** How much a packet can grow: the tag of RTCP, its index. */
constexpr size_t kSrtpRoomBytes = 16 + 4;

}  // namespace demarc
