// What is said of a stream, put into its state.
#include "stream-aim.h"

namespace demarc {
void forget_peer(Side& side) {
  SideState& state = *side.state;
  state.rtp = Latch{};
  state.rtcp = Latch{};
  state.revision = 0;
  state.mux = state.udptl = state.secure = state.shakes = 0;
  state.ice_mark = 0;
  if (side.secrets != nullptr) side.secrets->keys = KeptKeys{};
  state.tones = ToneTypes{};
  state.track = ToneTrack{};
  state.heard = ToneHeard{};
  side.guard = nullptr;
  side.checks = nullptr;
}

void set_remote(SideState& state, uint32_t revision, const RemoteOptions& remote) {
  if (state.revision == revision) return;
  state.revision = revision;
  if (remote.kind == RemoteOptions::Kind::address || remote.kind == RemoteOptions::Kind::checked) {
    state.mux = remote.mux ? 1 : 0;
    state.udptl = remote.udptl ? 1 : 0;
  }
  switch (remote.kind) {
    case RemoteOptions::Kind::closed:
      state.rtp = Latch{};
      state.rtcp = Latch{};
      break;
    case RemoteOptions::Kind::hold:
      hold_remote(state.rtp);
      hold_remote(state.rtcp);
      break;
    case RemoteOptions::Kind::address:
      signal_remote(state.rtp, remote.rtp, remote.learn);
      signal_remote(state.rtcp, remote.rtcp, remote.learn);
      state.rtp.source.many = remote.many_sources ? 1 : 0;
      break;
    case RemoteOptions::Kind::checked:
      state.rtp.held = state.rtcp.held = 0;
      free_source(state.rtp.source);
      state.rtp.source.many = remote.many_sources ? 1 : 0;
      break;
  }
}

void set_tones(SideState& state, const ToneTypes& types) {
  // What went past meanwhile was not followed: the next packet says where the stream is.
  if (!state.tones.on && !goes_on_behind_tone(state.track)) state.track = ToneTrack{};
  state.tones = types;
  if (types.rate_hz == 0) state.tones.on = 0;
}

void set_checks(Side& side, CheckAnswerer* checks) {
  SideState& state = *side.state;
  const uint64_t mark = checks == nullptr ? 0 : checks->mark();
  if (state.ice_mark != mark) {
    state.rtp = Latch{};
    state.rtcp = Latch{};
    state.ice_mark = mark;
  }
  side.checks = checks;
}

void set_guard(Side& side, PacketGuard* guard, PacketGuard* before) {
  side.state->secure = guard != nullptr ? 1 : 0;
  if (guard != nullptr) guard->begin(&side.secrets->srtp, before);
  side.guard = guard;
}

}  // namespace demarc
