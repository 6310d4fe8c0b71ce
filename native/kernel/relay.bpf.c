/* The relay's short cut: an RTP packet of a stream whose two ends are settled is rewritten and sent on before it ever becomes a socket's.
 * Whatever is in any way unusual (another source, RTCP, a payload type that user space wants to see, fragments, options, a long packet)
 * goes up to the relay as if this were not here. Two ways in: as a frame, straight from the interface (XDP), where both interfaces can, or from its
 * queue (tc), where addresses of either kind lead to either. Built by clang for the kernel's own machine; loaded by program.cc. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
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
static int64_t (*replace_l4_sum)(struct __sk_buff* packet, uint32_t at, uint64_t from, uint64_t to, uint64_t flags) =
    (void*)BPF_FUNC_l4_csum_replace;
static int64_t (*change_family)(struct __sk_buff* packet, uint16_t protocol, uint64_t flags) = (void*)BPF_FUNC_skb_change_proto;
static int64_t (*sum_difference)(const void* from, uint32_t from_bytes, const void* to, uint32_t to_bytes, uint32_t seed) =
    (void*)BPF_FUNC_csum_diff;
static int64_t (*redirect_neighbour)(uint32_t interface, const void* hop, int bytes, uint64_t flags) =
    (void*)BPF_FUNC_redirect_neigh;
static int64_t (*redirect)(uint32_t interface, uint64_t flags) = (void*)BPF_FUNC_redirect;
static int64_t (*load_frame)(struct xdp_md* frame, uint32_t at, void* to, uint32_t bytes) = (void*)BPF_FUNC_xdp_load_bytes;

/* Maps are made by the loader, which writes their descriptors where these names are. */
extern const char flows4[];
extern const char flows6[];
extern const char receptions[];
extern const char clocks[];
extern const char desks[];

#define UP (-1) /* TCX_NEXT: on to whoever comes after us, and to the sockets */
#define IP_AT ((uint32_t)sizeof(struct ethhdr))
#define IP4_BYTES ((uint32_t)sizeof(struct iphdr))
#define IP6_BYTES ((uint32_t)sizeof(struct ipv6hdr))
#define UDP_BYTES ((uint32_t)sizeof(struct udphdr))
#define RTP_BYTES 12u
/* Fits any link that carries voice; what is longer may have to be cut into fragments, which is not done here. */
#define MOST_BYTES 1400u
#define HOPS 64
#define DO_NOT_FRAGMENT 0x4000

/** What follows the IP header. */
struct Datagram {
  struct udphdr udp;
  uint8_t rtp[RTP_BYTES];
};

struct Packet4 {
  struct iphdr ip;
  struct Datagram datagram;
};

struct Packet6 {
  struct ipv6hdr ip;
  struct Datagram datagram;
};

/** What is to be known of a packet of either family. */
struct Seen {
  uint32_t hosts[8]; /* source and destination */
  uint32_t host_bytes;
  uint8_t traffic_class;
};

INLINE uint16_t swap16(uint16_t value) { return __builtin_bswap16(value); }
INLINE uint32_t swap32(uint32_t value) { return __builtin_bswap32(value); }

INLINE uint16_t fold(uint64_t sum) {
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t)sum;
}

/** `bytes`: from the UDP header to the end of what there is. */
INLINE int is_plain_rtp(const struct Datagram* datagram, uint32_t bytes) {
  const uint32_t udp_bytes = swap16(datagram->udp.len);
  if (udp_bytes < UDP_BYTES + RTP_BYTES || udp_bytes > bytes) return 0;
  /* Version 2, no padding, no extension, no contributing sources: those have lengths that must be looked at. */
  return datagram->rtp[0] == 0x80;
}

INLINE int is_plain4(const struct iphdr* ip) {
  /* No options, and no fragments, neither the first nor another. */
  return ip->version == 4 && ip->ihl == 5 && ip->protocol == IPPROTO_UDP && (ip->frag_off & swap16(0x3fff)) == 0;
}

