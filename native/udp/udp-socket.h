// A UDP socket that takes and gives datagrams by the batch: one system call for many, into memory that is there already.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "../relay/address.h"

namespace demarc {

/** How many datagrams one system call takes or gives. */
constexpr size_t kUdpBatch = 32;
/** Of the memory for one received datagram: its longest, 65,535 bytes, and the sender's address as text in front of it. */
constexpr size_t kUdpAddressBytes = 64;
constexpr size_t kUdpSlotBytes = kUdpAddressBytes + 65536;

struct Received {
  uint32_t length = 0;
  uint32_t port = 0;
  uint32_t address_length = 0;
};

struct Outgoing {
  Address to;
  const uint8_t* bytes = nullptr;
  size_t length = 0;
};

class UdpSocket {
 public:
  /** Null with `*system_error` set when the system refuses. `dscp` -1 leaves the field to the system. */
  static std::unique_ptr<UdpSocket> open(const Address& address, int buffer_bytes, int dscp, int* system_error);
  ~UdpSocket();

  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;

  int descriptor() const { return descriptor_; }
  uint16_t port() const;

  /** Fills the slots of `memory` (kUdpBatch of kUdpSlotBytes each); gives how many datagrams there were, 0 when none waits. */
  size_t receive(uint8_t* memory, Received* table);

  /**
   * Fills the slots with what ICMP says did not arrive (RFC 3261 section 18.4: host, network, port or protocol unreachable, parameter problem), as much of it as
   * it quotes, and where it was going; gives how many there were, 0 when no more wait.
   */
  size_t unreachable(uint8_t* memory, Received* table);

  /**
   * Sends in order; `count` is at most kUdpBatch. Gives how many the system took before it refused one; when it refused the first, the
   * negative error of that one.
   */
  int send(const Outgoing* messages, size_t count);

 private:
  explicit UdpSocket(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace demarc
