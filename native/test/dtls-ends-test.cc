// Two ends agree on keys, whatever their line does, and go on after a restart.
#include "dtls-parts.h"

#include "dtls-line.h"

namespace demarc::dtls_test {
namespace {

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

}  // namespace

void test_ends() {
  test_agreement();
  test_losses();
  test_terms();
  test_restart();
  test_silence();
  test_address_unknown();
  test_early_hello();
  test_rtcp_apart();
  test_rtcp_alone();
}

}  // namespace demarc::dtls_test
