// The checks of handshakes, to be run inside Node (with the OpenSSL that calls will use) and outside of it (under the sanitizers).
#pragma once

#include "check.h"

namespace demarc {

TestResult run_dtls_tests();

}  // namespace demarc
