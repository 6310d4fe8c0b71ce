// Tests of the relay's rules that need no socket. Prints one line a failed check and how many were made; its exit code is 1 when one failed.
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
  std::printf("%d checks, %d failed\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