/* No headers between, and a sum, which IPv6 does not go without (RFC 8200 section 8.1). */
INLINE int is_plain6(const struct ipv6hdr* ip, const struct Datagram* datagram) {
  return ip->version == 6 && ip->nexthdr == IPPROTO_UDP && datagram->udp.check != 0;
}

INLINE uint8_t class_of6(const struct ipv6hdr* ip) { return (uint8_t)(ip->priority << 4 | ip->flow_lbl[0] >> 4); }

INLINE const struct Flow* flow_of4(const struct iphdr* ip, const struct udphdr* udp) {
  const struct FlowKey4 key = {ip->daddr, ip->saddr, udp->dest, udp->source};
  return lookup(flows4, &key);
}

INLINE const struct Flow* flow_of6(const struct ipv6hdr* ip, const struct udphdr* udp) {
  struct FlowKey6 key;
  __builtin_memcpy(key.local_host, &ip->daddr, sizeof key.local_host);
  __builtin_memcpy(key.remote_host, &ip->saddr, sizeof key.remote_host);
  key.local_port = udp->dest;
  key.remote_port = udp->source;
  return lookup(flows6, &key);
}

INLINE int may_pass(const struct Flow* flow, const uint8_t* rtp, uint32_t ssrc) {
  const uint8_t type = rtp[1] & 0x7f;
  /* RTCP on the port of RTP (RFC 5761 section 4) has the first bit of this octet and one of these types. */
  if (rtp[1] >= 192 && rtp[1] <= 223) return 0;
  return ssrc == flow->ssrc && (flow->types[(type >> 5) & 3] >> (type & 31) & 1) != 0;
}

INLINE int count(const struct Flow* flow, const struct Datagram* datagram, uint32_t ssrc, uint8_t traffic_class) {
  const uint32_t place = flow->count_at;
  struct Reception* reception = lookup(receptions, &place);
  const uint32_t first = 0;
  const struct Clock* clock = lookup(clocks, &first);
  if (reception == 0 || clock == 0 || flow->rate_hz == 0) return 0;
  const int64_t now_ns = (int64_t)monotonic_ns();
  uint32_t timestamp;
  __builtin_memcpy(&timestamp, datagram->rtp + 4, sizeof timestamp);
  const struct Arrival arrival = {
      .monotonic_ns = now_ns,
      .unix_ms = (int64_t)((uint64_t)(now_ns + clock->unix_less_monotonic_ns) / 1000000u),
      .bytes = swap16(datagram->udp.len) - UDP_BYTES,
      .rate_hz = flow->rate_hz,
      .ssrc = ssrc,
      .timestamp = swap32(timestamp),
      .sequence = (uint16_t)(datagram->rtp[2] << 8 | datagram->rtp[3]),
      .dscp_plus_one = (uint8_t)((traffic_class >> 2) + 1),
  };
  demarc_count_rtp(reception, &arrival);
  return 1;
}

INLINE int is_for(const struct Flow* flow, const struct Datagram* datagram, uint8_t traffic_class) {
  uint32_t ssrc;
  __builtin_memcpy(&ssrc, datagram->rtp + 8, sizeof ssrc);
  ssrc = swap32(ssrc);
  return may_pass(flow, datagram->rtp, ssrc) && count(flow, datagram, ssrc, traffic_class);
}

INLINE void write_ip4(struct iphdr* ip, const struct Flow* flow, uint16_t udp_bytes, uint16_t id) {
  ip->version = 4;
  ip->ihl = 5;
  ip->tos = flow->traffic_class;
  ip->tot_len = swap16((uint16_t)(IP4_BYTES + udp_bytes));
  ip->id = id;
  ip->frag_off = swap16(DO_NOT_FRAGMENT);
  ip->ttl = HOPS;
  ip->protocol = IPPROTO_UDP;
  ip->check = 0;
  ip->saddr = flow->from_host[0];
  ip->daddr = flow->to_host[0];
  ip->check = (uint16_t)~fold((uint64_t)sum_difference(0, 0, (const void*)ip, IP4_BYTES, 0));
}

