/* What the frame load and its programs in the kernel share. */
#pragma once

#include <stdint.h>

#define DEMARC_LOAD_BYTES 172u
#define DEMARC_LOAD_CALLS 4096u

/** What a frame of one call has of its own, in network byte order, and where the load is. */
struct LoadCall {
  uint16_t from_port;
  uint16_t to_port;
  uint16_t sum; /* of its datagram with sequence number and timestamp zero, not yet complemented */
  uint16_t sequence; /* host byte order */
};

/** The only entry of its map. */
struct LoadPlan {
  uint8_t head[54]; /* Ethernet to RTP */
  uint16_t unused;
  uint32_t calls;
  uint32_t out_interface;
  uint32_t next;
  uint32_t wrong_sums; /* 1: no receiver would take them */
};
