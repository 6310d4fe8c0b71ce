// Two relays agree on keys over a line in memory, which loses, doubles and forges what it is told to. Time passes when a test says so.
#include "dtls-test.h"

#include <cstring>
#include <deque>

#include "../dtls/dtls-book.h"

namespace demarc {
namespace {

SrtpTestResult result;

void expect(bool holds, const std::string& what) {
  result.checks += 1;
  if (holds) return;
  result.failures += 1;
  result.report.append("failed: ").append(what).append("\n");
}

using Bytes = std::vector<uint8_t>;

constexpr int64_t kSecondNs = 1000000000;
/** When OpenSSL sends a flight again, by its own clock. */
constexpr unsigned kNeverUs = 1000000000;
constexpr unsigned kSoonUs = 1000;
constexpr int kManyRounds = 10000000;
constexpr int kRtp = 10;
constexpr int kRtcp = 11;
const std::vector<SrtpSuite> kAll = {SrtpSuite::aead_aes_256_gcm, SrtpSuite::aead_aes_128_gcm, SrtpSuite::aes_cm_128_hmac_sha1_80,
                                     SrtpSuite::aes_cm_128_hmac_sha1_32};

Address at(const char* host, uint16_t port) {
  Address address;
  parse_address(host, port, &address);
  return address;
}

Bytes digest_in(const std::string& fingerprint) {
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
void carry_until_keyed(Line& line, const Lost& lost) {
  for (int round = 0; round < kManyRounds && !line.keyed(); round += 1) {
    line.carry(lost);
    line.a.pass_time(1000);
    line.b.pass_time(1000);
  }
}

bool same_keys(const KeptKeys& one, const KeptKeys& other) {
  return one.suite == other.suite && one.suite != 0 && std::memcmp(one.rtp.receive, other.rtp.send, sizeof one.rtp.send) == 0 &&
         std::memcmp(one.rtp.send, other.rtp.receive, sizeof one.rtp.send) == 0 &&
         std::memcmp(one.rtp.send, one.rtp.receive, sizeof one.rtp.send) != 0;
}

/** Whether a packet of one comes through to the other. */
bool talks(PacketGuard& from, SrtpState* from_state, PacketGuard& to, SrtpState* to_state, bool rtcp = false) {
  uint8_t bytes[200] = {0x80, static_cast<uint8_t>(rtcp ? 200 : 0), 0, 6};
  for (size_t index = 4; index < 40; index += 1) bytes[index] = static_cast<uint8_t>(index);
  PacketRoom packet{bytes, 28, sizeof bytes};
  from.begin(from_state, nullptr);
  to.begin(to_state, nullptr);
  if (!from.protect(packet, rtcp) || packet.size <= 28) return false;
  return to.unprotect(packet, rtcp) == GuardVerdict::good && packet.size == 28 && bytes[27] == 27;
}

void test_agreement() {
  for (const SrtpSuite suite : kAll) {
    Line line;
    HandshakeTerms server = line.b.terms_with(line.a, false);
    server.suites = {suite};
    line.b.book->begin(0, 0, server, {});
    line.a.book->begin(0, 0, line.a.terms_with(line.b, true), {});
    line.b.aim(line.a.rtp, line.a.rtcp);
    line.a.aim(line.b.rtp, line.b.rtcp);
    line.carry();
    expect(line.keyed() && line.a.last()->keys.suite == static_cast<uint8_t>(suite), "the suite that both know is agreed on");
    if (!line.keyed()) continue;
    expect(same_keys(line.a.last()->keys, line.b.last()->keys), "each hears under what the other sends with");
    expect(same(line.b.last()->peer, line.a.rtp), "the peer is where it spoke from");
    SrtpState states[2] = {};
    expect(talks(*line.a.last()->guard, &states[0], *line.b.last()->guard, &states[1]), "and is understood");
    expect(line.a.outcomes.size() == 1 && line.b.outcomes.size() == 1, "which is told once");
  }
  Line line;
  HandshakeTerms server = line.b.terms_with(line.a, false);
  server.suites = {SrtpSuite::aes_cm_128_hmac_sha1_32};
  HandshakeTerms client = line.a.terms_with(line.b, true);
  client.suites = {SrtpSuite::aead_aes_128_gcm};
  line.b.book->begin(0, 0, server, {});
  line.a.book->begin(0, 0, client, {});
  line.b.aim(line.a.rtp, line.a.rtcp);
  line.a.aim(line.b.rtp, line.b.rtcp);
  line.carry();
  expect(!line.a.keyed() && !line.b.keyed(), "without a suite that both know there are no keys");
  expect(line.b.last() != nullptr && line.b.last()->fault == HandshakeFault::profile, "which is told");
}

void test_cookies() {
  Line line;
  line.begin();
  expect(line.queue.size() == 1, "a client says hello");
  if (line.queue.empty()) return;
  const Datagram hello = line.queue.front();
  expect(glance_at_dtls(hello.bytes.data(), hello.bytes.size()).hello, "which is seen at a glance");
  line.queue.clear();
  for (uint16_t port = 3000; port < 3010; port += 1) {
    Datagram forged = hello;
    forged.from = at("192.0.2.66", port);
    line.b.hear(forged, false);
  }
  expect(line.queue.size() == 10 && line.b.book->handshakes() == 0, "a hello is answered with a cookie, and nothing is kept of it");
  size_t longest = 0;
  for (const Datagram& answer : line.queue) longest = std::max(longest, answer.bytes.size());
  expect(longest < hello.bytes.size() / 2, "which is shorter than the hello");
  // The cookie of one address is none of another's.
  const Bytes cookie = line.queue.front().bytes;
  line.queue.clear();
  line.a.hear({line.b.rtp, line.a.rtp, cookie});
  expect(line.queue.size() == 1 && line.queue.front().bytes.size() > hello.bytes.size(), "who is told it says hello with it");
  line.carry();
  expect(line.b.book->handshakes() == 0 && !line.keyed(), "and is not taken for the other");
  line.a.pass_time(5 * kSecondNs);
  line.b.pass_time(5 * kSecondNs);
  line.carry();
  expect(line.keyed(), "which has cost it some seconds, and no more");
}

void test_wrong_certificate() {
  Line line;
  line.begin();
  HandshakeTerms other = line.b.terms_with(line.b, false, "two");
  line.b.book->begin(0, 0, other, {});
  line.b.aim(line.a.rtp, line.a.rtcp);
  line.carry();
  expect(!line.a.keyed() && !line.b.keyed(), "with another certificate than was signalled there are no keys");
  expect(line.b.outcomes.size() == 1 && line.b.last()->fault == HandshakeFault::fingerprint, "and the call is told why, once");
  Line back;
  back.b.book->begin(0, 0, back.b.terms_with(back.a, false), {});
  back.a.book->begin(0, 0, back.a.terms_with(back.a, true), {});
  back.b.aim(back.a.rtp, back.a.rtcp);
  back.a.aim(back.b.rtp, back.b.rtcp);
  back.carry();
  expect(!back.a.keyed() && !back.b.keyed() && back.a.last() != nullptr && back.a.last()->fault == HandshakeFault::fingerprint,
         "a client looks at a server's likewise");
}

/** SECURITY: a hello from elsewhere, before and during the handshake, with a certificate of its own (CVE-2023-49786, -51443, -51275). */
void test_hello_race() {
  Line line;
  std::deque<Datagram> theirs;
  End mallory("192.0.2.66", 6666, &theirs);
  line.begin();
  mallory.book->begin(0, 0, mallory.terms_with(line.b, true, "mine"), {});
  mallory.aim(line.b.rtp, line.b.rtcp);
  const auto race = [&](int most) {
    for (; most > 0 && !theirs.empty(); most -= 1) {
      const Datagram datagram = theirs.front();
      theirs.pop_front();
      if (same_host(datagram.to, line.b.rtp)) line.b.hear(datagram, false);
      for (size_t at_queue = 0; at_queue < line.queue.size();) {
        if (!same_host(line.queue[at_queue].to, mallory.rtp)) {
          at_queue += 1;
          continue;
        }
        const Datagram answer = line.queue[at_queue];
        line.queue.erase(line.queue.begin() + static_cast<std::ptrdiff_t>(at_queue));
        mallory.hear(answer);
      }
    }
  };
  race(2);
  int heard = 0;
  line.carry([&](const Datagram&) {
    heard += 1;
    race(1);
    return false;
  });
  race(100);
  expect(line.keyed(), "a stranger's handshake does not keep the peer from its own");
  expect(!mallory.keyed() && line.b.outcomes.size() == 1, "and comes to nothing that is told");
  // A hello that offers nothing but a cipher without encryption.
  Line second(kSoonUs);
  second.begin();
  Bytes null_hello = second.queue.front().bytes;
  const size_t ciphers_at = 13 + 12 + 2 + 32 + 1 + 1;
  null_hello[ciphers_at + 2] = 0;
  null_hello[ciphers_at + 3] = 1;
  for (int round = 0; round < 50; round += 1) {
    second.b.hear({at("192.0.2.66", 6666), second.b.rtp, null_hello}, false);
    second.b.hear({second.a.rtp, second.b.rtp, null_hello});
    second.carry([&](const Datagram& datagram) { return !same_host(datagram.to, second.a.rtp) && !same_host(datagram.to, second.b.rtp); });
  }
  second.b.now_ns += kSecondNs;
  carry_until_keyed(second, [](const Datagram&) { return false; });
  expect(second.keyed(), "nor do hellos without encryption, from anywhere");
}

void test_forged_alerts() {
  Line line;
  line.begin();
  const Bytes alert = {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40};
  line.carry([&](const Datagram&) {
    line.a.hear({line.b.rtp, line.a.rtp, alert});
    line.b.hear({line.a.rtp, line.b.rtp, alert});
    return false;
  });
  expect(line.keyed(), "alerts that anybody can send end nothing");
}

void test_losses() {
  for (uint64_t gap = 2; gap < 12; gap += 1) {
    Line line(kSoonUs);
    line.begin();
    carry_until_keyed(line, [&](const Datagram&) { return line.carried % gap == 0; });
    expect(line.keyed() && same_keys(line.a.last()->keys, line.b.last()->keys), "lost datagrams are sent again");
  }
  Line doubled;
  doubled.begin();
  doubled.carry([&](const Datagram& datagram) {
    End* end = doubled.end_at(datagram.to);
    if (end != nullptr) end->hear(datagram);
    return false;
  });
  expect(doubled.keyed() && same_keys(doubled.a.last()->keys, doubled.b.last()->keys), "what comes twice is nothing new");
  // The last flight is lost, and once more, while the server takes itself for done.
  Line last(kSoonUs);
  last.begin();
  int lost = 0;
  carry_until_keyed(last, [&](const Datagram& datagram) {
    const bool of_last = last.b.keyed() && same_host(datagram.to, last.a.rtp) && lost < 4;
    lost += of_last ? 1 : 0;
    return of_last;
  });
  expect(last.keyed() && lost == 4, "a server that is done still answers for its last flight");
}

void test_terms() {
  Line line;
  line.begin();
  line.carry();
  line.begin();
  line.carry();
  expect(line.a.outcomes.size() == 1 && line.b.outcomes.size() == 1, "the same terms again change nothing");
  const KeptKeys first = line.a.last()->keys;
  line.begin("two");
  line.carry();
  expect(line.a.outcomes.size() == 2 && line.b.outcomes.size() == 2, "another association is another handshake");
  expect(same_keys(line.a.last()->keys, line.b.last()->keys), "with keys that both have");
  expect(std::memcmp(first.rtp.send, line.a.last()->keys.rtp.send, 16) != 0, "which are new ones");
  // The peer begins anew without a word: RFC 8842 section 4 for those who know no tls-id.
  line.a.open({});
  line.a.book->begin(0, 0, line.a.terms_with(line.b, true, "two"), {});
  line.a.aim(line.b.rtp, line.b.rtcp);
  line.carry();
  expect(line.b.outcomes.size() == 3 && same_keys(line.a.last()->keys, line.b.last()->keys), "a peer that begins anew is answered");
  line.b.book->end(0, 0);
  line.a.open({});
  line.a.book->begin(0, 0, line.a.terms_with(line.b, true, "three"), {});
  line.a.aim(line.b.rtp, line.b.rtcp);
  line.carry();
  line.b.gather();
  expect(line.b.outcomes.size() == 3 && line.b.book->next_ns() == -1, "after the end nobody is");
}

/** A relay that is started again on the memory of the one before. */
void test_restart() {
  Line line;
  line.begin();
  line.carry();
  if (!line.keyed()) return expect(false, "keys to be kept");
  const KeptKeys kept = line.a.last()->keys;
  const HandshakeTerms terms = line.a.terms_with(line.b, true);
  const Bytes before = line.a.digest();
  line.a.open({});
  expect(line.a.digest() == before, "its certificate is the same");
  line.a.book->begin(0, 0, terms, kept);
  line.a.aim(line.b.rtp, line.b.rtcp);
  expect(line.queue.empty() && kept.mark == terms.mark(), "where keys were kept nothing is begun");
  const auto guard = make_dtls_guard(kept);
  SrtpState states[2] = {};
  expect(guard != nullptr && talks(*line.b.last()->guard, &states[0], *guard, &states[1]), "and they are understood");
  line.a.pass_time(60 * kSecondNs);
  expect(line.a.outcomes.size() == 1, "nor is anything missed");
  line.a.open({});
  line.a.book->begin(0, 0, line.a.terms_with(line.b, true, "two"), kept);
  line.a.aim(line.b.rtp, line.b.rtcp);
  expect(line.queue.size() == 1, "under other terms it is");
  expect(make_dtls_guard(KeptKeys{}) == nullptr, "no keys are no guard");
}

void test_silence() {
  Line line;
  line.b.book->begin(0, 0, line.b.terms_with(line.a, false), {});
  line.b.pass_time(100 * kSecondNs);
  expect(line.b.outcomes.empty(), "before it is aimed nobody is missed");
  line.b.aim(line.a.rtp, line.a.rtcp);
  line.b.pass_time(14 * kSecondNs);
  expect(line.b.outcomes.empty(), "a peer has its time");
  line.b.pass_time(2 * kSecondNs);
  line.b.pass_time(100 * kSecondNs);
  expect(line.b.outcomes.size() == 1 && line.b.last()->fault == HandshakeFault::silence, "its silence is told once");
  line.b.aim(line.a.rtp, line.a.rtcp);
  line.b.pass_time(16 * kSecondNs);
  expect(line.b.outcomes.size() == 2, "and again when it is aimed anew");
  line.a.book->begin(0, 0, line.a.terms_with(line.b, true), {});
  line.a.aim(line.b.rtp, line.b.rtcp);
  line.carry();
  expect(line.b.outcomes.size() == 3 && line.keyed(), "who comes late comes all the same");
  // The same peer is asked to begin anew and does not: what there is goes on.
  line.b.book->begin(0, 0, line.b.terms_with(line.a, false, "two"), {});
  line.b.aim(line.a.rtp, line.a.rtcp);
  line.b.pass_time(60 * kSecondNs);
  expect(line.b.outcomes.size() == 3, "where the keys of the same peer stand nothing is missed");
  // A client whom nobody answers goes on asking, now and then.
  Line alone;
  alone.a.book->begin(0, 0, alone.a.terms_with(alone.b, true), {});
  alone.a.aim(alone.b.rtp, alone.b.rtcp);
  for (int second = 0; second < 14; second += 1) alone.a.pass_time(kSecondNs);
  expect(alone.queue.size() == 4 && alone.a.outcomes.empty(), "a client asks again, and not without end");
}

void test_address_unknown() {
  Line line;
  line.b.book->begin(0, 0, line.b.terms_with(line.a, false), {});
  line.b.aim(line.a.rtp, line.a.rtcp);
  line.a.book->begin(0, 0, line.a.terms_with(line.b, true), {});
  line.a.aim(Address{}, Address{});
  expect(line.queue.empty(), "a client that knows no address waits");
  line.a.book->receive({0, 0, false}, nullptr, 0, line.b.rtp, true, line.a.now_ns);
  expect(line.queue.size() == 1, "until its peer is found");
  line.carry();
  expect(line.keyed(), "and then begins");
}

/** The peer begins as it answers: its hello is faster than its answer. */
void test_early_hello() {
  Line line;
  line.a.book->begin(0, 0, line.a.terms_with(line.b, true), {});
  line.a.aim(line.b.rtp, line.b.rtcp);
  const Datagram hello = line.queue.front();
  line.queue.clear();
  line.b.book->receive_early({0, 0, false}, hello.bytes.data(), hello.bytes.size(), hello.from, line.b.now_ns);
  expect(line.queue.empty(), "nobody is answered before it is known who may speak");
  line.b.book->begin(0, 0, line.b.terms_with(line.a, false), {});
  line.b.aim(line.a.rtp, line.a.rtcp);
  expect(line.queue.size() == 1, "then it is, without being asked again");
  line.carry();
  expect(line.keyed(), "and agreed with");
  Line other;
  const Address stranger = at("192.0.2.66", 6666);
  other.b.book->receive_early({0, 0, false}, hello.bytes.data(), hello.bytes.size(), stranger, other.b.now_ns);
  other.b.book->begin(0, 0, other.b.terms_with(other.a, false), {});
  other.b.aim(other.a.rtp, other.a.rtcp);
  expect(other.queue.empty(), "a stranger is not");
  for (uint32_t slot = 0; slot < 10000; slot += 1)
    other.b.book->receive_early({slot, 1, false}, hello.bytes.data(), hello.bytes.size(), stranger, other.b.now_ns);
  expect(true, "however many there are");
}

void test_rtcp_apart() {
  Line line;
  line.b.book->begin(0, 0, line.b.terms_with(line.a, false), {});
  line.a.book->begin(0, 0, line.a.terms_with(line.b, true), {});
  line.b.aim(line.a.rtp, line.a.rtcp, true);
  line.a.aim(line.b.rtp, line.b.rtcp, true);
  expect(line.queue.size() == 2, "two ports are two associations");
  bool late = true;
  std::deque<Datagram> kept;
  line.carry([&](const Datagram& datagram) {
    const bool of_rtcp = same(datagram.to, line.a.rtcp) || same(datagram.to, line.b.rtcp);
    if (of_rtcp && late) kept.push_back(datagram);
    return of_rtcp && late;
  });
  expect(line.keyed(), "audio does not wait for its reports");
  if (!line.keyed()) return;
  SrtpState states[2] = {};
  expect(talks(*line.a.last()->guard, &states[0], *line.b.last()->guard, &states[1]), "it is understood");
  expect(!talks(*line.a.last()->guard, &states[0], *line.b.last()->guard, &states[1], true), "and reports are not sent without keys");
  const KeptKeys before = line.a.last()->keys;
  late = false;
  line.queue = kept;
  line.carry();
  expect(line.a.outcomes.size() == 2 && line.b.outcomes.size() == 2 && line.a.last()->place.rtcp, "then there are keys for both");
  const KeptKeys after = line.a.last()->keys;
  expect(std::memcmp(&before.rtp, &after.rtp, sizeof before.rtp) == 0, "those of the audio are as they were");
  SrtpState fresh[2] = {};
  expect(talks(*line.a.last()->guard, &fresh[0], *line.b.last()->guard, &fresh[1], true), "reports are understood");
  expect(talks(*line.b.last()->guard, &fresh[1], *line.a.last()->guard, &fresh[0]), "and audio still is");
  const auto guard = make_dtls_guard(after);
  SrtpState again[2] = {};
  expect(talks(*guard, &again[0], *line.b.last()->guard, &again[1], true), "after a restart too");
}

/** A peer that knows no handshake for its RTCP. */
void test_rtcp_alone() {
  Line line;
  line.b.book->begin(0, 0, line.b.terms_with(line.a, false), {});
  line.a.book->begin(0, 0, line.a.terms_with(line.b, true), {});
  line.b.aim(line.a.rtp, line.a.rtcp, false);
  line.a.aim(line.b.rtp, line.b.rtcp, true);
  line.carry();
  expect(line.keyed(), "audio has its keys");
  for (int second = 0; second < 60; second += 1) line.a.pass_time(kSecondNs);
  expect(line.queue.size() <= 4 && line.a.outcomes.size() == 1, "its reports are asked for, and not for ever");
}

/** A hello in two pieces, as browsers with keys of a new kind send it: it is stretched here by what TLS pads with (RFC 7685). */
void test_long_hello() {
  Line line;
  line.begin();
  const Bytes hello = line.queue.front().bytes;
  line.queue.clear();
  expect(!glance_at_dtls(hello.data(), hello.size()).first_piece, "a short hello is whole");
  Bytes body(hello.begin() + 25, hello.end());
  // The extensions are the last thing in it, behind their length.
  const size_t lengths_at = 2 + 32 + 1 + 1 + 2 + static_cast<size_t>(body[36] << 8 | body[37]) + 2;
  const size_t padding = 1400;
  const size_t extensions = static_cast<size_t>(body[lengths_at] << 8 | body[lengths_at + 1]) + 4 + padding;
  body[lengths_at] = static_cast<uint8_t>(extensions >> 8);
  body[lengths_at + 1] = static_cast<uint8_t>(extensions);
  body.insert(body.end(), {0, 21, static_cast<uint8_t>(padding >> 8), static_cast<uint8_t>(padding)});
  body.resize(body.size() + padding);
  const auto piece = [&](size_t from, size_t size, uint8_t record) {
    const auto put = [](Bytes& out, size_t value, int bytes) {
      for (int at = bytes - 1; at >= 0; at -= 1) out.push_back(static_cast<uint8_t>(value >> 8 * at));
    };
    Bytes out = {22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, record};
    put(out, 12 + size, 2);
    out.push_back(1);
    put(out, body.size(), 3);
    put(out, 0, 2);
    put(out, from, 3);
    put(out, size, 3);
    out.insert(out.end(), body.begin() + static_cast<std::ptrdiff_t>(from), body.begin() + static_cast<std::ptrdiff_t>(from + size));
    return out;
  };
  const Bytes first = piece(0, 900, 0);
  const Bytes second = piece(900, body.size() - 900, 1);
  expect(glance_at_dtls(first.data(), first.size()).first_piece && !glance_at_dtls(first.data(), first.size()).hello, "its beginning is seen");
  line.b.hear({line.a.rtp, line.b.rtp, second});
  expect(line.queue.empty() && line.b.book->handshakes() == 0, "its end alone is nothing");
  line.b.hear({line.a.rtp, line.b.rtp, first});
  expect(line.queue.empty(), "its beginning is not answered");
  line.b.hear({line.a.rtp, line.b.rtp, second});
  expect(!line.queue.empty() && line.queue.front().bytes.size() < first.size() + second.size(), "the whole is, by less than it is");
  expect(line.queue.front().bytes[13] == 2, "with a flight, and no cookie");
}

/** Somebody whom the network lets speak says hello without end, with good cookies, and never goes on. */
void test_stranger_without_end() {
  Line line;
  line.begin();
  line.b.aim(at("192.0.2.200", 9), at("192.0.2.200", 10), false, Learn::any);
  std::deque<Datagram> theirs;
  const auto answer_to = [&](const Address& who) {
    for (size_t index = 0; index < line.queue.size(); index += 1) {
      if (!same(line.queue[index].to, who)) continue;
      const Datagram found = line.queue[index];
      line.queue.erase(line.queue.begin() + static_cast<std::ptrdiff_t>(index));
      return found.bytes;
    }
    return Bytes();
  };
  const auto say_hello = [&](uint16_t port) {
    End stranger("192.0.2.66", port, &theirs);
    stranger.book->begin(0, 0, stranger.terms_with(line.b, true, "mine"), {});
    stranger.aim(line.b.rtp, line.b.rtcp);
    line.b.hear(theirs.front(), false);
    theirs.clear();
    const Bytes cookie = answer_to(stranger.rtp);
    if (cookie.empty()) return;
    stranger.hear({line.b.rtp, stranger.rtp, cookie});
    if (!theirs.empty()) line.b.hear(theirs.front(), false);
    theirs.clear();
    answer_to(stranger.rtp);
  };
  for (uint16_t round = 0; round < 12; round += 1) say_hello(static_cast<uint16_t>(7000 + 2 * round));
  expect(line.b.book->handshakes() <= 2, "a host has so many tries, and no more");
  line.carry();
  for (uint16_t round = 0; round < 3; round += 1) say_hello(static_cast<uint16_t>(8000 + 2 * round));
  expect(line.keyed(), "the peer, wherever it is, is not kept from its own");
}

void test_flood() {
  Line line;
  line.begin();
  const Datagram hello = line.queue.front();
  line.queue.clear();
  for (int round = 0; round < 10000; round += 1) line.b.hear(hello);
  expect(line.queue.size() <= 200 && !line.queue.empty(), "hellos are answered in measure");
  uint32_t random = 1;
  const auto next = [&random] { return random = random * 1664525u + 1013904223u, static_cast<uint8_t>(random >> 24); };
  for (int round = 0; round < 20000; round += 1) {
    Datagram noise = hello;
    noise.bytes.resize(next() % (noise.bytes.size() + 1));
    for (int change = next() % 4; change >= 0 && !noise.bytes.empty(); change -= 1) noise.bytes[next() % noise.bytes.size()] = next();
    line.b.hear(noise);
    line.b.now_ns += kSecondNs / 50;
  }
  expect(!line.b.keyed(), "noise makes no keys");
  line.queue.clear();
  Line after;
  after.begin();
  after.carry();
  expect(after.keyed(), "and others are answered as ever");
}

}  // namespace

SrtpTestResult run_dtls_tests() {
  result = SrtpTestResult{};
  test_agreement();
  test_cookies();
  test_wrong_certificate();
  test_hello_race();
  test_forged_alerts();
  test_losses();
  test_terms();
  test_restart();
  test_silence();
  test_address_unknown();
  test_early_hello();
  test_rtcp_apart();
  test_rtcp_alone();
  test_long_hello();
  test_stranger_without_end();
  test_flood();
  return result;
}

}  // namespace demarc

#ifdef DEMARC_STANDALONE_DTLS
#include <cstdio>

int main() {
  const demarc::SrtpTestResult result = demarc::run_dtls_tests();
  std::printf("%s%d checks, %d failed\n", result.report.c_str(), result.checks, result.failures);
  return result.failures == 0 ? 0 : 1;
}
#endif
