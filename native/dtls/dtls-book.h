// Which handshakes there are, with whom, and when they have failed. No thread and no sockets: what is to be sent goes to a function, the time comes with
// each call.
//
// A side's association may be tried by several sources at once, as anybody whom the network lets speak can say hello: whoever has the certificate that was
// signalled is the peer, and the others have delayed nothing (CVE-2023-49786 and its like).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../relay/handshakes.h"
#include "dtls-handshake.h"

namespace demarc {

/** A place as one number. */
uint32_t number_of(const HandshakePlace& place);

struct DtlsLimits {
  /** How long a peer has, from when it was last aimed at, before its silence is told. */
  int64_t patience_ns = 15000000000;
  /** After how long a client of ours that has come to nothing begins again: what was forged for it has then cost no more than that. */
  int64_t again_ns = 4000000000;
  /** How long a finished association is kept to answer for flights that were lost. */
  int64_t linger_ns = 30000000000;
};

class DtlsBook {
 public:
  using Send = std::function<void(int fd, const uint8_t* bytes, size_t size, const Address& to)>;

  DtlsBook(std::unique_ptr<DtlsContext> context, Send send, const DtlsLimits& limits);
  ~DtlsBook();

  void begin(uint32_t slot, uint8_t side, const HandshakeTerms& terms, const KeptKeys& before);
  void aim(uint32_t slot, uint8_t side, const HandshakeAim& aim, int64_t now_ns);
  void end(uint32_t slot, uint8_t side);

  void receive(const HandshakePlace& place, const uint8_t* bytes, size_t size, const Address& source, bool exact, int64_t now_ns);
  void receive_early(const HandshakePlace& place, const uint8_t* bytes, size_t size, const Address& source, int64_t now_ns);
  void tick(int64_t now_ns);
  /** When `tick` has something to do; -1 for never. */
  int64_t next_ns() const { return agenda_.empty() ? -1 : agenda_.begin()->first; }

  bool next_outcome(HandshakeOutcome* out);
  bool has_outcome() const { return !outcomes_.empty(); }
  size_t handshakes() const;
  const DtlsContext& context() const { return *context_; }

 private:
  struct Component {
    int fd = -1;
    Address to;
    /** Under way. Of a client there is one at most. */
    std::vector<std::unique_ptr<DtlsHandshake>> tries;
    /** A server that has heard no good cookie yet. */
    std::unique_ptr<DtlsHandshake> listener;
    std::unique_ptr<DtlsHandshake> done;
    int64_t done_ns = 0;
    int64_t again_ns = 0;
    bool keyed = false;
  };
  struct Association {
    uint32_t slot = 0;
    uint8_t side = 0;
    HandshakeTerms terms;
    KeptKeys keys{};
    Component components[2];
    bool same_peer = false;  // the keys of the association before are of the same peer: that this one fails is no harm
    bool aimed = false;
    bool told = false;
    HandshakeFault seen = HandshakeFault::none;
    int64_t deadline_ns = 0;
    std::vector<Address> denied;
    // When the last hellos that were answered are forgotten, and the last handshakes that were begun.
    int64_t hellos_ns = 0;
    int64_t tries_ns = 0;
    int64_t other_tries_ns = 0;
    int64_t next_ns = -1;
  };
  struct Early {
    std::vector<uint8_t> bytes;
    Address source;
    int64_t came_ns;
  };

  Association* find(uint32_t slot, uint8_t side);
  std::unique_ptr<DtlsHandshake> make(const Association& association, const Component& component);
  void aim_component(Association& association, bool rtcp, const Latch& latch, int64_t now_ns);
  void start_client(Association& association, Component& component, int64_t now_ns);
  void hear_client(Component& component, const uint8_t* bytes, size_t size);
  void hear_server(Association& association, Component& component, const uint8_t* bytes, size_t size, const Address& source, int64_t now_ns);
  void hear_hello(Association& association, Component& component, const uint8_t* bytes, size_t size, const Address& source, int64_t now_ns);
  static bool is_denied(const Association& association, const Component& component, const Address& source);
  /** Looks at what has come of a component's tries. */
  void settle(Association& association, bool rtcp, const Address* source, bool exact, int64_t now_ns);
  void finish(Association& association, bool rtcp, std::unique_ptr<DtlsHandshake> handshake, const Address& peer, int64_t now_ns);
  void give(const Association& association, bool rtcp, const Address& peer);
  void tell(Association& association, HandshakeFault fault);
  void tick(Association& association, int64_t now_ns);
  void schedule(Association& association, int64_t now_ns);
  void forget(uint32_t key);

  std::unique_ptr<DtlsContext> context_;
  Send send_;
  DtlsLimits limits_;
  std::unordered_map<uint32_t, std::unique_ptr<Association>> associations_;
  std::set<std::pair<int64_t, uint32_t>> agenda_;
  std::map<uint32_t, Early> early_;
  std::vector<HandshakeOutcome> outcomes_;
};

/** The guard of keys that came by handshake. Null for none. */
std::unique_ptr<PacketGuard> make_dtls_guard(const KeptKeys& keys);

}  // namespace demarc
