// Control of the relay: what touches a stream that carries packets is done on the packet thread, as a job.
#include "relay.h"

#include <algorithm>
#include <cerrno>
#include <random>

namespace demarc {
namespace {

constexpr uint32_t kDefaultRateHz = 8000;

}  // namespace

Relay::Relay(StreamState* memory, uint32_t capacity, const RelayOptions& options, std::function<void()> wake)
    : memory_(memory), slots_(capacity), handshakes_(options.handshakes) {
  for (uint32_t index = 0; index < std::max(1u, options.threads); index += 1) {
    threads_.push_back(std::make_unique<PacketThread>(events_, wake, options.plain, kernel_, handshakes_));
  }
  wake_ = std::move(wake);
  if (!options.kernel_program.empty()) kernel_.open(options.kernel_program);
}

Relay::~Relay() {
  for (Slot& slot : slots_) {
    if (slot.stream) release_slot(slot);
  }
  for (auto& thread : threads_) thread->stop();
}

bool Relay::start() {
  if (handshakes_ != nullptr && !handshakes_->start(wake_)) return false;
  return std::all_of(threads_.begin(), threads_.end(), [](auto& thread) { return thread->start(); });
}

bool Relay::set_network(const std::string& name, const NetworkOptions& options) {
  Address address;
  if (!parse_address(options.address.c_str(), 0, &address)) return false;
  // An interface whose streams are to stay here is not touched.
  if (options.kernel) kernel_.cover(address);
  const auto found = networks_.find(name);
  if (found != networks_.end()) {
    const NetworkOptions& before = found->second.options;
    const bool same_ports = before.address == options.address && before.port_from == options.port_from &&
                            before.port_to == options.port_to;
    if (same_ports) {
      found->second.options = options;
      return true;
    }
  }
  std::random_device random;
  const uint64_t seed = static_cast<uint64_t>(random()) << 32 | random();
  networks_[name] = Network{options, std::make_shared<PortPool>(options.port_from, options.port_to, seed)};
  return true;
}

void Relay::drop_network(const std::string& name) { networks_.erase(name); }

Relay::Slot* Relay::slot_of(uint32_t slot, int side) {
  if (slot >= slots_.size() || side < 0 || side > 1) return nullptr;
  return &slots_[slot];
}

Stream& Relay::stream_in(Slot& slot, uint32_t number, uint32_t session) {
  if (slot.stream && slot.stream->session != session) release_slot(slot);
  if (slot.stream) return *slot.stream;
  StreamState& state = memory_[number];
  if (state.session != session) {
    state = StreamState{};
    state.session = session;
  }
  auto stream = std::make_unique<Stream>();
  stream->slot = number;
  stream->session = session;
  stream->state = &state;
  stream->rates_hz.fill(kDefaultRateHz);
  for (uint8_t index = 0; index < 2; index += 1) {
    Side& side = stream->sides[index];
    side.stream = stream.get();
    side.state = &state.sides[index];
    side.counted = &side.state->reception;
    side.other = &stream->sides[1 - index];
    side.index = index;
    side.rtp.side = side.rtcp.side = side.peer.side = &side;
    side.rtcp.rtcp = true;
  }
  slot.stream = std::move(stream);
  streams_ += 1;
  PacketThread& thread = thread_of(session);
  thread.run([&] { thread.add_stream(*slot.stream); });
  return *slot.stream;
}

OpenResult Relay::bind_exact(const OpenOptions& options, const Network* network, Bound* out) {
  Address address;
  if (!parse_address(options.exact_address.c_str(), options.exact_port, &address)) {
    return {OpenError::bad_address, 0, 0};
  }
  // A network that was reconfigured since has other ports to give; this pair is then nobody's to get back.
  const bool ours = network != nullptr && network->options.address == options.exact_address;
  const bool claimed = ours && network->pool->claim(options.exact_port);
  const int dscp = network != nullptr ? network->options.dscp : -1;
  const int refused = open_socket_pair(address, dscp, &out->sockets);
  if (refused != 0) {
    if (claimed) network->pool->give(options.exact_port);
    return {OpenError::no_ports, 0, refused};
  }
  out->lease = Lease{claimed ? network->pool : nullptr, options.exact_port};
  return {OpenError::none, options.exact_port, 0};
}

OpenResult Relay::bind_free(const Network& network, Bound* out) {
  Address address;
  if (!parse_address(network.options.address.c_str(), 0, &address)) return {OpenError::bad_address, 0, 0};
  int refused = 0;
  // Each free pair once at most: what another program holds goes to the end of the queue.
  for (uint32_t left = network.pool->free_pairs(); left > 0; left -= 1) {
    address.port = network.pool->take();
    refused = open_socket_pair(address, network.options.dscp, &out->sockets);
    if (refused == 0) {
      out->lease = Lease{network.pool, address.port};
      return {OpenError::none, address.port, 0};
    }
    network.pool->give(address.port);
    // No descriptors left, no such address here: the next port would fare no better.
    if (refused != EADDRINUSE && refused != EACCES) return {OpenError::system, 0, refused};
  }
  return {OpenError::no_ports, 0, refused};
}

OpenResult Relay::open_side(const OpenOptions& options) {
  Slot* slot = slot_of(options.slot, options.side);
  if (slot == nullptr || options.session == 0) return {OpenError::slot, 0, 0};
  const auto found = networks_.find(options.network);
  const Network* network = found == networks_.end() ? nullptr : &found->second;
  const bool exact = options.exact_port != 0;
  if (network == nullptr && !exact) return {OpenError::unknown_network, 0, 0};
  Bound bound;
  const OpenResult result = exact ? bind_exact(options, network, &bound) : bind_free(*network, &bound);
  if (result.error != OpenError::none) return result;

  Stream& stream = stream_in(*slot, options.slot, options.session);
  close_side(options.slot, options.side);
  slot->leases[options.side] = bound.lease;
  Side& side = stream.sides[options.side];
  Address local;
  const char* address = exact ? options.exact_address.c_str() : network->options.address.c_str();
  if (!parse_address(address, result.port, &local)) return {OpenError::bad_address, 0, 0};
  PacketThread& thread = thread_of(options.session);
  thread.run([&] {
    if (!exact) {
      // New ports are for a new peer: what the old one was found to be says nothing about it.
      side.state->rtp = Latch{};
      side.state->rtcp = Latch{};
      side.state->revision = 0;
      side.state->mux = 0;
      side.state->udptl = 0;
      side.state->secure = 0;
      side.state->ice_mark = 0;
      side.state->keys = KeptKeys{};
      side.state->tones = ToneTypes{};
      side.state->track = ToneTrack{};
      side.state->heard = ToneHeard{};
      side.guard = nullptr;
      side.checks = nullptr;
    }
    side.local = local;
    side.dscp = network == nullptr ? -1 : network->options.dscp;
    side.kernel_allowed = side.kernel_wanted = kernel_.usable() && network != nullptr && network->options.kernel;
    side.rtp.fd = bound.sockets.rtp;
    side.rtcp.fd = bound.sockets.rtcp;
    thread.add_side(side);
  });
  if (!exact) {
    slot->guards[options.side].reset();
    slot->checks[options.side].reset();
    slot->shakes[options.side] = false;
  }
  sides_ += 1;
  return result;
}

void Relay::close_side(uint32_t number, int index) {
  Slot* slot = slot_of(number, index);
  if (slot == nullptr || !slot->stream || !slot->stream->sides[index].open()) return;
  Side& side = slot->stream->sides[index];
  PacketThread& thread = thread_of(slot->stream->session);
  // Before its sockets are closed: their numbers will be others'.
  if (handshakes_ != nullptr) handshakes_->end(number, static_cast<uint8_t>(index));
  thread.run([&] { thread.remove_side(side); });
  sides_ -= 1;
  Lease& lease = slot->leases[index];
  if (lease.pool) lease.pool->give(lease.port);
  lease = Lease{};
}

void Relay::release_slot(Slot& slot) {
  for (int index = 0; index < 2; index += 1) close_side(slot.stream->slot, index);
  PacketThread& thread = thread_of(slot.stream->session);
  thread.run([&] {
    thread.remove_stream(*slot.stream);
    for (Side& side : slot.stream->sides) side.state->keys = KeptKeys{};
  });
  slot.stream.reset();
  slot.shakes[0] = slot.shakes[1] = false;
  for (auto& guard : slot.guards) guard.reset();
  for (auto& checks : slot.checks) checks.reset();
  streams_ -= 1;
}

void Relay::set_remote(uint32_t number, int index, uint32_t revision, const RemoteOptions& options) {
  Slot* slot = slot_of(number, index);
  if (slot == nullptr || !slot->stream) return;
  SideState& state = *slot->stream->sides[index].state;
  PacketThread& thread = thread_of(slot->stream->session);
  thread.run([&] {
    if (state.revision == revision) return;
    state.revision = revision;
    thread.recall(*slot->stream);
    if (options.kind == RemoteOptions::Kind::address || options.kind == RemoteOptions::Kind::checked) {
      state.mux = options.mux ? 1 : 0;
      state.udptl = options.udptl ? 1 : 0;
    }
    switch (options.kind) {
      case RemoteOptions::Kind::closed:
        state.rtp = Latch{};
        state.rtcp = Latch{};
        break;
      case RemoteOptions::Kind::hold:
        hold_remote(state.rtp);
        hold_remote(state.rtcp);
        break;
      case RemoteOptions::Kind::address:
        signal_remote(state.rtp, options.rtp, options.learn);
        signal_remote(state.rtcp, options.rtcp, options.learn);
        state.rtp.source.many = options.many_sources ? 1 : 0;
        break;
      case RemoteOptions::Kind::checked:
        state.rtp.held = state.rtcp.held = 0;
        free_source(state.rtp.source);
        state.rtp.source.many = options.many_sources ? 1 : 0;
        break;
    }
  });
  if (slot->shakes[index]) aim_handshake(*slot, index);
}

void Relay::set_handshake(uint32_t number, int index, const HandshakeTerms* terms) {
  Slot* slot = slot_of(number, index);
  if (slot == nullptr || !slot->stream || handshakes_ == nullptr) return;
  SideState& state = *slot->stream->sides[index].state;
  const auto side = static_cast<uint8_t>(index);
  PacketThread& thread = thread_of(slot->stream->session);
  // Most calls have none: they are not held up by a job.
  if (terms == nullptr && !slot->shakes[index] && state.keys.wanted == 0) return;
  KeptKeys kept{};
  thread.run([&] {
    if (terms == nullptr) state.keys = KeptKeys{};
    else state.keys.wanted = state.secure = 1;
    thread.recall(*slot->stream);
    kept = state.keys;
  });
  slot->shakes[index] = terms != nullptr;
  if (terms == nullptr) {
    handshakes_->end(number, side);
    return;
  }
  handshakes_->begin(number, side, *terms, kept);
  // A relay that was started again has the keys, and needs no peer to agree on others.
  if (kept.mark == terms->mark() && slot->guards[index] == nullptr) set_guard(number, index, handshakes_->guard_of(kept));
}

void Relay::aim_handshake(Slot& slot, int index) {
  const Stream& stream = *slot.stream;
  const Side& side = stream.sides[index];
  HandshakeAim aim;
  thread_of(stream.session).run([&] {
    const SideState& state = *side.state;
    aim = {side.rtp.fd, side.rtcp.fd, state.rtp, state.rtcp, state.mux == 0};
  });
  handshakes_->aim(stream.slot, side.index, aim);
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
  Slot* slot = slot_of(place.slot, place.side);
  if (slot == nullptr || !slot->stream || !slot->shakes[place.side]) return false;
  Stream& stream = *slot->stream;
  if (outcome.fault != HandshakeFault::none) {
    *out = {EventKind::unsecured, place.side, place.slot, stream.session, static_cast<uint8_t>(outcome.fault)};
    return true;
  }
  SideState& state = *stream.sides[place.side].state;
  Latch& latch = place.rtcp ? state.rtcp : state.rtp;
  thread_of(stream.session).run([&] {
    state.keys = outcome.keys;
    state.keys.wanted = 1;
    // Who has shown the certificate is the peer: what is for it goes there.
    if (outcome.peer.set() && may_speak(latch, outcome.peer)) admit(latch, outcome.peer);
  });
  const uint8_t suite = outcome.keys.suite;
  set_guard(place.slot, place.side, std::move(outcome.guard));
  *out = {EventKind::secured, place.side, place.slot, stream.session, suite};
  return !place.rtcp;
}

void Relay::set_guard(uint32_t number, int index, std::unique_ptr<PacketGuard> guard) {
  Slot* slot = slot_of(number, index);
  if (slot == nullptr || !slot->stream) return;
  Side& side = slot->stream->sides[index];
  std::unique_ptr<PacketGuard>& held = slot->guards[index];
  if (guard != nullptr && held != nullptr && guard->mark() == held->mark()) return;
  PacketThread& thread = thread_of(slot->stream->session);
  thread.run([&] {
    thread.recall(*slot->stream);
    side.state->secure = guard != nullptr ? 1 : 0;
    if (guard != nullptr) guard->begin(&side.state->srtp, held.get());
    side.guard = guard.get();
  });
  // The one before ends here, where no packet waits for it.
  held = std::move(guard);
}

void Relay::set_checks(uint32_t number, int index, std::unique_ptr<CheckAnswerer> checks) {
  Slot* slot = slot_of(number, index);
  if (slot == nullptr || !slot->stream) return;
  Side& side = slot->stream->sides[index];
  std::unique_ptr<CheckAnswerer>& held = slot->checks[index];
  const uint64_t mark = checks == nullptr ? 0 : checks->mark();
  if (held != nullptr && held->mark() == mark) return;
  if (held == nullptr && mark == 0 && side.state->ice_mark == 0) return;
  PacketThread& thread = thread_of(slot->stream->session);
  thread.run([&] {
    thread.recall(*slot->stream);
    SideState& state = *side.state;
    if (state.ice_mark != mark) {
      state.rtp = Latch{};
      state.rtcp = Latch{};
      state.ice_mark = mark;
    }
    side.checks = checks.get();
  });
  held = std::move(checks);
}

void Relay::set_tones(uint32_t number, int index, const ToneTypes& types) {
  Slot* slot = slot_of(number, index);
  if (slot == nullptr || !slot->stream) return;
  Side& side = slot->stream->sides[index];
  PacketThread& thread = thread_of(slot->stream->session);
  thread.run([&] {
    thread.recall(*slot->stream);
    SideState& state = *side.state;
    // What went past meanwhile was not followed: the next packet says where the stream is.
    if (!state.tones.on && !goes_on_behind_tone(state.track)) state.track = ToneTrack{};
    state.tones = types;
    if (types.rate_hz == 0) state.tones.on = 0;
  });
}

bool Relay::play_tone(uint32_t number, uint32_t session, int index, uint8_t event, uint32_t duration_ms, uint8_t volume) {
  Slot* slot = slot_of(number, index);
  if (slot == nullptr || !slot->stream || slot->stream->session != session || event > kLastTone) return false;
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

void Relay::set_rates(uint32_t number, const std::vector<uint32_t>& pairs) {
  Slot* slot = slot_of(number, 0);
  if (slot == nullptr || !slot->stream) return;
  Stream& stream = *slot->stream;
  PacketThread& thread = thread_of(stream.session);
  thread.run([&] {
    thread.recall(stream);
    stream.rates_hz.fill(kDefaultRateHz);
    for (size_t at = 0; at + 1 < pairs.size(); at += 2) {
      if (pairs[at] < stream.rates_hz.size() && pairs[at + 1] > 0) stream.rates_hz[pairs[at]] = pairs[at + 1];
    }
  });
}

void Relay::close_slot(uint32_t number, uint32_t session) {
  Slot* slot = slot_of(number, 0);
  if (slot != nullptr && slot->stream && slot->stream->session == session) release_slot(*slot);
}

void Relay::watch_session(uint32_t session, const WatchTimes& times) {
  PacketThread& thread = thread_of(session);
  thread.run([&] { thread.watch_session(session, times); });
}

bool Relay::read_counters(uint32_t number, uint32_t session, SideCounters out[2]) {
  if (number >= slots_.size()) return false;
  const StreamState& state = memory_[number];
  const Stream* live = slots_[number].stream.get();
  bool ours = false;
  thread_of(session).run([&] {
    ours = state.session == session;
    const bool carried = live != nullptr && live->session == session;
    for (int index = 0; index < 2; index += 1) {
      const SideState& side = state.sides[index];
      const bool in_kernel = carried && live->sides[index].in_kernel;
      out[index] = {in_kernel ? *live->sides[index].counted : side.reception, side.gate, in_kernel};
    }
  });
  return ours;
}

RelayStatus Relay::status() {
  RelayStatus status{};
  for (auto& thread : threads_) {
    thread->run([&] {
      const Traffic& traffic = thread->traffic();
      status.traffic.forwarded += traffic.forwarded;
      status.traffic.unaddressed += traffic.unaddressed;
      status.traffic.unsendable += traffic.unsendable;
      status.wire = thread->wire_name();
    });
  }
  status.kernel = kernel_.state();
  status.kernel_flows = kernel_.flows();
  status.frame_flows = kernel_.frame_flows();
  status.threads = static_cast<uint32_t>(threads_.size());
  status.streams = streams_;
  status.sockets = sides_ * 2;
  return status;
}

}  // namespace demarc
