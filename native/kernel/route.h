// Which interface an address is on, and which one leads to another: asked of the kernel.
#pragma once

#include <cstdint>

#include "../relay/address.h"

namespace demarc {

/** The interface that has this address of ours; 0 when none has, or only the loopback one. */
uint32_t interface_with(const Address& local);

/** The interface that an IPv4 packet from `local` to `remote` leaves by; 0 when there is no way, or it ends on this machine. */
uint32_t interface_towards(const Address& local, const Address& remote);

}  // namespace demarc
