// How a packet thread gets packets from the system and gives them back. There are two: io_uring where the kernel has it, epoll
// with batches everywhere else.
#pragma once

#include <cstdint>
#include <memory>

#include "packet-path.h"

namespace demarc {

/** How many bytes of a datagram are read: more than any audio packet on an Ethernet. Longer ones are cut, marked, and dropped. */
constexpr size_t kPacketBytes = 2048;

class Wire {
 public:
  virtual ~Wire() = default;
  virtual const char* name() const = 0;

  /** From now on packets of `socket` are read. False when the system refuses. */
  virtual bool add(Socket& socket) = 0;
  /** Nothing is read any more when it returns, and the descriptor is the caller's to close. */
  virtual void remove(Socket& socket) = 0;

  /** Waits until packets come, `wake_fd` is written to or `wait_ns` are over (-1: for ever), and passes on what came: so many. */
  virtual uint32_t turn(int64_t wait_ns) = 0;
};

Moment moment_now();

/** Null when the system gives no descriptors. */
std::unique_ptr<Wire> open_epoll_wire(PacketPath& path, int wake_fd);
/** Null when the kernel has not all that it needs, or forbids it. */
std::unique_ptr<Wire> open_uring_wire(PacketPath& path, int wake_fd);

}  // namespace demarc
