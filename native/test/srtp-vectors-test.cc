// SRTP: the vectors of RFC 3711, RFC 6188 and RFC 7714.
#include "srtp-parts.h"

#include "srtp-line.h"

namespace demarc::srtp_test {
namespace {

void test_vectors() {
  SrtpSessionKeys keys;
  // RFC 3711 B.3.
  const Bytes salt = hex("0ec675ad498afeebb6960b3aabe6");
  const SrtpKey short_key = key_of(SrtpSuite::aes_cm_128_hmac_sha1_80, hex("e1f97a0d3e018be0d64fa32c06de4139"), salt);
  expect(derive_session_keys(short_key, 0, &keys), "keys are derived");
  expect(std::memcmp(keys.cipher, hex("c61e7a93744f39ee10734afe3ff7a087").data(), 16) == 0, "RFC 3711 B.3 cipher key");
  expect(std::memcmp(keys.salt, hex("30cbbc08863d8c85d49db34a9ae1").data(), 14) == 0, "RFC 3711 B.3 salt");
  expect(std::memcmp(keys.auth, hex("cebe321f6ff7716b6fd4ab49af256a156d38baa4").data(), 20) == 0, "RFC 3711 B.3 auth key");
  // RFC 6188 7.2.
  const SrtpKey long_key =
      key_of(SrtpSuite::aes_256_cm_hmac_sha1_80, hex("f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6"),
             hex("3b04803de51ee7c96423ab5b78d2"));
  expect(derive_session_keys(long_key, 0, &keys), "long keys are derived");
  expect(std::memcmp(keys.cipher, hex("5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4").data(), 32) == 0,
         "RFC 6188 7.2 cipher key");
  expect(std::memcmp(keys.salt, hex("fa31791685ca444a9e07c6c64e93").data(), 14) == 0, "RFC 6188 7.2 salt");
  expect(std::memcmp(keys.auth, hex("fd9c32d39ed5fbb5a9dc96b30818454d1313dc05").data(), 20) == 0, "RFC 6188 7.2 auth key");
  // What libsrtp has checked itself with from its first days.
  Line line(short_key);
  Packet packet;
  const Bytes plain = hex("800f1234decafbadcafebabeabababababababababababababababab");
  const Bytes cipher = hex("800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb");
  std::memcpy(packet.bytes, plain.data(), plain.size());
  packet.size = plain.size();
  expect(line.protect(packet) && packet.size == cipher.size(), "the reference packet is protected");
  expect(std::memcmp(packet.bytes, cipher.data(), cipher.size()) == 0, "and is what it must be");
  expect(line.unprotect(packet) && packet.size == plain.size(), "and comes back");
  expect(std::memcmp(packet.bytes, plain.data(), plain.size()) == 0, "as it was");
}

struct Transformed {
  const char* what;
  SrtpSuite suite;
  const char* key;
  const char* plain;
  const char* cipher;
};

constexpr char kGcm128[] = "000102030405060708090a0b0c0d0e0f";
constexpr char kGcm256[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/** Under the keys of the packets themselves, not the ones that they are derived from. */
std::unique_ptr<SrtpCrypto> crypto_of(SrtpSuite suite, const Bytes& key, const Bytes& salt) {
  SrtpSessionKeys keys{};
  std::memcpy(keys.cipher, key.data(), key.size());
  std::memcpy(keys.salt, salt.data(), salt.size());
  return SrtpCrypto::create(suite, keys, keys);
}

std::unique_ptr<SrtpCrypto> crypto_of(const Transformed& vector) {
  return crypto_of(vector.suite, hex(vector.key), hex("517569642070726f2071756f"));
}

/** What is added to a packet of source 0 with number 0. */
void test_counter_vectors() {
  const Transformed vectors[] = {
      {"RFC 3711 B.2", SrtpSuite::aes_cm_128_hmac_sha1_80, "2b7e151628aed2a6abf7158809cf4f3c", "",
       "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901e4fca894c0"},
      {"RFC 6188 7.1", SrtpSuite::aes_256_cm_hmac_sha1_80, "57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98", "",
       "92bdd28a93c3f52511c677d08b5515a49da71b2378a854f67050756ded165bac63c4868b7096d88421b563b8c94c9a31"},
  };
  for (const Transformed& vector : vectors) {
    const auto crypto = crypto_of(vector.suite, hex(vector.key), hex("f0f1f2f3f4f5f6f7f8f9fafbfcfd"));
    const Bytes stream = hex(vector.cipher);
    Packet packet;
    expect(crypto->seal_rtp(packet.bytes, 12, 12 + stream.size(), 0), vector.what);
    expect(std::memcmp(packet.bytes + 12, stream.data(), stream.size()) == 0, vector.what);
  }
}

void test_gcm_rtp_vectors() {
  constexpr char kPlain[] =
      "8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573";
  const Transformed vectors[] = {
      {"RFC 7714 16.1", SrtpSuite::aead_aes_128_gcm, kGcm128, kPlain,
       "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833"
       "899d7f27beb16a9152cf765ee4390cce"},
      {"RFC 7714 16.2", SrtpSuite::aead_aes_256_gcm, kGcm256, kPlain,
       "8040f17b8041f8d35501a0b232b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b"
       "7aa3db36dfffd6b0f9bb7878d7a76c13"},
  };
  constexpr uint64_t kIndex = 0xf17b;
  for (const Transformed& vector : vectors) {
    const auto crypto = crypto_of(vector);
    const Bytes plain = hex(vector.plain);
    const Bytes cipher = hex(vector.cipher);
    Packet packet;
    std::memcpy(packet.bytes, plain.data(), plain.size());
    expect(crypto->seal_rtp(packet.bytes, 12, plain.size(), kIndex), vector.what);
    expect(std::memcmp(packet.bytes, cipher.data(), cipher.size()) == 0, vector.what);
    expect(crypto->open_rtp(packet.bytes, 12, plain.size(), packet.bytes + plain.size(), kIndex), vector.what);
    expect(std::memcmp(packet.bytes, plain.data(), plain.size()) == 0, vector.what);
  }
}

void test_gcm_rtcp_vectors() {
  constexpr char kPlain[] =
      "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef";
  const Transformed vectors[] = {
      {"RFC 7714 17.1", SrtpSuite::aead_aes_128_gcm, kGcm128, kPlain,
       "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b"
       "c84aa45896cf4d2fc5abf87245d9eade800005d4"},
      {"RFC 7714 17.2", SrtpSuite::aead_aes_256_gcm, kGcm256, kPlain,
       "81c8000d4d617273d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de0476f1b6fad"
       "1d1eb30c4446839f57ff6f6cb26ac3be800005d4"},
  };
  constexpr uint32_t kIndex = 0x5d4;
  for (const Transformed& vector : vectors) {
    const auto crypto = crypto_of(vector);
    const Bytes plain = hex(vector.plain);
    const Bytes cipher = hex(vector.cipher);
    Packet packet;
    std::memcpy(packet.bytes, plain.data(), plain.size());
    expect(crypto->seal_rtcp(packet.bytes, plain.size(), kIndex), vector.what);
    expect(std::memcmp(packet.bytes, cipher.data(), cipher.size()) == 0, vector.what);
    const uint8_t* tag = packet.bytes + plain.size();
    expect(crypto->open_rtcp(packet.bytes, plain.size(), tag + 16, tag), vector.what);
    expect(std::memcmp(packet.bytes, plain.data(), plain.size()) == 0, vector.what);
  }
}

}  // namespace

void test_standards() {
  test_vectors();
  test_counter_vectors();
  test_gcm_rtp_vectors();
  test_gcm_rtcp_vectors();
}

}  // namespace demarc::srtp_test
