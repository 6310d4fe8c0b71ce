// DTLS beside audio, fuzzed: a handshake between two ends whose datagrams are lost, doubled, spoiled and mixed with what others send. With the driver of its
// own or libFuzzer.
//
// One input is a script of small records, as for the relay: the next datagram comes as it is, or spoiled; or bytes come from the peer's address, or from a
// stranger's. Held: who has keys has those of the other end, a stranger is sent no more than it has sent, and nothing but a cookie, what is no DTLS changes
// nothing, and untouched ends always agree. The sanitizers hold the rest.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>

#include "../dtls/dtls-book.h"

namespace {

using namespace demarc;

constexpr size_t kRecordHead = 4;
constexpr int kSocket = 10;
constexpr unsigned kNeverUs = 1000000000;
constexpr size_t kMostAtOnce = 64;

[[noreturn]] void finding(const char* what) {
  std::fprintf(stderr, "finding: %s\n", what);
  std::abort();
}

Address address_number(uint8_t number) {
  Address address;
  address.family = 4;
  address.host[0] = 192;
  address.host[3] = number;
  address.port = 4000;
  return address;
}

struct Datagram {
  Address from;
  Address to;
  std::vector<uint8_t> bytes;
};

struct End {
  /** The same for all scripts: making one takes longer than a script. */
  IdentityRoom& room;
  Address address;
  std::unique_ptr<DtlsBook> book;
  KeptKeys keys{};
  bool keyed = false;

  End(IdentityRoom& identity, uint8_t number, std::deque<Datagram>& line) : room(identity), address(address_number(number)) {
    const auto send = [this, &line](int, const uint8_t* bytes, size_t size, const Address& to) {
      if (line.size() < kMostAtOnce) line.push_back({address, to, std::vector<uint8_t>(bytes, bytes + size)});
    };
    book = std::make_unique<DtlsBook>(DtlsContext::create(DtlsIdentity::open(&room), kNeverUs), send, DtlsLimits{});
  }

  void begin(const End& peer, bool client) {
    HandshakeTerms terms;
    terms.client = client;
    terms.digest = DigestKind::sha256;
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned bytes = 0;
    X509_digest(peer.book->context().identity().certificate(), EVP_sha256(), digest, &bytes);
    terms.fingerprints.emplace_back(digest, digest + bytes);
    terms.suites = {SrtpSuite::aead_aes_128_gcm};
    terms.association = "one";
    book->begin(0, 0, terms, KeptKeys{});
  }

  void aim(const Address& peer, int64_t now_ns) {
    HandshakeAim aim;
    aim.rtp_fd = kSocket;
    signal_remote(aim.rtp, peer, Learn::any);
    book->aim(0, 0, aim, now_ns);
  }

  void gather() {
    HandshakeOutcome outcome;
    while (book->next_outcome(&outcome)) {
      if (outcome.fault != HandshakeFault::none) continue;
      keys = outcome.keys;
      keyed = true;
    }
  }
};

struct Bench {
  static IdentityRoom rooms[2];
  std::deque<Datagram> line;
  End client{rooms[0], 1, line};
  End server{rooms[1], 2, line};
  int64_t now_ns = 100000000000;
  size_t from_stranger = 0;
  size_t to_stranger = 0;

  Bench() {
    server.begin(client, false);
    client.begin(server, true);
    server.aim(client.address, now_ns);
    client.aim(server.address, now_ns);
  }

  void hear(End& end, const Address& from, const uint8_t* bytes, size_t size) {
    const bool exact = same(from, end.address.host[3] == 1 ? server.address : client.address);
    // A buffer of exactly the size: what reads beyond it is found.
    const std::unique_ptr<uint8_t[]> copy(new uint8_t[size > 0 ? size : 1]);
    std::memcpy(copy.get(), bytes, size);
    // An empty one is no datagram here, but word of where the peer is.
    if (size > 0) end.book->receive({0, 0, false}, copy.get(), size, from, exact, now_ns);
    end.gather();
    watch_strangers();
  }

