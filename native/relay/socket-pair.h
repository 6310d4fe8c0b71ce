// Opens the two UDP sockets of a side: RTP on an even port, RTCP on the one above it (RFC 3550 11).
#pragma once

#include <cstdint>

#include "address.h"

namespace demarc {

struct SocketPair {
  int rtp = -1;
  int rtcp = -1;
};

/** Binds `address` with its port and the next. 0, or the errno of what was refused, with nothing left open. */
int open_socket_pair(const Address& address, int dscp, SocketPair* out);

}  // namespace demarc
