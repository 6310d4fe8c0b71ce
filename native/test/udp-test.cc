// The batched UDP socket against itself over loopback, for the sanitizers: every size, both families, what the system refuses, and more than
// the receiver holds. Its memory is just as large as the contract says. Prints one line a failed check and how many were made.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "../udp/udp-socket.h"

namespace {

using namespace demarc;

int checks = 0;
int failures = 0;

void expect(bool holds, const char* what) {
  checks += 1;
  if (holds) return;
  failures += 1;
  std::printf("failed: %s\n", what);
}

Address at(const char* host, uint16_t port) {
  Address address;
  expect(parse_address(host, port, &address), host);
  return address;
}

std::unique_ptr<UdpSocket> open_at(const char* host, int dscp) {
  int system_error = 0;
  auto opened = UdpSocket::open(at(host, 0), 1 << 20, dscp, &system_error);
  expect(opened != nullptr && system_error == 0, "a socket on loopback");
  return opened;
}

/** Whether something has come, or comes within a second. */
bool has_come(const UdpSocket& socket) {
  pollfd waiting = {socket.descriptor(), POLLIN, 0};
  return poll(&waiting, 1, 1000) == 1;
}

struct Room {
  std::vector<uint8_t> memory = std::vector<uint8_t>(kUdpBatch * kUdpSlotBytes);
  std::vector<Received> table = std::vector<Received>(kUdpBatch);
};

/** What went to where nobody listens comes back by ICMP, and keeps nothing else from being sent or read. */
void miss(const char* host) {
  auto sender = open_at(host, -1);
  auto receiver = open_at(host, -1);
  auto gone = open_at(host, -1);
  if (sender == nullptr || receiver == nullptr || gone == nullptr) return;
  const uint16_t nobody = gone->port();
  gone.reset();
  const uint8_t body[] = "INVITE sip:nobody SIP/2.0";
  Room room;
  for (int round = 0; round < 3; round += 1) {
    const Outgoing missed = {at(host, nobody), body, sizeof body};
    const Outgoing found = {at(host, receiver->port()), body, sizeof body};
    expect(sender->send(&missed, 1) == 1, "sent to nobody");
    expect(sender->send(&found, 1) == 1, "sent although an error of an earlier one waits");
    expect(receiver->receive(room.memory.data(), room.table.data()) == 1, "which arrives");
  }
  expect(has_come(*sender), "errors wake the sender");
  expect(sender->receive(room.memory.data(), room.table.data()) == 0, "and are no datagrams");
  expect(sender->unreachable(room.memory.data(), room.table.data()) == 3, "one for each");
  for (size_t index = 0; index < 3; index += 1) {
    const uint8_t* slot = room.memory.data() + index * kUdpSlotBytes;
    expect(room.table[index].port == nobody, "with where it was going");
    expect(std::strlen(host) == room.table[index].address_length && std::memcmp(slot, host, std::strlen(host)) == 0,
           "and its address");
    expect(room.table[index].length == sizeof body && std::memcmp(slot + kUdpAddressBytes, body, sizeof body) == 0,
           "and what it said");
  }
  expect(sender->unreachable(room.memory.data(), room.table.data()) == 0, "and then no more");
}

/** Sends one batch of these sizes and reads it back: bytes, order, and who sent them. */
void exchange(const char* host, const std::vector<size_t>& sizes) {
  auto sender = open_at(host, 46);
  auto receiver = open_at(host, -1);
  if (sender == nullptr || receiver == nullptr) return;
  std::vector<std::vector<uint8_t>> bodies;
  for (size_t size : sizes) bodies.emplace_back(size, static_cast<uint8_t>(bodies.size() + 1));
  size_t sent = 0;
  size_t received = 0;
  Room room;
  while (received < bodies.size()) {
    std::vector<Outgoing> batch;
    for (size_t index = sent; index < bodies.size(); index += 1)
      batch.push_back({at(host, receiver->port()), bodies[index].data(), bodies[index].size()});
    if (!batch.empty()) {
      const int taken = sender->send(batch.data(), batch.size());
      expect(taken > 0, "a batch is taken");
      if (taken <= 0) return;
      sent += static_cast<size_t>(taken);
    }
    if (!has_come(*receiver)) return expect(false, "what was sent arrives");
    const size_t count = receiver->receive(room.memory.data(), room.table.data());
    for (size_t index = 0; index < count && received < bodies.size(); index += 1, received += 1) {
      const uint8_t* slot = room.memory.data() + index * kUdpSlotBytes;
      const Received& one = room.table[index];
      const auto& body = bodies[received];
      expect(one.length == body.size(), "its length");
      expect(body.empty() || std::memcmp(slot + kUdpAddressBytes, body.data(), body.size()) == 0, "its bytes");
      expect(one.port == sender->port(), "its sender's port");
      expect(one.address_length == std::strlen(host) && std::memcmp(slot, host, one.address_length) == 0,
             "its sender's address");
    }
  }
  expect(receiver->receive(room.memory.data(), room.table.data()) == 0, "nothing more waits");
}

/** A plain socket on loopback that is told how what it receives is marked; `*port` is its own. */
int open_plain(bool six, uint16_t* port) {
  const int fd = ::socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
  const int on = 1;
  ::setsockopt(fd, six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_RECVTCLASS : IP_RECVTOS, &on, sizeof(on));
  sockaddr_in loopback = {};
  loopback.sin_family = AF_INET;
  loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 loopback6 = {};
  loopback6.sin6_family = AF_INET6;
  loopback6.sin6_addr = in6addr_loopback;
  auto* own = six ? reinterpret_cast<sockaddr*>(&loopback6) : reinterpret_cast<sockaddr*>(&loopback);
  socklen_t size = six ? sizeof(loopback6) : sizeof(loopback);
  expect(::bind(fd, own, size) == 0 && ::getsockname(fd, own, &size) == 0, "a plain socket on loopback");
  *port = ntohs(six ? loopback6.sin6_port : loopback.sin_port);
  return fd;
}

/** The class that a datagram came with, as the kernel tells it; -1 where it tells none. */
int class_of_next(int fd) {
  uint8_t body = 0;
  iovec piece = {&body, 1};
  alignas(cmsghdr) uint8_t control[64];
  msghdr message = {};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  if (::recvmsg(fd, &message, 0) != 1) return -1;
  int found = -1;
  for (cmsghdr* told = CMSG_FIRSTHDR(&message); told != nullptr; told = CMSG_NXTHDR(&message, told)) {
    // A byte of IPv4's header, and an int for IPv6's.
    if (told->cmsg_level == IPPROTO_IP && told->cmsg_type == IP_TOS) found = *CMSG_DATA(told);
    if (told->cmsg_level == IPPROTO_IPV6 && told->cmsg_type == IPV6_TCLASS)
      std::memcpy(&found, CMSG_DATA(told), sizeof(found));
  }
  return found;
}

/** The class that a datagram of a socket of ours arrives with; -1 when none arrives. */
int class_on_arrival(const char* host, int dscp) {
  uint16_t port = 0;
  const int fd = open_plain(std::strchr(host, ':') != nullptr, &port);
  auto sender = open_at(host, dscp);
  const uint8_t byte = 1;
  const Outgoing one = {at(host, port), &byte, 1};
  pollfd waiting = {fd, POLLIN, 0};
  const bool sent = sender != nullptr && sender->send(&one, 1) == 1;
  const int found = sent && poll(&waiting, 1, 1000) == 1 ? class_of_next(fd) : -1;
  ::close(fd);
  return found;
}

void marking(const char* host) {
  expect(class_on_arrival(host, 46) == 46 << 2, "a datagram is marked");
  expect(class_on_arrival(host, 0) == 0, "a datagram is marked as best effort");
  expect(class_on_arrival(host, -1) == 0, "a datagram is left as the system has it");
}

void refusals() {
  auto socket = open_at("127.0.0.1", -1);
  if (socket == nullptr) return;
  int system_error = 0;
  expect(UdpSocket::open(at("127.0.0.1", socket->port()), 1 << 16, -1, &system_error) == nullptr, "a taken port");
  expect(system_error == EADDRINUSE, "is said to be taken");
  const std::vector<uint8_t> large(65536);
  const Outgoing too_large = {at("127.0.0.1", socket->port()), large.data(), large.size()};
  expect(socket->send(&too_large, 1) == -EMSGSIZE, "a datagram that is too large");
  const Outgoing nowhere = {Address(), large.data(), 1};
  expect(socket->send(&nowhere, 1) < 0, "a datagram for no address");
  const Outgoing mixed[] = {{at("127.0.0.1", socket->port()), large.data(), 3}, too_large};
  expect(socket->send(mixed, 2) == 1, "what stands before a refused one is taken");
}

/** More than a receiver's buffer holds is lost, and nothing else happens. */
void flood() {
  auto sender = open_at("127.0.0.1", -1);
  auto receiver = open_at("127.0.0.1", -1);
  if (sender == nullptr || receiver == nullptr) return;
  const std::vector<uint8_t> body(1400, 7);
  std::vector<Outgoing> batch(kUdpBatch, {at("127.0.0.1", receiver->port()), body.data(), body.size()});
  for (int turn = 0; turn < 500; turn += 1) expect(sender->send(batch.data(), batch.size()) != 0, "a batch is answered for");
  Room room;
  size_t total = 0;
  for (size_t count; (count = receiver->receive(room.memory.data(), room.table.data())) > 0; total += count)
    for (size_t index = 0; index < count; index += 1) expect(room.table[index].length == body.size(), "a whole one");
  expect(total > 0 && total <= 500 * kUdpBatch, "some arrive");
}

}  // namespace

int main() {
  for (const char* host : {"127.0.0.1", "::1"}) {
    miss(host);
    exchange(host, {1});
    exchange(host, {0, 1, 900, 1400, 9000, 65507});
    exchange(host, std::vector<size_t>(kUdpBatch, 300));
    marking(host);
  }
  refusals();
  flood();
  std::printf("%d checks, %d failed\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
