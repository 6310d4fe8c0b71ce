// What the native tests are made of: one check after the other, counted.
#pragma once

#include <cstdint>
#include <cstdio>

#include "../relay/address.h"

inline int checks = 0;
inline int failures = 0;

/** Prints a line when it does not hold. */
inline void expect(bool holds, const char* what) {
  checks += 1;
  if (holds) return;
  failures += 1;
  std::printf("failed: %s\n", what);
}

/** Of a literal. */
inline demarc::Address at(const char* host, uint16_t port) {
  demarc::Address address;
  expect(demarc::parse_address(host, port, &address), host);
  return address;
}
