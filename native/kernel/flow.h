/* What the relay and its program in the kernel share: which packets it passes on, and how. Plain C, one layout for both. */
#pragma once

#include <stdint.h>

#include "../relay/reception.h"

/** Addresses and ports in network byte order, as packets carry them. */
struct FlowKey {
  uint32_t local_host;
  uint32_t remote_host;
  uint16_t local_port;
  uint16_t remote_port;
};

struct Flow {
  uint32_t from_host; /* our address on the other side */
  uint32_t to_host;   /* its peer */
  uint16_t from_port;
  uint16_t to_port;
  uint32_t out_interface;
  uint32_t ssrc;     /* the one source that may speak; all others are user space's to judge. Host byte order */
  uint32_t rate_hz;  /* of the payload types below */
  uint32_t types[4]; /* a bit for each payload type that is passed on here */
  uint32_t count_at; /* the flow's place in the counters */
  uint8_t traffic_class; /* the whole octet */
  uint8_t unused[3];
};

/** The only entry of its map. */
struct Clock {
  int64_t unix_less_monotonic_ns;
};

#define DEMARC_MOST_FLOWS 32768u
