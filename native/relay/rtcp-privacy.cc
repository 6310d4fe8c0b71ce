// One pass over a compound; what stays is moved together.
#include "rtcp-privacy.h"

#include <cstring>

namespace demarc {
namespace {

constexpr uint8_t kSenderReport = 200;
constexpr uint8_t kReceiverReport = 201;
constexpr uint8_t kSourceDescription = 202;
constexpr uint8_t kBye = 203;
constexpr uint8_t kTransportFeedback = 205;
constexpr uint8_t kPayloadFeedback = 206;
constexpr uint8_t kExtendedReport = 207;

constexpr uint8_t kCname = 1;
constexpr uint8_t kPrivate = 8;

/** Digits of the SSRC, over and over. */
void write_name(uint8_t* text, size_t length, const uint8_t* ssrc) {
  static const char digits[] = "0123456789abcdef";
  for (size_t index = 0; index < length; index += 1) {
    const uint8_t byte = ssrc[index / 2 % 4];
    text[index] = static_cast<uint8_t>(digits[index % 2 == 0 ? byte >> 4 : byte & 0x0f]);
  }
}

void hide_item(uint8_t type, uint8_t* text, size_t length, const uint8_t* ssrc) {
  if (type == kCname) {
    write_name(text, length, ssrc);
    return;
  }
  std::memset(text, ' ', length);
  // A private item begins with the length of its prefix (6.5.8): none.
  if (type == kPrivate && length > 0) text[0] = 0;
}

/** One chunk from `at`; returns where the next begins, 0 when it does not end inside. */
size_t hide_chunk(uint8_t* packet, size_t at, size_t bytes) {
  if (bytes - at < 4) return 0;
  const uint8_t* ssrc = packet + at;
  at += 4;
  while (at < bytes && packet[at] != 0) {
    if (bytes - at < 2) return 0;
    const size_t length = packet[at + 1];
    if (bytes - at - 2 < length) return 0;
    hide_item(packet[at], packet + at + 2, length, ssrc);
    at += 2 + length;
  }
  // The list ends with one zero at least, and fills its word with zeros. What hides in the filling goes too.
  if (at >= bytes) return 0;
  const size_t end = (at / 4 + 1) * 4;
  if (end > bytes) return 0;
  std::memset(packet + at, 0, end - at);
  return end;
}

bool hide_descriptions(uint8_t* packet, size_t bytes) {
  const size_t chunks = packet[0] & 0x1f;
  size_t at = 4;
  for (size_t chunk = 0; chunk < chunks; chunk += 1) {
    at = hide_chunk(packet, at, bytes);
    if (at == 0) return false;
  }
  // Nothing may follow the last chunk but padding, whose last byte counts it (6.4.1).
  if (at < bytes && (packet[0] & 0x20) == 0) return false;
  if (at < bytes) std::memset(packet + at, 0, bytes - at - 1);
  return true;
}

bool hide_bye_reason(uint8_t* packet, size_t bytes) {
  const size_t sources = packet[0] & 0x1f;
  const size_t at = 4 + 4 * sources;
  if (at > bytes) return false;
  if (at == bytes) return true;
  const size_t length = packet[at];
  if (bytes - at - 1 < length) return false;
  std::memset(packet + at + 1, ' ', length);
  const size_t rest = at + 1 + length;
  const size_t padding = (packet[0] & 0x20) != 0 ? 1 : 0;
  if (rest + padding < bytes) std::memset(packet + rest, 0, bytes - rest - padding);
  return true;
}

/** Whether the packet may pass, once it is rewritten. */
bool hide_packet(uint8_t* packet, size_t bytes) {
  switch (packet[1]) {
    case kSenderReport:
    case kReceiverReport:
    case kTransportFeedback:
    case kPayloadFeedback:
    case kExtendedReport:
      return true;
    case kSourceDescription:
      return hide_descriptions(packet, bytes);
    case kBye:
      return hide_bye_reason(packet, bytes);
    default:
      return false;
  }
}

}  // namespace

size_t hide_rtcp_names(uint8_t* packet, size_t bytes) {
  size_t kept = 0;
  size_t at = 0;
  while (at + 4 <= bytes) {
    const size_t length = 4u * (static_cast<size_t>(packet[at + 2] << 8 | packet[at + 3]) + 1u);
    if (length > bytes - at) break;
    if (hide_packet(packet + at, length)) {
      if (kept != at) std::memmove(packet + kept, packet + at, length);
      kept += length;
    }
    at += length;
  }
  return kept;
}

}  // namespace demarc
