// The place for ICE (RFC 8445) in front of a side's sockets: whoever answers its peer's connectivity checks.
//
// Called on the packet thread that owns the stream, between packets and never at once; like everything there it must not allocate, block or throw.
#pragma once

#include <cstdint>

#include "address.h"
#include "packet-guard.h"

namespace demarc {

/** What a check has come to. */
struct CheckResult {
  bool valid = false;      // made with the credentials that were signalled: what is left in the packet is the response
  bool nominates = false;  // the peer wants to use this pair of addresses
  uint32_t priority = 0;   // of the pair's candidate, as the peer says
};

class CheckAnswerer {
 public:
  virtual ~CheckAnswerer() = default;

  /** Credentials with the same mark are the same. */
  virtual uint64_t mark() const = 0;

  /** Judges a STUN message and leaves the response in its place; of what is not valid nothing is answered. */
  virtual CheckResult answer(PacketRoom& packet, const Address& source) = 0;
};

}  // namespace demarc
