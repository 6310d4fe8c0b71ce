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
#include "stream-aim.h"
#include "stream-memory.h"

namespace demarc {

struct NetworkOptions {
  std::string address;
  uint16_t port_from;
  uint16_t port_to;
  int dscp;  // differentiated services code point (RFC 2474), -1 leaves it to the system
  bool kernel = true;  // its streams may take the short cut through the kernel
};

enum class OpenError { none, unknown_network, no_ports, bad_address, slot, system };

/** Of a side: the very pair of ports when `exact_port` is not 0 (at `exact_address`, which the network may have left since), else the next free one. */
struct SideOpening {
  std::string network;
  std::string exact_address;
  uint16_t exact_port = 0;
};

struct StreamOpening {
  uint32_t slot = 0;
  uint32_t session = 0;
  SideOpening sides[2];
};

struct StreamOpened {
  OpenError error = OpenError::none;
  int side = 0;          // which one could not be opened
  int system_error = 0;  // errno of the last refused bind
  uint16_t ports[2] = {0, 0};
  bool fresh[2] = {false, false};  // opened just now; others were there already
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
  /** `memory` outlasts the relay; states of an earlier relay in it are taken up again. */
  Relay(StreamMemory& memory, const RelayOptions& options, std::function<void()> wake);
  ~Relay();

  bool start();

  /** Sets or replaces a network. Ports in use stay in use. False when the address is no IP literal. */
  bool set_network(const std::string& name, const NetworkOptions& options);
  void drop_network(const std::string& name);

  /** Opens what is not open, both sides or none. A slot of another session is started over. */
  StreamOpened open_stream(const StreamOpening& wanted);
  /** The last side takes the stream with it. */
  void close_side(uint32_t slot, int side);
  /** Frees all that the session has in the slot, and tells what was counted. False when another has the slot. */
  bool close_slot(uint32_t slot, uint32_t session, SideCounters out[2]);
  /** Both sides' ports, 0 for one that is not open. False when another session has the slot, or nobody. */
  bool read_ports(uint32_t slot, uint32_t session, uint16_t out[2]) const;

  /** Follows an offer and its answer. Nothing when another session has the slot, or nobody. False, and nothing is changed, when there is no memory for keys. */
  bool aim_stream(uint32_t slot, uint32_t session, StreamAim aim);
  /** Puts a tone into what goes to the side, behind those that wait. False where it takes none, or too many wait. */
  bool play_tone(uint32_t slot, uint32_t session, int side, uint8_t event, uint32_t duration_ms, uint8_t volume);

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
    Address local;
    Lease lease;
    int dscp = -1;
    bool kernel = false;
  };
  struct BindResult {
    OpenError error = OpenError::none;
    int system_error = 0;
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
  /** Null when the session has no stream in it. */
  Slot* slot_of(uint32_t slot, uint32_t session);
  /** Of a session that may have none there yet; `made` when it had not. Null with errno set when there is no memory. */
  Stream* stream_in(uint32_t number, uint32_t session, bool* made);
  BindResult bind_side(const SideOpening& wanted, Bound* out) const;
  static BindResult bind_exact(const SideOpening& wanted, const Network* network, Bound* out);
  static BindResult bind_free(const Network& network, Bound* out);
  static void give_back(Lease& lease);
  static void unbind(Bound& bound);
  void put_side(PacketThread& thread, Side& side, const Bound& bound, bool exact);
  void end_handshake(const Side& side);
  void release_slot(Slot& slot, SideCounters* counted);
  bool keep_secrets(Stream& stream, int side);
  static void count_sides(const StreamState& state, const Stream* live, SideCounters out[2]);
  void aim_handshake(Slot& slot, int index, const SideAim& aim, const KeptKeys& kept, const HandshakeAim& ends);
  void replace_guard(Slot& slot, int side, std::unique_ptr<PacketGuard> guard);
  bool settle_handshake(HandshakeOutcome& outcome, Event* out);

  StreamMemory& memory_;
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
