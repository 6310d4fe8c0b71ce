// OpenSSL, which Node brings along. SHA-1 is used through its own old calls: only they let a half-done hash be copied for nothing.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "srtp-crypto.h"

#include <openssl/crypto.h>

#include <cstring>

namespace demarc {
namespace {

constexpr size_t kRtcpHeaderBytes = 8;
constexpr size_t kIvBytes = 16;
constexpr size_t kGcmIvBytes = 12;
constexpr size_t kGcmTagBytes = 16;
constexpr size_t kShaBlockBytes = 64;

const EVP_CIPHER* cipher_of(const SrtpSizes& sizes) {
  if (sizes.aead) return sizes.key == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
  return sizes.key == 16 ? EVP_aes_128_ctr() : EVP_aes_256_ctr();
}

void put_u32(uint8_t* at, uint32_t value) {
  at[0] = static_cast<uint8_t>(value >> 24);
  at[1] = static_cast<uint8_t>(value >> 16);
  at[2] = static_cast<uint8_t>(value >> 8);
  at[3] = static_cast<uint8_t>(value);
}

void mix_u32(uint8_t* at, uint32_t value) {
  uint8_t bytes[4];
  put_u32(bytes, value);
  for (size_t index = 0; index < 4; index += 1) at[index] ^= bytes[index];
}

void mix_u16(uint8_t* at, uint16_t value) {
  at[0] ^= static_cast<uint8_t>(value >> 8);
  at[1] ^= static_cast<uint8_t>(value);
}

/** RFC 3711 4.1.1: the salt, the source in bytes 4 to 7, the index in bytes 8 to 13, a counter of blocks behind it. */
void counter_iv(const uint8_t* salt, const uint8_t* ssrc, uint64_t index, uint8_t iv[kIvBytes]) {
  std::memcpy(iv, salt, kSrtpSaltBytes);
  iv[14] = iv[15] = 0;
  for (size_t at = 0; at < 4; at += 1) iv[4 + at] ^= ssrc[at];
  mix_u32(iv + 8, static_cast<uint32_t>(index >> 16));
  mix_u16(iv + 12, static_cast<uint16_t>(index));
}

/** RFC 7714 8.1: two zeros, the source, the roll-over counter, the sequence number, all of it with the salt. */
void gcm_iv(const uint8_t* salt, const uint8_t* ssrc, uint64_t index, uint8_t iv[kGcmIvBytes]) {
  std::memcpy(iv, salt, kGcmIvBytes);
  for (size_t at = 0; at < 4; at += 1) iv[2 + at] ^= ssrc[at];
  mix_u32(iv + 6, static_cast<uint32_t>(index >> 16));
  mix_u16(iv + 10, static_cast<uint16_t>(index));
}

/** RFC 7714 9.1: the index fills the last four bytes. */
void gcm_rtcp_iv(const uint8_t* salt, const uint8_t* ssrc, uint32_t index, uint8_t iv[kGcmIvBytes]) {
  std::memcpy(iv, salt, kGcmIvBytes);
  for (size_t at = 0; at < 4; at += 1) iv[2 + at] ^= ssrc[at];
  mix_u32(iv + 8, index);
}

bool run_counter(EVP_CIPHER_CTX* context, const uint8_t iv[kIvBytes], uint8_t* bytes, size_t size) {
  int written = 0;
  return EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, iv) == 1 &&
         EVP_EncryptUpdate(context, bytes, &written, bytes, static_cast<int>(size)) == 1;
}

struct Sealed {
  const uint8_t* header;
  size_t header_size;
  const uint8_t* more;  // authenticated behind the header; null for nothing
  uint8_t* body;
  size_t body_size;
};

bool gcm_seal(EVP_CIPHER_CTX* context, const uint8_t* iv, const Sealed& sealed, uint8_t* tag) {
  int written = 0;
  if (EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, iv, 1) != 1) return false;
  if (EVP_EncryptUpdate(context, nullptr, &written, sealed.header, static_cast<int>(sealed.header_size)) != 1) return false;
  if (sealed.more != nullptr && EVP_EncryptUpdate(context, nullptr, &written, sealed.more, 4) != 1) return false;
  if (EVP_EncryptUpdate(context, sealed.body, &written, sealed.body, static_cast<int>(sealed.body_size)) != 1) return false;
  if (EVP_EncryptFinal_ex(context, tag, &written) != 1) return false;
  return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kGcmTagBytes, tag) == 1;
}

