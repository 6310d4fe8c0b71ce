/* The relay's short cut: an RTP packet of a stream whose two ends are settled is rewritten and sent on before it ever becomes a socket's.
 * Whatever is in any way unusual (another source, RTCP, a payload type that user space wants to see, fragments, options, a long packet)
 * goes up to the relay as if this were not here. Built by clang for the kernel's own machine; loaded by loader.cc. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include "flow.h"

#define SECTION(name) __attribute__((section(name), used))
#define INLINE static inline __attribute__((always_inline))

/* Helpers by their numbers (linux/bpf.h); no library is needed to call them. */
static void* (*lookup)(const void* map, const void* key) = (void*)BPF_FUNC_map_lookup_elem;
static uint64_t (*monotonic_ns)(void) = (void*)BPF_FUNC_ktime_get_ns;
static int64_t (*store_bytes)(struct __sk_buff* packet, uint32_t at, const void* from, uint32_t bytes, uint64_t flags) =
    (void*)BPF_FUNC_skb_store_bytes;
static int64_t (*load_bytes)(const struct __sk_buff* packet, uint32_t at, void* to, uint32_t bytes) = (void*)BPF_FUNC_skb_load_bytes;
static int64_t (*replace_l3_sum)(struct __sk_buff* packet, uint32_t at, uint64_t from, uint64_t to, uint64_t flags) =
    (void*)BPF_FUNC_l3_csum_replace;
static int64_t (*replace_l4_sum)(struct __sk_buff* packet, uint32_t at, uint64_t from, uint64_t to, uint64_t flags) =
    (void*)BPF_FUNC_l4_csum_replace;
static int64_t (*sum_difference)(const void* from, uint32_t from_bytes, const void* to, uint32_t to_bytes, uint32_t seed) =
    (void*)BPF_FUNC_csum_diff;
static int64_t (*redirect_neighbour)(uint32_t interface, const void* hop, int bytes, uint64_t flags) =
    (void*)BPF_FUNC_redirect_neigh;

/* Maps are made by the loader, which writes their descriptors where these names are. */
extern const char flows[];
extern const char receptions[];
extern const char clocks[];

#define UP (-1) /* TCX_NEXT: on to whoever comes after us, and to the sockets */
#define IP_AT ((uint32_t)sizeof(struct ethhdr))
#define UDP_AT (IP_AT + (uint32_t)sizeof(struct iphdr))
#define RTP_AT (UDP_AT + (uint32_t)sizeof(struct udphdr))
#define RTP_BYTES 12u
/* Fits any link that carries voice; what is longer may have to be cut into fragments, which is not done here. */
#define MOST_BYTES 1400u
#define HOPS 64

struct Packet {
  struct iphdr ip;
  struct udphdr udp;
  uint8_t rtp[RTP_BYTES];
};

INLINE uint16_t swap16(uint16_t value) { return __builtin_bswap16(value); }
INLINE uint32_t swap32(uint32_t value) { return __builtin_bswap32(value); }

INLINE int is_plain_rtp(const struct Packet* packet, uint32_t bytes) {
  const uint32_t udp_bytes = swap16(packet->udp.len);
  if (packet->ip.version != 4 || packet->ip.ihl != 5 || packet->ip.protocol != IPPROTO_UDP) return 0;
  /* No fragments, neither the first nor another. */
  if ((packet->ip.frag_off & swap16(0x3fff)) != 0) return 0;
  if (udp_bytes < sizeof(struct udphdr) + RTP_BYTES || udp_bytes > bytes - UDP_AT) return 0;
  /* Version 2, no padding, no extension, no contributing sources: those have lengths that must be looked at. */
  return packet->rtp[0] == 0x80;
}

INLINE int may_pass(const struct Flow* flow, const struct Packet* packet, uint32_t ssrc) {
  const uint8_t type = packet->rtp[1] & 0x7f;
  /* RTCP on the port of RTP (RFC 5761 section 4) has the first bit of this octet and one of these types. */
  if (packet->rtp[1] >= 192 && packet->rtp[1] <= 223) return 0;
  return ssrc == flow->ssrc && (flow->types[(type >> 5) & 3] >> (type & 31) & 1) != 0;
}

