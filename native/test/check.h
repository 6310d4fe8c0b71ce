// What the native tests are made of: one check after the other, counted.
#pragma once

#include <cstdint>
#include <string>

#include "../relay/address.h"

struct TestResult {
  int checks = 0;
  int failures = 0;
  std::string report;  // one line a failed check
};

inline TestResult result;

inline void expect(bool holds, const std::string& what) {
  result.checks += 1;
  if (holds) return;
  result.failures += 1;
  result.report.append("failed: ").append(what).append("\n");
}

/** Of a literal. */
inline demarc::Address at(const char* host, uint16_t port) {
  demarc::Address address;
  expect(demarc::parse_address(host, port, &address), host);
  return address;
}
