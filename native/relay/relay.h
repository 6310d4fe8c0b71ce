// The relay as its controller sees it: port ranges, streams in numbered slots, what was signalled, what was counted.
// Every method belongs to one control thread; none throws. The packet path is in packet-thread.h.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "event-queue.h"
#include "packet-thread.h"
#include "port-pool.h"
#include "socket-pair.h"
#include "stream.h"

namespace demarc {

struct NetworkOptions {
  std::string address;
  uint16_t port_from;
  uint16_t port_to;
  int dscp;  // differentiated services code point (RFC 2474), -1 leaves it to the system
  bool kernel = true;  // its streams may take the short cut through the kernel
};

enum class OpenError { none, unknown_network, no_ports, bad_address, slot, system };

struct OpenResult {
  OpenError error = OpenError::none;
  uint16_t port = 0;
  int system_error = 0;  // errno of the last refused bind
};

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

struct SideCounters {
  Reception reception;
  GateCounters gate;
  bool in_kernel;
};

struct RelayStatus {
  Traffic traffic;
  uint32_t streams;
  uint32_t sockets;
  const char* wire;  // how packets come: "io_uring" or "epoll"
  uint32_t threads;
  std::string kernel;     // "on", or why no stream is passed on by the kernel
  uint32_t kernel_flows;  // directions of streams that are at present
  uint32_t frame_flows;   // of those, as frames (XDP)
};

struct RelayOptions {
  uint32_t threads = 1;
  /** Without io_uring, even where there is one. */
  bool plain = false;
  /** The program for the kernel; empty for none. */
  std::string kernel_program;
  /** Whoever does handshakes for it, and outlives it; null for nobody. */
  Handshakes* handshakes = nullptr;
};

class Relay {
 public:
  /** `memory` holds `capacity` states and outlasts the relay; states of an earlier relay in it are taken up again. */
  Relay(StreamState* memory, uint32_t capacity, const RelayOptions& options, std::function<void()> wake);
  ~Relay();

  bool start();

  /** Sets or replaces a network. Ports in use stay in use. False when the address is no IP literal. */
  bool set_network(const std::string& name, const NetworkOptions& options);
  void drop_network(const std::string& name);

  /**
   * Opens a side's pair of ports: the very one when `exact_port` is not 0 (at `exact_address`, which the network may have
   * left since), the next free one otherwise. A slot of another session is started over.
   */
  struct OpenOptions {
    uint32_t slot;
    uint32_t session;
    int side;
    std::string network;
    std::string exact_address;
    uint16_t exact_port;
  };
  OpenResult open_side(const OpenOptions& options);
  void close_side(uint32_t slot, int side);
  /** Frees all that the session has in the slot. Its counters can be read until another session takes the slot. */
  void close_slot(uint32_t slot, uint32_t session);

  /** Follows an offer or answer. The same `revision` again changes nothing but the rates. */
  void set_remote(uint32_t slot, int side, uint32_t revision, const RemoteOptions& options);
  /** From now on the side's packets go through `guard`, which replaces the one before; null for packets in the clear. */
  void set_guard(uint32_t slot, int side, std::unique_ptr<PacketGuard> guard);
  /** From now on the side's peer is where its checks come from; null for where it was signalled. Other credentials than before begin anew. */
  void set_checks(uint32_t slot, int side, std::unique_ptr<CheckAnswerer> checks);
  /** From now on the side's keys come by handshake on these terms, and nothing goes in the clear; the same again change nothing. Null for an end of that. */
  void set_handshake(uint32_t slot, int side, const HandshakeTerms* terms);
  /** How the side has tones that do not cross (RFC 4733); off for one whose events pass as they come. */
  void set_tones(uint32_t slot, int side, const ToneTypes& types);
  /** Puts a tone into what goes to the side, behind those that wait. False where it takes none, or too many wait. */
  bool play_tone(uint32_t slot, uint32_t session, int side, uint8_t event, uint32_t duration_ms, uint8_t volume);
  void set_rates(uint32_t slot, const std::vector<uint32_t>& type_rate_pairs);
  void watch_session(uint32_t session, const WatchTimes& times);

  /** Of a slot that this session has or had last. False when another has taken it. */
  bool read_counters(uint32_t slot, uint32_t session, SideCounters out[2]);
  RelayStatus status();
  /** Of what has come of handshakes too, which it puts into effect. */
  bool next_event(Event* out);

 private:
  struct Network {
    NetworkOptions options;
    std::shared_ptr<PortPool> pool;
  };
  struct Lease {
    std::shared_ptr<PortPool> pool;
    uint16_t port = 0;
  };
  struct Bound {
    SocketPair sockets;
    Lease lease;
  };
  struct Slot {
    std::unique_ptr<Stream> stream;
    std::unique_ptr<PacketGuard> guards[2];
    std::unique_ptr<CheckAnswerer> checks[2];
    bool shakes[2] = {false, false};
    Lease leases[2];
  };

  /** All streams of a session are on one thread. */
  PacketThread& thread_of(uint32_t session) { return *threads_[session % threads_.size()]; }
  Slot* slot_of(uint32_t slot, int side);
  Stream& stream_in(Slot& slot, uint32_t number, uint32_t session);
  static OpenResult bind_exact(const OpenOptions& options, const Network* network, Bound* out);
  static OpenResult bind_free(const Network& network, Bound* out);
  void release_slot(Slot& slot);
  void aim_handshake(Slot& slot, int side);
  bool settle_handshake(HandshakeOutcome& outcome, Event* out);

  StreamState* memory_;
  std::vector<Slot> slots_;
  std::map<std::string, Network> networks_;
  EventQueue events_;
  KernelPath kernel_;
  Handshakes* handshakes_;
  std::function<void()> wake_;
  std::vector<std::unique_ptr<PacketThread>> threads_;
  uint32_t streams_ = 0;
  uint32_t sides_ = 0;
};

}  // namespace demarc
