// recvmmsg and sendmmsg.
#include "udp-socket.h"

#include <arpa/inet.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace demarc {
namespace {

/** Types of ICMP and ICMPv6, and what of the first only says that a datagram was too long (RFC 792, RFC 4443). */
constexpr uint8_t kUnreachable = 3;
constexpr uint8_t kTooLong = 4;
constexpr uint8_t kParameterProblem = 12;
constexpr uint8_t kUnreachable6 = 1;
constexpr uint8_t kParameterProblem6 = 4;

/** How many errors of earlier datagrams a call is told in place of its own at the most: one waits for each that was not read yet. */
constexpr int kMostPending = 32;

/** What the system says of an earlier datagram, in place of doing what it was asked. */
bool is_of_earlier(int error) {
  return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH || error == ENOPROTOOPT ||
         error == EPROTO || error == EHOSTDOWN || error == ENONET || error == EOPNOTSUPP || error == EACCES;
}

/** Whether a control message says that what was sent did not arrive. */
bool tells_unreachable(msghdr* header) {
  for (cmsghdr* part = CMSG_FIRSTHDR(header); part != nullptr; part = CMSG_NXTHDR(header, part)) {
    const bool v4 = part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_RECVERR;
    const bool v6 = part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_RECVERR;
    if (!v4 && !v6) continue;
    sock_extended_err told;
    std::memcpy(&told, CMSG_DATA(part), sizeof told);
    if (told.ee_origin == SO_EE_ORIGIN_ICMP)
      return (told.ee_type == kUnreachable && told.ee_code != kTooLong) || told.ee_type == kParameterProblem;
    if (told.ee_origin == SO_EE_ORIGIN_ICMP6) return told.ee_type == kUnreachable6 || told.ee_type == kParameterProblem6;
  }
  return false;
}

/** How long a full send buffer is waited for. The kernel empties megabytes in less. */
constexpr int kFullBufferMs = 2;

void set_option(int fd, int level, int name, int value) {
  // A buffer that is smaller than asked for, or a mark that may not be set, is no reason not to listen.
  if (setsockopt(fd, level, name, &value, sizeof value) != 0) return;
}

/** Writes the address as text; gives its length. */
uint32_t write_address(const sockaddr_storage& from, char* out, uint32_t* port) {
  const Address address = address_of(from);
  *port = address.port;
  if (!address.set()) return 0;
  const int family = address.family == 4 ? AF_INET : AF_INET6;
  if (inet_ntop(family, address.host, out, kUdpAddressBytes) == nullptr) return 0;
  return static_cast<uint32_t>(std::strlen(out));
}

}  // namespace

std::unique_ptr<UdpSocket> UdpSocket::open(const Address& address, int buffer_bytes, int dscp, int* system_error) {
  const int domain = address.family == 4 ? AF_INET : AF_INET6;
  const int fd = socket(domain, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) {
    *system_error = errno;
    return nullptr;
  }
  std::unique_ptr<UdpSocket> opened(new UdpSocket(fd));
  set_option(fd, SOL_SOCKET, SO_RCVBUF, buffer_bytes);
  set_option(fd, SOL_SOCKET, SO_SNDBUF, buffer_bytes);
  if (domain == AF_INET) set_option(fd, IPPROTO_IP, IP_RECVERR, 1);
  if (domain == AF_INET6) set_option(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
  if (domain == AF_INET6) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (dscp >= 0 && domain == AF_INET) set_option(fd, IPPROTO_IP, IP_TOS, dscp << 2);
  if (dscp >= 0 && domain == AF_INET6) set_option(fd, IPPROTO_IPV6, IPV6_TCLASS, dscp << 2);
  sockaddr_storage local;
  const socklen_t length = to_socket_address(address, &local);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&local), length) != 0) {
    *system_error = errno;
    return nullptr;
  }
  return opened;
}

UdpSocket::~UdpSocket() { close(descriptor_); }

uint16_t UdpSocket::port() const {
  sockaddr_storage local = {};
  socklen_t length = sizeof local;
  if (getsockname(descriptor_, reinterpret_cast<sockaddr*>(&local), &length) != 0) return 0;
  return address_of(local).port;
}

size_t UdpSocket::receive(uint8_t* memory, Received* table) {
  mmsghdr headers[kUdpBatch] = {};
  iovec parts[kUdpBatch];
  sockaddr_storage senders[kUdpBatch];
  for (size_t index = 0; index < kUdpBatch; index += 1) {
    parts[index] = {memory + index * kUdpSlotBytes + kUdpAddressBytes, kUdpSlotBytes - kUdpAddressBytes};
    msghdr& header = headers[index].msg_hdr;
    header.msg_name = &senders[index];
    header.msg_namelen = sizeof senders[index];
    header.msg_iov = &parts[index];
    header.msg_iovlen = 1;
  }
  int count = -1;
  for (int turn = 0; turn < kMostPending; turn += 1) {
    count = recvmmsg(descriptor_, headers, kUdpBatch, MSG_DONTWAIT, nullptr);
    if (count >= 0 || !is_of_earlier(errno)) break;
  }
  if (count <= 0) return 0;
  for (int index = 0; index < count; index += 1) {
    char* text = reinterpret_cast<char*>(memory + static_cast<size_t>(index) * kUdpSlotBytes);
    Received& received = table[index];
    received.length = headers[index].msg_len;
    received.address_length = write_address(senders[index], text, &received.port);
  }
  return static_cast<size_t>(count);
}

size_t UdpSocket::unreachable(uint8_t* memory, Received* table) {
  size_t count = 0;
  while (count < kUdpBatch) {
    uint8_t* slot = memory + count * kUdpSlotBytes;
    iovec part = {slot + kUdpAddressBytes, kUdpSlotBytes - kUdpAddressBytes};
    sockaddr_storage receiver = {};
    alignas(cmsghdr) uint8_t control[512];
    msghdr header = {};
    header.msg_name = &receiver;
    header.msg_namelen = sizeof receiver;
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    const ssize_t length = recvmsg(descriptor_, &header, MSG_ERRQUEUE | MSG_DONTWAIT);
    if (length < 0) return count;
    if (!tells_unreachable(&header)) continue;
    table[count].length = static_cast<uint32_t>(length);
    table[count].address_length = write_address(receiver, reinterpret_cast<char*>(slot), &table[count].port);
    count += 1;
  }
  return count;
}

int UdpSocket::send(const Outgoing* messages, size_t count) {
  mmsghdr headers[kUdpBatch] = {};
  iovec parts[kUdpBatch];
  sockaddr_storage receivers[kUdpBatch];
  for (size_t index = 0; index < count; index += 1) {
    const Outgoing& message = messages[index];
    parts[index] = {const_cast<uint8_t*>(message.bytes), message.length};
    msghdr& header = headers[index].msg_hdr;
    header.msg_name = &receivers[index];
    header.msg_namelen = to_socket_address(message.to, &receivers[index]);
    header.msg_iov = &parts[index];
    header.msg_iovlen = 1;
  }
  int pending = 0;
  bool waited = false;
  for (;;) {
    const int taken = sendmmsg(descriptor_, headers, static_cast<unsigned>(count), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (taken > 0) return taken;
    if (errno == EINTR) continue;
    if (is_of_earlier(errno) && pending < kMostPending) {
      pending += 1;
      continue;
    }
    const bool full = errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS;
    if (!full || waited) return -errno;
    waited = true;
    pollfd waiting = {descriptor_, POLLOUT, 0};
    if (poll(&waiting, 1, kFullBufferMs) < 0 && errno != EINTR) return -errno;
  }
}

}  // namespace demarc
