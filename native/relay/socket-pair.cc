// Socket options of the relay's sockets.
#include "socket-pair.h"

#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace demarc {
namespace {

// 256 kB of received packets: more than a second of audio on one stream, for the moments when the thread is elsewhere.
constexpr int kReceiveBufferBytes = 256 * 1024;
constexpr int kSendBufferBytes = 256 * 1024;

void set_option(int fd, int level, int name, int value) {
  // Refused options are no reason to refuse a call.
  if (setsockopt(fd, level, name, &value, sizeof value) != 0) return;
}

/** Not bound yet. -1 with errno. */
int make_socket(int domain) {
  const int fd = socket(domain, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return fd;
  set_option(fd, SOL_SOCKET, SO_RCVBUF, kReceiveBufferBytes);
  set_option(fd, SOL_SOCKET, SO_SNDBUF, kSendBufferBytes);
  if (domain == AF_INET6) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  // What the peer's packets are marked with is told beside them.
  if (domain == AF_INET) set_option(fd, IPPROTO_IP, IP_RECVTOS, 1);
  if (domain == AF_INET6) set_option(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
  return fd;
}

void copy_option(int from, int to, int level, int name) {
  int value = 0;
  socklen_t length = sizeof value;
  if (getsockopt(from, level, name, &value, &length) == 0) set_option(to, level, name, value);
}

int open_socket(const Address& address, int dscp, int* out) {
  const int domain = address.family == 4 ? AF_INET : AF_INET6;
  const int fd = make_socket(domain);
  if (fd < 0) return errno;
  if (dscp >= 0 && domain == AF_INET) set_option(fd, IPPROTO_IP, IP_TOS, dscp << 2);
  if (dscp >= 0 && domain == AF_INET6) set_option(fd, IPPROTO_IPV6, IPV6_TCLASS, dscp << 2);
  sockaddr_storage local;
  const socklen_t length = to_socket_address(address, &local);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&local), length) != 0) {
    const int refused = errno;
    close(fd);
    return refused;
  }
  *out = fd;
  return 0;
}

}  // namespace

int open_socket_pair(const Address& address, int dscp, SocketPair* out) {
  SocketPair pair;
  const int refused = open_socket(address, dscp, &pair.rtp);
  if (refused != 0) return refused;
  Address above = address;
  above.port = static_cast<uint16_t>(address.port + 1);
  const int refused_above = open_socket(above, dscp, &pair.rtcp);
  if (refused_above != 0) {
    close(pair.rtp);
    return refused_above;
  }
  *out = pair;
  return 0;
}

void close_socket_pair(const SocketPair& pair) {
  close(pair.rtp);
  close(pair.rtcp);
}

bool connect_socket(int fd, const Address& peer) {
  sockaddr_storage to;
  const socklen_t length = to_socket_address(peer, &to);
  return connect(fd, reinterpret_cast<const sockaddr*>(&to), length) == 0;
}

int open_connected_socket(int beside, const Address& peer) {
  sockaddr_storage local;
  socklen_t length = sizeof local;
  if (getsockname(beside, reinterpret_cast<sockaddr*>(&local), &length) != 0) return -1;
  const int domain = local.ss_family;
  const int fd = make_socket(domain);
  if (fd < 0) return -1;
  if (domain == AF_INET) copy_option(beside, fd, IPPROTO_IP, IP_TOS);
  if (domain == AF_INET6) copy_option(beside, fd, IPPROTO_IPV6, IPV6_TCLASS);
  // The port is shared for this one moment: after it nobody else can bind it, and it counts as taken again.
  set_option(beside, SOL_SOCKET, SO_REUSEADDR, 1);
  set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  const bool bound = bind(fd, reinterpret_cast<const sockaddr*>(&local), length) == 0;
  set_option(beside, SOL_SOCKET, SO_REUSEADDR, 0);
  set_option(fd, SOL_SOCKET, SO_REUSEADDR, 0);
  if (bound && connect_socket(fd, peer)) return fd;
  close(fd);
  return -1;
}

}  // namespace demarc
