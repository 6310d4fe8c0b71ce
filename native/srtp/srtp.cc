// The order of things: find the source, guess the index, look into the window, authenticate, and only then remember.
#include "srtp.h"

#include <openssl/crypto.h>

#include <cstring>

namespace demarc {
namespace {

constexpr size_t kRtpHeaderBytes = 12;
constexpr size_t kRtcpHeaderBytes = 8;
constexpr size_t kIndexBytes = 4;
/** RFC 3711 9.2: no more than 2^31 RTCP packets under one key. */
constexpr uint32_t kHighestRtcpIndex = 0x7fffffff;
/** Larger than any packet of a call: a longer one is not tried a second time. */
constexpr size_t kSecondTryBytes = 2048;

uint16_t u16(const uint8_t* at) { return static_cast<uint16_t>(at[0] << 8 | at[1]); }

uint32_t u32(const uint8_t* at) {
  return static_cast<uint32_t>(at[0]) << 24 | static_cast<uint32_t>(at[1]) << 16 | static_cast<uint32_t>(at[2]) << 8 | at[3];
}

/** Length of the part that is never encrypted (RFC 3711 3.1); 0 when it does not fit. */
size_t clear_bytes(const uint8_t* packet, size_t size) {
  if (size < kRtpHeaderBytes || packet[0] >> 6 != 2) return 0;
  size_t header = kRtpHeaderBytes + 4u * (packet[0] & 0x0f);
  if (packet[0] & 0x10) {
    if (size < header + 4) return 0;
    header += 4 + 4u * u16(packet + header + 2);
  }
  return header <= size ? header : 0;
}

template <typename State>
void touch(State* state, SrtpSource& source) {
  state->clock += 1;
  if (state->clock == 0) state->clock = 1;
  source.stamp = state->clock;
}

void begin_source(SrtpSource& source, uint32_t ssrc) {
  source = SrtpSource{};
  source.ssrc = ssrc;
}

}  // namespace

SrtpReceiver::SrtpReceiver(std::unique_ptr<SrtpCrypto> crypto, const SrtpKey& key)
    : crypto_(std::move(crypto)), key_mark_(mark_of(key)), mki_bytes_(key.mki_bytes) {
  std::memcpy(mki_, key.mki, sizeof mki_);
}

std::unique_ptr<SrtpReceiver> SrtpReceiver::create(const SrtpKey& key, const SrtpKey& rtcp) {
  auto crypto = SrtpCrypto::create(key, rtcp);
  if (crypto == nullptr || key.mki_bytes > kSrtpMkiBytes) return nullptr;
  return std::unique_ptr<SrtpReceiver>(new SrtpReceiver(std::move(crypto), key));
}

/**
 * With a new key some peers begin their roll-over counter anew (RFC 4568 section 7.1.4), some go on from where it was (RFC 3711 3.3.1): the
 * first packet tells which, so how far each source had come is kept until then.
 */
void SrtpReceiver::begin(SrtpReceiveState* state) {
  state_ = state;
  if (state->key_mark == key_mark_) return;
  const bool used = state->key_mark != 0;
  const SrtpReceiveState before = *state;
  *state = SrtpReceiveState{};
  state->key_mark = key_mark_;
  if (!used) return;
  state->clock = before.clock;
  for (size_t at = 0; at < kSrtpSources; at += 1) {
    const SrtpSource& known = before.sources[at];
    if (known.stamp == 0 || !known.has_rtp) continue;
    SrtpSource& source = state->sources[at];
    source.ssrc = known.ssrc;
    source.stamp = known.stamp;
    source.highest = known.highest;
    source.carried = 1;
  }
}

bool SrtpReceiver::bears_mki(const uint8_t* at) const { return std::memcmp(at, mki_, mki_bytes_) == 0; }

SrtpSource* SrtpReceiver::place_for(uint32_t ssrc) {
  SrtpSource* place = oldest_source(state_->sources);
  begin_source(*place, ssrc);
  return place;
}

SrtpVerdict SrtpReceiver::unprotect_rtp(uint8_t* packet, size_t* size) {
  const size_t tail = crypto_->sizes().rtp_tag + mki_bytes_;
  if (*size < kRtpHeaderBytes + tail) return SrtpVerdict::forged;
  const size_t inner = *size - tail;
  const size_t header = clear_bytes(packet, inner);
  if (header == 0) return SrtpVerdict::forged;
  // RFC 3711 3.1: the mark lies between payload and tag; RFC 7714 8 has it behind the tag.
  const uint8_t* mark = packet + inner + (crypto_->sizes().aead ? crypto_->sizes().rtp_tag : 0);
  if (!bears_mki(mark)) return SrtpVerdict::forged;
  SrtpSource* source = find_source(state_->sources, u32(packet + 8));
  const SrtpVerdict verdict = source != nullptr && source->has_rtp ? open_known(packet, header, inner, *source)
                                                                   : open_unknown(packet, header, inner, source);
  if (verdict == SrtpVerdict::good) *size = inner;
  return verdict;
}

SrtpVerdict SrtpReceiver::open_known(uint8_t* packet, size_t header, size_t size, SrtpSource& source) {
  uint64_t index = 0;
  if (!guess_index(source, u16(packet + 2), &index) || !is_fresh(source, index)) return SrtpVerdict::replayed;
  const uint8_t* tag = packet + size + (crypto_->sizes().aead ? 0 : mki_bytes_);
  if (!crypto_->open_rtp(packet, header, size, tag, index)) return SrtpVerdict::forged;
  mark_seen(source, index);
  touch(state_, source);
  return SrtpVerdict::good;
}

/**
 * A source is heard from its beginning, on its first turn: unless what it sent before we had its key carried it over the edge, so that the
 * second turn is tried too. Without that, one call in some thousands would stay silent. After a change of key the turn that it was in is the third try.
 */
SrtpVerdict SrtpReceiver::open_unknown(uint8_t* packet, size_t header, size_t size, SrtpSource* source) {
  const uint16_t sequence = u16(packet + 2);
  uint64_t tries[3] = {sequence};
  size_t count = 1;
  if (sequence < 0x8000) tries[count++] = uint64_t{1} << 16 | sequence;
  if (source != nullptr && source->carried) {
    SrtpSource heard = *source;
    heard.has_rtp = 1;
    if (guess_index(heard, sequence, &tries[count]) && tries[count] >> 16 != 0) count += 1;
  }
  if (size > kSecondTryBytes) count = 1;
  const uint8_t* tag = packet + size + (crypto_->sizes().aead ? 0 : mki_bytes_);
  uint8_t copy[kSecondTryBytes];
  if (count > 1) std::memcpy(copy, packet, size);
  for (size_t at = 0; at < count; at += 1) {
    if (at > 0) std::memcpy(packet, copy, size);
    if (!crypto_->open_rtp(packet, header, size, tag, tries[at])) continue;
    if (source == nullptr) source = place_for(u32(packet + 8));
    source->carried = 0;
    mark_seen(*source, tries[at]);
    touch(state_, *source);
    return SrtpVerdict::good;
  }
  return SrtpVerdict::forged;
}

SrtpVerdict SrtpReceiver::unprotect_rtcp(uint8_t* packet, size_t* size) {
  const SrtpSizes& sizes = crypto_->sizes();
  const size_t tail = kIndexBytes + mki_bytes_ + sizes.rtcp_tag;
  if (*size < kRtcpHeaderBytes + tail || packet[0] >> 6 != 2) return SrtpVerdict::forged;
  const size_t inner = *size - tail;
  // RFC 3711 3.4: index, mark, tag. RFC 7714 9.2: tag, index, mark.
  const uint8_t* word = packet + inner + (sizes.aead ? sizes.rtcp_tag : 0);
  const uint8_t* mark = word + kIndexBytes;
  const uint8_t* tag = sizes.aead ? packet + inner : mark + mki_bytes_;
  // Encryption was agreed for all of it: what comes in the clear is not what was agreed.
  if ((word[0] & 0x80) == 0 || !bears_mki(mark)) return SrtpVerdict::forged;
  const uint32_t index = u32(word) & kHighestRtcpIndex;
  const uint32_t ssrc = u32(packet + 4);
  SrtpSource* source = find_source(state_->sources, ssrc);
  if (source != nullptr && !is_fresh_rtcp(*source, index)) return SrtpVerdict::replayed;
  if (!crypto_->open_rtcp(packet, inner, word, tag)) return SrtpVerdict::forged;
  if (source == nullptr) source = place_for(ssrc);
  mark_seen_rtcp(*source, index);
  touch(state_, *source);
  *size = inner;
  return SrtpVerdict::good;
}

SrtpSender::SrtpSender(std::unique_ptr<SrtpCrypto> crypto, const SrtpKey& key)
    : crypto_(std::move(crypto)), key_mark_(mark_of(key)) {}

std::unique_ptr<SrtpSender> SrtpSender::create(const SrtpKey& key, const SrtpKey& rtcp) {
  auto crypto = SrtpCrypto::create(key, rtcp);
  if (crypto == nullptr) return nullptr;
  return std::unique_ptr<SrtpSender>(new SrtpSender(std::move(crypto), key));
}

void SrtpSender::begin(SrtpSendState* state) {
  state_ = state;
  if (state->key_mark == key_mark_) return;
  *state = SrtpSendState{};
  state->key_mark = key_mark_;
}

/** Null when the source may not speak under this key: beginning anew would use its numbers twice. */
SrtpSource* SrtpSender::source_for(uint32_t ssrc) {
  SrtpSource* source = find_source(state_->sources, ssrc);
  if (source != nullptr) return source;
  for (uint32_t at = 0; at < state_->retired_count && at < kSrtpRetired; at += 1) {
    if (state_->retired[at] == ssrc) return nullptr;
  }
  source = oldest_source(state_->sources);
  if (source->stamp != 0) {
    state_->retired[state_->retired_count % kSrtpRetired] = source->ssrc;
    // Once round it stays round.
    state_->retired_count = state_->retired_count + 1 < 2 * kSrtpRetired ? state_->retired_count + 1 : kSrtpRetired;
  }
  begin_source(*source, ssrc);
  return source;
}

/**
 * The index for a packet of ours. A source that jumps back, as one does that is restarted with its old SSRC, would be a replay to its
 * listener for ever: when a second packet in sequence proves it, its numbers are shifted so that they go on from where they were.
 */
bool SrtpSender::number(SrtpSource& source, uint16_t sequence, uint64_t* index) {
  const auto shifted = static_cast<uint16_t>(sequence + source.shift);
  const bool placed = guess_index(source, shifted, index);
  if (placed && is_fresh(source, *index)) {
    source.strays = 0;
    return true;
  }
  // A packet that the network doubled proves nothing.
  if (placed && source.highest - *index < kSrtpWindowPackets) return false;
  const bool proven = source.strays != 0 && source.astray == sequence;
  source.strays = 1;
  source.astray = static_cast<uint16_t>(sequence + 1);
  if (!proven) return false;
  *index = source.highest + 1;
  source.shift = static_cast<uint16_t>((*index & 0xffff) - sequence);
  source.strays = 0;
  return *index >> 48 == 0;
}

bool SrtpSender::protect_rtp(uint8_t* packet, size_t* size, size_t capacity) {
  const size_t tag = crypto_->sizes().rtp_tag;
  const size_t header = clear_bytes(packet, *size);
  if (header == 0 || capacity < *size + tag) return false;
  SrtpSource* source = source_for(u32(packet + 8));
  uint64_t index = 0;
  if (source == nullptr || !number(*source, u16(packet + 2), &index)) return false;
  // Noted before it is used: should we die in between, the number is lost and not used twice.
  mark_seen(*source, index);
  touch(state_, *source);
  packet[2] = static_cast<uint8_t>(index >> 8);
  packet[3] = static_cast<uint8_t>(index);
  if (!crypto_->seal_rtp(packet, header, *size, index)) return false;
  *size += tag;
  return true;
}

bool SrtpSender::protect_rtcp(uint8_t* packet, size_t* size, size_t capacity) {
  const size_t tail = crypto_->sizes().rtcp_tag + kIndexBytes;
  if (*size < kRtcpHeaderBytes || capacity < *size + tail || state_->rtcp_index >= kHighestRtcpIndex) return false;
  state_->rtcp_index += 1;
  if (!crypto_->seal_rtcp(packet, *size, state_->rtcp_index)) return false;
  *size += tail;
  return true;
}

}  // namespace demarc
