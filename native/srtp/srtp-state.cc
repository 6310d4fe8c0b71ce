// Numbers that turn round, and windows behind them.
#include "srtp-state.h"

namespace demarc {
namespace {

constexpr uint64_t kRtcpWindow = 64;
constexpr uint32_t kHalfTurn = 0x8000;
constexpr uint64_t kHighestRollOver = 0xffffffff;

void shift_window(uint64_t window[2], uint64_t by) {
  if (by >= kSrtpWindowPackets) {
    window[0] = window[1] = 0;
  } else if (by >= 64) {
    window[1] = window[0] << (by - 64);
    window[0] = 0;
  } else if (by > 0) {
    window[1] = window[1] << by | window[0] >> (64 - by);
    window[0] <<= by;
  }
}

}  // namespace

SrtpSource* find_source(SrtpSource* sources, uint32_t ssrc) {
  for (size_t at = 0; at < kSrtpSources; at += 1) {
    if (sources[at].stamp != 0 && sources[at].ssrc == ssrc) return &sources[at];
  }
  return nullptr;
}

SrtpSource* oldest_source(SrtpSource* sources) {
  SrtpSource* oldest = &sources[0];
  for (size_t at = 1; at < kSrtpSources; at += 1) {
    if (sources[at].stamp < oldest->stamp) oldest = &sources[at];
  }
  return oldest;
}

bool guess_index(const SrtpSource& source, uint16_t sequence, uint64_t* index) {
  if (!source.has_rtp) {
    *index = sequence;
    return true;
  }
  uint64_t turn = source.highest >> 16;
  const auto last = static_cast<uint32_t>(source.highest & 0xffff);
  if (last < kHalfTurn) {
    if (sequence > last + kHalfTurn) {
      if (turn == 0) return false;
      turn -= 1;
    }
  } else if (sequence < last - kHalfTurn) {
    turn += 1;
  }
  if (turn > kHighestRollOver) return false;
  *index = turn << 16 | sequence;
  return true;
}

bool is_fresh(const SrtpSource& source, uint64_t index) {
  if (!source.has_rtp || index > source.highest) return true;
  const uint64_t behind = source.highest - index;
  if (behind >= kSrtpWindowPackets) return false;
  return (source.window[behind / 64] >> (behind % 64) & 1) == 0;
}

void mark_seen(SrtpSource& source, uint64_t index) {
  if (!source.has_rtp) {
    source.has_rtp = 1;
    source.highest = index;
    source.window[0] = 1;
    source.window[1] = 0;
    return;
  }
  if (index > source.highest) {
    shift_window(source.window, index - source.highest);
    source.highest = index;
    source.window[0] |= 1;
    return;
  }
  const uint64_t behind = source.highest - index;
  if (behind < kSrtpWindowPackets) source.window[behind / 64] |= uint64_t{1} << (behind % 64);
}

bool is_fresh_rtcp(const SrtpSource& source, uint32_t index) {
  if (!source.has_rtcp || index > source.rtcp_highest) return true;
  const uint64_t behind = source.rtcp_highest - index;
  return behind < kRtcpWindow && (source.rtcp_window >> behind & 1) == 0;
}

void mark_seen_rtcp(SrtpSource& source, uint32_t index) {
  if (!source.has_rtcp) {
    source.has_rtcp = 1;
    source.rtcp_highest = index;
    source.rtcp_window = 1;
    return;
  }
  if (index > source.rtcp_highest) {
    const uint64_t by = index - source.rtcp_highest;
    source.rtcp_window = by >= kRtcpWindow ? 0 : source.rtcp_window << by;
    source.rtcp_highest = index;
    source.rtcp_window |= 1;
    return;
  }
  const uint64_t behind = source.rtcp_highest - index;
  if (behind < kRtcpWindow) source.rtcp_window |= uint64_t{1} << behind;
}

}  // namespace demarc
