// Where streams are to go, by what keys, and what is put into them.
#include <algorithm>

#include "relay.h"

namespace demarc {
namespace {

bool keeps(const PacketGuard* held, const PacketGuard* next) {
  return held != nullptr && next != nullptr && held->mark() == next->mark();
}

bool keeps(const CheckAnswerer* held, const CheckAnswerer* next) {
  return held != nullptr && next != nullptr && held->mark() == next->mark();
}

}  // namespace

bool Relay::aim_stream(uint32_t number, uint32_t session, StreamAim aim) {
  Slot* slot = slot_of(number, session);
  if (slot == nullptr) return true;
  Stream& stream = *slot->stream;
  for (int index = 0; index < 2; index += 1) {
    const SideAim& said = aim.sides[index];
    if ((said.guard != nullptr || said.terms != nullptr) && !keep_secrets(stream, index)) return false;
  }
  KeptKeys kept[2] = {};
  HandshakeAim ends[2];
  bool ended[2] = {false, false};
  PacketThread& thread = thread_of(session);
  thread.run([&] {
    thread.recall(stream);
    stream.rates.set(aim.rates);
    for (int index = 0; index < 2; index += 1) {
      Side& side = stream.sides[index];
      SideState& state = *side.state;
      SideAim& said = aim.sides[index];
      if (!keeps(slot->checks[index].get(), said.checks.get())) set_checks(side, said.checks.get());
      set_tones(state, said.tones);
      // Before anybody may speak: nothing of a secure side may ever pass as it came.
      if (said.terms != nullptr) {
        state.shakes = state.secure = 1;
        kept[index] = side.secrets->keys;
      } else {
        ended[index] = slot->shakes[index] || state.shakes;
        state.shakes = 0;
        if (ended[index] && side.secrets != nullptr) side.secrets->keys = KeptKeys{};
        if (!keeps(slot->guards[index].get(), said.guard.get())) set_guard(side, said.guard.get(), slot->guards[index].get());
      }
      set_remote(state, aim.revision, said.remote);
      ends[index] = {side.rtp.fd, side.rtcp.fd, state.rtp, state.rtcp, state.mux == 0};
    }
    thread.watch_session(session, aim.watch);
  });
  // What the thread has let go of ends here, where no packet waits for it.
  for (int index = 0; index < 2; index += 1) {
    SideAim& said = aim.sides[index];
    if (!keeps(slot->checks[index].get(), said.checks.get())) slot->checks[index] = std::move(said.checks);
    if (said.terms != nullptr) {
      aim_handshake(*slot, index, said, kept[index], ends[index]);
      continue;
    }
    if (!keeps(slot->guards[index].get(), said.guard.get())) slot->guards[index] = std::move(said.guard);
    slot->shakes[index] = false;
    if (ended[index] && handshakes_ != nullptr) handshakes_->end(number, static_cast<uint8_t>(index));
  }
  return true;
}

void Relay::aim_handshake(Slot& slot, int index, const SideAim& aim, const KeptKeys& kept, const HandshakeAim& ends) {
  if (handshakes_ == nullptr) return;
  const uint32_t number = slot.stream->slot;
  const auto side = static_cast<uint8_t>(index);
  slot.shakes[index] = true;
  handshakes_->begin(number, side, *aim.terms, kept);
  // A relay that was started again has the keys, and needs no peer to agree on others.
  if (kept.mark == aim.terms->mark() && slot.guards[index] == nullptr) replace_guard(slot, index, handshakes_->guard_of(kept));
  handshakes_->aim(number, side, ends);
}

void Relay::replace_guard(Slot& slot, int index, std::unique_ptr<PacketGuard> guard) {
  Side& side = slot.stream->sides[index];
  std::unique_ptr<PacketGuard>& held = slot.guards[index];
  if (keeps(held.get(), guard.get())) return;
  PacketThread& thread = thread_of(slot.stream->session);
  thread.run([&] {
    thread.recall(*slot.stream);
    set_guard(side, guard.get(), held.get());
  });
  held = std::move(guard);
}

bool Relay::next_event(Event* out) {
  HandshakeOutcome outcome;
  while (handshakes_ != nullptr && handshakes_->next_outcome(&outcome)) {
    if (settle_handshake(outcome, out)) return true;
  }
  return events_.pop(out);
}

bool Relay::settle_handshake(HandshakeOutcome& outcome, Event* out) {
  const HandshakePlace place = outcome.place;
  if (place.slot >= slots_.size() || place.side > 1) return false;
  Slot& slot = slots_[place.slot];
  if (!slot.stream || !slot.shakes[place.side]) return false;
  Stream& stream = *slot.stream;
  if (outcome.fault != HandshakeFault::none) {
    *out = {EventKind::unsecured, place.side, place.slot, stream.session, static_cast<uint8_t>(outcome.fault)};
    return true;
  }
  Side& side = stream.sides[place.side];
  Latch& latch = place.rtcp ? side.state->rtcp : side.state->rtp;
  thread_of(stream.session).run([&] {
    side.secrets->keys = outcome.keys;
    // Who has shown the certificate is the peer: what is for it goes there.
    if (outcome.peer.set() && may_speak(latch, outcome.peer)) admit(latch, outcome.peer);
  });
  const uint8_t suite = outcome.keys.suite;
  replace_guard(slot, place.side, std::move(outcome.guard));
  *out = {EventKind::secured, place.side, place.slot, stream.session, suite};
  return !place.rtcp;
}

bool Relay::play_tone(uint32_t number, uint32_t session, int index, uint8_t event, uint32_t duration_ms, uint8_t volume) {
  Slot* slot = slot_of(number, session);
  if (slot == nullptr || index < 0 || index > 1 || event > kLastTone) return false;
  Side& side = slot->stream->sides[index];
  PacketThread& thread = thread_of(session);
  bool played = false;
  thread.run([&] {
    const ToneTypes& types = side.state->tones;
    if (!types.on || !side.open()) return;
    const uint64_t ticks = std::clamp<uint64_t>(static_cast<uint64_t>(duration_ms) * types.rate_hz / 1000, 1, 0xffff);
    played = thread.play(side, {static_cast<uint32_t>(ticks), event, volume});
  });
  return played;
}

}  // namespace demarc
