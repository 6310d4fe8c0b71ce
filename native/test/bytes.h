// Bytes as the standards write them.
#pragma once

#include <cstdint>
#include <vector>

using Bytes = std::vector<uint8_t>;

/** Of pairs of small digits. */
inline Bytes hex(const char* text) {
  Bytes bytes;
  const auto digit = [](char c) { return static_cast<uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10); };
  for (; text[0] != 0; text += 2) bytes.push_back(static_cast<uint8_t>(digit(text[0]) << 4 | digit(text[1])));
  return bytes;
}
