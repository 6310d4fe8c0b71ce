// The place for keys that two peers agree on over the port of the audio itself (DTLS-SRTP, RFC 5764): whoever does their handshakes.
//
// Packet threads only hand datagrams over; handshakes are slow, and done elsewhere. What comes of them is asked for by the control thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "../srtp/srtp-suite.h"
#include "latch.h"
#include "packet-guard.h"

namespace demarc {

/** One socket of one side: RTP and RTCP are two associations where they have a port each (RFC 5764 section 4.1). */
struct HandshakePlace {
  uint32_t slot;
  uint8_t side;
  bool rtcp;
};

/** Master key and salt of each direction, one behind the other. */
struct KeptPair {
  uint8_t receive[kSrtpKeyBytes + kSrtpSaltBytes];
  uint8_t send[kSrtpKeyBytes + kSrtpSaltBytes];
};

/**
 * What came of a side's handshake. Plain bytes, all zero at the start: they live in memory that outlasts the process, so that a relay which is started
 * again goes on with the keys that there are. The association itself ends with its process, and is needed for nothing more.
 */
struct KeptKeys {
  uint64_t mark;  // of the terms that they were agreed on under; 0: there are none
  KeptPair rtp;
  KeptPair rtcp;    // where RTCP has an association of its own
  uint8_t suite;    // of `rtp`
  uint8_t rtcp_suite;  // 0: RTCP goes under `rtp`, or has no keys yet
  uint8_t apart;    // RTCP has a port, and so an association, of its own
  uint8_t unused[5];
};

/** Of certificates (RFC 8122 section 5). The numbers are shared with src/media/relay/native-relay.ts. */
enum class DigestKind : uint8_t { none = 0, sha1 = 1, sha224 = 2, sha256 = 3, sha384 = 4, sha512 = 5 };

/** What two descriptions have said of the handshake. */
struct HandshakeTerms {
  bool client = false;  // we begin it
  DigestKind digest = DigestKind::none;
  /** Of the certificates that the peer may show, of the kind's length. */
  std::vector<std::vector<uint8_t>> fingerprints;
  /** Best first. */
  std::vector<SrtpSuite> suites;
  /** Another name is another association, though all else is the same. */
  std::string association;

  /** Never 0. */
  uint64_t mark() const;
  /** Of the fingerprints alone: who the peer is. */
  uint64_t peer_mark() const;
};

/** Where a side's sockets are, and who may speak on them. */
struct HandshakeAim {
  int rtp_fd = -1;
  int rtcp_fd = -1;
  Latch rtp{};
  Latch rtcp{};
  bool apart = false;
};

enum class HandshakeFault : uint8_t { none = 0, fingerprint = 1, profile = 2, silence = 3 };

struct HandshakeOutcome {
  HandshakePlace place{};
  HandshakeFault fault = HandshakeFault::none;
  /** Of a success: where the peer is, and what its packets are made with from now on. */
  Address peer;
  std::unique_ptr<PacketGuard> guard;
  KeptKeys keys{};
};

class Handshakes {
 public:
  virtual ~Handshakes() = default;

  /** What our certificate is known by: sha-256, as a=fingerprint has it. */
  virtual std::string fingerprint() const = 0;
  /** `wake` is called when an outcome waits. Before anything else. */
  virtual bool start(std::function<void()> wake) = 0;

  // For packet threads: no waiting, no allocation.

  /** A datagram of a source that may speak; `exact`: from where the peer was signalled to be. An empty one says no more than that the peer is there. */
  virtual void take(const HandshakePlace& place, const PacketRoom& packet, const Address& source, bool exact) = 0;
  /** One that came before it was known who may speak. */
  virtual void take_early(const HandshakePlace& place, const PacketRoom& packet, const Address& source) = 0;

  // For the control thread.

  /** From now on the side goes by these terms. The same again change nothing. `before` are the keys that it has; of the same mark they stand. */
  virtual void begin(uint32_t slot, uint8_t side, const HandshakeTerms& terms, const KeptKeys& before) = 0;
  virtual void aim(uint32_t slot, uint8_t side, const HandshakeAim& aim) = 0;
  /** Nothing is sent any more when it returns, and the descriptors are the caller's to close. */
  virtual void end(uint32_t slot, uint8_t side) = 0;
  virtual bool next_outcome(HandshakeOutcome* out) = 0;
  /** The guard of keys that were kept. Null for none. */
  virtual std::unique_ptr<PacketGuard> guard_of(const KeptKeys& keys) = 0;
};

}  // namespace demarc
