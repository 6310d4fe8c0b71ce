// The checks of handshakes.
#include "dtls-test.h"

#include "dtls-parts.h"

namespace demarc {

TestResult run_dtls_tests() {
  result = TestResult{};
  dtls_test::test_ends();
  dtls_test::test_strangers();
  return result;
}

}  // namespace demarc

#ifdef DEMARC_STANDALONE_DTLS
#include <cstdio>

int main() {
  const TestResult result = demarc::run_dtls_tests();
  std::printf("%s%d checks, %d failed\n", result.report.c_str(), result.checks, result.failures);
  return result.failures == 0 ? 0 : 1;
}
#endif
