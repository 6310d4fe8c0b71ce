// The checks of ICE and STUN, to be run where those of SRTP are.
#pragma once

#include "check.h"

namespace demarc {

TestResult run_ice_tests();

}  // namespace demarc
