// SRTP's checks, and what a packet of it costs.
#include "srtp-test.h"

#include <chrono>

#include "srtp-line.h"
#include "srtp-parts.h"

namespace demarc {

TestResult run_srtp_tests() {
  result = TestResult{};
  srtp_test::test_standards();
  srtp_test::test_packets();
  srtp_test::test_guards();
  return result;
}

double measure_srtp(int suite, int packets) {
  srtp_test::Line line(static_cast<SrtpSuite>(suite));
  if (line.sender == nullptr || line.receiver == nullptr) return 0;
  srtp_test::Packet packet = srtp_test::rtp(0);
  const auto before = std::chrono::steady_clock::now();
  for (int index = 0; index < packets; index += 1) {
    packet.bytes[2] = static_cast<uint8_t>(index >> 8);
    packet.bytes[3] = static_cast<uint8_t>(index);
    if (!line.protect(packet) || !line.unprotect(packet)) return 0;
  }
  const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - before;
  return spent.count() / packets;
}

}  // namespace demarc

#ifdef DEMARC_STANDALONE
#include <cstdio>
#include <cstdlib>

int main(int count, char** words) {
  if (count > 1) {
    for (int suite = 1; suite <= 6; suite += 1) std::printf("suite %d: %.0f ns\n", suite, demarc::measure_srtp(suite, std::atoi(words[1])));
    return 0;
  }
  const TestResult result = demarc::run_srtp_tests();
  std::printf("%s%d checks, %d failed\n", result.report.c_str(), result.checks, result.failures);
  return result.failures == 0 ? 0 : 1;
}
#endif
