// Who may speak on a socket and where its answers go: symmetric RTP (RFC 4961) with learning kept on a short leash.
//
// The signalled address comes first. A peer behind a NAT sends from another port, or another address where the policy
// allows it: that is learned from the first five packets after signalling alone, and then held. The signalled address
// itself is never a stranger; when it speaks, it takes over for good. Learning starts anew with each offer and answer.
#pragma once

#include <cstdint>

#include "address.h"
#include "source-lock.h"

namespace demarc {

enum class Learn : uint8_t { none = 0, same_address = 1, any = 2 };

/** Plain bytes: it lives in memory that outlasts the process. All zero is closed: nobody may speak, nothing is sent. */
struct Latch {
  Address signalled;
  Address current;   // where answers go, and who is listened to
  Address standing;  // who spoke before the same address was signalled again; it need not be learned anew
  uint8_t learn;
  uint8_t rank;         // of what was learned: 0 nothing, 1 any address, 2 the signalled host, 3 the very address
  uint8_t window_left;  // packets that learning may still look at
  uint8_t locked;
  uint8_t held;  // on hold: nothing is sent, what arrives still counts (RFC 2543 B.5)
  uint8_t unused[3];
  uint32_t priority;  // of the pair that the peer has chosen (RFC 8445)
  uint32_t unused_too;
  SourceLock source;  // of RTP: who speaks from the address that may
};

constexpr uint8_t kLearnWindowPackets = 5;

/** Follows an offer or answer. */
void signal_remote(Latch& latch, const Address& remote, Learn learn);

/** The peer asked for silence with an unspecified address; what it sends is still what it was. */
void hold_remote(Latch& latch);

/** The peer has chosen the pair with `source` (RFC 8445 section 8.1.1): it speaks from there. Of several, as some name them, the best counts. */
void nominate(Latch& latch, const Address& source, uint32_t priority);

/** Whether a well-formed packet from `source` is let through. May learn. */
bool admit(Latch& latch, const Address& source);

/** What admit() would say, without learning: a packet that must be authenticated is judged before it may teach anything. */
bool may_speak(const Latch& latch, const Address& source);

/**
 * What is known of a peer's RTP holds for its RTCP: one that speaks from where it says it does has no NAT before it, so its RTCP comes from
 * where that was said too; of one that was learned, only the host it was learned at. Reports are no way in for its neighbours.
 */
bool fits_rtp(const Latch& rtcp, const Latch& rtp, const Address& source);

/** True when a packet from `source` would be let through whatever it holds: tells garbage from strangers. */
bool knows(const Latch& latch, const Address& source);

}  // namespace demarc
