// Which interface an address is on, which one leads to another, and who is next on the way: asked of the kernel.
#pragma once

#include <cstdint>

#include "../relay/address.h"

namespace demarc {

/** The interface that has this address of ours; 0 when none has, or only the loopback one. */
uint32_t interface_with(const Address& local);

struct Route {
  /** 0 when there is no way, or it ends on this machine. */
  uint32_t interface = 0;
  /** Who is next on it: a router, or the address itself. */
  Address next;
};

/** The way that a packet from `local` to `remote` takes. Both are of one family. */
Route route_towards(const Address& local, const Address& remote);

struct Hop {
  uint8_t to_link[6] = {};
  uint8_t from_link[6] = {};

  bool operator==(const Hop& other) const;
};

/** Who is next, and we, on the link that leads there. False when it is not known yet, or is no Ethernet. The kernel goes on asking for it. */
bool hop_on(const Route& route, Hop* out);

/** Whether the interface takes frames to send as the kernel's programs hand them out (XDP), and hands its own out. */
bool passes_frames(uint32_t interface);

}  // namespace demarc
