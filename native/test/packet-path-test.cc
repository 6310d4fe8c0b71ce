// One packet through guards, handshakes and checks, without sockets.
#include "relay-test.h"

#include <cstring>
#include <vector>

#include "../relay/packet-path.h"
#include "check.h"

namespace {

using namespace demarc;

struct ToyGuard : PacketGuard {
  uint8_t seal;
  explicit ToyGuard(uint8_t byte) : seal(byte) {}
  uint64_t mark() const override { return seal; }
  void begin(SrtpState*, PacketGuard*) override {}
  GuardVerdict unprotect(PacketRoom& packet, bool) override {
    const uint8_t last = packet.bytes[packet.size - 1];
    if (last == 0xee) return GuardVerdict::replayed;
    if (last != seal) return GuardVerdict::forged;
    packet.size -= 1;
    return GuardVerdict::good;
  }
  bool protect(PacketRoom& packet, bool) override {
    if (packet.size == packet.capacity) return false;
    packet.bytes[packet.size] = seal;
    packet.size += 1;
    return true;
  }
};

/** A stream between two peers that were signalled, without sockets. */
struct PathBench {
  EventQueue events;
  PacketPath path{events, [] {}};
  StreamState state{};
  Stream stream;
  uint8_t bytes[200];

  PathBench() {
    stream.state = &state;
    for (uint8_t index = 0; index < 2; index += 1) {
      Side& side = stream.sides[index];
      side.stream = &stream;
      side.state = &state.sides[index];
      side.counted = &side.state->reception;
      side.other = &stream.sides[1 - index];
      side.index = index;
      side.rtp.side = side.rtcp.side = side.peer.side = &side;
      side.rtp.fd = side.rtcp.fd = 10 + index;
      signal_remote(side.state->rtp, at("192.0.2.1", static_cast<uint16_t>(4000 + index)), Learn::none);
    }
  }

  /** How long the packet is that goes out; 0 for none. */
  size_t pass(int from, size_t size, uint8_t last) {
    std::memset(bytes, 0, sizeof bytes);
    bytes[0] = 0x80;
    bytes[3] = ++sequence_;
    bytes[size - 1] = last;
    Inbound in{{bytes, size, sizeof bytes}, at("192.0.2.1", static_cast<uint16_t>(4000 + from)), 0, true};
    Outbound out;
    return path.pass(stream.sides[from].rtp, in, {1000000000, 0}, &out) ? in.packet.size : 0;
  }

