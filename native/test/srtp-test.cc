// SRTP: the vectors of the standards, numbers that turn round, replays, forgeries, restarts, noise.
#include "srtp-test.h"

#include <chrono>
#include <cstring>
#include <vector>

#include "../srtp/srtp-guard.h"

namespace demarc {
namespace {

using Bytes = std::vector<uint8_t>;

SrtpTestResult result;

void expect(bool holds, const char* what) {
  result.checks += 1;
  if (holds) return;
  result.failures += 1;
  result.report += std::string("failed: ") + what + "\n";
}

Bytes hex(const char* text) {
  Bytes bytes;
  const auto digit = [](char c) { return static_cast<uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10); };
  for (; text[0] != 0; text += 2) bytes.push_back(static_cast<uint8_t>(digit(text[0]) << 4 | digit(text[1])));
  return bytes;
}

SrtpKey key_of(SrtpSuite suite, const Bytes& key, const Bytes& salt) {
  SrtpKey master;
  master.suite = suite;
  std::memcpy(master.key, key.data(), key.size());
  std::memcpy(master.salt, salt.data(), salt.size());
  return master;
}

SrtpKey counting_key(SrtpSuite suite, uint8_t first) {
  SrtpKey master;
  master.suite = suite;
  const SrtpSizes& sizes = *sizes_of(suite);
  for (size_t at = 0; at < sizes.key; at += 1) master.key[at] = static_cast<uint8_t>(first + at);
  for (size_t at = 0; at < sizes.salt; at += 1) master.salt[at] = static_cast<uint8_t>(first * 3 + at);
  return master;
}

const SrtpSuite kSuites[] = {SrtpSuite::aes_cm_128_hmac_sha1_80, SrtpSuite::aes_cm_128_hmac_sha1_32,
                             SrtpSuite::aes_256_cm_hmac_sha1_80, SrtpSuite::aes_256_cm_hmac_sha1_32,
                             SrtpSuite::aead_aes_128_gcm,        SrtpSuite::aead_aes_256_gcm};

struct Packet {
  uint8_t bytes[2100] = {};
  size_t size = 0;
};

Packet rtp(uint16_t sequence, uint32_t ssrc = 7, size_t payload = 160) {
  Packet packet;
  packet.size = 12 + payload;
  packet.bytes[0] = 0x80;
  packet.bytes[2] = static_cast<uint8_t>(sequence >> 8);
  packet.bytes[3] = static_cast<uint8_t>(sequence);
  for (int at = 0; at < 4; at += 1) packet.bytes[8 + at] = static_cast<uint8_t>(ssrc >> (24 - 8 * at));
  for (size_t at = 12; at < packet.size; at += 1) packet.bytes[at] = static_cast<uint8_t>(sequence + at);
  return packet;
}

Packet rtcp(uint32_t ssrc = 7) {
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

void test_round_trips() {
  for (const SrtpSuite suite : kSuites) {
    Line line(suite);
    expect(line.carries(1) && line.carries(2) && line.carries(40), "packets come through");
    expect(line.carries(9, 8), "of another source too");
    Packet control = rtcp();
    const Packet before = control;
    expect(line.sender->protect_rtcp(control.bytes, &control.size, sizeof control.bytes), "RTCP is protected");
    expect(std::memcmp(control.bytes + 8, before.bytes + 8, 16) != 0, "its body is hidden");
    Packet again = control;
    expect(line.unprotect_rtcp(control), "and comes back");
    expect(control.size == before.size && std::memcmp(control.bytes, before.bytes, before.size) == 0, "as it was");
    expect(line.judge_rtcp(again) == SrtpVerdict::replayed, "once");
    Packet open = rtcp();
    expect(!line.unprotect_rtcp(open), "RTCP in the clear is refused");
    Packet empty = rtp(50, 7, 0);
    expect(line.protect(empty) && line.unprotect(empty) && empty.size == 12, "a packet may be empty");
    Packet extended = rtp(51);
    extended.bytes[0] = 0x91;
    extended.bytes[18] = 0;
    extended.bytes[19] = 2;
    const Packet whole = extended;
    expect(line.protect(extended) && std::memcmp(extended.bytes, whole.bytes, 28) == 0, "header and extension stay readable");
    expect(line.unprotect(extended) && std::memcmp(extended.bytes, whole.bytes, whole.size) == 0, "and all comes back");
    Packet tight = rtp(52);
    expect(!line.sender->protect_rtp(tight.bytes, &tight.size, tight.size + 3), "nothing is written beyond the room");
  }
  expect(SrtpReceiver::create(SrtpKey{}) == nullptr && SrtpSender::create(SrtpKey{}) == nullptr, "without a suite there is no receiver");
}

void test_forgeries() {
  for (const SrtpSuite suite : kSuites) {
    Line line(suite);
    line.carries(100);
    Packet good = rtp(101);
    line.protect(good);
    bool refused = true;
    for (size_t at = 0; at < good.size; at += 1) {
      Packet bad = good;
      bad.bytes[at] ^= 0x04;
      refused = refused && !line.unprotect(bad);
    }
    expect(refused, "each changed byte is noticed");
    refused = true;
    for (size_t size = 0; size < good.size; size += 1) {
      Packet cut = good;
      cut.size = size;
      refused = refused && !line.unprotect(cut);
    }
    expect(refused, "each cut is noticed");
    Packet copy = good;
    expect(line.unprotect(copy), "none of it has used the true one up");
    copy = good;
    expect(!line.unprotect(copy), "which comes once");
    Line stranger(counting_key(suite, 9));
    Packet foreign = rtp(102);
    stranger.protect(foreign);
    expect(!line.unprotect(foreign), "another key opens nothing");
    Packet plain = rtp(103);
    expect(!line.unprotect(plain), "a packet in the clear is refused");
  }
}

void test_turns() {
  for (const SrtpSuite suite : kSuites) {
    Line line(suite);
    bool carried = true;
    // Four turns with gaps: 262,144 numbers.
    for (uint32_t index = 60000; index < 330000; index += 997) carried = carried && line.carries(static_cast<uint16_t>(index));
    expect(carried, "the roll-over counter follows");
    expect(line.receive.sources[0].highest >> 16 == 5 && line.send.sources[0].highest >> 16 == 5, "on both ends");
  }
  Line line(SrtpSuite::aes_cm_128_hmac_sha1_80);
  line.carries(65530);
  Packet late = rtp(65534);
  Packet early = rtp(2);
  line.protect(late);
  line.protect(early);
  expect(line.unprotect(early) && line.unprotect(late), "packets may change places at the turn");
  Packet before = rtp(65000);
  Line fresh(SrtpSuite::aes_cm_128_hmac_sha1_80);
  fresh.carries(3);
  expect(!fresh.protect(before), "before the first turn there is nothing");
}

void test_late_listener() {
  for (const SrtpSuite suite : kSuites) {
    Line line(suite);
    Packet missed = rtp(65535);
    line.protect(missed);
    Packet first = rtp(0);
    Packet second = rtp(1);
    expect(line.protect(first) && line.protect(second), "the sender turns round");
    expect(line.unprotect(first) && line.unprotect(second), "who missed the packets before the turn finds in");
  }
}

void test_replay() {
  Line line(SrtpSuite::aead_aes_128_gcm);
  std::vector<Packet> sent;
  for (uint16_t sequence = 1; sequence <= 300; sequence += 1) {
    sent.push_back(rtp(sequence));
    line.protect(sent.back());
  }
  const auto again = [&](size_t sequence) {
    Packet copy = sent[sequence - 1];
    return line.unprotect(copy);
  };
  expect(again(300), "the newest");
  expect(again(173) && !again(173), "127 before it is still new, once");
  expect(!again(172), "128 before it is too old");
  bool once = true;
  for (size_t sequence = 174; sequence < 300; sequence += 1) once = once && again(sequence) && !again(sequence);
  expect(once, "all between come once");
}

void test_sender_uses_no_number_twice() {
  Line line(SrtpSuite::aead_aes_128_gcm);
  expect(line.carries(1000), "a source speaks");
  Packet same = rtp(1000);
  expect(!line.protect(same), "its number is used up");
  Packet before = rtp(1000);
  for (uint16_t sequence = 1001; sequence < 1400; sequence += 1) line.carries(sequence);
  expect(!line.protect(before), "and stays so");
  expect(line.carries(1400), "the source goes on");
  // Restarted with its old SSRC, far back.
  Packet first = rtp(200);
  expect(!line.protect(first), "a jump back is not believed at once");
  Packet second = rtp(201);
  expect(line.protect(second), "but when it goes on");
  expect(second.bytes[2] == (1401 >> 8) && second.bytes[3] == (1401 & 0xff), "under the next number");
  expect(line.unprotect(second), "which its listener takes");
  Packet third = rtp(202);
  expect(line.protect(third) && line.unprotect(third) && third.bytes[3] == (1402 & 0xff), "and so on");
  for (uint32_t ssrc = 100; ssrc < 100 + kSrtpSources + kSrtpRetired - 1; ssrc += 1) expect(line.carries(1, ssrc), "sources follow each other");
  expect(!line.carries(5000, 7), "one that was given up does not begin again");
  bool carried = true;
  bool refused = true;
  for (uint32_t ssrc = 200; ssrc < 500; ssrc += 1) {
    carried = carried && line.carries(1, ssrc);
    if (ssrc < 200 + kSrtpSources + kSrtpRetired) continue;
    refused = refused && !line.carries(9, ssrc - kSrtpSources) && !line.carries(9, ssrc - kSrtpSources - kSrtpRetired + 1);
  }
  expect(carried, "there is no end to sources");
  expect(refused, "and the last that were given up are known at any time");
  expect(line.carries(2, 499), "those that are there go on");
}

void test_restart() {
  for (const SrtpSuite suite : kSuites) {
    const SrtpKey key = counting_key(suite, 1);
    Line line(key);
    for (uint32_t index = 65000; index < 70000; index += 100) line.carries(static_cast<uint16_t>(index));
    Packet heard = rtp(70001 & 0xffff);
    line.protect(heard);
    Packet replayed = heard;
    line.unprotect(heard);
    line.key_sender(key);
    line.key_receiver(key);
    expect(line.carries(70002 & 0xffff), "the same key goes on where it was");
    expect(!line.unprotect(replayed), "with what it has seen");
    expect(line.receive.sources[0].highest >> 16 == 1, "in the turn where it was");
    line.key_sender(counting_key(suite, 2));
    line.key_receiver(counting_key(suite, 2));
    expect(line.carries(5) && line.receive.sources[0].highest == 5, "another key begins anew");
  }
}

/** A peer with a new key: some begin their turns anew with it, some do not (RFC 4568 section 7.1.4, RFC 3711 3.3.1). */
void test_new_key() {
  for (const SrtpSuite suite : kSuites) {
    for (const bool anew : {true, false}) {
      Line line(counting_key(suite, 1));
      // Three turns.
      for (uint32_t index = 60000; index < 230000; index += 997) line.carries(static_cast<uint16_t>(index));
      const uint64_t highest = line.send.sources[0].highest;
      line.key_sender(counting_key(suite, 2));
      line.key_receiver(counting_key(suite, 2));
      if (!anew) {
        SrtpSource& source = line.send.sources[0];
        source.ssrc = 7;
        source.stamp = line.send.clock = 1;
        source.has_rtp = 1;
        source.highest = highest;
      }
      const auto next = static_cast<uint16_t>(highest + 40);
      Packet stranger = rtp(next, 9);
      line.protect(stranger);
      expect(line.unprotect(stranger), "an unknown source under the new key is heard");
      Packet packet = rtp(next);
      expect(line.protect(packet), "the new key protects");
      Packet again = packet;
      expect(line.unprotect(packet), anew ? "who begins anew is heard" : "who goes on is heard");
      expect(line.judge(again) == SrtpVerdict::replayed, "once");
      const uint64_t turn = line.receive.sources[0].highest >> 16;
      expect(turn == (anew ? 0u : highest >> 16), "in its turn");
      expect(line.carries(static_cast<uint16_t>(next + 1)), "and goes on");
    }
  }
}

struct Guarded {
  SrtpState state{};
  std::unique_ptr<SrtpGuard> guard;

  void rekey(const SrtpKey& receive, const SrtpKey& send) {
    auto next = SrtpGuard::create(receive, send);
    next->begin(&state, guard.get());
    guard = std::move(next);
  }
  GuardVerdict take(Packet packet, bool rtcp = false) {
    PacketRoom room{packet.bytes, packet.size, sizeof packet.bytes};
    return guard->unprotect(room, rtcp);
  }
};

void test_guard() {
  for (const SrtpSuite suite : kSuites) {
    const SrtpKey old_key = counting_key(suite, 1);
    const SrtpKey new_key = counting_key(suite, 2);
    const SrtpKey ours = counting_key(suite, 3);
    Line old_line(old_key);
    Line new_line(new_key);
    std::vector<Packet> before;
    for (uint16_t sequence = 1; sequence <= 6; sequence += 1) {
      before.push_back(rtp(sequence));
      old_line.protect(before.back());
    }
    Packet report = rtcp();
    old_line.sender->protect_rtcp(report.bytes, &report.size, sizeof report.bytes);
    Packet after = rtp(7);
    Packet later = rtp(8);
    new_line.protect(after);
    new_line.protect(later);

    Guarded side;
    side.rekey(old_key, ours);
    expect(side.take(before[0]) == GuardVerdict::good && side.take(before[0]) == GuardVerdict::replayed, "each packet comes once");
    expect(side.take(after) == GuardVerdict::forged, "the new key is not known yet");
    side.rekey(new_key, ours);
    expect(side.take(before[0]) == GuardVerdict::replayed, "what was seen before the change was seen");
    expect(side.take(before[1]) == GuardVerdict::good, "what was under way is taken after it");
    expect(side.take(report, true) == GuardVerdict::good, "reports too");
    expect(side.take(after) == GuardVerdict::good, "and the new key's packets");
    expect(side.take(before[2]) == GuardVerdict::forged, "which end the old key");
    expect(side.take(later) == GuardVerdict::good && side.take(later) == GuardVerdict::replayed, "and go on");
    expect(side.take(rtp(9)) == GuardVerdict::forged, "nothing passes in the clear");

    // Our own key goes on whatever the peer does to its own.
    Packet sent = rtp(1);
    PacketRoom room{sent.bytes, sent.size, sizeof sent.bytes};
    expect(side.guard->protect(room, false), "we send");
    side.rekey(old_key, ours);
    Packet twice = rtp(1);
    PacketRoom again{twice.bytes, twice.size, sizeof twice.bytes};
    expect(!side.guard->protect(again, false), "under no number twice, the peer's new key or not");

    auto same = SrtpGuard::create(old_key, ours);
    expect(same->mark() == side.guard->mark(), "the same keys are the same guard");
    SrtpKey marked = old_key;
    marked.mki_bytes = 1;
    expect(SrtpGuard::create(marked, ours)->mark() != same->mark(), "another mark is another");
    expect(SrtpGuard::create(ours, old_key)->mark() != same->mark(), "and so is the other way round");
    // A relay that was started again: nothing before, the memory as it was.
    Guarded restarted;
    restarted.state = side.state;
    restarted.rekey(old_key, ours);
    Packet third = rtp(1);
    PacketRoom there{third.bytes, third.size, sizeof third.bytes};
    expect(!restarted.guard->protect(there, false), "the memory knows what was sent");
  }
  expect(SrtpGuard::create(SrtpKey{}, counting_key(kSuites[0], 1)) == nullptr, "without keys there is no guard");
}

/** CVE-2021-41105 ended calls by a hundred of them. */
void test_flood_of_forgeries() {
  for (const SrtpSuite suite : {SrtpSuite::aes_cm_128_hmac_sha1_80, SrtpSuite::aead_aes_256_gcm}) {
    const SrtpKey theirs = counting_key(suite, 1);
    Line line(theirs);
    Guarded side;
    side.rekey(theirs, counting_key(suite, 3));
    Packet first = rtp(1);
    line.protect(first);
    expect(side.take(first) == GuardVerdict::good, "a peer speaks");
    const SrtpReceiveState before = side.state.receive;
    Packet good = rtp(2);
    line.protect(good);
    int forged = 0;
    for (int count = 0; count < 100000; count += 1) {
      Packet bad = good;
      bad.bytes[good.size - 1 - static_cast<size_t>(count) % 100] ^= static_cast<uint8_t>(1 + count % 255);
      forged += side.take(bad) == GuardVerdict::forged ? 1 : 0;
    }
    expect(forged == 100000, "a hundred thousand forgeries are each known for one");
    expect(std::memcmp(&before, &side.state.receive, sizeof before) == 0, "and leave nothing behind");
    expect(side.take(good) == GuardVerdict::good, "the peer goes on");
  }
}

/** A peer that marks its packets: RFC 3711 has the mark before the tag, RFC 7714 behind it. */
void test_mki() {
  for (const SrtpSuite suite : kSuites) {
    const SrtpKey key = counting_key(suite, 1);
    SrtpKey marked = key;
    marked.mki_bytes = 2;
    marked.mki[1] = 5;
    Line line(key);
    line.key_receiver(marked);
    const SrtpSizes& sizes = *sizes_of(suite);
    const auto insert = [&](Packet& packet, size_t before_end, uint8_t last) {
      uint8_t* at = packet.bytes + packet.size - before_end;
      std::memmove(at + 2, at, before_end);
      at[0] = 0;
      at[1] = last;
      packet.size += 2;
    };
    Packet packet = rtp(1);
    line.protect(packet);
    Packet unmarked = packet;
    Packet other = packet;
    insert(other, sizes.aead ? 0 : sizes.rtp_tag, 6);
    insert(packet, sizes.aead ? 0 : sizes.rtp_tag, 5);
    expect(!line.unprotect(unmarked) && !line.unprotect(other), "without its mark or with another it is not taken");
    expect(line.unprotect(packet) && packet.size == 172, "with its mark it is");
    Packet control = rtcp();
    line.sender->protect_rtcp(control.bytes, &control.size, sizeof control.bytes);
    insert(control, sizes.aead ? 0 : sizes.rtcp_tag, 5);
    expect(line.unprotect_rtcp(control) && control.size == 32, "RTCP too");
  }
}

void test_noise() {
  uint32_t random = 1;
  const auto next = [&random] { return random = random * 1664525u + 1013904223u, static_cast<uint8_t>(random >> 24); };
  for (const SrtpSuite suite : kSuites) {
    Line line(suite);
    Line outward(suite);
    line.carries(1);
    int opened = 0;
    for (int round = 0; round < 20000; round += 1) {
      Packet packet;
      packet.size = next() % 80;
      for (size_t at = 0; at < packet.size; at += 1) packet.bytes[at] = next();
      if (next() % 2 == 0) packet.bytes[0] = 0x80;
      Packet copy = packet;
      opened += line.unprotect(packet) ? 1 : 0;
      opened += line.unprotect_rtcp(copy) ? 1 : 0;
      outward.sender->protect_rtp(packet.bytes, &packet.size, packet.size + next() % 24);
      outward.sender->protect_rtcp(copy.bytes, &copy.size, copy.size + next() % 24);
    }
    expect(opened == 0, "noise opens nothing");
    expect(line.receive.clock == 1, "and leaves no trace");
    expect(line.carries(2), "the call goes on");
  }
}

}  // namespace

SrtpTestResult run_srtp_tests() {
  result = SrtpTestResult{};
  test_vectors();
  test_counter_vectors();
  test_gcm_rtp_vectors();
  test_gcm_rtcp_vectors();
  test_round_trips();
  test_forgeries();
  test_turns();
  test_late_listener();
  test_replay();
  test_sender_uses_no_number_twice();
  test_restart();
  test_new_key();
  test_guard();
  test_flood_of_forgeries();
  test_mki();
  test_noise();
  return result;
}

double measure_srtp(int suite, int packets) {
  Line line(static_cast<SrtpSuite>(suite));
  if (line.sender == nullptr || line.receiver == nullptr) return 0;
  Packet packet = rtp(0);
  const auto before = std::chrono::steady_clock::now();
  for (int index = 0; index < packets; index += 1) {
    packet.bytes[2] = static_cast<uint8_t>(index >> 8);
    packet.bytes[3] = static_cast<uint8_t>(index);
    if (!line.protect(packet) || !line.unprotect(packet)) return 0;
  }
  const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - before;
  return spent.count() / packets;
}

}  // namespace demarc

#ifdef DEMARC_STANDALONE
#include <cstdio>
#include <cstdlib>

int main(int count, char** words) {
  if (count > 1) {
    for (int suite = 1; suite <= 6; suite += 1) std::printf("suite %d: %.0f ns\n", suite, demarc::measure_srtp(suite, std::atoi(words[1])));
    return 0;
  }
  const demarc::SrtpTestResult result = demarc::run_srtp_tests();
  std::printf("%s%d checks, %d failed\n", result.report.c_str(), result.checks, result.failures);
  return result.failures == 0 ? 0 : 1;
}
#endif
