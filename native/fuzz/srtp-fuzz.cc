// SRTP, fuzzed: what comes from a peer under keys that it has, or has not, and what we send while keys change. With the driver of its own or libFuzzer.
//
// One input is a script of small records, as for the relay: a change of keys, or a packet that is sent by us, comes as it is from anywhere, or comes
// from the peer with one byte changed or none. Held: nothing that was not made with the peer's key is taken, nothing is taken twice, what is taken
// is what was sent, and we use no number twice. The sanitizers hold the rest.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <string>

#include "../srtp/srtp-guard.h"

namespace {

using namespace demarc;

constexpr size_t kRecordHead = 4;

[[noreturn]] void finding(const char* what) {
  std::fprintf(stderr, "finding: %s\n", what);
  std::abort();
}

SrtpKey key_number(uint8_t number) {
  SrtpKey key;
  key.suite = static_cast<SrtpSuite>(1 + number % 6);
  const SrtpSizes& sizes = *sizes_of(key.suite);
  for (size_t at = 0; at < sizes.key; at += 1) key.key[at] = static_cast<uint8_t>(number + at);
  for (size_t at = 0; at < sizes.salt; at += 1) key.salt[at] = static_cast<uint8_t>(number * 7 + at);
  return key;
}

struct Bench {
  SrtpState ours{};
  std::unique_ptr<SrtpGuard> guard;
  /** The peer, as we know it; our side is its peer. */
  SrtpState theirs{};
  std::unique_ptr<SrtpGuard> peer;
  /** What went out under the key in use: header and number tell the packets apart. */
  std::set<std::string> sent;

  Bench() { rekey(1); }

  void rekey(uint8_t number) {
    const SrtpKey receive = key_number(number);
    SrtpKey send = key_number(static_cast<uint8_t>(number / 16));
    send.key[0] ^= 0x80;
    auto next = SrtpGuard::create(receive, send);
    auto other = SrtpGuard::create(send, receive);
    if (next == nullptr || other == nullptr) finding("a suite is not to be had");
    next->begin(&ours, guard.get());
    other->begin(&theirs, peer.get());
    guard = std::move(next);
    peer = std::move(other);
    sent.clear();
  }

  /** A buffer of exactly the size: what reads or writes beyond it is found. */
  static std::unique_ptr<uint8_t[]> copy_of(const uint8_t* bytes, size_t size, size_t room) {
    std::unique_ptr<uint8_t[]> copy(new uint8_t[room > 0 ? room : 1]());
    std::memcpy(copy.get(), bytes, size);
    return copy;
  }

  void send(const uint8_t* bytes, size_t size, uint8_t flags) {
    const size_t room = size + flags % 24;
    const auto copy = copy_of(bytes, size, room);
    PacketRoom packet{copy.get(), size, room};
    const bool rtcp = (flags & 0x80) != 0;
    if (!guard->protect(packet, rtcp)) return;
    if (packet.size > room) finding("a packet grew beyond its room");
    if (rtcp) return;
    const SrtpSource* source = find_source(ours.send.sources, static_cast<uint32_t>(copy[8]) << 24 | copy[9] << 16 | copy[10] << 8 | copy[11]);
    if (source == nullptr) finding("a source that was sent is not known");
    std::string name(reinterpret_cast<const char*>(copy.get()) + 8, 4);
    name += std::to_string(source->highest >> 16 << 16 | static_cast<uint64_t>(copy[2] << 8 | copy[3]));
    // Only the newest packets have their turn for certain.
    const bool newest = (source->highest & 0xffff) == static_cast<uint64_t>(copy[2] << 8 | copy[3]);
    if (newest && !sent.insert(name).second) finding("a number is used twice");
  }

  void hear(const uint8_t* bytes, size_t size, uint8_t flags) {
    const bool rtcp = (flags & 0x80) != 0;
    const auto copy = copy_of(bytes, size, size);
    PacketRoom packet{copy.get(), size, size};
    if (guard->unprotect(packet, rtcp) == GuardVerdict::good) finding("what nobody made is taken");
  }

  void hear_peer(const uint8_t* bytes, size_t size, uint8_t flags) {
    const bool rtcp = (flags & 0x80) != 0;
    const auto made = copy_of(bytes, size, size + kSrtpRoomBytes);
    PacketRoom sealed{made.get(), size, size + kSrtpRoomBytes};
    if (!peer->protect(sealed, rtcp)) return;
    const bool spoiled = (flags & 1) != 0;
    if (spoiled) made[static_cast<size_t>(flags >> 1 & 0x3f) % sealed.size] ^= 0x11;
    const auto copy = copy_of(made.get(), sealed.size, sealed.size);
    PacketRoom packet{copy.get(), sealed.size, sealed.size};
    const GuardVerdict verdict = guard->unprotect(packet, rtcp);
    if (verdict != GuardVerdict::good) return;
    if (spoiled) finding("a spoiled packet is taken");
    // The number may be shifted; all else is as it was.
    const size_t from = rtcp ? 0 : 4;
    if (packet.size != size || std::memcmp(copy.get() + from, bytes + from, size - from) != 0) finding("a packet comes out as another");
    const auto again = copy_of(made.get(), sealed.size, sealed.size);
    PacketRoom second{again.get(), sealed.size, sealed.size};
    if (guard->unprotect(second, rtcp) == GuardVerdict::good) finding("a packet is taken twice");
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
    if (kind < 32) bench->rekey(number);
    else if (number % 4 == 0) bench->hear(bytes + at, length, flags);
    else if (number % 4 == 1) bench->send(bytes + at, length, flags);
    else bench->hear_peer(bytes + at, length, flags);
    if (kind >= 32) at += length;
  }
  return 0;
}