INLINE int count(const struct Flow* flow, const struct Packet* packet, uint32_t ssrc) {
  const uint32_t place = flow->count_at;
  struct Reception* reception = lookup(receptions, &place);
  const uint32_t first = 0;
  const struct Clock* clock = lookup(clocks, &first);
  if (reception == 0 || clock == 0 || flow->rate_hz == 0) return 0;
  const int64_t now_ns = (int64_t)monotonic_ns();
  uint32_t timestamp;
  __builtin_memcpy(&timestamp, packet->rtp + 4, sizeof timestamp);
  const struct Arrival arrival = {
      .monotonic_ns = now_ns,
      .unix_ms = (int64_t)((uint64_t)(now_ns + clock->unix_less_monotonic_ns) / 1000000u),
      .bytes = swap16(packet->udp.len) - sizeof(struct udphdr),
      .rate_hz = flow->rate_hz,
      .ssrc = ssrc,
      .timestamp = swap32(timestamp),
      .sequence = (uint16_t)(packet->rtp[2] << 8 | packet->rtp[3]),
      .dscp_plus_one = (uint8_t)((packet->ip.tos >> 2) + 1),
  };
  demarc_count_rtp(reception, &arrival);
  return 1;
}

INLINE int rewrite(struct __sk_buff* skb, const struct Flow* flow, struct Packet* packet) {
  const uint32_t old_hosts[2] = {packet->ip.saddr, packet->ip.daddr};
  const uint32_t new_hosts[2] = {flow->from_host, flow->to_host};
  const uint16_t old_ports[2] = {packet->udp.source, packet->udp.dest};
  const uint16_t new_ports[2] = {flow->from_port, flow->to_port};
  const uint64_t hosts = (uint64_t)sum_difference(old_hosts, sizeof old_hosts, new_hosts, sizeof new_hosts, 0);
  const uint64_t ports = (uint64_t)sum_difference(old_ports, sizeof old_ports, new_ports, sizeof new_ports, 0);
  const uint32_t udp_sum_at = UDP_AT + __builtin_offsetof(struct udphdr, check);
  /* A sum of zero is none at all (RFC 768), and stays so. */
  replace_l4_sum(skb, udp_sum_at, 0, hosts, BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0);
  replace_l4_sum(skb, udp_sum_at, 0, ports, BPF_F_MARK_MANGLED_0);
  store_bytes(skb, UDP_AT, new_ports, sizeof new_ports, 0);

  struct iphdr old = packet->ip;
  packet->ip.tos = flow->traffic_class;
  packet->ip.ttl = HOPS;
  packet->ip.saddr = flow->from_host;
  packet->ip.daddr = flow->to_host;
  const uint64_t header = (uint64_t)sum_difference((const void*)&old, sizeof old, (const void*)&packet->ip, sizeof packet->ip, 0);
  store_bytes(skb, IP_AT, &packet->ip, sizeof packet->ip, 0);
  return (int)replace_l3_sum(skb, IP_AT + __builtin_offsetof(struct iphdr, check), 0, header, 0);
}

SECTION("tc") int pass_on(struct __sk_buff* skb) {
  struct Packet packet;
  const uint32_t bytes = skb->len;
  if (skb->protocol != swap16(ETH_P_IP) || bytes > MOST_BYTES || bytes < RTP_AT + RTP_BYTES || skb->gso_segs > 1) return UP;
  if (load_bytes(skb, IP_AT, &packet, sizeof packet) != 0 || !is_plain_rtp(&packet, bytes)) return UP;
  const struct FlowKey key = {packet.ip.daddr, packet.ip.saddr, packet.udp.dest, packet.udp.source};
  const struct Flow* flow = lookup(flows, &key);
  if (flow == 0) return UP;
  uint32_t ssrc;
  __builtin_memcpy(&ssrc, packet.rtp + 8, sizeof ssrc);
  ssrc = swap32(ssrc);
  if (!may_pass(flow, &packet, ssrc) || !count(flow, &packet, ssrc)) return UP;
  rewrite(skb, flow, &packet);
  return (int)redirect_neighbour(flow->out_interface, 0, 0, 0);
}
