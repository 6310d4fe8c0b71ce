// SRTP between a side of a stream and its peer: what comes is authenticated and decrypted, what goes is encrypted, and a key may change under way.
#pragma once

#include <memory>

#include "../relay/packet-guard.h"
#include "srtp.h"

namespace demarc {

/** Both directions: what the peer encrypts with, and what we do. */
struct SrtpPair {
  SrtpKey receive;
  SrtpKey send;
};

class SrtpGuard : public PacketGuard {
 public:
  /** `receive` is what the peer encrypts with, `send` what we do. Null when either is of no suite that is spoken. */
  static std::unique_ptr<SrtpGuard> create(const SrtpKey& receive, const SrtpKey& send);
  /** One whose RTCP goes under `rtcp`, or nowhere as long as that is null. Its suite must be the same. */
  static std::unique_ptr<SrtpGuard> create_apart(const SrtpPair& rtp, const SrtpPair* rtcp);
  ~SrtpGuard() override;

  uint64_t mark() const override { return mark_; }
  void begin(SrtpState* state, PacketGuard* before) override;
  GuardVerdict unprotect(PacketRoom& packet, bool rtcp) override;
  bool protect(PacketRoom& packet, bool rtcp) override;

 private:
  /** The key before this one: packets made with it are under way until the first of the new one comes. */
  struct Former {
    std::unique_ptr<SrtpReceiver> receiver;
    SrtpReceiveState state;
  };

  SrtpGuard() = default;
  static std::unique_ptr<SrtpGuard> create(const SrtpPair& rtp, const SrtpPair& rtcp);
  GuardVerdict unprotect_either(PacketRoom& packet, bool rtcp);

  std::unique_ptr<SrtpReceiver> receiver_;
  std::unique_ptr<SrtpSender> sender_;
  std::unique_ptr<Former> former_;
  uint64_t mark_ = 0;
  bool has_rtcp_ = true;
};

}  // namespace demarc
