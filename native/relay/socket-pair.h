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
void close_socket_pair(const SocketPair& pair);

/**
 * A second socket on the port of `beside`, marked as that one and connected to `peer`, whose packets come to it from now on. -1 when the
 * system refuses. Packets of others may wait in it from the moment before it was connected: their source must be looked at.
 */
int open_connected_socket(int beside, const Address& peer);

/** Connects a UDP socket, or connects it to another. */
bool connect_socket(int fd, const Address& peer);

}  // namespace demarc
