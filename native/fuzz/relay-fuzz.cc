// What strangers and peers may send, fuzzed: for libFuzzer where clang has it, and with a driver of its own everywhere (fuzz/driver.cc).
//
// One input is a script of small records. Each either signals a peer, as an offer does, or is a packet: which side it comes to, from which of a
// few addresses, over which socket, how much time has passed, and its bytes. Held: nothing goes to an address that was neither signalled nor
// spoken from, nothing is heard from a stranger, what goes out as RTCP is RTCP, and counters never run backwards. The sanitizers hold the rest.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "../relay/packet-path.h"

namespace {

using namespace demarc;

constexpr size_t kRecordHead = 4;
constexpr int kHosts = 4;

[[noreturn]] void finding(const char* what) {
  std::fprintf(stderr, "finding: %s\n", what);
  std::abort();
}

/** Host 3 is a stranger: it is never signalled. */
Address address_number(uint8_t number) {
  Address address;
  address.family = 4;
  address.host[0] = 192;
  address.host[3] = static_cast<uint8_t>(1 + number % kHosts);
  address.port = static_cast<uint16_t>(4000 + number / kHosts % 8);
  return address;
}

bool is_stranger(const Address& address) { return address.host[3] == kHosts; }

/** Nothing is handed over but what DTLS begins with (RFC 7983), and nothing of a stranger where it is known who may speak. */
struct Watched : Handshakes {
  std::string fingerprint() const override { return std::string(); }
  bool start(std::function<void()>) override { return true; }
  void take(const HandshakePlace&, const PacketRoom& packet, const Address& source, bool) override {
    check(packet);
    if (is_stranger(source)) finding("a stranger's handshake");
  }
  void take_early(const HandshakePlace&, const PacketRoom& packet, const Address&) override { check(packet); }
  static void check(const PacketRoom& packet) {
    if (packet.size == 0 || packet.bytes[0] < 20 || packet.bytes[0] > 63) finding("a handshake that is none");
  }
  void begin(uint32_t, uint8_t, const HandshakeTerms&, const KeptKeys&) override {}
  void aim(uint32_t, uint8_t, const HandshakeAim&) override {}
  void end(uint32_t, uint8_t) override {}
  bool next_outcome(HandshakeOutcome*) override { return false; }
  std::unique_ptr<PacketGuard> guard_of(const KeptKeys&) override { return nullptr; }
};

struct Bench {
  EventQueue events;
  Watched handshakes;
  PacketPath path{events, [] {}, &handshakes};
  StreamState state{};
  Stream stream;
  Moment now{1000000000, 1700000000000};

  Bench() {
    stream.state = &state;
    for (uint8_t index = 0; index < 2; index += 1) {
      Side& side = stream.sides[index];
      side.stream = &stream;
      side.state = &state.sides[index];
      side.counted = &side.state->reception;
      side.other = &stream.sides[1 - index];
      side.index = index;
      side.rtp.side = side.rtcp.side = side.peer.side = &side;
      side.rtcp.rtcp = true;
      side.rtp.fd = 10 + index;
      side.rtcp.fd = 20 + index;
    }
  }

  void signal(uint8_t flags, uint8_t number) {
    SideState& side = state.sides[flags & 1];
    Address remote = address_number(number);
    if (is_stranger(remote)) remote.host[3] = 1;
    if (flags & 0x40) {
      hold_remote(side.rtp);
      hold_remote(side.rtcp);
      return;
    }
    // Never `any`: that is how a network takes strangers for peers.
    const Learn learn = flags & 2 ? Learn::none : Learn::same_address;
    signal_remote(side.rtp, remote, learn);
    remote.port = static_cast<uint16_t>(remote.port + 1);
    signal_remote(side.rtcp, remote, learn);
    side.mux = flags & 4 ? 1 : 0;
    side.rtp.source.many = flags & 8 ? 1 : 0;
    side.udptl = flags & 0x10 ? 1 : 0;
    // A side whose keys are agreed on has none here, and so says and hears nothing.
    side.shakes = side.secure = flags & 0x20 ? 1 : 0;
    side.revision = 1;
  }

  void receive(uint8_t flags, uint8_t number, const uint8_t* bytes, size_t size) {
    // A buffer of exactly the size: what reads beyond it is found.
    std::unique_ptr<uint8_t[]> copy(new uint8_t[size > 0 ? size : 1]);
    std::memcpy(copy.get(), bytes, size);
    Side& side = stream.sides[flags & 1];
    Socket& socket = flags & 2 ? side.rtcp : side.rtp;
    now.monotonic_ns += static_cast<int64_t>(flags >> 3) * 4000000;
    now.unix_ms = 1700000000000 + now.monotonic_ns / 1000000;
    Inbound in{{copy.get(), size, size}, address_number(number), static_cast<uint8_t>(number & 63), (flags & 4) == 0};
    const Reception before = side.state->reception;
    Outbound out;
    const bool passed = path.pass(socket, in, now, &out);
    check_counters(before, side.state->reception);
    Side* settled = nullptr;
    while (path.next_settled(&settled)) settled->peer_address = settled->state->rtp.current;
    if (!passed) return;
    if (state.sides[0].secure || state.sides[1].secure) finding("something passes a side without keys");
    if (is_stranger(address_number(number))) finding("a stranger is heard");
    check_out(out, in, size, side.state->udptl != 0);
  }

  static void check_out(const Outbound& out, const Inbound& in, size_t size, bool fax) {
    if (is_stranger(*out.to) || !out.to->set()) finding("something goes to a stranger");
    if (in.packet.size == 0 || in.packet.size > size) finding("a packet grew or vanished");
    uint16_t sequence;
    if (fax && !read_udptl(in.packet.bytes, in.packet.size, &sequence)) finding("what goes out is no fax");
    RtpHeader header;
    const bool rtp = fax || read_rtp(in.packet.bytes, in.packet.size, &header);
    if (!rtp && !is_rtcp(in.packet.bytes, in.packet.size)) finding("what goes out is neither RTP nor RTCP");
  }

  static void check_counters(const Reception& before, const Reception& after) {
    const bool grows = after.packets >= before.packets && after.bytes >= before.bytes &&
                       after.duplicates >= before.duplicates && after.reordered >= before.reordered &&
                       after.ssrc_changes >= before.ssrc_changes && after.lost_before >= before.lost_before;
    if (!grows) finding("a counter runs backwards");
    if (after.packets > before.packets + 1) finding("a packet counts twice");
    if (static_cast<int64_t>(demarc_lost_packets(&after)) < 0) finding("less than nothing is lost");
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const auto bench = std::make_unique<Bench>();
  size_t at = 0;
  while (size - at >= kRecordHead) {
    const uint8_t kind = bytes[at];
    const uint8_t flags = bytes[at + 1];
    const uint8_t number = bytes[at + 2];
    size_t length = bytes[at + 3];
    at += kRecordHead;
    if (length > size - at) length = size - at;
    if (kind < 32) {
      bench->signal(flags, number);
      continue;
    }
    bench->receive(flags, number, bytes + at, length);
    at += length;
  }
  return 0;
}
