// Two relays that agree on keys with each other, in one process, with real sockets and all their threads, so that the sanitizers see all of it: calls whose
// handshakes are made, raced, sprayed at, begun anew and ended half way. Usage: PROGRAM any|plain. Prints what it did.
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <vector>

#include "../dtls/dtls-desk.h"
#include "../relay/relay.h"

namespace {

using namespace demarc;

constexpr uint32_t kSlots = 32;
constexpr uint32_t kCalls = 8;
constexpr uint32_t kRounds = 4;
constexpr int kWaitMs = 60000;

[[noreturn]] void give_up(const char* what) {
  std::printf("failed: %s\n", what);
  std::_Exit(1);
}

struct Bell {
  std::mutex mutex;
  std::condition_variable rung;
  uint64_t count = 0;

  void ring() {
    const std::lock_guard<std::mutex> guard(mutex);
    count += 1;
    rung.notify_all();
  }
  void wait(uint64_t seen) {
    std::unique_lock<std::mutex> lock(mutex);
    if (!rung.wait_for(lock, std::chrono::milliseconds(kWaitMs), [&] { return count != seen; })) give_up("nothing is told");
  }
  uint64_t now() {
    const std::lock_guard<std::mutex> guard(mutex);
    return count;
  }
};

int open_socket(const char* host, Address* address) {
  parse_address(host, 0, address);
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_storage local;
  socklen_t length = to_socket_address(*address, &local);
  if (bind(fd, reinterpret_cast<sockaddr*>(&local), length) != 0) give_up("a socket");
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&local), &length) != 0) give_up("a port");
  *address = address_of(local);
  return fd;
}

void send_to(int fd, const Address& to, const uint8_t* bytes, size_t size) {
  sockaddr_storage where;
  const socklen_t length = to_socket_address(to, &where);
  if (sendto(fd, bytes, size, 0, reinterpret_cast<sockaddr*>(&where), length) < 0) give_up("a packet");
}

/** One relay, with a phone in the clear at side 0 of each call and the other relay at side 1. */
struct End {
  std::unique_ptr<StreamMemory> memory = StreamMemory::open(memfd_create("streams", MFD_CLOEXEC), kSlots);
  IdentityRoom room{};
  Bell bell;
  std::unique_ptr<DtlsDesk> desk = DtlsDesk::create(&room, kSlots);
  std::unique_ptr<Relay> relay;
  const char* inside;
  const char* outside;
  int phones[kSlots];
  Address phone_at[kSlots];
  Address ports[kSlots][2];
  uint32_t sessions[kSlots];
  uint32_t secured = 0;

  End(const char* inner, const char* outer, bool plain) : inside(inner), outside(outer) {
    if (desk == nullptr || memory == nullptr) give_up("a certificate, or memory");
    RelayOptions options{2, plain, ""};
    options.handshakes = desk.get();
    relay = std::make_unique<Relay>(*memory, options, [this] { bell.ring(); });
    if (!relay->start()) give_up("the relay does not start");
    if (!relay->set_network("a", {inside, 21000, 21099, -1, false})) give_up("a network");
    if (!relay->set_network("b", {outside, 21000, 21099, -1, false})) give_up("a network");
  }

  ~End() { relay.reset(); }

  void open(uint32_t slot, uint32_t session) {
    phones[slot] = open_socket("127.78.0.9", &phone_at[slot]);
    const StreamOpened opened = relay->open_stream({slot, session, {{"a", "", 0}, {"b", "", 0}}});
    if (opened.error != OpenError::none) give_up("a stream does not open");
    for (int side = 0; side < 2; side += 1) parse_address(side == 0 ? inside : outside, opened.ports[side], &ports[slot][side]);
    sessions[slot] = session;
  }

  void agree(uint32_t slot, uint32_t revision, const End& other, bool client) {
    StreamAim aim;
    aim.revision = revision;
    aim.sides[1].terms = std::make_unique<HandshakeTerms>();
    HandshakeTerms& terms = *aim.sides[1].terms;
    terms.client = client;
    terms.digest = DigestKind::sha256;
    const std::string text = other.desk->fingerprint();
    std::vector<uint8_t> digest;
    for (size_t at = 0; at < text.size(); at += 3) digest.push_back(static_cast<uint8_t>(std::stoi(text.substr(at, 2), nullptr, 16)));
    terms.fingerprints = {digest};
    terms.suites = {SrtpSuite::aead_aes_128_gcm};
    terms.association = std::to_string(revision);
    aim.sides[0].remote = at(phone_at[slot], false);
    aim.sides[1].remote = at(other.ports[slot][1], slot % 2 == 0);
    relay->aim_stream(slot, sessions[slot], std::move(aim));
  }