bool gcm_open(EVP_CIPHER_CTX* context, const uint8_t* iv, const Sealed& sealed, const uint8_t* tag) {
  int written = 0;
  uint8_t rest[kIvBytes];
  if (EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, iv, 0) != 1) return false;
  if (EVP_DecryptUpdate(context, nullptr, &written, sealed.header, static_cast<int>(sealed.header_size)) != 1) return false;
  if (sealed.more != nullptr && EVP_DecryptUpdate(context, nullptr, &written, sealed.more, 4) != 1) return false;
  if (EVP_DecryptUpdate(context, sealed.body, &written, sealed.body, static_cast<int>(sealed.body_size)) != 1) return false;
  if (EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kGcmTagBytes, const_cast<uint8_t*>(tag)) != 1) return false;
  return EVP_DecryptFinal_ex(context, rest, &written) == 1;
}

/** One context a thread for each suite, keyed anew for each RTCP packet. */
struct RtcpContexts {
  EVP_CIPHER_CTX* by_suite[8] = {};
  ~RtcpContexts() {
    for (EVP_CIPHER_CTX* context : by_suite) EVP_CIPHER_CTX_free(context);
  }
};

EVP_CIPHER_CTX* rtcp_context(SrtpSuite suite, const SrtpSizes& sizes, const uint8_t* key) {
  thread_local RtcpContexts contexts;
  EVP_CIPHER_CTX*& context = contexts.by_suite[static_cast<size_t>(suite)];
  const EVP_CIPHER* cipher = nullptr;
  if (context == nullptr) {
    context = EVP_CIPHER_CTX_new();
    cipher = cipher_of(sizes);
  }
  if (context == nullptr || EVP_CipherInit_ex(context, cipher, nullptr, key, nullptr, 1) != 1) return nullptr;
  return context;
}

}  // namespace

bool derive_session_keys(const SrtpKey& master, uint8_t first_label, SrtpSessionKeys* out) {
  const SrtpSizes* sizes = sizes_of(master.suite);
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  const EVP_CIPHER* cipher = sizes == nullptr ? nullptr : sizes->key == 16 ? EVP_aes_128_ctr() : EVP_aes_256_ctr();
  bool good = context != nullptr && cipher != nullptr &&
              EVP_EncryptInit_ex(context, cipher, nullptr, master.key, nullptr) == 1;
  std::memset(out, 0, sizeof *out);
  // Labels in the order of RFC 3711 4.3.1: encryption, authentication, salt. A salt of 96 bits is filled with zeros (RFC 7714 11).
  const struct {
    uint8_t* bytes;
    size_t size;
  } wanted[] = {{out->cipher, good ? sizes->key : 0}, {out->auth, 20}, {out->salt, good ? sizes->salt : 0}};
  for (uint8_t step = 0; good && step < 3; step += 1) {
    uint8_t iv[kIvBytes] = {};
    std::memcpy(iv, master.salt, kSrtpSaltBytes);
    iv[7] ^= static_cast<uint8_t>(first_label + step);
    good = run_counter(context, iv, wanted[step].bytes, wanted[step].size);
  }
  EVP_CIPHER_CTX_free(context);
  return good;
}

std::unique_ptr<SrtpCrypto> SrtpCrypto::create(const SrtpKey& master, const SrtpKey& rtcp_master) {
  SrtpSessionKeys rtp;
  SrtpSessionKeys rtcp;
  const bool derived = master.suite == rtcp_master.suite && derive_session_keys(master, 0, &rtp) &&
                       derive_session_keys(rtcp_master, 3, &rtcp);
  std::unique_ptr<SrtpCrypto> crypto = derived ? create(master.suite, rtp, rtcp) : nullptr;
  OPENSSL_cleanse(&rtp, sizeof rtp);
  OPENSSL_cleanse(&rtcp, sizeof rtcp);
  return crypto;
}

