// One look at all sessions now and then costs nothing per packet.
#include "session-watch.h"

#include <algorithm>

namespace demarc {
namespace {

constexpr int64_t kLookMinNs = 10000000;
constexpr int64_t kLookMaxNs = 1000000000;

/** Packets that the kernel passes on are heard as well. */
int64_t heard_ns(const Side& side) {
  return side.in_kernel ? std::max(side.last_rtp_ns, side.counted->last_arrival_ns) : side.last_rtp_ns;
}

}  // namespace

void SessionWatch::add(Stream& stream) { watches_[stream.session].streams.push_back({&stream, {false, false}}); }

void SessionWatch::remove(Stream& stream) {
  const auto found = watches_.find(stream.session);
  if (found == watches_.end()) return;
  auto& streams = found->second.streams;
  streams.erase(std::remove_if(streams.begin(), streams.end(), [&](const Watched& one) { return one.stream == &stream; }),
                streams.end());
  if (!streams.empty()) return;
  if (found->second.armed()) armed_ -= 1;
  watches_.erase(found);
}

void SessionWatch::set(uint32_t session, const WatchTimes& times, int64_t now_ns) {
  const auto found = watches_.find(session);
  if (found == watches_.end()) return;
  Watch& watch = found->second;
  if (watch.armed()) armed_ -= 1;
  watch.times = times;
  watch.since_ns = watch.set_ns = now_ns;
  for (Watched& watched : watch.streams) watched.told[0] = watched.told[1] = false;
  if (!watch.armed()) return;
  armed_ += 1;
  const int64_t shortest_ns = times.timeout_ns == 0   ? times.one_way_ns
                              : times.one_way_ns == 0 ? times.timeout_ns
                                                      : std::min(times.timeout_ns, times.one_way_ns);
  const int64_t every_ns = std::clamp(shortest_ns / 8, kLookMinNs, kLookMaxNs);
  if (armed_ > 1 && every_ns >= every_ns_) return;
  every_ns_ = every_ns;
  next_ns_ = 0;
}

int64_t SessionWatch::wait_ns(int64_t now_ns) const { return armed_ == 0 ? -1 : std::max<int64_t>(0, next_ns_ - now_ns); }

void SessionWatch::look(int64_t now_ns) {
  if (armed_ == 0 || now_ns < next_ns_) return;
  next_ns_ = now_ns + every_ns_;
  for (auto& [session, watch] : watches_) {
    if (watch.armed()) look_at(session, watch, now_ns);
  }
}

void SessionWatch::look_at(uint32_t session, Watch& watch, int64_t now_ns) {
  for (Watched& watched : watch.streams) {
    for (const Side& side : watched.stream->sides) watch.since_ns = std::max(watch.since_ns, heard_ns(side));
    if (watch.times.one_way_ns > 0) look_one_way(watch, watched, now_ns);
  }
  if (watch.times.timeout_ns == 0 || now_ns - watch.since_ns < watch.times.timeout_ns) return;
  watch.since_ns = now_ns;
  path_.tell({EventKind::timeout, 0, 0, session});
}

void SessionWatch::look_one_way(const Watch& watch, Watched& watched, int64_t now_ns) {
  const int64_t limit_ns = watch.times.one_way_ns;
  for (uint8_t index = 0; index < 2; index += 1) {
    const Side& side = watched.stream->sides[index];
    const Side& other = watched.stream->sides[1 - index];
    const bool silent = now_ns - std::max(heard_ns(side), watch.set_ns) >= limit_ns;
    if (!silent) {
      watched.told[index] = false;
      continue;
    }
    // The other must be speaking now, and must have had as long to begin with.
    const bool other_speaks = heard_ns(other) != 0 && now_ns - heard_ns(other) < limit_ns;
    if (watched.told[index] || !other_speaks) continue;
    watched.told[index] = true;
    path_.tell({EventKind::one_way, index, watched.stream->slot, watched.stream->session});
  }
}

}  // namespace demarc
