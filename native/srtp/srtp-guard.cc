// Which key opens a packet, and when the former one is done with.
#include "srtp-guard.h"

#include <cstring>

namespace demarc {
namespace {

constexpr size_t kMostBytes = 2048;

GuardVerdict guard_verdict(SrtpVerdict verdict) {
  if (verdict == SrtpVerdict::good) return GuardVerdict::good;
  return verdict == SrtpVerdict::replayed ? GuardVerdict::replayed : GuardVerdict::forged;
}

SrtpVerdict open_with(SrtpReceiver& receiver, PacketRoom& packet, bool rtcp) {
  return rtcp ? receiver.unprotect_rtcp(packet.bytes, &packet.size) : receiver.unprotect_rtp(packet.bytes, &packet.size);
}

/** Of both directions, and of the mark that the peer's packets bear: a change of any is another guard. */
uint64_t mark_of_both(const SrtpKey& receive, const SrtpKey& send) {
  uint64_t mark = mark_of(receive) * 31 + mark_of(send);
  for (size_t at = 0; at < receive.mki_bytes && at < kSrtpMkiBytes; at += 1) mark = mark * 131 + receive.mki[at] + 1;
  return mark * 131 + receive.mki_bytes;
}

}  // namespace

SrtpGuard::~SrtpGuard() = default;

std::unique_ptr<SrtpGuard> SrtpGuard::create(const SrtpKey& receive, const SrtpKey& send) {
  return create({receive, send}, {receive, send});
}

std::unique_ptr<SrtpGuard> SrtpGuard::create_apart(const SrtpPair& rtp, const SrtpPair* rtcp) {
  std::unique_ptr<SrtpGuard> guard = create(rtp, rtcp != nullptr ? *rtcp : rtp);
  if (guard == nullptr) return nullptr;
  guard->has_rtcp_ = rtcp != nullptr;
  guard->mark_ += rtcp != nullptr ? mark_of_both(rtcp->receive, rtcp->send) : 1;
  return guard;
}

std::unique_ptr<SrtpGuard> SrtpGuard::create(const SrtpPair& rtp, const SrtpPair& rtcp) {
  std::unique_ptr<SrtpGuard> guard(new SrtpGuard());
  guard->receiver_ = SrtpReceiver::create(rtp.receive, rtcp.receive);
  guard->sender_ = SrtpSender::create(rtp.send, rtcp.send);
  if (guard->receiver_ == nullptr || guard->sender_ == nullptr) return nullptr;
  guard->former_ = std::make_unique<Former>();
  guard->mark_ = mark_of_both(rtp.receive, rtp.send);
  return guard;
}

void SrtpGuard::begin(SrtpState* state, PacketGuard* before) {
  // There is no other kind of guard that could stand before this one.
  auto* old = static_cast<SrtpGuard*>(before);
  if (old != nullptr && old->receiver_ != nullptr && old->receiver_->key_mark() != receiver_->key_mark()) {
    former_->receiver = std::move(old->receiver_);
    former_->state = state->receive;
    former_->receiver->move_to(&former_->state);
  } else {
    former_.reset();
  }
  receiver_->begin(&state->receive);
  sender_->begin(&state->send);
}

GuardVerdict SrtpGuard::unprotect(PacketRoom& packet, bool rtcp) {
  if (rtcp && !has_rtcp_) return GuardVerdict::forged;
  if (former_ != nullptr) return unprotect_either(packet, rtcp);
  return guard_verdict(open_with(*receiver_, packet, rtcp));
}

GuardVerdict SrtpGuard::unprotect_either(PacketRoom& packet, bool rtcp) {
  if (packet.size > kMostBytes) return GuardVerdict::forged;
  // A failure leaves packets of AES-GCM in ruins.
  uint8_t copy[kMostBytes];
  std::memcpy(copy, packet.bytes, packet.size);
  const size_t size = packet.size;
  const SrtpVerdict verdict = open_with(*receiver_, packet, rtcp);
  if (verdict == SrtpVerdict::good) {
    former_.reset();
    return GuardVerdict::good;
  }
  packet.size = size;
  std::memcpy(packet.bytes, copy, size);
  return guard_verdict(open_with(*former_->receiver, packet, rtcp));
}

bool SrtpGuard::protect(PacketRoom& packet, bool rtcp) {
  if (rtcp && !has_rtcp_) return false;
  return rtcp ? sender_->protect_rtcp(packet.bytes, &packet.size, packet.capacity)
              : sender_->protect_rtp(packet.bytes, &packet.size, packet.capacity);
}

}  // namespace demarc
