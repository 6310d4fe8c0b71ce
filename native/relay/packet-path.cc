// The rules of the relay, one packet at a time.
#include "packet-path.h"

#include <algorithm>

#include "rtcp-privacy.h"

namespace demarc {
namespace {

constexpr uint32_t kNoClockHz = 8000;  // fax has none: its packets all bear one timestamp, of which no jitter comes

}  // namespace

PacketPath::PacketPath(EventQueue& events, std::function<void()> wake, Handshakes* handshakes)
    : events_(events), wake_(std::move(wake)), handshakes_(handshakes) {
  settled_.reserve(1024);
}

void PacketPath::tell(const Event& event) {
  if (events_.push(event)) wake_();
}

bool PacketPath::next_settled(Side** out) {
  if (settled_.empty()) return false;
  *out = settled_.back();
  settled_.pop_back();
  (*out)->settling = false;
  return true;
}

void PacketPath::forget(const Side& side) {
  settled_.erase(std::remove(settled_.begin(), settled_.end(), &side), settled_.end());
}

bool PacketPath::pass(Socket& socket, Inbound& in, const Moment& now, Outbound* out) {
  Side& side = *socket.side;
  if (side.state->udptl) return receive_udptl(socket, in, now) && aim(*side.other, false, in.packet, out);
  const PacketKind kind = kind_of(in.packet.bytes, in.packet.size);
  if (kind == PacketKind::stun && side.checks != nullptr) return answer_check(socket, in, out);
  if (kind == PacketKind::dtls && hand_over(socket, in)) return false;
  const bool rtcp = socket.rtcp || (side.state->mux && looks_like_rtcp(in.packet.bytes, in.packet.size));
  Latch& latch = socket.rtcp ? side.state->rtcp : side.state->rtp;
  const bool good = rtcp ? receive_rtcp(side, latch, in) : receive_rtp(side, in, now) && pass_tones(side, in, now);
  return good && aim(*side.other, rtcp, in.packet, out);
}

bool PacketPath::open_guard(Side& side, Latch& latch, Inbound& in, bool rtcp) {
  GateCounters& gate = side.state->gate;
  if (side.guard == nullptr && !side.state->secure) return true;
  if (!may_speak(latch, in.source)) {
    gate.rejected += 1;
    return false;
  }
  // A relay that was started again has the stream before it has the keys.
  const bool judged = in.whole && side.guard != nullptr;
  const GuardVerdict verdict = judged ? side.guard->unprotect(in.packet, rtcp) : GuardVerdict::forged;
  if (verdict == GuardVerdict::good) return true;
  (verdict == GuardVerdict::replayed ? gate.replayed : gate.unauthentic) += 1;
  return false;
}

bool PacketPath::receive_rtp(Side& side, Inbound& in, const Moment& now) {
  SideState& state = *side.state;
  Latch& latch = state.rtp;
  if (!open_guard(side, latch, in, false)) return false;
  RtpHeader header;
  if (!in.whole || !read_rtp(in.packet.bytes, in.packet.size, &header)) {
    (knows(latch, in.source) ? state.gate.malformed : state.gate.rejected) += 1;
    return false;
  }
  // What went past us was heard all the same.
  if (side.in_kernel && side.counted->last_arrival_ns > latch.source.heard_ns) latch.source.heard_ns = side.counted->last_arrival_ns;
  if (!admit(latch, in.source) || !admit_source(latch.source, header, now.monotonic_ns)) {
    state.gate.rejected += 1;
    return false;
  }
  Stream& stream = *side.stream;
  side.last_rtp_ns = now.monotonic_ns;
  const Arrival arrival{now.monotonic_ns, now.unix_ms, in.packet.size, stream.rates.of(header.payload_type),
                        header.ssrc, header.timestamp, header.sequence, in.dscp_plus_one};
  demarc_count_rtp(side.counted, &arrival);
  announce(side);
  if (side.in_kernel && latch.source.ssrc != side.kernel_ssrc) side.kernel_wanted = true;
  if (latch.locked && (side.kernel_wanted || !same(side.peer_address, latch.current))) settle(side);
  return true;
}

/** Tones of a side that has its own way with them are told and kept; numbers of a stream that tones were put into go on from those. */
bool PacketPath::pass_tones(Side& side, Inbound& in, const Moment& now) {
  SideState& from = *side.state;
  SideState& to = *side.other->state;
  if (!from.tones.on && !to.tones.on && !goes_on_behind_tone(to.track)) return true;
  RtpHeader header;
  if (!read_rtp(in.packet.bytes, in.packet.size, &header)) return false;
  if (from.tones.on) {
    bool is_tone = false;
    ToneTold told{};
    if (hear_tone(from.heard, from.tones, in.packet.bytes, in.packet.size, header, &is_tone, &told)) {
      const auto duration_ms = static_cast<uint32_t>(told.ticks * 1000ull / from.tones.rate_hz);
      tell({EventKind::tone, side.index, side.stream->slot, side.stream->session, told.event, duration_ms});
    }
    if (is_tone) return false;
  }
  return follow_track(to.track, in.packet.bytes, header, now.monotonic_ns, side.other->playing());
}

/** One socket, no source, no clock: what is counted is what its numbers tell. There is no fax under keys. */
bool PacketPath::receive_udptl(Socket& socket, Inbound& in, const Moment& now) {
  Side& side = *socket.side;
  SideState& state = *side.state;
  Latch& latch = state.rtp;
  Reception& reception = *side.counted;
  RtpHeader late;
  uint16_t sequence;
  // The last of the audio, which was under way when the stream became fax: its bytes would be read as a number and a length.
  const bool audio = read_rtp(in.packet.bytes, in.packet.size, &late) && reception.started && late.ssrc == reception.ssrc;
  if (socket.rtcp || audio || !in.whole || !read_udptl(in.packet.bytes, in.packet.size, &sequence)) {
    (knows(latch, in.source) ? state.gate.malformed : state.gate.rejected) += 1;
    return false;
  }
  if (state.secure || !admit(latch, in.source)) {
    state.gate.rejected += 1;
    return false;
  }
  side.last_rtp_ns = now.monotonic_ns;
  const Arrival arrival{now.monotonic_ns,  now.unix_ms, in.packet.size, kNoClockHz, reception.ssrc, reception.last_timestamp,
                        sequence, in.dscp_plus_one};
  demarc_count_rtp(&reception, &arrival);
  announce(side);
  return true;
}

void PacketPath::announce(Side& side) {
  if (side.state->announced) return;
  side.state->announced = 1;
  tell({EventKind::first_packet, side.index, side.stream->slot, side.stream->session});
}

bool PacketPath::receive_rtcp(Side& side, Latch& latch, Inbound& in) {
  GateCounters& gate = side.state->gate;
  if (!fits_rtp(latch, side.state->rtp, in.source)) {
    gate.rejected += 1;
    return false;
  }
  if (!open_guard(side, latch, in, true)) return false;
  if (!in.whole || !is_rtcp(in.packet.bytes, in.packet.size)) {
    (knows(latch, in.source) ? gate.malformed : gate.rejected) += 1;
    return false;
  }
  if (!admit(latch, in.source)) {
    gate.rejected += 1;
    return false;
  }
  gate.rtcp_packets += 1;
  in.packet.size = hide_rtcp_names(in.packet.bytes, in.packet.size);
  return in.packet.size > 0;
}

bool PacketPath::aim(const Side& to, bool rtcp, PacketRoom& packet, Outbound* out) {
  const bool apart = rtcp && !to.state->mux;
  const Latch& latch = apart ? to.state->rtcp : to.state->rtp;
  if (!to.open() || latch.held || !latch.current.set() || latch.current.port == 0) {
    traffic.unaddressed += 1;
    return false;
  }
  const bool ready = to.guard != nullptr ? to.guard->protect(packet, rtcp) : !to.state->secure;
  if (!ready) {
    traffic.unsendable += 1;
    return false;
  }
  const bool connected = !apart && to.peer.fd >= 0 && same(to.peer_address, latch.current);
  *out = {connected ? to.peer.fd : apart ? to.rtcp.fd : to.rtp.fd, connected, &latch.current};
  return true;
}

/** True when it was for a handshake, whatever becomes of it. */
bool PacketPath::hand_over(Socket& socket, Inbound& in) {
  Side& side = *socket.side;
  SideState& state = *side.state;
  const Latch& latch = socket.rtcp ? state.rtcp : state.rtp;
  const HandshakePlace place{side.stream->slot, side.index, socket.rtcp};
  if (handshakes_ == nullptr) return false;
  if (!state.shakes) {
    // A peer that begins as it answers may be here before its answer is (RFC 8842 section 5.2).
    if (state.revision == 0 && in.whole) handshakes_->take_early(place, in.packet, in.source);
    return state.revision == 0;
  }
  if (!in.whole || !may_speak(latch, in.source) || (socket.rtcp && !fits_rtp(latch, state.rtp, in.source))) {
    state.gate.rejected += 1;
    return true;
  }
  handshakes_->take(place, in.packet, in.source, same(in.source, latch.signalled));
  return true;
}

bool PacketPath::answer_check(Socket& socket, Inbound& in, Outbound* out) {
  SideState& state = *socket.side->state;
  const CheckResult check = in.whole ? socket.side->checks->answer(in.packet, in.source) : CheckResult{};
  if (!check.valid) {
    state.gate.rejected += 1;
    return false;
  }
  if (check.nominates) nominate(socket.rtcp ? state.rtcp : state.rtp, in.source, check.priority);
  if (check.nominates && state.shakes && socket.side->guard == nullptr && handshakes_ != nullptr) {
    const HandshakePlace place{socket.side->stream->slot, socket.side->index, socket.rtcp};
    handshakes_->take(place, {nullptr, 0, 0}, in.source, true);
  }
  return send_back(socket, in, out);
}

bool PacketPath::send_back(Socket& socket, const Inbound& in, Outbound* out) {
  if (in.packet.size == 0) return false;
  // Through the socket that takes an address: the source may be anybody. It stays valid for as long as `in` does.
  *out = {socket.rtcp ? socket.side->rtcp.fd : socket.side->rtp.fd, false, &in.source};
  return true;
}

void PacketPath::settle(Side& side) {
  if (side.settling) return;
  side.settling = true;
  settled_.push_back(&side);
}

}  // namespace demarc
