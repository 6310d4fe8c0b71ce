// What an offer and its answer say of one stream, and what that changes in it. It is told all at once: an errand to the packet thread costs two
// switches between threads, more than everything that is done there.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "handshakes.h"
#include "session-watch.h"
#include "stream.h"

namespace demarc {

struct RemoteOptions {
  /** `checked`: where ICE says. */
  enum class Kind { closed, hold, address, checked } kind = Kind::closed;
  Address rtp;
  Address rtcp;
  Learn learn = Learn::same_address;
  bool many_sources = false;  // several SSRCs may speak at once
  bool mux = false;           // RTCP goes over the port of RTP, both ways (RFC 5761)
  bool udptl = false;         // fax (ITU-T T.38) instead of RTP
};

struct SideAim {
  RemoteOptions remote;
  /** How it has tones that do not cross (RFC 4733); off where they pass as they come. */
  ToneTypes tones{};
  /** Null without ICE. */
  std::unique_ptr<CheckAnswerer> checks;
  /** By keys that there are: null for packets in the clear, and where keys come by handshake. */
  std::unique_ptr<PacketGuard> guard;
  /** Keys come by handshake on these terms, and nothing goes in the clear. Null for none. */
  std::unique_ptr<HandshakeTerms> terms;
};

struct StreamAim {
  /** The same again changes nothing about where the sides are. */
  uint32_t revision = 0;
  /** Payload type and clock rate by turns; those not named have 8000 Hz. */
  std::vector<uint32_t> rates;
  /** Of the whole session. */
  WatchTimes watch;
  SideAim sides[2];
};

// The rest is for the packet thread that owns the stream.

/** New ports are for a new peer: what the old one was found to be says nothing about it. */
void forget_peer(Side& side);
void set_remote(SideState& state, uint32_t revision, const RemoteOptions& remote);
void set_tones(SideState& state, const ToneTypes& types);
/** Other credentials than before begin anew. */
void set_checks(Side& side, CheckAnswerer* checks);
/** `before` is the guard whose place it takes. The side has room for secrets, unless there is no guard. */
void set_guard(Side& side, PacketGuard* guard, PacketGuard* before);

}  // namespace demarc
