/* What the relay and its programs in the kernel share: which packets they pass on, and how. Plain C, one layout for both. */
#pragma once

#include <stdint.h>

#include "../relay/reception.h"

/** Addresses and ports in network byte order, as packets carry them. */
struct FlowKey4 {
  uint32_t local_host;
  uint32_t remote_host;
  uint16_t local_port;
  uint16_t remote_port;
};

struct FlowKey6 {
  uint32_t local_host[4];
  uint32_t remote_host[4];
  uint16_t local_port;
  uint16_t remote_port;
};

struct Flow {
  uint32_t from_host[4]; /* our address on the other side; IPv4 in the first */
  uint32_t to_host[4];   /* its peer */
  uint16_t from_port;
  uint16_t to_port;
  uint32_t out_interface;
  uint32_t ssrc;     /* the one source that may speak; all others are user space's to judge. Host byte order */
  uint32_t rate_hz;  /* of the payload types below */
  uint32_t types[4]; /* a bit for each payload type that is passed on here */
  uint32_t count_at; /* the flow's place in the counters */
  uint8_t traffic_class; /* the whole octet */
  uint8_t out_family;    /* 4 or 6 */
  uint8_t frames;        /* 1: as a frame, before the system has it (XDP), by the addresses below; 0: from the queue of the interface (tc) */
  uint8_t unused;
  uint8_t to_link[6];   /* the next hop on its link */
  uint8_t from_link[6]; /* our interface there */
};

/** The only entry of its map. */
struct Clock {
  int64_t unix_less_monotonic_ns;
};

#define DEMARC_MOST_FLOWS 32768u
/* A datagram that is summed up as a frame is copied to a place of the processor's own first: longer ones go the other way. */
#define DEMARC_FRAME_BYTES 512u
