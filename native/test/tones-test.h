// Checks of telephone events in streams (native/relay/tones.h). Gives the number of checks that failed, and adds how many were made.
#pragma once

int test_tones(int* checks);
