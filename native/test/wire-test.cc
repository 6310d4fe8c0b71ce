// The wire over io_uring when its buffers run out: what it has stopped to read goes on, and what was taken away in between is let go of.
#include "relay-test.h"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include "../relay/wire.h"
#include "check.h"

namespace {

using namespace demarc;

constexpr int kSockets = 200;
/** More than there are buffers, all together, though no more than 32 of each are read at a time. */
constexpr int kPackets = 40;
constexpr int kBufferBytes = 1 << 20;

int bind_at(const Address& address) {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  expect(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kBufferBytes, sizeof kBufferBytes) == 0, "a socket has room");
  sockaddr_storage local;
  const socklen_t length = to_socket_address(address, &local);
  if (bind(fd, reinterpret_cast<sockaddr*>(&local), length) == 0) return fd;
  close(fd);
  return -1;
}

Address address_at(int fd) {
  sockaddr_storage local = {};
  socklen_t length = sizeof local;
  expect(getsockname(fd, reinterpret_cast<sockaddr*>(&local), &length) == 0, "a socket has an address");
  return address_of(local);
}

/** A stream that nobody may speak in: what comes is counted and goes nowhere. */
struct DeafStream {
  StreamState state{};
  Stream stream;

  DeafStream() {
    stream.state = &state;
    for (uint8_t index = 0; index < 2; index += 1) {
      Side& side = stream.sides[index];
      side.stream = &stream;
      side.state = &state.sides[index];
      side.counted = &side.state->reception;
      side.other = &stream.sides[1 - index];
    }
  }
};

void flood(const std::vector<Socket>& sockets) {
  const int sender = bind_at(at("127.80.0.2", 0));
  const uint8_t packet[12] = {0x80};
  for (int round = 0; round < kPackets; round += 1) {
    for (const Socket& one : sockets) {
      sockaddr_storage to;
      const socklen_t length = to_socket_address(address_at(one.fd), &to);
      // What finds no room is as good.
      if (sendto(sender, packet, sizeof packet, MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&to), length) < 0) continue;
    }
  }
  close(sender);
}

void test_out_of_buffers() {
  const int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  EventQueue events;
  PacketPath path(events, [] {});
  const std::unique_ptr<Wire> wire = open_uring_wire(path, wake);
  if (wire == nullptr) {
    close(wake);
    return;
  }
  DeafStream deaf;
  std::vector<Socket> sockets(kSockets);
  for (Socket& one : sockets) {
    one.side = &deaf.stream.sides[0];
    one.fd = bind_at(at("127.80.0.1", 0));
    expect(one.fd >= 0 && wire->add(one), "a socket is read");
  }
  wire->turn(0);
  flood(sockets);
  uint32_t came = wire->turn(0);
  // Taking away reads on and gives no buffers back. Then others come, between the moment that reading was found to have stopped and the moment that it goes on.
  std::vector<Address> left;
  for (size_t round = 0; round < 2; round += 1) {
    for (size_t index = round % 2; index < sockets.size(); index += 2) {
      Socket& one = sockets[index];
      left.push_back(address_at(one.fd));
      wire->remove(one);
      close(one.fd);
      one.fd = bind_at(at("127.80.0.1", 0));
      expect(one.fd >= 0 && wire->add(one), "another is read in its place");
    }
    came += wire->turn(0);
  }
  for (int round = 0; round < 50; round += 1) came += wire->turn(0);
  expect(came > kPackets && deaf.state.sides[0].gate.rejected > 0, "what waits is read when there are buffers again");
  const uint32_t before = came;
  flood(sockets);
  for (int round = 0; round < 50; round += 1) came += wire->turn(0);
  expect(came > before, "and what comes then");
  for (Socket& one : sockets) {
    left.push_back(address_at(one.fd));
    wire->remove(one);
    close(one.fd);
  }
  for (const Address& address : left) {
    const int again = bind_at(address);
    expect(again >= 0, "a socket that is read no more has let go of its port");
    if (again >= 0) close(again);
  }
  close(wake);
}

}  // namespace

void test_wire() { test_out_of_buffers(); }
