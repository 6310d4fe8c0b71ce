/* The frame load's programs: one writes the next frame and sends it off, the other counts what comes of it at the far end. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include "frame-load.h"

#define SECTION(name) __attribute__((section(name), used))

static void* (*lookup)(const void* map, const void* key) = (void*)BPF_FUNC_map_lookup_elem;
static int64_t (*redirect)(uint32_t interface, uint64_t flags) = (void*)BPF_FUNC_redirect;

extern const char plans[];
extern const char calls[];
extern const char arrivals[];

struct Frame {
  struct ethhdr ether;
  struct iphdr ip;
  struct udphdr udp;
  uint8_t rtp[12];
} __attribute__((packed));

SECTION("xdp/send") int send_frame(struct xdp_md* context) {
  struct Frame* frame = (void*)(long)context->data;
  if ((void*)(frame + 1) > (void*)(long)context->data_end) return XDP_DROP;
  const uint32_t first = 0;
  struct LoadPlan* plan = lookup(plans, &first);
  if (plan == 0) return XDP_DROP;
  const uint32_t number = plan->next;
  plan->next = number + 1 >= plan->calls ? 0 : number + 1;
  struct LoadCall* call = lookup(calls, &number);
  if (call == 0) return XDP_DROP;
  __builtin_memcpy(frame, plan->head, sizeof *frame);
  call->sequence += 1;
  const uint32_t timestamp = (uint32_t)call->sequence * 160;
  frame->udp.source = call->from_port;
  frame->udp.dest = call->to_port;
  const uint16_t sequence = __builtin_bswap16(call->sequence);
  const uint32_t stamp = __builtin_bswap32(timestamp);
  __builtin_memcpy(frame->rtp + 2, &sequence, 2);
  __builtin_memcpy(frame->rtp + 4, &stamp, 4);
  uint32_t sum = call->sum + sequence + (stamp & 0xffff) + (stamp >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  const uint16_t right = (uint16_t)~sum;
  frame->udp.check = plan->wrong_sums ? right ^ 0x5555 : right == 0 ? 0xffff : right;
  return (int)redirect(plan->out_interface, 0);
}

SECTION("xdp/arrive") int arrive(struct xdp_md* context) {
  const long bytes = (long)context->data_end - (long)context->data;
  const uint32_t first = 0;
  uint64_t* arrived = lookup(arrivals, &first);
  if (bytes < (long)(sizeof(struct Frame) + DEMARC_LOAD_BYTES - 12) || arrived == 0) return XDP_PASS;
  __sync_fetch_and_add(arrived, 1);
  return XDP_DROP;
}