  void watch_strangers() {
    for (size_t at = 0; at < line.size();) {
      if (line[at].to.host[3] <= 2) {
        at += 1;
        continue;
      }
      const std::vector<uint8_t>& bytes = line[at].bytes;
      if (bytes.size() < 14 || bytes[0] != 22 || bytes[13] != 3) finding("a stranger is sent more than a cookie");
      to_stranger += bytes.size();
      line.erase(line.begin() + static_cast<std::ptrdiff_t>(at));
    }
    if (to_stranger > from_stranger) finding("a stranger is sent more than it sent");
  }

  void carry(const uint8_t* changes, size_t count, bool doubled) {
    if (line.empty()) return;
    Datagram next = line.front();
    line.pop_front();
    End& end = next.to.host[3] == 1 ? client : server;
    if (doubled) hear(end, next.from, next.bytes.data(), next.bytes.size());
    for (size_t pair = 0; pair + 1 < count; pair += 2)
      next.bytes[static_cast<size_t>(changes[pair] * 5) % next.bytes.size()] ^= changes[pair + 1];
    hear(end, next.from, next.bytes.data(), next.bytes.size());
  }

  void inject(const uint8_t* bytes, size_t size, uint8_t flags) {
    End& end = (flags & 1) != 0 ? client : server;
    const bool stranger = (flags & 2) != 0;
    const Address from = stranger ? address_number(static_cast<uint8_t>(3 + flags % 4)) : end.address.host[3] == 1 ? server.address : client.address;
    if (stranger) from_stranger += size;
    hear(end, from, bytes, size);
  }

  /** What the first datagram of the line is, from somebody else. */
  void imitate(uint8_t flags) {
    if (line.empty()) return;
    const Datagram copy = line.front();
    from_stranger += copy.bytes.size();
    hear(copy.to.host[3] == 1 ? client : server, address_number(static_cast<uint8_t>(3 + flags % 4)), copy.bytes.data(), copy.bytes.size());
  }

  void check_keys() const {
    if (!client.keyed || !server.keyed) return;
    const bool same_keys = std::memcmp(client.keys.rtp.send, server.keys.rtp.receive, sizeof client.keys.rtp.send) == 0 &&
                           std::memcmp(client.keys.rtp.receive, server.keys.rtp.send, sizeof client.keys.rtp.send) == 0;
    if (!same_keys) finding("two ends have keys of their own");
  }
};

IdentityRoom Bench::rooms[2];

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const auto bench = std::make_unique<Bench>();
  size_t at = 0;
  bool untouched = true;
  while (size - at >= kRecordHead) {
    const uint8_t kind = bytes[at];
    const uint8_t flags = bytes[at + 1];
    const uint8_t number = bytes[at + 2];
    size_t length = bytes[at + 3];
    at += kRecordHead;
    if (length > size - at) length = size - at;
    if (kind < 16) {
      if (!bench->line.empty()) bench->line.pop_front();
      untouched = false;
      continue;
    }
    if (kind < 32) {
      bench->now_ns += static_cast<int64_t>(flags) * 100000000;
      bench->client.book->tick(bench->now_ns);
      bench->server.book->tick(bench->now_ns);
      bench->client.gather();
      bench->server.gather();
      continue;
    }
    switch (number % 4) {
      case 0:
        bench->carry(nullptr, 0, (flags & 1) != 0);
        break;
      case 1:
        bench->carry(bytes + at, length, false);
        untouched = false;
        break;
      case 2:
        bench->inject(bytes + at, length, flags);
        untouched = untouched && ((flags & 2) != 0 && (flags & 1) == 0);
        break;
      default:
        bench->imitate(flags);
        untouched = false;
        break;
    }
    at += length;
  }
  bench->check_keys();
  // Strangers alone keep nobody from anything.
  for (int rest = 0; untouched && rest < 40 && !bench->line.empty(); rest += 1) bench->carry(nullptr, 0, false);
  if (untouched && !(bench->client.keyed && bench->server.keyed)) finding("two ends that nobody disturbed do not agree");
  bench->check_keys();
  return 0;
}