INLINE void write_ip6(struct ipv6hdr* ip, const struct Flow* flow, uint16_t udp_bytes) {
  ip->version = 6;
  ip->priority = flow->traffic_class >> 4;
  ip->flow_lbl[0] = (uint8_t)(flow->traffic_class << 4);
  ip->flow_lbl[1] = 0;
  ip->flow_lbl[2] = 0;
  ip->payload_len = swap16(udp_bytes);
  ip->nexthdr = IPPROTO_UDP;
  ip->hop_limit = HOPS;
  __builtin_memcpy(&ip->saddr, flow->from_host, sizeof ip->saddr);
  __builtin_memcpy(&ip->daddr, flow->to_host, sizeof ip->daddr);
}

/* From the queue of an interface: addresses of either family, whole packets of the system's own. */

/* The sums of both families' pseudo-headers differ by their addresses alone. */
INLINE void rewrite_sums(struct __sk_buff* skb, const struct Flow* flow, const struct udphdr* udp, const struct Seen* seen, uint32_t udp_at) {
  const uint16_t ports[4] = {udp->source, udp->dest, flow->from_port, flow->to_port};
  const uint32_t sum_at = udp_at + __builtin_offsetof(struct udphdr, check);
  uint32_t hosts[8];
  __builtin_memcpy(hosts, flow->from_host, 16);
  if (flow->out_family == 4) hosts[1] = flow->to_host[0];
  else __builtin_memcpy(hosts + 4, flow->to_host, 16);
  uint64_t difference;
  if (seen->host_bytes == 8 && flow->out_family == 4) difference = (uint64_t)sum_difference(seen->hosts, 8, hosts, 8, 0);
  else if (seen->host_bytes == 8) difference = (uint64_t)sum_difference(seen->hosts, 8, hosts, 32, 0);
  else if (flow->out_family == 4) difference = (uint64_t)sum_difference(seen->hosts, 32, hosts, 8, 0);
  else difference = (uint64_t)sum_difference(seen->hosts, 32, hosts, 32, 0);
  /* A sum of zero is none at all (RFC 768), and stays so. */
  replace_l4_sum(skb, sum_at, 0, difference, BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0);
  replace_l4_sum(skb, sum_at, 0, (uint64_t)sum_difference((const uint32_t*)ports, 4, (const uint32_t*)ports + 1, 4, 0), BPF_F_MARK_MANGLED_0);
  store_bytes(skb, udp_at, ports + 2, 4, 0);
}

INLINE int send_on(struct __sk_buff* skb, const struct Flow* flow, const struct udphdr* udp, const struct Seen* seen) {
  const uint32_t in_bytes = seen->host_bytes == 8 ? IP4_BYTES : IP6_BYTES;
  rewrite_sums(skb, flow, udp, seen, IP_AT + in_bytes);
  const uint16_t udp_bytes = swap16(udp->len);
  if (flow->out_family == 4) {
    struct iphdr ip;
    write_ip4(&ip, flow, udp_bytes, 0);
    if (in_bytes != IP4_BYTES && change_family(skb, swap16(ETH_P_IP), 0) != 0) return 0;
    return store_bytes(skb, IP_AT, &ip, sizeof ip, 0) == 0;
  }
  struct ipv6hdr ip;
  write_ip6(&ip, flow, udp_bytes);
  if (in_bytes != IP6_BYTES && change_family(skb, swap16(ETH_P_IPV6), 0) != 0) return 0;
  return store_bytes(skb, IP_AT, &ip, sizeof ip, 0) == 0;
}

#define DROP 2 /* TCX_DROP: what was half rewritten is nobody's packet any more */

INLINE int pass_on4(struct __sk_buff* skb, uint32_t bytes) {
  struct Packet4 packet;
  if (bytes < IP_AT + sizeof packet || load_bytes(skb, IP_AT, &packet, sizeof packet) != 0) return UP;
  const struct Datagram* datagram = &packet.datagram;
  if (!is_plain4(&packet.ip) || !is_plain_rtp(datagram, bytes - IP_AT - IP4_BYTES)) return UP;
  const struct Flow* flow = flow_of4(&packet.ip, &datagram->udp);
  /* A packet without a sum would have to be summed up for IPv6. */
  if (flow == 0 || (flow->out_family == 6 && datagram->udp.check == 0)) return UP;
  struct Seen seen = {.host_bytes = 8, .traffic_class = packet.ip.tos};
  seen.hosts[0] = packet.ip.saddr;
  seen.hosts[1] = packet.ip.daddr;
  if (!is_for(flow, datagram, seen.traffic_class)) return UP;
  if (!send_on(skb, flow, &datagram->udp, &seen)) return DROP;
  return (int)redirect_neighbour(flow->out_interface, 0, 0, 0);
}

