// The checks of ICE and STUN, to be run where those of SRTP are.
#pragma once

#include "srtp-test.h"

namespace demarc {

SrtpTestResult run_ice_tests();

}  // namespace demarc
