// The parts of the handshakes' checks.
#pragma once

namespace demarc::dtls_test {

void test_ends();
void test_strangers();

}  // namespace demarc::dtls_test
