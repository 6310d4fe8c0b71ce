// One media stream between two sides, each with an RTP and an RTCP socket.
//
// What must outlast the process is kept apart from the rest as plain bytes in shared memory (StreamState, and StreamSecrets for what is encrypted): a
// relay that was killed is started again on the same memory and finds its locks and counters as they were, without any work per packet to write them down.
#pragma once

#include <cstdint>
#include <memory>

#include "../kernel/flow.h"
#include "../kernel/route.h"
#include "clock-rates.h"
#include "connectivity.h"
#include "handshakes.h"
#include "latch.h"
#include "packet-guard.h"
#include "reception.h"
#include "tones.h"

namespace demarc {

/** What came to a side besides its RTP. */
struct GateCounters {
  uint64_t rtcp_packets;
  uint64_t rejected;     // source not allowed to speak
  uint64_t malformed;    // allowed source, but not what the stream carries
  uint64_t unauthentic;  // not what the peer's keys make
  uint64_t replayed;     // made with them, but seen before, or too old
};

struct SideState {
  Latch rtp;
  Latch rtcp;
  Reception reception;
  GateCounters gate;
  uint32_t revision;  // of what was signalled, so that setting up again what is there already changes nothing
  uint8_t announced;  // the first packet was told
  uint8_t mux;        // RTCP shares the port of RTP (RFC 5761)
  uint8_t secure;     // nothing comes or goes in the clear; while the keys are not there, nothing comes or goes
  uint8_t udptl;      // fax (ITU-T T.38) instead of RTP
  uint8_t shakes;     // its keys come by handshake: its datagrams are handed over
  uint8_t kept;       // its secrets are its own, and not what an earlier stream left
  uint8_t unused[6];
  ToneTypes tones;    // how it has tones that are ours to hear and to make
  ToneTrack track;    // of what goes to it
  ToneHeard heard;    // from it
  uint64_t ice_mark;  // of the credentials that what is known of the peer's addresses came by; 0 without ICE
};

/** Of a side that is encrypted, or was. */
struct SideSecrets {
  SrtpState srtp;
  KeptKeys keys;  // that came by handshake
};

struct StreamSecrets {
  SideSecrets sides[2];
};

struct StreamState {
  uint32_t session;  // whose stream it is; 0 is nobody's
  uint32_t unused;
  SideState sides[2];
};

struct Side;

struct Socket {
  int fd = -1;
  bool rtcp = false;
  Side* side = nullptr;
  uint32_t wire_index = 0;  // the wire's own
};

struct Stream;

struct Side {
  Stream* stream = nullptr;
  SideState* state = nullptr;
  /** Null as long as it was never encrypted. */
  SideSecrets* secrets = nullptr;
  Side* other = nullptr;
  Socket rtp;
  Socket rtcp;
  /** A second socket on the port of `rtp`, connected to the settled peer: sending through it is cheaper. Strangers come to the other. */
  Socket peer;
  Address peer_address;  // of `peer`, or the one that it could not be had for
  bool settling = false;
  /** Null for plain RTP. The stream is recalled (PacketThread::recall) before it changes: the kernel knows no guards. */
  PacketGuard* guard = nullptr;
  /** Null without ICE. */
  CheckAnswerer* checks = nullptr;
  uint8_t index = 0;
  int64_t last_rtp_ns = 0;  // monotonic
  /** Of what it is to get; null before the first. */
  std::unique_ptr<TonePlayer> player;
  Address local;            // where `rtp` is bound
  int dscp = -1;
  /** Where its RTP is counted at present: in `state`, or where the kernel counts too. */
  Reception* counted = nullptr;

  // What of it the kernel passes on (native/kernel/).
  bool kernel_allowed = false;
  bool kernel_wanted = false;  // to be tried with its next packet
  bool in_kernel = false;
  FlowKey6 kernel_key = {};
  uint32_t kernel_ssrc = 0;
  uint32_t kernel_interface = 0;
  bool kernel_frames = false;
  Hop kernel_hop;

  bool open() const { return rtp.fd >= 0; }
  bool playing() const { return player != nullptr && player->playing(); }
};

struct Stream {
  uint32_t slot = 0;
  uint32_t session = 0;
  StreamState* state = nullptr;
  Side sides[2];
  ClockRates rates;
};

}  // namespace demarc