INLINE int pass_on6(struct __sk_buff* skb, uint32_t bytes) {
  struct Packet6 packet;
  if (bytes < IP_AT + sizeof packet || load_bytes(skb, IP_AT, &packet, sizeof packet) != 0) return UP;
  const struct Datagram* datagram = &packet.datagram;
  if (!is_plain6(&packet.ip, datagram) || !is_plain_rtp(datagram, bytes - IP_AT - IP6_BYTES)) return UP;
  const struct Flow* flow = flow_of6(&packet.ip, &datagram->udp);
  if (flow == 0) return UP;
  struct Seen seen = {.host_bytes = 32, .traffic_class = class_of6(&packet.ip)};
  __builtin_memcpy(seen.hosts, &packet.ip.saddr, 32);
  if (!is_for(flow, datagram, seen.traffic_class)) return UP;
  if (!send_on(skb, flow, &datagram->udp, &seen)) return DROP;
  return (int)redirect_neighbour(flow->out_interface, 0, 0, 0);
}

SECTION("tc") int pass_on(struct __sk_buff* skb) {
  const uint32_t bytes = skb->len;
  if (bytes > MOST_BYTES || skb->gso_segs > 1) return UP;
  if (skb->protocol == swap16(ETH_P_IP)) return pass_on4(skb, bytes);
  if (skb->protocol == swap16(ETH_P_IPV6)) return pass_on6(skb, bytes);
  return UP;
}

/* As a frame: within one family, and only what is whole. Who sends from this very machine leaves the sum to a card that there is not: such a
 * packet looks wrong here, and goes on to the queue, where the system knows better. */

/** The sum of the datagram as it is, addresses and all; 0xffff for one that is right. */
INLINE uint16_t sum_of(struct xdp_md* frame, uint32_t udp_at, uint32_t udp_bytes, uint64_t addresses) {
  const uint32_t first = 0;
  uint8_t* desk = lookup(desks, &first);
  if (desk == 0 || udp_bytes < UDP_BYTES || udp_bytes > DEMARC_FRAME_BYTES - 4) return 0;
  /* Behind the last byte there is nothing, as far as a whole word goes. */
  *(uint32_t*)(desk + (udp_bytes & ~3u)) = 0;
  if (load_frame(frame, udp_at, desk, udp_bytes) != 0) return 0;
  const uint32_t whole = (udp_bytes + 3) & ~3u;
  if (whole > DEMARC_FRAME_BYTES) return 0;
  const uint64_t rest = swap16((uint16_t)udp_bytes) + swap16(IPPROTO_UDP);
  return fold((uint64_t)sum_difference(0, 0, (const uint32_t*)desk, whole, 0) + fold(addresses) + rest);
}

INLINE void write_udp(struct udphdr* udp, const struct Flow* flow, uint64_t host_difference) {
  const uint16_t ports[4] = {udp->source, udp->dest, flow->from_port, flow->to_port};
  const uint64_t port_difference = (uint64_t)sum_difference((const uint32_t*)ports, 4, (const uint32_t*)ports + 1, 4, 0);
  udp->source = flow->from_port;
  udp->dest = flow->to_port;
  if (udp->check == 0) return;
  const uint16_t sum = (uint16_t)~fold((uint64_t)(uint16_t)~udp->check + fold(host_difference) + fold(port_difference));
  udp->check = sum == 0 ? 0xffff : sum;
}

