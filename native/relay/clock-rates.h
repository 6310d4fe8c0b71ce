// The clock rate of each payload type of a stream (RFC 3551 section 6 and a=rtpmap), in as little room as the few that there are need.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace demarc {

constexpr uint32_t kDefaultRateHz = 8000;

class ClockRates {
 public:
  static constexpr size_t kTypes = 128;

  /** Never 0. */
  uint32_t of(size_t type) const {
    const unsigned place = places_[type / 2] >> (type % 2 * 4) & 0x0f;
    return place == 0 ? kDefaultRateHz : rates_hz_[place - 1];
  }

  /** Payload type and clock rate by turns; those not named, and those of a sixteenth rate, have 8000 Hz. */
  void set(const std::vector<uint32_t>& pairs) {
    *this = ClockRates{};
    for (size_t at = 0; at + 1 < pairs.size(); at += 2) {
      if (pairs[at] < kTypes && pairs[at + 1] > 0) place(pairs[at], pairs[at + 1]);
    }
  }

 private:
  static constexpr unsigned kPlaces = 15;

  void place(size_t type, uint32_t rate_hz) {
    unsigned place = 0;
    if (rate_hz != kDefaultRateHz) {
      while (place < kPlaces && rates_hz_[place] != 0 && rates_hz_[place] != rate_hz) place += 1;
      if (place < kPlaces) rates_hz_[place] = rate_hz;
      place = place < kPlaces ? place + 1 : 0;
    }
    const unsigned shift = type % 2 * 4;
    uint8_t& pair = places_[type / 2];
    pair = static_cast<uint8_t>((pair & ~(0x0fu << shift)) | place << shift);
  }

  /** Four bits each: 0 for 8000 Hz, else the place of the rate, from 1. */
  uint8_t places_[kTypes / 2] = {};
  uint32_t rates_hz_[kPlaces] = {};
};

}  // namespace demarc
