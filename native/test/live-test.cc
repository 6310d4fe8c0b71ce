// The whole relay in one process, with real sockets and without Node, so that the sanitizers see all of it: calls that are opened, aimed,
// spoken in, sprayed at and closed while packets are under way, over each wire. Usage: PROGRAM any|plain. Prints what it did.
#include <arpa/inet.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <vector>

#include "../relay/relay.h"

namespace {

using namespace demarc;

constexpr uint32_t kSlots = 64;
constexpr int kRounds = 20;
constexpr int kCalls = 16;
constexpr int kWaitMs = 20000;

const char* const kHosts[2] = {"127.77.0.1", "127.77.0.2"};

[[noreturn]] void give_up(const char* what) {
  std::printf("failed: %s\n", what);
  std::_Exit(1);
}

struct Phone {
  int fd = -1;
  Address address;
};

Phone open_phone(const char* host) {
  Phone phone;
  parse_address(host, 0, &phone.address);
  phone.fd = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_storage local;
  socklen_t length = to_socket_address(phone.address, &local);
  if (bind(phone.fd, reinterpret_cast<sockaddr*>(&local), length) != 0) give_up("a phone's socket");
  if (getsockname(phone.fd, reinterpret_cast<sockaddr*>(&local), &length) != 0) give_up("a phone's port");
  phone.address = address_of(local);
  return phone;
}

void speak(const Phone& phone, const char* host, uint16_t port, uint16_t sequence, size_t size = 172) {
  uint8_t packet[3000] = {0x80, 0, static_cast<uint8_t>(sequence >> 8), static_cast<uint8_t>(sequence)};
  packet[11] = 7;
  Address to;
  parse_address(host, port, &to);
  sockaddr_storage where;
  const socklen_t length = to_socket_address(to, &where);
  if (sendto(phone.fd, packet, size, 0, reinterpret_cast<sockaddr*>(&where), length) < 0) give_up("a phone's packet");
}

uint64_t heard = 0;

/** Waits for a packet and says its sequence number. */
int hear(const Phone& phone) {
  pollfd waiting{phone.fd, POLLIN, 0};
  if (poll(&waiting, 1, kWaitMs) != 1) give_up("a packet does not come");
  uint8_t packet[3000];
  const ssize_t size = recv(phone.fd, packet, sizeof packet, 0);
  if (size != 172) give_up("a packet is of another size");
  heard += 1;
  return packet[2] << 8 | packet[3];
}

struct Call {
  Phone phones[2];
  uint16_t ports[2];
};

StreamAim aim_at(const Call& call) {
  StreamAim aim;
  aim.revision = 1;
  aim.rates = {0, 8000, 96, 48000};
  aim.watch = {1000000, 1000000};
  for (int side = 0; side < 2; side += 1) {
    RemoteOptions& remote = aim.sides[side].remote;
    remote.kind = RemoteOptions::Kind::address;
    remote.rtp = remote.rtcp = call.phones[side].address;
    remote.rtcp.port = static_cast<uint16_t>(remote.rtcp.port + 1);
  }
  return aim;
}

Call open_call(Relay& relay, uint32_t slot, uint32_t session) {
  Call call{{open_phone("127.77.0.11"), open_phone("127.77.0.12")}, {0, 0}};
  const StreamOpened opened = relay.open_stream({slot, session, {{"a", "", 0}, {"b", "", 0}}});
  if (opened.error != OpenError::none) give_up("a stream does not open");
  for (int side = 0; side < 2; side += 1) call.ports[side] = opened.ports[side];
  relay.aim_stream(slot, session, aim_at(call));
  return call;
}

void talk(const Call& call) {
  for (uint16_t sequence = 1; sequence <= 8; sequence += 1) {
    for (int side = 0; side < 2; side += 1) speak(call.phones[side], kHosts[side], call.ports[side], sequence);
    for (int side = 0; side < 2; side += 1) {
      if (hear(call.phones[side]) != sequence) give_up("packets are out of order");
    }
  }
}

/** Turns every byte of the payload round, both ways. */
struct ToyGuard : PacketGuard {
  uint8_t turn;
  uint64_t seen = 0;
  explicit ToyGuard(uint8_t byte) : turn(byte) {}
  uint64_t mark() const override { return turn; }
  void begin(SrtpState* state, PacketGuard* before) override {
    state->send.clock += 1;
    if (before != nullptr) seen = static_cast<ToyGuard*>(before)->seen;
  }
  GuardVerdict unprotect(PacketRoom& packet, bool) override {
    seen += 1;
    return protect(packet, false) ? GuardVerdict::good : GuardVerdict::forged;
  }
  bool protect(PacketRoom& packet, bool) override {
    for (size_t at = 12; at < packet.size; at += 1) packet.bytes[at] ^= turn;
    return packet.size > 12;
  }
};

void run_round(Relay& relay, uint32_t round) {
  std::vector<Call> calls;
  for (uint32_t index = 0; index < kCalls; index += 1) calls.push_back(open_call(relay, index, round * kCalls + index + 1));
  for (const Call& call : calls) talk(call);
  // From here on packets are under way to sockets that are being closed.
  const Phone stranger = open_phone("127.77.0.99");
  for (uint32_t index = 0; index < kCalls; index += 1) {
    const Call& call = calls[index];
    for (const size_t size : {0, 1, 11, 172, 2048, 2049, 3000}) {
      for (int side = 0; side < 2; side += 1) {
        speak(stranger, kHosts[side], call.ports[side], 1, size);
        speak(call.phones[side], kHosts[side], call.ports[side], 9, size);
        speak(call.phones[side], kHosts[side], static_cast<uint16_t>(call.ports[side] + 1), 9, size);
        StreamAim aim = aim_at(call);
        for (int guarded = 0; guarded <= side; guarded += 1) {
          const auto turn = static_cast<uint8_t>(size % 5);
          if (turn != 0) aim.sides[guarded].guard = std::make_unique<ToyGuard>(turn);
        }
        relay.aim_stream(index, round * kCalls + index + 1, std::move(aim));
      }
    }
    const uint32_t session = round * kCalls + index + 1;
    SideCounters counters[2];
    if (!relay.read_counters(index, session, counters)) give_up("counters are another's");
    if (counters[0].reception.packets < 8) give_up("packets were not counted");
    SideCounters last[2];
    if (relay.close_slot(index, session + 1, last)) give_up("another's stream was closed");
    if (!relay.close_slot(index, session, last)) give_up("the last counters are another's");
    if (last[0].reception.packets < counters[0].reception.packets) give_up("counters went back");
  }
  Event event;
  while (relay.next_event(&event)) continue;
  for (const Call& call : calls) for (const Phone& phone : call.phones) close(phone.fd);
  close(stranger.fd);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const std::unique_ptr<StreamMemory> memory = StreamMemory::open(memfd_create("streams", MFD_CLOEXEC), kSlots);
  if (memory == nullptr) give_up("memory for streams");
  const RelayOptions options{2, std::strcmp(arguments[1], "plain") == 0, ""};
  Relay relay(*memory, options, [] {});
  if (!relay.start()) give_up("the relay does not start");
  for (int side = 0; side < 2; side += 1) {
    if (!relay.set_network(side == 0 ? "a" : "b", {kHosts[side], 21000, 21063, 46, true})) give_up("a network");
  }
  for (uint32_t round = 0; round < kRounds; round += 1) run_round(relay, round);
  const RelayStatus status = relay.status();
  if (status.streams != 0 || status.sockets != 0) give_up("something is left open");
  // Of those that are under way to a socket as it is closed it is left open how many are passed on.
  if (status.traffic.forwarded < heard) give_up("more was heard than was passed on");
  std::printf("%s: %llu packets heard, 0 failed\n", status.wire, static_cast<unsigned long long>(heard));
  return 0;
}
