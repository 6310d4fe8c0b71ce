// The checks of SRTP, to be run inside Node (with the OpenSSL that calls will use) and outside of it (under the sanitizers).
#pragma once

#include "check.h"

namespace demarc {

TestResult run_srtp_tests();

/** Nanoseconds of one protect and one unprotect of a packet with 160 bytes of payload, for suite 1 to 6; 0 when it failed. */
double measure_srtp(int suite, int packets);

}  // namespace demarc