std::unique_ptr<SrtpCrypto> SrtpCrypto::create(SrtpSuite suite, const SrtpSessionKeys& rtp, const SrtpSessionKeys& rtcp) {
  std::unique_ptr<SrtpCrypto> crypto(new SrtpCrypto());
  return crypto->set_up(suite, rtp, rtcp) ? std::move(crypto) : nullptr;
}

SrtpCrypto::~SrtpCrypto() {
  EVP_CIPHER_CTX_free(rtp_);
  OPENSSL_cleanse(&rtcp_keys_, sizeof rtcp_keys_);
  OPENSSL_cleanse(&rtp_hmac_, sizeof rtp_hmac_);
  OPENSSL_cleanse(&rtcp_hmac_, sizeof rtcp_hmac_);
}

bool SrtpCrypto::set_up(SrtpSuite suite, const SrtpSessionKeys& rtp, const SrtpSessionKeys& rtcp) {
  rtcp_keys_ = rtcp;
  suite_ = suite;
  sizes_ = sizes_of(suite);
  if (sizes_ == nullptr) return false;
  rtp_ = EVP_CIPHER_CTX_new();
  start_hmac(rtp.auth, &rtp_hmac_);
  start_hmac(rtcp.auth, &rtcp_hmac_);
  std::memcpy(rtp_salt_, rtp.salt, sizeof rtp_salt_);
  return rtp_ != nullptr && EVP_EncryptInit_ex(rtp_, cipher_of(*sizes_), nullptr, rtp.cipher, nullptr) == 1;
}

void SrtpCrypto::start_hmac(const uint8_t key[20], Hmac* out) {
  uint8_t block[kShaBlockBytes];
  std::memset(block, 0x36, sizeof block);
  for (size_t at = 0; at < 20; at += 1) block[at] ^= key[at];
  SHA1_Init(&out->inner);
  SHA1_Update(&out->inner, block, sizeof block);
  // 0x36 becomes 0x5c (RFC 2104).
  for (uint8_t& byte : block) byte ^= 0x36 ^ 0x5c;
  SHA1_Init(&out->outer);
  SHA1_Update(&out->outer, block, sizeof block);
  OPENSSL_cleanse(block, sizeof block);
}

void SrtpCrypto::finish_hmac(const Hmac& hmac, const uint8_t* bytes, size_t size, const uint8_t last[4], uint8_t digest[20]) {
  SHA_CTX context = hmac.inner;
  SHA1_Update(&context, bytes, size);
  if (last != nullptr) SHA1_Update(&context, last, 4);
  SHA1_Final(digest, &context);
  context = hmac.outer;
  SHA1_Update(&context, digest, 20);
  SHA1_Final(digest, &context);
}

bool SrtpCrypto::seal_rtp(uint8_t* packet, size_t header, size_t size, uint64_t index) {
  uint8_t iv[kIvBytes];
  if (sizes_->aead) {
    gcm_iv(rtp_salt_, packet + 8, index, iv);
    return gcm_seal(rtp_, iv, {packet, header, nullptr, packet + header, size - header}, packet + size);
  }
  counter_iv(rtp_salt_, packet + 8, index, iv);
  if (!run_counter(rtp_, iv, packet + header, size - header)) return false;
  uint8_t turn[4];
  uint8_t digest[20];
  put_u32(turn, static_cast<uint32_t>(index >> 16));
  finish_hmac(rtp_hmac_, packet, size, turn, digest);
  std::memcpy(packet + size, digest, sizes_->rtp_tag);
  return true;
}