  static RemoteOptions at(const Address& address, bool mux) {
    RemoteOptions remote;
    remote.kind = RemoteOptions::Kind::address;
    remote.mux = mux;
    remote.rtp = remote.rtcp = address;
    remote.rtcp.port = static_cast<uint16_t>(remote.rtcp.port + 1);
    return remote;
  }

  void gather() {
    Event event;
    while (relay->next_event(&event)) {
      if (event.kind == EventKind::unsecured) give_up("a handshake comes to nothing");
      if (event.kind == EventKind::secured) secured += 1;
    }
  }

  void wait_for(uint32_t wanted) {
    while (true) {
      const uint64_t seen = bell.now();
      gather();
      if (secured >= wanted) return;
      bell.wait(seen);
    }
  }
};

uint64_t heard = 0;

void talk(End& from, End& to, uint32_t slot, uint8_t sequence) {
  uint8_t packet[172] = {0x80, 0, 0, sequence};
  packet[11] = 7;
  send_to(from.phones[slot], from.ports[slot][0], packet, sizeof packet);
  pollfd waiting{to.phones[slot], POLLIN, 0};
  if (poll(&waiting, 1, kWaitMs) != 1) give_up("a packet does not come");
  uint8_t came[3000];
  const ssize_t size = recv(to.phones[slot], came, sizeof came, 0);
  if (size != 172 || came[3] != sequence) give_up("another packet comes");
  heard += 1;
}

/** Hellos, alerts and noise from where nobody was signalled, while handshakes are made. */
void spray(End& end, int stranger, uint32_t slot) {
  uint8_t noise[300];
  for (size_t at = 0; at < sizeof noise; at += 1) noise[at] = static_cast<uint8_t>(at * 7 + slot);
  for (const uint8_t first : {20, 21, 22, 23, 63}) {
    noise[0] = first;
    noise[1] = 0xfe;
    noise[2] = 0xfd;
    for (const Address& port : end.ports[slot]) send_to(stranger, port, noise, sizeof noise);
  }
}

void run_round(End& left, End& right, uint32_t round, int stranger) {
  const uint32_t first = round * kCalls + 1;
  for (uint32_t slot = 0; slot < kCalls; slot += 1) {
    left.open(slot, first + slot);
    right.open(slot, first + slot);
  }
  left.secured = right.secured = 0;
  for (uint32_t slot = 0; slot < kCalls; slot += 1) {
    left.agree(slot, 1, right, true);
    spray(right, stranger, slot);
    right.agree(slot, 1, left, false);
    spray(left, stranger, slot);
  }
  left.wait_for(kCalls);
  right.wait_for(kCalls);
  for (uint32_t slot = 0; slot < kCalls; slot += 1) {
    talk(left, right, slot, 1);
    talk(right, left, slot, 2);
  }
  // Begun anew on half of them, in which the other half goes on; and ended while that is under way.
  for (uint32_t slot = 0; slot < kCalls / 2; slot += 1) {
    right.agree(slot, 2, left, false);
    left.agree(slot, 2, right, true);
  }
  for (uint32_t slot = kCalls / 2; slot < kCalls; slot += 1) talk(left, right, slot, 3);
  for (uint32_t slot = 0; slot < kCalls; slot += 1) {
    spray(left, stranger, slot);
    SideCounters counters[2];
    left.relay->close_slot(slot, first + slot, counters);
    right.relay->close_slot(slot, first + slot, counters);
    close(left.phones[slot]);
    close(right.phones[slot]);
  }
  left.gather();
  right.gather();
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const bool plain = std::strcmp(arguments[1], "plain") == 0;
  End left("127.78.0.1", "127.78.0.2", plain);
  End right("127.78.0.3", "127.78.0.4", plain);
  Address address;
  const int stranger = open_socket("127.78.0.66", &address);
  for (uint32_t round = 0; round < kRounds; round += 1) run_round(left, right, round, stranger);
  close(stranger);
  for (End* end : {&left, &right}) {
    const RelayStatus status = end->relay->status();
    if (status.streams != 0 || status.sockets != 0) give_up("something is left open");
  }
  std::printf("%s: %llu packets heard, 0 failed\n", left.relay->status().wire, static_cast<unsigned long long>(heard));
  return 0;
}