 private:
  uint8_t sequence_ = 0;
};

void test_guarded_side() {
  PathBench bench;
  ToyGuard guard(0x5a);
  SideState& secure = bench.state.sides[0];
  expect(bench.pass(0, 172, 0) == 172, "a side in the clear passes packets on as they are");
  secure.secure = 1;
  expect(bench.pass(0, 172, 0x5a) == 0, "before its keys are there nothing comes from a secure side");
  expect(bench.pass(1, 172, 0) == 0, "and nothing goes to it");
  expect(secure.gate.unauthentic == 1 && bench.path.traffic.unsendable == 1, "which is counted");
  bench.stream.sides[0].guard = &guard;
  expect(bench.pass(0, 173, 0x5a) == 172, "what comes is opened");
  expect(bench.pass(1, 172, 0) == 173 && bench.bytes[172] == 0x5a, "what goes is sealed");
  expect(bench.pass(0, 173, 0) == 0 && secure.gate.unauthentic == 2, "what cannot be opened is dropped");
  expect(bench.pass(0, 173, 0xee) == 0 && secure.gate.replayed == 1, "and what came before");
  expect(secure.reception.packets == 2, "neither counts as heard");
  expect(bench.pass(1, 200, 0) == 0 && bench.path.traffic.unsendable == 2, "what has no room for a seal does not go out");
}

/** Nothing that could not be opened teaches who may speak. */
void test_guard_before_learning() {
  PathBench bench;
  ToyGuard guard(0x5a);
  Side& side = bench.stream.sides[0];
  side.state->secure = 1;
  side.guard = &guard;
  signal_remote(side.state->rtp, at("192.0.2.1", 4000), Learn::same_address);
  uint8_t bytes[200] = {0x80};
  for (uint16_t port = 5000; port < 5100; port += 1) {
    Inbound in{{bytes, 172, sizeof bytes}, at("192.0.2.1", port), 0, true};
    Outbound out;
    bench.path.pass(side.rtp, in, {1000000000, 0}, &out);
  }
  expect(!side.state->rtp.locked && same(side.state->rtp.current, at("192.0.2.1", 4000)), "forgeries move nobody");
  expect(bench.pass(0, 173, 0x5a) == 172, "and the peer is heard");
}

/** Notes what is handed over. */
struct NotedHandshakes : Handshakes {
  int taken = 0;
  int early = 0;
  int found = 0;
  bool exact = false;
  Address source;
  std::string fingerprint() const override { return std::string(); }
  bool start(std::function<void()>) override { return true; }
  void take(const HandshakePlace&, const PacketRoom& packet, const Address& from, bool is_exact) override {
    (packet.size > 0 ? taken : found) += 1;
    exact = is_exact;
    source = from;
  }
  void take_early(const HandshakePlace&, const PacketRoom&, const Address&) override { early += 1; }
  void begin(uint32_t, uint8_t, const HandshakeTerms&, const KeptKeys&) override {}
  void aim(uint32_t, uint8_t, const HandshakeAim&) override {}
  void end(uint32_t, uint8_t) override {}
  bool next_outcome(HandshakeOutcome*) override { return false; }
  std::unique_ptr<PacketGuard> guard_of(const KeptKeys&) override { return nullptr; }
};

/** Finds every check good, and its sender the one to speak to. */
struct ToyChecks : CheckAnswerer {
  uint64_t mark() const override { return 1; }
  CheckResult answer(PacketRoom&, const Address&) override { return {true, true, 7}; }
};

void test_handshakes_are_handed_over() {
  PathBench bench;
  NotedHandshakes noted;
  PacketPath path(bench.events, [] {}, &noted);
  Side& side = bench.stream.sides[0];
  SideState& state = *side.state;
  uint8_t bytes[100] = {22, 0xfe, 0xfd};
  Outbound out;
  const auto come = [&](const Address& from, bool whole = true, bool rtcp = false) {
    Inbound in{{bytes, 60, sizeof bytes}, from, 0, whole};
    return path.pass(rtcp ? side.rtcp : side.rtp, in, {1000000000, 0}, &out);
  };
  const Address peer = at("192.0.2.1", 4000);
  side.rtcp.rtcp = true;
  state.rtp = Latch{};
  expect(!come(peer) && noted.early == 1 && noted.taken == 0, "before the answer a handshake may be the peer's");
  state.revision = 1;
  signal_remote(state.rtp, peer, Learn::same_address);
  expect(!come(peer) && noted.early == 1 && noted.taken == 0, "on a side without handshakes it is nothing that is known");
  state.shakes = state.secure = 1;
  expect(!come(peer) && noted.taken == 1 && noted.exact, "on one with them it is handed over, and nothing comes back by itself");
  expect(!come(at("192.0.2.1", 4444)) && noted.taken == 2 && !noted.exact, "so is what another port of the peer's says");
  const uint64_t rejected = state.gate.rejected;
  expect(!come(at("198.51.100.1", 4000)) && noted.taken == 2, "and nothing that a stranger does");
  expect(!come(peer, false) && noted.taken == 2 && state.gate.rejected == rejected + 2, "or that is not whole");
  expect(!come(peer, true, true) && noted.taken == 2, "nor anything on a port that nobody was signalled for");
  expect(same(state.rtp.current, peer) && state.rtp.locked == 0, "a handshake that is not done teaches nobody anything");
  ToyChecks toy;
  side.checks = &toy;
  bytes[0] = 0;
  const Address chosen = at("203.0.113.5", 5000);
  expect(come(chosen) && noted.found == 1 && same(noted.source, chosen), "whom a peer's checks have found is told");
  bytes[0] = 22;
  expect(!come(chosen) && noted.taken == 3 && noted.exact && !come(peer) && noted.taken == 3, "and it alone may shake hands");
}

}  // namespace

void test_packet_path() {
  test_handshakes_are_handed_over();
  test_guarded_side();
  test_guard_before_learning();
}
