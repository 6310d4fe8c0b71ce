// Handshakes on a thread of their own: each costs about as much as a thousand packets, and no packet waits for one.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "dtls-book.h"

namespace demarc {

/** Longer than any record of a handshake: a peer's flight comes in pieces that fit into its path. */
constexpr size_t kDtlsPacketBytes = 2048;

class DtlsDesk : public Handshakes {
 public:
  /** `places` bounds the slots. Null when OpenSSL is not as it should be. */
  static std::unique_ptr<DtlsDesk> create(IdentityRoom* room, uint32_t slots, const DtlsLimits& limits = {});
  ~DtlsDesk() override;

  std::string fingerprint() const override { return fingerprint_; }
  bool start(std::function<void()> wake) override;
  void take(const HandshakePlace& place, const PacketRoom& packet, const Address& source, bool exact) override;
  void take_early(const HandshakePlace& place, const PacketRoom& packet, const Address& source) override;
  void begin(uint32_t slot, uint8_t side, const HandshakeTerms& terms, const KeptKeys& before) override;
  void aim(uint32_t slot, uint8_t side, const HandshakeAim& aim) override;
  void end(uint32_t slot, uint8_t side) override;
  bool next_outcome(HandshakeOutcome* out) override;
  std::unique_ptr<PacketGuard> guard_of(const KeptKeys& keys) override { return make_dtls_guard(keys); }

 private:
  enum class Urgency : uint8_t { learnable, exact, early };
  struct Item {
    HandshakePlace place;
    Address source;
    Urgency urgency;
    size_t size;
    uint8_t bytes[kDtlsPacketBytes];
  };

  DtlsDesk(std::unique_ptr<DtlsContext> context, uint32_t slots, const DtlsLimits& limits);
  void put(const HandshakePlace& place, const PacketRoom& packet, const Address& source, Urgency urgency);
  void loop();
  void wait_for_item(int64_t until_ns);
  bool next_item(Item* out);
  void handle(const Item& item);

  // Never both at once by packet threads: they know the inbox alone.
  std::mutex book_mutex_;
  DtlsBook book_;

  std::mutex inbox_mutex_;
  std::condition_variable inbox_filled_;
  std::vector<Item> ring_;
  size_t first_ = 0;
  size_t size_ = 0;
  /** By place: how many of its datagrams wait. A flood on one side is that side's alone. */
  std::vector<uint8_t> waiting_;
  bool poked_ = false;
  bool running_ = false;

  std::string fingerprint_;
  std::function<void()> wake_;
  std::thread thread_;
};

}  // namespace demarc
