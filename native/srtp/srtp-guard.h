// SRTP between a side of a stream and its peer: what comes is authenticated and decrypted, what goes is encrypted, and a key may change under way.
#pragma once

#include <memory>

#include "../relay/packet-guard.h"
#include "srtp.h"

namespace demarc {

class SrtpGuard : public PacketGuard {
 public:
  /** `receive` is what the peer encrypts with, `send` what we do. Null when either is of no suite that is spoken. */
  static std::unique_ptr<SrtpGuard> create(const SrtpKey& receive, const SrtpKey& send);
  ~SrtpGuard() override;

  uint64_t mark() const override { return mark_; }
  void begin(SrtpState* state, PacketGuard* before) override;
  GuardVerdict unprotect(PacketRoom& packet, bool rtcp) override;
  bool protect(PacketRoom& packet, bool rtcp) override;
  void on_other(PacketKind kind, PacketRoom& packet, const Address& source) override;

 private:
  /** The key before this one: packets made with it are under way until the first of the new one comes. */
  struct Former {
    std::unique_ptr<SrtpReceiver> receiver;
    SrtpReceiveState state;
  };

  SrtpGuard() = default;
  GuardVerdict unprotect_either(PacketRoom& packet, bool rtcp);

  std::unique_ptr<SrtpReceiver> receiver_;
  std::unique_ptr<SrtpSender> sender_;
  std::unique_ptr<Former> former_;
  uint64_t mark_ = 0;
};

}  // namespace demarc
