// The place for what stands between a side's sockets and the relay: SRTP.
//
// A side without a guard carries plain RTP. A guard belongs to one side and is called on the packet thread that owns the
// stream, between packets and never at once; like everything there it must not allocate, block or throw for a packet.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../srtp/srtp-state.h"
#include "address.h"

namespace demarc {

/** A packet where it lies. It may grow in place up to `capacity`. */
struct PacketRoom {
  uint8_t* bytes;
  size_t size;
  size_t capacity;
};

enum class GuardVerdict : uint8_t { good, forged, replayed };

class PacketGuard {
 public:
  virtual ~PacketGuard() = default;

  /** Guards with the same mark do the same: one need not take the place of the other. */
  virtual uint64_t mark() const = 0;

  /**
   * On the packet thread, before the first packet: goes on from what the memory knows of its keys. `before` is the guard whose place it takes, and
   * which is not called any more; null for none.
   */
  virtual void begin(SrtpState* state, PacketGuard* before) = 0;

  /**
   * Received, before anything is learned or counted from it: only for sources that may speak or could be learned. Leaves plain RTP or
   * RTCP. What is not good is dropped and counted by its side.
   */
  virtual GuardVerdict unprotect(PacketRoom& packet, bool rtcp) = 0;

  /** About to be sent to this side's peer. False drops it. */
  virtual bool protect(PacketRoom& packet, bool rtcp) = 0;
};

}  // namespace demarc
