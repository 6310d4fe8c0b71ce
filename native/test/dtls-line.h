// Two ends that agree on keys over a line in memory, which loses, doubles and forges what it is told to. Time passes when a test says so.
#pragma once

#include <cstring>
#include <deque>

#include "../dtls/dtls-book.h"
#include "bytes.h"
#include "check.h"

namespace demarc::dtls_test {

constexpr int64_t kSecondNs = 1000000000;
/** When OpenSSL sends a flight again, by its own clock. */
constexpr unsigned kNeverUs = 1000000000;
constexpr unsigned kSoonUs = 1000;
constexpr int kManyRounds = 10000000;
constexpr int kRtp = 10;
constexpr int kRtcp = 11;
inline const std::vector<SrtpSuite> kAll = {SrtpSuite::aead_aes_256_gcm, SrtpSuite::aead_aes_128_gcm, SrtpSuite::aes_cm_128_hmac_sha1_80,
                                     SrtpSuite::aes_cm_128_hmac_sha1_32};

inline Bytes digest_in(const std::string& fingerprint) {
  Bytes digest;
  for (size_t index = 0; index < fingerprint.size(); index += 3)
    digest.push_back(static_cast<uint8_t>(std::stoi(fingerprint.substr(index, 2), nullptr, 16)));
  return digest;
}

struct Datagram {
  Address from;
  Address to;
  Bytes bytes;
};

/** One end: a book, and the address that its side is at. */
struct End {
  IdentityRoom room{};
  Address rtp;
  Address rtcp;
  std::deque<Datagram>* line;
  unsigned again_us;
  int64_t now_ns = 100 * kSecondNs;
  std::unique_ptr<DtlsBook> book;
  std::vector<HandshakeOutcome> outcomes;

  End(const char* host, uint16_t port, std::deque<Datagram>* shared, unsigned timeout_us = kNeverUs)
      : rtp(at(host, port)), rtcp(at(host, port + 1)), line(shared), again_us(timeout_us) {
    open({});
  }

  void open(const DtlsLimits& limits) {
    const auto send = [this](int fd, const uint8_t* bytes, size_t size, const Address& to) {
      line->push_back({fd == kRtp ? rtp : rtcp, to, Bytes(bytes, bytes + size)});
    };
    book = std::make_unique<DtlsBook>(DtlsContext::create(DtlsIdentity::open(&room), again_us), send, limits);
  }

  Bytes digest() const { return digest_in(book->context().identity().fingerprint()); }

  HandshakeTerms terms_with(const End& peer, bool client, const char* name = "one") const {
    HandshakeTerms terms;
    terms.client = client;
    terms.digest = DigestKind::sha256;
    terms.fingerprints = {peer.digest()};
    terms.suites = kAll;
    terms.association = name;
    return terms;
  }

  void aim(const Address& rtp_to, const Address& rtcp_to, bool apart = false, Learn learn = Learn::none) {
    HandshakeAim aim;
    aim.rtp_fd = kRtp;
    aim.rtcp_fd = kRtcp;
    aim.apart = apart;
    if (rtp_to.set()) signal_remote(aim.rtp, rtp_to, learn);
    if (rtcp_to.set()) signal_remote(aim.rtcp, rtcp_to, learn);
    book->aim(0, 0, aim, now_ns);
  }

  void hear(const Datagram& datagram, bool exact = true) {
    const bool rtcp_port = same(datagram.to, rtcp);
    book->receive({0, 0, rtcp_port}, datagram.bytes.data(), datagram.bytes.size(), datagram.from, exact, now_ns);
    gather();
  }

  void pass_time(int64_t ns) {
    now_ns += ns;
    book->tick(now_ns);
    gather();
  }

  void gather() {
    HandshakeOutcome outcome;
    while (book->next_outcome(&outcome)) outcomes.push_back(std::move(outcome));
  }

  const HandshakeOutcome* last() const { return outcomes.empty() ? nullptr : &outcomes.back(); }
  bool keyed() const { return last() != nullptr && last()->fault == HandshakeFault::none; }
};

struct Line {
  std::deque<Datagram> queue;
  End a;
  End b;
  uint64_t carried = 0;

  explicit Line(unsigned timeout_us = kNeverUs) : a("192.0.2.1", 1000, &queue, timeout_us), b("192.0.2.2", 2000, &queue, timeout_us) {}

  /** A is the client, B the server. */
  void begin(const char* name = "one") {
    b.book->begin(0, 0, b.terms_with(a, false, name), {});
    a.book->begin(0, 0, a.terms_with(b, true, name), {});
    b.aim(a.rtp, a.rtcp);
    a.aim(b.rtp, b.rtcp);
  }

  End* end_at(const Address& to) {
    for (End* end : {&a, &b}) {
      if (same_host(end->rtp, to)) return end;
    }
    return nullptr;
  }

  /** Carries what is there and what comes of it. `lost` is asked about each. */
  template <typename Lost>
  void carry(const Lost& lost) {
    for (int most = 200; most > 0 && !queue.empty(); most -= 1) {
      const Datagram datagram = queue.front();
      queue.pop_front();
      carried += 1;
      End* end = end_at(datagram.to);
      if (end != nullptr && !lost(datagram)) end->hear(datagram);
    }
  }
  void carry() {
    carry([](const Datagram&) { return false; });
  }

  bool keyed() const { return a.keyed() && b.keyed(); }
};

/** Until both have keys. OpenSSL's clock goes by itself: what is waited for here is a condition. */
template <typename Lost>
inline void carry_until_keyed(Line& line, const Lost& lost) {
  for (int round = 0; round < kManyRounds && !line.keyed(); round += 1) {
    line.carry(lost);
    line.a.pass_time(1000);
    line.b.pass_time(1000);
  }
}

inline bool same_keys(const KeptKeys& one, const KeptKeys& other) {
  return one.suite == other.suite && one.suite != 0 && std::memcmp(one.rtp.receive, other.rtp.send, sizeof one.rtp.send) == 0 &&
         std::memcmp(one.rtp.send, other.rtp.receive, sizeof one.rtp.send) == 0 &&
         std::memcmp(one.rtp.send, one.rtp.receive, sizeof one.rtp.send) != 0;
}

/** Whether a packet of one comes through to the other. */
inline bool talks(PacketGuard& from, SrtpState* from_state, PacketGuard& to, SrtpState* to_state, bool rtcp = false) {
  uint8_t bytes[200] = {0x80, static_cast<uint8_t>(rtcp ? 200 : 0), 0, 6};
  for (size_t index = 4; index < 40; index += 1) bytes[index] = static_cast<uint8_t>(index);
  PacketRoom packet{bytes, 28, sizeof bytes};
  from.begin(from_state, nullptr);
  to.begin(to_state, nullptr);
  if (!from.protect(packet, rtcp) || packet.size <= 28) return false;
  return to.unprotect(packet, rtcp) == GuardVerdict::good && packet.size == 28 && bytes[27] == 27;
}

}  // namespace demarc::dtls_test
