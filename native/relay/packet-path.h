// What becomes of one packet, without any system call: who may speak, what is counted, where it goes. The wires do the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "event-queue.h"
#include "handshakes.h"
#include "stream.h"

namespace demarc {

struct Traffic {
  uint64_t forwarded = 0;    // packets passed on
  uint64_t unaddressed = 0;  // accepted, but the other side is closed, on hold or has no address
  uint64_t unsendable = 0;   // the system would not take them
};

struct Moment {
  int64_t monotonic_ns;
  int64_t unix_ms;
};

/** A datagram as it came. */
struct Inbound {
  PacketRoom packet;
  Address source;
  uint8_t dscp_plus_one;  // 0 when the system did not say
  bool whole;             // nothing of it was cut off
};

/** Where a packet is to go: `connected` sockets need no address. */
struct Outbound {
  int fd;
  bool connected;
  const Address* to;
};

class PacketPath {
 public:
  /** `wake` is called when events wait in `events`. `handshakes` may be null. */
  PacketPath(EventQueue& events, std::function<void()> wake, Handshakes* handshakes = nullptr);

  /** Judges and counts a packet that came to `socket`. True when what is left of it is to be sent as `out` says. */
  bool pass(Socket& socket, Inbound& in, const Moment& now, Outbound* out);

  /** A packet of our own for the side: protected as its stream is. False when it goes nowhere. */
  bool send_own(const Side& to, PacketRoom& packet, Outbound* out) { return aim(to, false, packet, out); }

  void tell(const Event& event);

  /** Sides whose peer has settled since the last call. */
  bool next_settled(Side** out);
  void forget(const Side& side);

  Traffic traffic;

 private:
  bool receive_rtp(Side& side, Inbound& in, const Moment& now);
  bool pass_tones(Side& side, Inbound& in, const Moment& now);
  bool receive_udptl(Socket& socket, Inbound& in, const Moment& now);
  bool receive_rtcp(Side& side, Latch& latch, Inbound& in);
  bool open_guard(Side& side, Latch& latch, Inbound& in, bool rtcp);
  bool aim(const Side& to, bool rtcp, PacketRoom& packet, Outbound* out);
  bool hand_over(Socket& socket, Inbound& in);
  bool answer_check(Socket& socket, Inbound& in, Outbound* out);
  static bool send_back(Socket& socket, const Inbound& in, Outbound* out);
  void announce(Side& side);
  void settle(Side& side);

  EventQueue& events_;
  std::function<void()> wake_;
  Handshakes* handshakes_;
  std::vector<Side*> settled_;
};

}  // namespace demarc
