// Streams opened and closed. What touches one that carries packets is done on its packet thread, in one errand.
#include <cerrno>

#include "relay.h"

namespace demarc {

Relay::Slot* Relay::slot_of(uint32_t slot, uint32_t session) {
  if (slot >= slots_.size()) return nullptr;
  const std::unique_ptr<Stream>& stream = slots_[slot].stream;
  return stream && stream->session == session ? &slots_[slot] : nullptr;
}

Stream* Relay::stream_in(uint32_t number, uint32_t session, bool* made) {
  Slot& slot = slots_[number];
  if (slot.stream && slot.stream->session != session) release_slot(slot, nullptr);
  *made = !slot.stream;
  if (slot.stream) return slot.stream.get();
  StreamState* const place = memory_.state(number);
  if (place == nullptr) return nullptr;
  StreamState& state = *place;
  if (state.session != session) {
    state = StreamState{};
    state.session = session;
  }
  auto stream = std::make_unique<Stream>();
  stream->slot = number;
  stream->session = session;
  stream->state = &state;
  for (uint8_t index = 0; index < 2; index += 1) {
    Side& side = stream->sides[index];
    side.stream = stream.get();
    side.state = &state.sides[index];
    side.counted = &side.state->reception;
    side.other = &stream->sides[1 - index];
    side.index = index;
    side.rtp.side = side.rtcp.side = side.peer.side = &side;
    side.rtcp.rtcp = true;
    if (side.state->kept && !keep_secrets(*stream, index)) return nullptr;
  }
  slot.stream = std::move(stream);
  streams_ += 1;
  return slot.stream.get();
}

/** Before the side is encrypted. False with errno set when there is no memory for it. */
bool Relay::keep_secrets(Stream& stream, int index) {
  Side& side = stream.sides[index];
  if (side.secrets != nullptr) return true;
  StreamSecrets* const secrets = memory_.secrets(stream.slot);
  if (secrets == nullptr) return false;
  SideSecrets& own = secrets->sides[index];
  if (!side.state->kept) own = SideSecrets{};
  side.state->kept = 1;
  side.secrets = &own;
  return true;
}

void Relay::give_back(Lease& lease) {
  if (lease.pool) lease.pool->give(lease.port);
  lease = Lease{};
}

void Relay::unbind(Bound& bound) {
  if (bound.sockets.rtp >= 0) close_socket_pair(bound.sockets);
  give_back(bound.lease);
}

Relay::BindResult Relay::bind_side(const SideOpening& wanted, Bound* out) const {
  const auto found = networks_.find(wanted.network);
  const Network* network = found == networks_.end() ? nullptr : &found->second;
  if (network == nullptr && wanted.exact_port == 0) return {OpenError::unknown_network, 0};
  if (network != nullptr) {
    out->dscp = network->options.dscp;
    out->kernel = network->options.kernel;
  }
  return wanted.exact_port != 0 ? bind_exact(wanted, network, out) : bind_free(*network, out);
}

Relay::BindResult Relay::bind_exact(const SideOpening& wanted, const Network* network, Bound* out) {
  if (!parse_address(wanted.exact_address.c_str(), wanted.exact_port, &out->local)) return {OpenError::bad_address, 0};
  // A network that was reconfigured since has other ports to give; this pair is then nobody's to get back.
  const bool ours = network != nullptr && network->options.address == wanted.exact_address;
  const bool claimed = ours && network->pool->claim(wanted.exact_port);
  out->lease = Lease{claimed ? network->pool : nullptr, wanted.exact_port};
  const int refused = open_socket_pair(out->local, out->dscp, &out->sockets);
  if (refused == 0) return {};
  give_back(out->lease);
  return {OpenError::no_ports, refused};
}

Relay::BindResult Relay::bind_free(const Network& network, Bound* out) {
  if (!parse_address(network.options.address.c_str(), 0, &out->local)) return {OpenError::bad_address, 0};
  int refused = 0;
  // Each free pair once at most: what another program holds goes to the end of the queue.
  for (uint32_t left = network.pool->free_pairs(); left > 0; left -= 1) {
    out->local.port = network.pool->take();
    out->lease = Lease{network.pool, out->local.port};
    refused = open_socket_pair(out->local, out->dscp, &out->sockets);
    if (refused == 0) return {};
    give_back(out->lease);
    // No descriptors left, no such address here: the next port would fare no better.
    if (refused != EADDRINUSE && refused != EACCES) return {OpenError::system, refused};
  }
  return {OpenError::no_ports, refused};
}

StreamOpened Relay::open_stream(const StreamOpening& wanted) {
  StreamOpened opened;
  if (wanted.slot >= slots_.size() || wanted.session == 0) {
    opened.error = OpenError::slot;
    return opened;
  }
  const Slot* standing = slot_of(wanted.slot, wanted.session);
  Bound bound[2];
  for (int index = 0; index < 2; index += 1) {
    const SideOpening& side = wanted.sides[index];
    Address exact;
    const bool named = side.exact_port != 0 && parse_address(side.exact_address.c_str(), side.exact_port, &exact);
    if (named && standing != nullptr && standing->stream->sides[index].open() && same(standing->stream->sides[index].local, exact)) {
      opened.ports[index] = side.exact_port;
      continue;
    }
    const BindResult result = bind_side(side, &bound[index]);
    if (result.error == OpenError::none) {
      opened.ports[index] = bound[index].local.port;
      opened.fresh[index] = true;
      continue;
    }
    for (Bound& one : bound) unbind(one);
    return {result.error, index, result.system_error, {0, 0}, {false, false}};
  }

  bool made = false;
  Stream* const found = stream_in(wanted.slot, wanted.session, &made);
  if (found == nullptr) {
    const int refused = errno;
    for (Bound& one : bound) unbind(one);
    return {OpenError::system, 0, refused, {0, 0}, {false, false}};
  }
  Stream& stream = *found;
  Slot& slot = slots_[wanted.slot];
  PacketThread& thread = thread_of(wanted.session);
  for (int index = 0; index < 2; index += 1) {
    if (opened.fresh[index]) end_handshake(stream.sides[index]);
  }
  thread.run([&] {
    if (made) thread.add_stream(stream);
    for (int index = 0; index < 2; index += 1) {
      if (opened.fresh[index]) put_side(thread, stream.sides[index], bound[index], wanted.sides[index].exact_port != 0);
    }
  });
  for (int index = 0; index < 2; index += 1) {
    if (!opened.fresh[index]) continue;
    give_back(slot.leases[index]);
    slot.leases[index] = bound[index].lease;
    if (wanted.sides[index].exact_port != 0) continue;
    slot.guards[index].reset();
    slot.checks[index].reset();
    slot.shakes[index] = false;
  }
  return opened;
}

/** On the packet thread: in place of the sockets that it had. */
void Relay::put_side(PacketThread& thread, Side& side, const Bound& bound, bool exact) {
  if (side.open()) thread.remove_side(side);
  else sides_ += 1;
  if (!exact) forget_peer(side);
  side.local = bound.local;
  side.dscp = bound.dscp;
  side.kernel_allowed = side.kernel_wanted = kernel_.usable() && bound.kernel;
  side.rtp.fd = bound.sockets.rtp;
  side.rtcp.fd = bound.sockets.rtcp;
  thread.add_side(side);
}

/** Before its sockets are closed: their numbers will be others'. */
void Relay::end_handshake(const Side& side) {
  if (handshakes_ != nullptr && side.open()) handshakes_->end(side.stream->slot, side.index);
}

void Relay::close_side(uint32_t number, int index) {
  if (number >= slots_.size() || index < 0 || index > 1) return;
  Slot& slot = slots_[number];
  if (!slot.stream || !slot.stream->sides[index].open()) return;
  Stream& stream = *slot.stream;
  if (!stream.sides[1 - index].open()) return release_slot(slot, nullptr);
  end_handshake(stream.sides[index]);
  PacketThread& thread = thread_of(stream.session);
  thread.run([&] { thread.remove_side(stream.sides[index]); });
  sides_ -= 1;
  give_back(slot.leases[index]);
}

void Relay::release_slot(Slot& slot, SideCounters* counted) {
  Stream& stream = *slot.stream;
  for (const Side& side : stream.sides) {
    end_handshake(side);
    if (side.open()) sides_ -= 1;
  }
  PacketThread& thread = thread_of(stream.session);
  thread.run([&] {
    if (counted != nullptr) count_sides(*stream.state, &stream, counted);
    for (Side& side : stream.sides) {
      if (side.open()) thread.remove_side(side);
      if (side.secrets != nullptr) side.secrets->keys = KeptKeys{};
    }
    thread.remove_stream(stream);
  });
  for (Lease& lease : slot.leases) give_back(lease);
  slot.stream.reset();
  slot.shakes[0] = slot.shakes[1] = false;
  for (auto& guard : slot.guards) guard.reset();
  for (auto& checks : slot.checks) checks.reset();
  streams_ -= 1;
}

bool Relay::close_slot(uint32_t number, uint32_t session, SideCounters out[2]) {
  Slot* slot = slot_of(number, session);
  if (slot == nullptr) return read_counters(number, session, out);
  release_slot(*slot, out);
  return true;
}

bool Relay::read_ports(uint32_t number, uint32_t session, uint16_t out[2]) const {
  if (number >= slots_.size()) return false;
  const Stream* stream = slots_[number].stream.get();
  if (stream == nullptr || stream->session != session) return false;
  for (int index = 0; index < 2; index += 1) {
    const Side& side = stream->sides[index];
    out[index] = side.open() ? side.local.port : 0;
  }
  return true;
}

/** On the packet thread of the session whose state it is. `live`: the stream that it has at present, null for none. */
void Relay::count_sides(const StreamState& state, const Stream* live, SideCounters out[2]) {
  for (int index = 0; index < 2; index += 1) {
    const SideState& side = state.sides[index];
    const bool in_kernel = live != nullptr && live->sides[index].in_kernel;
    out[index] = {in_kernel ? *live->sides[index].counted : side.reception, side.gate, in_kernel};
  }
}

bool Relay::read_counters(uint32_t number, uint32_t session, SideCounters out[2]) {
  const StreamState* const state = memory_.state(number);
  // What is another's is another thread's as well.
  if (state == nullptr || state->session != session) return false;
  const Slot* slot = slot_of(number, session);
  thread_of(session).run([&] { count_sides(*state, slot == nullptr ? nullptr : slot->stream.get(), out); });
  return true;
}

}  // namespace demarc
