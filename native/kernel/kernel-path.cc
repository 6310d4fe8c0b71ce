// The rules of the short cut.
#include "kernel-path.h"

#include <arpa/inet.h>

#include <cstring>

#include "route.h"

namespace demarc {
namespace {

uint32_t host_of(const Address& address) {
  uint32_t host;
  std::memcpy(&host, address.host, sizeof host);
  return host;
}

FlowKey key_of(const Side& side) {
  const Address& remote = side.state->rtp.current;
  return {host_of(side.local), host_of(remote), htons(side.local.port), htons(remote.port)};
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
  const uint32_t interface = usable_ && local.family == 4 ? interface_with(local) : 0;
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
  if (!side.kernel_allowed || !to.kernel_allowed || place_of(side) >= DEMARC_MOST_FLOWS) return false;
  if (side.local.family != 4 || to.local.family != 4) return false;
  const Latch& in = side.state->rtp;
  const Latch& out = to.state->rtp;
  if (!in.locked || !in.source.taken || in.source.many) return false;
  return out.locked && !out.held && out.current.port != 0 && side.state->reception.last_rate_hz != 0;
}

bool KernelPath::take(Side& side) {
  if (side.in_kernel || !may_take(side)) return false;
  const Side& to = *side.other;
  const uint32_t out_interface = interface_towards(to.local, to.state->rtp.current);
  if (out_interface == 0) return false;
  Flow flow{};
  flow.from_host = host_of(to.local);
  flow.to_host = host_of(to.state->rtp.current);
  flow.from_port = htons(to.local.port);
  flow.to_port = htons(to.state->rtp.current.port);
  flow.out_interface = out_interface;
  flow.ssrc = side.state->rtp.source.ssrc;
  flow.rate_hz = side.state->reception.last_rate_hz;
  for (size_t type = 0; type < side.stream->rates_hz.size(); type += 1) {
    if (side.stream->rates_hz[type] == flow.rate_hz) flow.types[type / 32] |= 1u << type % 32;
  }
  flow.count_at = place_of(side);
  flow.traffic_class = static_cast<uint8_t>(to.dscp < 0 ? 0 : to.dscp << 2);
  // From here on user space counts there too: a packet of another payload type still comes to it, and they are one stream.
  Reception& shared = program_.receptions()[flow.count_at];
  shared = side.state->reception;
  const FlowKey key = key_of(side);
  if (!program_.put(key, flow)) return false;
  side.counted = &shared;
  side.in_kernel = true;
  side.kernel_key = key;
  side.kernel_ssrc = flow.ssrc;
  side.kernel_interface = out_interface;
  flows_ += 1;
  return true;
}

void KernelPath::release(Side& side) {
  if (!side.in_kernel) return;
  program_.remove(side.kernel_key);
  follow(side, false);
  side.counted = &side.state->reception;
  side.in_kernel = false;
  flows_ -= 1;
}

bool KernelPath::follow(Side& side, bool check_route) {
  side.state->reception = *side.counted;
  if (side.counted->last_arrival_ns > side.last_rtp_ns) side.last_rtp_ns = side.counted->last_arrival_ns;
  if (side.last_rtp_ns > side.state->rtp.source.heard_ns) side.state->rtp.source.heard_ns = side.last_rtp_ns;
  return !check_route || interface_towards(side.other->local, side.other->state->rtp.current) == side.kernel_interface;
}

}  // namespace demarc
