// The rules of the short cut.
#include "kernel-path.h"

#include <arpa/inet.h>

#include <cstring>

#include "route.h"

namespace demarc {
namespace {

/** Every byte: the kernel compares them all. */
FlowKey6 key_of(const Side& side) {
  const Address& remote = side.state->rtp.current;
  FlowKey6 key{};
  std::memcpy(key.local_host, side.local.host, sizeof key.local_host);
  std::memcpy(key.remote_host, remote.host, sizeof key.remote_host);
  key.local_port = htons(side.local.port);
  key.remote_port = htons(remote.port);
  return key;
}

FlowKey4 short_key(const FlowKey6& key) {
  return {key.local_host[0], key.remote_host[0], key.local_port, key.remote_port};
}

uint32_t place_of(const Side& side) { return side.stream->slot * 2 + side.index; }

}  // namespace

void KernelPath::open(const std::string& program_path) {
  const std::string refused = program_.load(program_path);
  const std::lock_guard<std::mutex> guard(mutex_);
  refused_ = refused;
  usable_ = refused.empty();
}

std::string KernelPath::state() const {
  const std::lock_guard<std::mutex> guard(mutex_);
  return refused_.empty() && usable_ ? "on" : refused_;
}

void KernelPath::cover(const Address& local) {
  const uint32_t interface = usable_ ? interface_with(local) : 0;
  if (interface == 0) return;
  const std::lock_guard<std::mutex> guard(mutex_);
  const std::string refused = program_.attach(interface);
  if (refused.empty()) return;
  refused_ = refused;
  usable_ = false;
}

void KernelPath::set_clock(int64_t unix_less_monotonic_ns) {
  if (usable_) __atomic_store_n(&program_.clock()->unix_less_monotonic_ns, unix_less_monotonic_ns, __ATOMIC_RELAXED);
}

bool KernelPath::may_take(const Side& side) const {
  const Side& to = *side.other;
  if (!usable_ || !side.open() || !to.open() ) return false;
  // Packets that must change are none for it, nor is a peer that may choose another address at any time.
  if (side.checks != nullptr || to.checks != nullptr || side.guard != nullptr || to.guard != nullptr || side.state->secure || to.state->secure) return false;
  // It knows nothing of tones, and would not count on behind one.
  if (side.state->tones.on || to.state->tones.on || goes_on_behind_tone(to.state->track)) return false;
  if (!side.kernel_allowed || !to.kernel_allowed || place_of(side) >= DEMARC_MOST_FLOWS) return false;
  const Latch& in = side.state->rtp;
  const Latch& out = to.state->rtp;
  if (!in.locked || !in.source.taken || in.source.many) return false;
  return out.locked && !out.held && out.current.port != 0 && side.state->reception.last_rate_hz != 0;
}

/** As frames, where both interfaces can; between the families, the queue alone can. */
bool KernelPath::may_take_frames(const Side& side, const Route& route) const {
  if (side.local.family != side.other->local.family) return false;
  const uint32_t in_interface = interface_with(side.local);
  const std::lock_guard<std::mutex> guard(mutex_);
  return program_.takes_frames(in_interface) && program_.takes_frames(route.interface) && passes_frames(route.interface);
}

/** Its packets would leave as they do. A next hop that has moved, or an interface that has learned to take frames, has it put in anew. */
bool KernelPath::still_goes(const Side& side) const {
  const Route route = route_towards(side.other->local, side.other->state->rtp.current);
  if (route.interface != side.kernel_interface) return false;
  Hop hop;
  const bool frames = may_take_frames(side, route) && hop_on(route, &hop);
  return frames == side.kernel_frames && (!frames || hop == side.kernel_hop);
}

bool KernelPath::take(Side& side) {
  if (side.in_kernel || !may_take(side)) return false;
  const Side& to = *side.other;
  const Route route = route_towards(to.local, to.state->rtp.current);
  if (route.interface == 0) return false;
  Flow flow{};
  std::memcpy(flow.from_host, to.local.host, sizeof flow.from_host);
  std::memcpy(flow.to_host, to.state->rtp.current.host, sizeof flow.to_host);
  flow.from_port = htons(to.local.port);
  flow.to_port = htons(to.state->rtp.current.port);
  flow.out_interface = route.interface;
  flow.out_family = to.local.family;
  Hop hop;
  flow.frames = may_take_frames(side, route) && hop_on(route, &hop) ? 1 : 0;
  std::memcpy(flow.to_link, hop.to_link, sizeof flow.to_link);
  std::memcpy(flow.from_link, hop.from_link, sizeof flow.from_link);
  flow.ssrc = side.state->rtp.source.ssrc;
  flow.rate_hz = side.state->reception.last_rate_hz;
  for (size_t type = 0; type < ClockRates::kTypes; type += 1) {
    if (side.stream->rates.of(type) == flow.rate_hz) flow.types[type / 32] |= 1u << type % 32;
  }
  flow.count_at = place_of(side);
  flow.traffic_class = static_cast<uint8_t>(to.dscp < 0 ? 0 : to.dscp << 2);
  // From here on user space counts there too: a packet of another payload type still comes to it, and they are one stream.
  Reception& shared = program_.receptions()[flow.count_at];
  shared = side.state->reception;
  const FlowKey6 key = key_of(side);
  const bool short_ = side.local.family == 4;
  if (!(short_ ? program_.put(short_key(key), flow) : program_.put(key, flow))) return false;
  side.counted = &shared;
  side.in_kernel = true;
  side.kernel_key = key;
  side.kernel_ssrc = flow.ssrc;
  side.kernel_interface = route.interface;
  side.kernel_frames = flow.frames != 0;
  side.kernel_hop = hop;
  flows_ += 1;
  if (side.kernel_frames) frame_flows_ += 1;
  return true;
}

void KernelPath::release(Side& side) {
  if (!side.in_kernel) return;
  if (side.local.family == 4) program_.remove(short_key(side.kernel_key));
  else program_.remove(side.kernel_key);
  follow(side, false);
  side.counted = &side.state->reception;
  side.in_kernel = false;
  flows_ -= 1;
  if (side.kernel_frames) frame_flows_ -= 1;
}

bool KernelPath::follow(Side& side, bool check_route) {
  side.state->reception = *side.counted;
  if (side.counted->last_arrival_ns > side.last_rtp_ns) side.last_rtp_ns = side.counted->last_arrival_ns;
  if (side.last_rtp_ns > side.state->rtp.source.heard_ns) side.state->rtp.source.heard_ns = side.last_rtp_ns;
  return !check_route || still_goes(side);
}

}  // namespace demarc