bool SrtpCrypto::open_rtp(uint8_t* packet, size_t header, size_t size, const uint8_t* tag, uint64_t index) {
  uint8_t iv[kIvBytes];
  if (sizes_->aead) {
    gcm_iv(rtp_salt_, packet + 8, index, iv);
    return gcm_open(rtp_, iv, {packet, header, nullptr, packet + header, size - header}, tag);
  }
  uint8_t turn[4];
  uint8_t digest[20];
  put_u32(turn, static_cast<uint32_t>(index >> 16));
  finish_hmac(rtp_hmac_, packet, size, turn, digest);
  if (CRYPTO_memcmp(digest, tag, sizes_->rtp_tag) != 0) return false;
  counter_iv(rtp_salt_, packet + 8, index, iv);
  return run_counter(rtp_, iv, packet + header, size - header);
}

bool SrtpCrypto::seal_rtcp(uint8_t* packet, size_t size, uint32_t index) {
  EVP_CIPHER_CTX* context = rtcp_context(suite_, *sizes_, rtcp_keys_.cipher);
  if (context == nullptr) return false;
  uint8_t word[4];
  uint8_t iv[kIvBytes];
  put_u32(word, index | 0x80000000u);
  uint8_t* body = packet + kRtcpHeaderBytes;
  const size_t body_size = size - kRtcpHeaderBytes;
  if (sizes_->aead) {
    gcm_rtcp_iv(rtcp_keys_.salt, packet + 4, index, iv);
    if (!gcm_seal(context, iv, {packet, kRtcpHeaderBytes, word, body, body_size}, packet + size)) return false;
    std::memcpy(packet + size + kGcmTagBytes, word, sizeof word);
    return true;
  }
  counter_iv(rtcp_keys_.salt, packet + 4, index, iv);
  if (!run_counter(context, iv, body, body_size)) return false;
  std::memcpy(packet + size, word, sizeof word);
  uint8_t digest[20];
  finish_hmac(rtcp_hmac_, packet, size + sizeof word, nullptr, digest);
  std::memcpy(packet + size + sizeof word, digest, sizes_->rtcp_tag);
  return true;
}

bool SrtpCrypto::open_rtcp(uint8_t* packet, size_t size, const uint8_t* word, const uint8_t* tag) {
  const uint32_t index = (static_cast<uint32_t>(word[0] & 0x7f) << 24) | (static_cast<uint32_t>(word[1]) << 16) |
                         (static_cast<uint32_t>(word[2]) << 8) | word[3];
  uint8_t iv[kIvBytes];
  uint8_t* body = packet + kRtcpHeaderBytes;
  const size_t body_size = size - kRtcpHeaderBytes;
  if (!sizes_->aead) {
    // The index word lies behind the packet: one stretch for the hash.
    uint8_t digest[20];
    finish_hmac(rtcp_hmac_, packet, size + 4, nullptr, digest);
    if (CRYPTO_memcmp(digest, tag, sizes_->rtcp_tag) != 0) return false;
  }
  EVP_CIPHER_CTX* context = rtcp_context(suite_, *sizes_, rtcp_keys_.cipher);
  if (context == nullptr) return false;
  if (sizes_->aead) {
    gcm_rtcp_iv(rtcp_keys_.salt, packet + 4, index, iv);
    return gcm_open(context, iv, {packet, kRtcpHeaderBytes, word, body, body_size}, tag);
  }
  counter_iv(rtcp_keys_.salt, packet + 4, index, iv);
  return run_counter(context, iv, body, body_size);
}

uint64_t mark_of(const SrtpKey& key) {
  uint8_t digest[20];
  SHA_CTX context;
  SHA1_Init(&context);
  const auto suite = static_cast<uint8_t>(key.suite);
  SHA1_Update(&context, "demarc srtp key", 15);
  SHA1_Update(&context, &suite, 1);
  SHA1_Update(&context, key.key, sizeof key.key);
  SHA1_Update(&context, key.salt, sizeof key.salt);
  SHA1_Final(digest, &context);
  uint64_t mark = 0;
  std::memcpy(&mark, digest, sizeof mark);
  return mark;
}

}  // namespace demarc
