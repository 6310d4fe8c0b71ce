// The parts of SRTP's checks.
#pragma once

namespace demarc::srtp_test {

void test_standards();
void test_packets();
void test_guards();

}  // namespace demarc::srtp_test
