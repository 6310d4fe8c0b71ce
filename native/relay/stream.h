// One media stream between two sides, each with an RTP and an RTCP socket.
//
// What must outlast the process is kept apart from the rest as plain bytes in shared memory (StreamState): a relay that
// was killed is started again on the same memory and finds its locks and counters as they were, without any work per
// packet to write them down.
#pragma once

#include <array>
#include <cstdint>

#include "latch.h"
#include "reception.h"

namespace demarc {

struct SideState {
  Latch rtp;
  Latch rtcp;
  Reception reception;
  uint32_t revision;  // of what was signalled, so that setting up again what is there already changes nothing
  uint8_t announced;  // the first packet was told
  uint8_t unused[3];
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
};

struct Stream;

struct Side {
  Stream* stream = nullptr;
  SideState* state = nullptr;
  Side* other = nullptr;
  Socket rtp;
  Socket rtcp;
  uint8_t index = 0;

  bool open() const { return rtp.fd >= 0; }
};

struct Stream {
  uint32_t slot = 0;
  uint32_t session = 0;
  StreamState* state = nullptr;
  Side sides[2];
  /** Clock rate by payload type (RFC 3551 6 and a=rtpmap). */
  std::array<uint32_t, 128> rates_hz;
  int64_t last_rtp_ns = 0;  // monotonic, either side
};

}  // namespace demarc
