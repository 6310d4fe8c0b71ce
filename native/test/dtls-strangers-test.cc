// What strangers, liars and floods come to at an end that agrees on keys.
#include "dtls-parts.h"

#include "dtls-line.h"

namespace demarc::dtls_test {
namespace {

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

void test_strangers() {
  test_cookies();
  test_wrong_certificate();
  test_hello_race();
  test_forged_alerts();
  test_long_hello();
  test_stranger_without_end();
  test_flood();
}

}  // namespace demarc::dtls_test
