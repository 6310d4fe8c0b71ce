// The checks of handshakes, to be run inside Node (with the OpenSSL that calls will use) and outside of it (under the sanitizers).
#pragma once

#include "srtp-test.h"

namespace demarc {

SrtpTestResult run_dtls_tests();

}  // namespace demarc
