// Addresses: reading, comparing, converting.
#include "address.h"

#include <arpa/inet.h>

#include <cstring>

namespace demarc {

bool same_host(const Address& left, const Address& right) {
  return left.family == right.family && std::memcmp(left.host, right.host, sizeof left.host) == 0;
}

bool same(const Address& left, const Address& right) { return left.port == right.port && same_host(left, right); }

bool parse_address(const char* literal, uint16_t port, Address* out) {
  Address address;
  address.port = port;
  if (inet_pton(AF_INET, literal, address.host) == 1) {
    address.family = 4;
  } else if (inet_pton(AF_INET6, literal, address.host) == 1) {
    address.family = 6;
  } else {
    return false;
  }
  *out = address;
  return true;
}

Address address_of(const sockaddr_storage& from) {
  Address address;
  if (from.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&from);
    std::memcpy(address.host, &v4->sin_addr, 4);
    address.port = ntohs(v4->sin_port);
    address.family = 4;
  } else if (from.ss_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&from);
    std::memcpy(address.host, &v6->sin6_addr, 16);
    address.port = ntohs(v6->sin6_port);
    address.family = 6;
  }
  return address;
}

socklen_t to_socket_address(const Address& address, sockaddr_storage* out) {
  std::memset(out, 0, sizeof *out);
  if (address.family == 4) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(out);
    v4->sin_family = AF_INET;
    std::memcpy(&v4->sin_addr, address.host, 4);
    v4->sin_port = htons(address.port);
    return sizeof *v4;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(out);
  v6->sin6_family = AF_INET6;
  std::memcpy(&v6->sin6_addr, address.host, 16);
  v6->sin6_port = htons(address.port);
  return sizeof *v6;
}

}  // namespace demarc
