// A UDP address as plain bytes, so that it can be compared, kept in shared memory and read back by another process.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>

namespace demarc {

struct Address {
  uint8_t host[16] = {};  // IPv4 in the first four bytes
  uint16_t port = 0;      // host byte order
  uint8_t family = 0;     // 0 is no address, 4 or 6
  uint8_t unused = 0;

  bool set() const { return family != 0; }
};

static_assert(sizeof(Address) == 20, "the layout is shared between processes");

bool same_host(const Address& left, const Address& right);
bool same(const Address& left, const Address& right);

/** Reads an IP literal without brackets. False when it is none. */
bool parse_address(const char* literal, uint16_t port, Address* out);

/** Of a received datagram. An unknown family gives an unset address. */
Address address_of(const sockaddr_storage& from);

/** For sending or binding; returns the length of what was written. */
socklen_t to_socket_address(const Address& address, sockaddr_storage* out);

}  // namespace demarc
