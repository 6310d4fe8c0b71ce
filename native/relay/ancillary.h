// The differentiated services field of a received datagram (RFC 2474), from what the kernel says beside it.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstring>

namespace demarc {

constexpr size_t kAncillaryBytes = CMSG_SPACE(sizeof(int));

/** The code point plus one; 0 when it is not there. */
inline uint8_t dscp_in(const void* control, size_t bytes) {
  if (bytes < sizeof(cmsghdr)) return 0;
  cmsghdr header;
  std::memcpy(&header, control, sizeof header);
  const auto* content = static_cast<const uint8_t*>(control) + CMSG_LEN(0);
  // IPv4 gives the octet, IPv6 an int.
  if (header.cmsg_level == IPPROTO_IP && header.cmsg_type == IP_TOS && bytes >= CMSG_LEN(1)) {
    return static_cast<uint8_t>((content[0] >> 2) + 1);
  }
  if (header.cmsg_level != IPPROTO_IPV6 || header.cmsg_type != IPV6_TCLASS || bytes < CMSG_LEN(sizeof(int))) return 0;
  int traffic_class;
  std::memcpy(&traffic_class, content, sizeof traffic_class);
  return static_cast<uint8_t>(((traffic_class & 0xff) >> 2) + 1);
}

}  // namespace demarc
