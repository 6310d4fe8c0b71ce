/* What arrived from one side of a stream, counted as RFC 3550 counts: sequence A.1, loss A.3, jitter 6.4.1 and A.8.
 *
 * Plain C in whole numbers, because the program in the kernel counts with the very same lines (native/kernel/). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __bpf__
/* There it is one function from end to end. */
#define DEMARC_INLINE static inline __attribute__((always_inline))
#else
#define DEMARC_INLINE static inline
#endif

/** Plain bytes, all zero at the start: it lives in memory that outlasts the process. */
struct Reception {
  uint64_t packets;
  uint64_t bytes;
  uint64_t duplicates; /* of the last 64 in sequence; among `packets`, not among `received` */
  uint64_t reordered;  /* came after one with a higher number */
  uint64_t received;   /* in the present sequence */
  int64_t lost_before; /* by earlier sources and before sequence restarts */
  int64_t first_packet_ms; /* Unix time, 0 is never */
  int64_t last_packet_ms;
  int64_t last_arrival_ns; /* monotonic */
  uint64_t jitter_ns16;    /* sixteen times the jitter in nanoseconds (RFC 3550 A.8) */
  uint64_t seen;           /* bit n: the packet n before the highest came */
  uint32_t ssrc;
  uint32_t ssrc_changes;
  uint32_t base_sequence;
  uint32_t cycles; /* 65536 for each time round */
  uint32_t bad_sequence;
  uint32_t last_timestamp;
  uint32_t last_rate_hz;
  uint16_t max_sequence;
  uint8_t started;
  uint8_t dscp_plus_one; /* of the last packet (RFC 2474); 0 is not known */
};

struct Arrival {
  int64_t monotonic_ns;
  int64_t unix_ms;
  uint64_t bytes;
  uint32_t rate_hz; /* of the packet's payload type, not 0 */
  uint32_t ssrc;
  uint32_t timestamp;
  uint16_t sequence;
  uint8_t dscp_plus_one;
};

#define DEMARC_NO_BAD_SEQUENCE 0x10001u /* no 16-bit number equals it (RFC 3550 A.1) */
#define DEMARC_MAX_DROPOUT 3000u
#define DEMARC_MAX_MISORDER 100u
/* Further apart than this, two timestamps are of different clocks (a transfer, music on hold), not jitter. */
#define DEMARC_MAX_TRANSIT_NS 10000000000ull

DEMARC_INLINE int64_t demarc_lost_in_sequence(const struct Reception* r) {
  if (!r->started) return 0;
  const int64_t expected = (int64_t)r->cycles + r->max_sequence - r->base_sequence + 1;
  const int64_t lost = expected - (int64_t)r->received;
  return lost > 0 ? lost : 0;
}

DEMARC_INLINE void demarc_start_sequence(struct Reception* r, uint16_t sequence) {
  r->lost_before += demarc_lost_in_sequence(r);
  r->base_sequence = sequence;
  r->max_sequence = sequence;
  r->bad_sequence = DEMARC_NO_BAD_SEQUENCE;
  r->cycles = 0;
  r->received = 0;
  r->seen = 1;
  r->started = 1;
}

/** One that was overtaken, or comes a second time. True when it is new. */
DEMARC_INLINE int demarc_take_late(struct Reception* r, uint32_t behind) {
  if (behind < 64) {
    const uint64_t bit = 1ull << behind;
    if (r->seen & bit) {
      r->duplicates += 1;
      return 0;
    }
    r->seen |= bit;
  }
  r->reordered += 1;
  /* Overtaken by the very first: the sequence began earlier than it seemed. */
  const uint32_t highest = r->cycles + r->max_sequence;
  if (highest >= behind && highest - behind < r->base_sequence) r->base_sequence = highest - behind;
  return 1;
}

/** False when the packet adds nothing to what was received: a duplicate, or so far off that it waits for a second in sequence with it. */
DEMARC_INLINE int demarc_follow_sequence(struct Reception* r, uint16_t sequence) {
  const uint32_t ahead = (uint16_t)(sequence - r->max_sequence);
  if (ahead == 0) return demarc_take_late(r, 0);
  if (ahead < DEMARC_MAX_DROPOUT) {
    if (sequence < r->max_sequence) r->cycles += 65536;
    r->max_sequence = sequence;
    r->seen = ahead < 64 ? r->seen << ahead | 1 : 1;
    return 1;
  }
  if (ahead > 65536 - DEMARC_MAX_MISORDER) return demarc_take_late(r, 65536 - ahead);
  if (sequence == r->bad_sequence) {
    demarc_start_sequence(r, sequence);
    return 1;
  }
  r->bad_sequence = (uint16_t)(sequence + 1);
  return 0;
}

DEMARC_INLINE uint64_t demarc_magnitude(int64_t value) { return value < 0 ? (uint64_t)-value : (uint64_t)value; }

DEMARC_INLINE void demarc_measure_jitter(struct Reception* r, const struct Arrival* arrival) {
  /* Packets of one telephone-event share a timestamp (RFC 4733 2.5.1.1): their spacing says nothing about the network. */
  if (r->last_rate_hz != 0 && arrival->timestamp == r->last_timestamp) return;
  if (r->last_rate_hz == arrival->rate_hz) {
    const int64_t ticks = (int32_t)(arrival->timestamp - r->last_timestamp);
    const uint64_t sent_ns = demarc_magnitude(ticks) * 1000000000ull / arrival->rate_hz;
    const int64_t apart_ns = arrival->monotonic_ns - r->last_arrival_ns;
    const uint64_t transit_ns = demarc_magnitude(ticks < 0 ? apart_ns + (int64_t)sent_ns : apart_ns - (int64_t)sent_ns);
    if (transit_ns < DEMARC_MAX_TRANSIT_NS) r->jitter_ns16 += transit_ns - ((r->jitter_ns16 + 8) >> 4);
  }
  r->last_rate_hz = arrival->rate_hz;
  r->last_timestamp = arrival->timestamp;
  r->last_arrival_ns = arrival->monotonic_ns;
}

DEMARC_INLINE void demarc_count_rtp(struct Reception* r, const struct Arrival* arrival) {
  r->packets += 1;
  r->bytes += arrival->bytes;
  if (r->first_packet_ms == 0) r->first_packet_ms = arrival->unix_ms;
  r->last_packet_ms = arrival->unix_ms;
  r->dscp_plus_one = arrival->dscp_plus_one;
  if (!r->started || arrival->ssrc != r->ssrc) {
    if (r->started) r->ssrc_changes += 1;
    demarc_start_sequence(r, arrival->sequence);
    r->ssrc = arrival->ssrc;
    r->last_rate_hz = 0;
  } else if (!demarc_follow_sequence(r, arrival->sequence)) {
    return;
  }
  r->received += 1;
  demarc_measure_jitter(r, arrival);
}

/** Expected less received over all sources so far, not below 0. */
DEMARC_INLINE uint64_t demarc_lost_packets(const struct Reception* r) {
  return (uint64_t)(r->lost_before + demarc_lost_in_sequence(r));
}
