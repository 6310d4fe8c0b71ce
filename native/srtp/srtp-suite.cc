// The table of suites.
#include "srtp-suite.h"

namespace demarc {

const SrtpSizes* sizes_of(SrtpSuite suite) {
  static const SrtpSizes table[] = {
      {16, 14, 10, 10, false}, {16, 14, 4, 10, false}, {32, 14, 10, 10, false},
      {32, 14, 4, 10, false},  {16, 12, 16, 16, true}, {32, 12, 16, 16, true},
  };
  const auto number = static_cast<size_t>(suite);
  return number >= 1 && number <= sizeof table / sizeof table[0] ? &table[number - 1] : nullptr;
}

}  // namespace demarc
