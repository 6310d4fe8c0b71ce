// Tests of the relay's parts, one by one. Prints one line a failed check and how many were made; its exit code is 1 when one failed.
#include "relay-test.h"

#include <cstdio>

#include "check.h"

int main() {
  test_packets();
  test_latches();
  test_receptions();
  test_port_pools();
  test_rtcp_privacy();
  test_packet_path();
  test_tones();
  test_memory();
  test_wire();
  std::printf("%s%d checks, %d failed\n", result.report.c_str(), result.checks, result.failures);
  return result.failures == 0 ? 0 : 1;
}
