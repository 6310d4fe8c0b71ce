// STUN's attributes, one after the other, never beyond what the message has.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "stun.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <cstring>

namespace demarc {
namespace {

constexpr uint16_t kBindingRequest = 0x0001;
constexpr uint16_t kBindingSuccess = 0x0101;
constexpr uint16_t kBindingError = 0x0111;
constexpr uint32_t kMagic = 0x2112a442;
constexpr uint32_t kFingerprintMask = 0x5354554e;
constexpr size_t kShaBlockBytes = 64;
constexpr size_t kDigestBytes = 20;
/** More than any check has. */
constexpr size_t kMostBytes = 1280;

enum Attribute : uint16_t {
  kUsername = 0x0006,
  kMessageIntegrity = 0x0008,
  kErrorCode = 0x0009,
  kXorMappedAddress = 0x0020,
  kPriority = 0x0024,
  kUseCandidate = 0x0025,
  kFingerprint = 0x8028,
  kIceControlled = 0x8029,
};

uint16_t u16(const uint8_t* at) { return static_cast<uint16_t>(at[0] << 8 | at[1]); }

uint32_t u32(const uint8_t* at) {
  return static_cast<uint32_t>(at[0]) << 24 | static_cast<uint32_t>(at[1]) << 16 | static_cast<uint32_t>(at[2]) << 8 | at[3];
}

void put_u16(uint8_t* at, size_t value) {
  at[0] = static_cast<uint8_t>(value >> 8);
  at[1] = static_cast<uint8_t>(value);
}

void put_u32(uint8_t* at, uint32_t value) {
  put_u16(at, value >> 16);
  put_u16(at + 2, value & 0xffff);
}

uint32_t crc32(const uint8_t* bytes, size_t size) {
  uint32_t crc = 0xffffffff;
  for (size_t at = 0; at < size; at += 1) {
    crc ^= bytes[at];
    for (int bit = 0; bit < 8; bit += 1) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

/** Of a message up to `size`, whose header says that it ends with the integrity (RFC 8489 section 14.5). */
void integrity_of(const uint8_t* message, size_t size, const uint8_t* password, size_t password_bytes, uint8_t digest[kDigestBytes]) {
  uint8_t block[kShaBlockBytes] = {};
  if (password_bytes > sizeof block) SHA1(password, password_bytes, block);
  else std::memcpy(block, password, password_bytes);
  uint8_t header[kStunHeaderBytes];
  std::memcpy(header, message, sizeof header);
  put_u16(header + 2, size + kStunIntegrityBytes - kStunHeaderBytes);
  for (uint8_t& byte : block) byte ^= 0x36;
  SHA_CTX context;
  SHA1_Init(&context);
  SHA1_Update(&context, block, sizeof block);
  SHA1_Update(&context, header, sizeof header);
  SHA1_Update(&context, message + kStunHeaderBytes, size - kStunHeaderBytes);
  SHA1_Final(digest, &context);
  // 0x36 becomes 0x5c (RFC 2104).
  for (uint8_t& byte : block) byte ^= 0x36 ^ 0x5c;
  SHA1_Init(&context);
  SHA1_Update(&context, block, sizeof block);
  SHA1_Update(&context, digest, kDigestBytes);
  SHA1_Final(digest, &context);
  OPENSSL_cleanse(block, sizeof block);
}

/** What follows the integrity is not protected by it, and is not looked at, but for the fingerprint (section 14.5). */
bool take_attribute(uint16_t type, const uint8_t* value, size_t length, StunRequest* out) {
  switch (type) {
    case kUsername:
      out->username = value;
      out->username_bytes = length;
      return true;
    case kPriority:
      if (length == 4) out->priority = u32(value);
      return length == 4;
    case kUseCandidate:
      out->use_candidate = true;
      return true;
    case kIceControlled:
      out->controlled = true;
      return true;
    default:
      return true;
  }
}

size_t write_address(uint8_t* at, const uint8_t* transaction, const Address& source) {
  const size_t bytes = source.family == 4 ? 4 : 16;
  put_u16(at, kXorMappedAddress);
  put_u16(at + 2, 4 + bytes);
  at[4] = 0;
  at[5] = source.family == 4 ? 1 : 2;
  put_u16(at + 6, source.port ^ (kMagic >> 16));
  // Masked with the cookie and, of IPv6, the transaction behind it (section 14.2).
  for (size_t byte = 0; byte < bytes; byte += 1) at[8 + byte] = source.host[byte] ^ transaction[byte];
  return 8 + bytes;
}

size_t write_error(uint8_t* at, int code) {
  put_u16(at, kErrorCode);
  put_u16(at + 2, 4);
  at[4] = at[5] = 0;
  at[6] = static_cast<uint8_t>(code / 100);
  at[7] = static_cast<uint8_t>(code % 100);
  return 8;
}

}  // namespace

bool read_binding_request(const uint8_t* message, size_t bytes, StunRequest* out) {
  *out = StunRequest{};
  if (bytes < kStunHeaderBytes || bytes > kMostBytes || bytes % 4 != 0) return false;
  if (u16(message) != kBindingRequest || u16(message + 2) != bytes - kStunHeaderBytes || u32(message + 4) != kMagic) return false;
  for (size_t at = kStunHeaderBytes; at < bytes;) {
    if (bytes - at < 4) return false;
    const uint16_t type = u16(message + at);
    const size_t length = u16(message + at + 2);
    if (length > bytes - at - 4) return false;
    const uint8_t* value = message + at + 4;
    if (type == kFingerprint) {
      // It is the last (section 14.7).
      return length == 4 && at + kStunFingerprintBytes == bytes && u32(value) == (crc32(message, at) ^ kFingerprintMask);
    }
    if (out->integrity_at == 0 && type == kMessageIntegrity) {
      if (length != kDigestBytes) return false;
      out->integrity_at = at;
    } else if (out->integrity_at == 0 && !take_attribute(type, value, length, out)) {
      return false;
    }
    at += 4 + (length + 3) / 4 * 4;
  }
  // Every check bears one (RFC 8445 section 7.1).
  return false;
}

bool has_integrity(const uint8_t* message, const StunRequest& request, const uint8_t* password, size_t password_bytes) {
  if (request.integrity_at == 0) return false;
  uint8_t digest[kDigestBytes];
  integrity_of(message, request.integrity_at, password, password_bytes, digest);
  return CRYPTO_memcmp(digest, message + request.integrity_at + 4, sizeof digest) == 0;
}

size_t write_binding_response(uint8_t* message, size_t capacity, const Address& source, int error, const uint8_t* password,
                              size_t password_bytes) {
  if (capacity < kStunResponseBytes) return 0;
  put_u16(message, error == 0 ? kBindingSuccess : kBindingError);
  size_t size = kStunHeaderBytes;
  size += error == 0 ? write_address(message + size, message + 4, source) : write_error(message + size, error);
  uint8_t digest[kDigestBytes];
  integrity_of(message, size, password, password_bytes, digest);
  put_u16(message + size, kMessageIntegrity);
  put_u16(message + size + 2, sizeof digest);
  std::memcpy(message + size + 4, digest, sizeof digest);
  size += kStunIntegrityBytes;
  put_u16(message + 2, size + kStunFingerprintBytes - kStunHeaderBytes);
  put_u16(message + size, kFingerprint);
  put_u16(message + size + 2, 4);
  put_u32(message + size + 4, crc32(message, size) ^ kFingerprintMask);
  return size + kStunFingerprintBytes;
}

}  // namespace demarc
