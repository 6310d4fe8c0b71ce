// What reports say of their sender besides numbers stays on its side of the border: names, addresses, reasons, applications' own packets.
#pragma once

#include <cstddef>
#include <cstdint>

namespace demarc {

/**
 * Rewrites a compound that is_rtcp() has accepted, in place. The texts of source descriptions (RFC 3550 6.5) and of BYE reasons (6.6) are
 * overwritten at their length, CNAMEs by digits made of the SSRC so that they stay one per source; packets of types that may hold anything
 * (APP and unknown ones) are taken out, malformed descriptions too. Returns the bytes left; 0 means there is nothing to pass on.
 */
size_t hide_rtcp_names(uint8_t* packet, size_t bytes);

}  // namespace demarc