INLINE int send_frame(struct ethhdr* ether, const struct Flow* flow) {
  __builtin_memcpy(ether->h_dest, flow->to_link, sizeof ether->h_dest);
  __builtin_memcpy(ether->h_source, flow->from_link, sizeof ether->h_source);
  return (int)redirect(flow->out_interface, 0);
}

INLINE int pass_frame4(struct xdp_md* frame) {
  struct ethhdr* ether = (void*)(long)frame->data;
  struct Packet4* packet = (void*)(ether + 1);
  if ((void*)(packet + 1) > (void*)(long)frame->data_end) return XDP_PASS;
  struct Datagram* datagram = &packet->datagram;
  const uint32_t bytes = (uint32_t)((long)frame->data_end - (long)frame->data);
  if (!is_plain4(&packet->ip) || !is_plain_rtp(datagram, bytes - IP_AT - IP4_BYTES)) return XDP_PASS;
  const struct Flow* flow = flow_of4(&packet->ip, &datagram->udp);
  if (flow == 0 || flow->frames == 0 || flow->out_family != 4) return XDP_PASS;
  if (fold((uint64_t)sum_difference(0, 0, (const void*)&packet->ip, IP4_BYTES, 0)) != 0xffff) return XDP_PASS;
  const uint32_t hosts[4] = {packet->ip.saddr, packet->ip.daddr, flow->from_host[0], flow->to_host[0]};
  const uint32_t udp_bytes = swap16(datagram->udp.len);
  const uint64_t addresses = (uint64_t)sum_difference(0, 0, hosts, 8, 0);
  if (datagram->udp.check != 0 && sum_of(frame, IP_AT + IP4_BYTES, udp_bytes, addresses) != 0xffff) return XDP_PASS;
  if (!is_for(flow, datagram, packet->ip.tos)) return XDP_PASS;
  write_udp(&datagram->udp, flow, (uint64_t)sum_difference(hosts, 8, hosts + 2, 8, 0));
  write_ip4(&packet->ip, flow, (uint16_t)udp_bytes, 0);
  return send_frame(ether, flow);
}

INLINE int pass_frame6(struct xdp_md* frame) {
  struct ethhdr* ether = (void*)(long)frame->data;
  struct Packet6* packet = (void*)(ether + 1);
  if ((void*)(packet + 1) > (void*)(long)frame->data_end) return XDP_PASS;
  struct Datagram* datagram = &packet->datagram;
  const uint32_t bytes = (uint32_t)((long)frame->data_end - (long)frame->data);
  if (!is_plain6(&packet->ip, datagram) || !is_plain_rtp(datagram, bytes - IP_AT - IP6_BYTES)) return XDP_PASS;
  const struct Flow* flow = flow_of6(&packet->ip, &datagram->udp);
  if (flow == 0 || flow->frames == 0 || flow->out_family != 6) return XDP_PASS;
  uint32_t hosts[16];
  __builtin_memcpy(hosts, &packet->ip.saddr, 32);
  __builtin_memcpy(hosts + 8, flow->from_host, 16);
  __builtin_memcpy(hosts + 12, flow->to_host, 16);
  const uint32_t udp_bytes = swap16(datagram->udp.len);
  const uint64_t addresses = (uint64_t)sum_difference(0, 0, hosts, 32, 0);
  if (sum_of(frame, IP_AT + IP6_BYTES, udp_bytes, addresses) != 0xffff) return XDP_PASS;
  if (!is_for(flow, datagram, class_of6(&packet->ip))) return XDP_PASS;
  write_udp(&datagram->udp, flow, (uint64_t)sum_difference(hosts, 32, hosts + 8, 32, 0));
  write_ip6(&packet->ip, flow, (uint16_t)udp_bytes);
  return send_frame(ether, flow);
}

SECTION("xdp") int pass_frame(struct xdp_md* frame) {
  const struct ethhdr* ether = (void*)(long)frame->data;
  if ((void*)(ether + 1) > (void*)(long)frame->data_end) return XDP_PASS;
  if (ether->h_proto == swap16(ETH_P_IP)) return pass_frame4(frame);
  if (ether->h_proto == swap16(ETH_P_IPV6)) return pass_frame6(frame);
  return XDP_PASS;
}
