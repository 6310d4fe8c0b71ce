// A load that user space cannot make: frames of calls, written by a program in the kernel and put on a wire as fast as it goes, and counted at the far
// end of the relay by another before they are anything else. One direction of each call, which must be settled already.
//
// frame-load PROGRAM OUT-INTERFACE FAR-INTERFACE TO-LINK FROM-ADDRESS TO-ADDRESS reads a line FROM-PORT TO-PORT for each call and an empty one, says
// "ready", and after that reads lines of FRAMES WRONG-SUMS: for each it sends so many frames, waits until nothing more comes, and prints what was
// sent, in what time, and what arrived. As root.
#include <arpa/inet.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

#include "../kernel/program-file.h"
#include "frame-load.h"

namespace {

constexpr int64_t kNsPerSecond = 1000000000;
constexpr uint32_t kBatch = 64;
constexpr int64_t kSilenceNs = 200000000;
constexpr size_t kHeadBytes = 54;

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "%s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

int64_t now_ns() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kNsPerSecond + now.tv_nsec;
}

template <typename T>
T* shared_map(uint32_t entries, int* fd) {
  *fd = demarc::make_map(BPF_MAP_TYPE_ARRAY, sizeof(uint32_t), sizeof(T), entries, BPF_F_MMAPABLE);
  if (*fd < 0) give_up("a map");
  // Entries lie eight bytes apart, or a multiple of it.
  const size_t bytes = (entries * ((sizeof(T) + 7) / 8 * 8) + 4095) / 4096 * 4096;
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
  if (memory == MAP_FAILED) give_up("its memory");
  return static_cast<T*>(memory);
}

int load(const std::vector<uint8_t>& file, const char* section, int plans, int calls, int arrivals) {
  demarc::ProgramFile program;
  if (!program.read(file, section)) give_up("the program's file");
  for (const auto& use : program.uses) {
    bpf_insn& instruction = program.instructions[use.instruction];
    instruction.src_reg = BPF_PSEUDO_MAP_FD;
    instruction.imm = use.map == "plans" ? plans : use.map == "calls" ? calls : arrivals;
  }
  const int fd = demarc::load_program(program.instructions, BPF_PROG_TYPE_XDP);
  if (fd < 0) give_up(section);
  return fd;
}

uint32_t add_words(uint32_t sum, const void* bytes, size_t size) {
  const auto* at = static_cast<const uint8_t*>(bytes);
  for (size_t index = 0; index + 1 < size; index += 2) {
    uint16_t word;
    std::memcpy(&word, at + index, sizeof word);
    sum += word;
  }
  return sum;
}

uint16_t fold(uint32_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(sum);
}

void write_head(LoadPlan* plan, char** arguments) {
  uint8_t* head = plan->head;
  unsigned link[6];
  if (std::sscanf(arguments[4], "%x:%x:%x:%x:%x:%x", link, link + 1, link + 2, link + 3, link + 4, link + 5) != 6) give_up("the link");
  for (int index = 0; index < 6; index += 1) head[index] = static_cast<uint8_t>(link[index]);
  head[6] = 2;
  head[12] = 8;
  iphdr ip{};
  ip.version = 4;
  ip.ihl = 5;
  ip.tot_len = htons(sizeof(iphdr) + sizeof(udphdr) + DEMARC_LOAD_BYTES);
  ip.frag_off = htons(0x4000);
  ip.ttl = 64;
  ip.protocol = IPPROTO_UDP;
  inet_pton(AF_INET, arguments[5], &ip.saddr);
  inet_pton(AF_INET, arguments[6], &ip.daddr);
  ip.check = static_cast<uint16_t>(~fold(add_words(0, &ip, sizeof ip)));
  std::memcpy(head + 14, &ip, sizeof ip);
  udphdr udp{};
  udp.len = htons(sizeof(udphdr) + DEMARC_LOAD_BYTES);
  std::memcpy(head + 34, &udp, sizeof udp);
  // RTP of the one source that the other load has, too.
  head[42] = 0x80;
  head[53] = 1;
}

uint16_t sum_of(const LoadPlan& plan, const LoadCall& call) {
  const uint16_t rest[] = {htons(IPPROTO_UDP), htons(sizeof(udphdr) + DEMARC_LOAD_BYTES), htons(sizeof(udphdr) + DEMARC_LOAD_BYTES),
                           call.from_port, call.to_port};
  const uint32_t sum = add_words(add_words(0, plan.head + 26, 8), rest, sizeof rest);
  return fold(add_words(sum, plan.head + 42, 12));
}

/** The rest of the datagram is zeros. Live frames: what the program decides is done with them. */
bool send_frames(int program, uint32_t frames) {
  static uint8_t frame[kHeadBytes + DEMARC_LOAD_BYTES - 12] = {};
  xdp_md context{};
  context.data_end = sizeof frame;
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  attributes.test.prog_fd = static_cast<uint32_t>(program);
  attributes.test.data_in = reinterpret_cast<uint64_t>(frame);
  attributes.test.data_size_in = sizeof frame;
  attributes.test.ctx_in = reinterpret_cast<uint64_t>(&context);
  attributes.test.ctx_size_in = sizeof context;
  attributes.test.repeat = frames;
  attributes.test.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
  attributes.test.batch_size = std::min(kBatch, frames);
  return demarc::bpf(BPF_PROG_TEST_RUN, &attributes, sizeof attributes) == 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 7) return 2;
  const std::vector<uint8_t> file = demarc::read_program(arguments[1]);
  int plan_map, call_map, arrival_map;
  auto* plan = shared_map<LoadPlan>(1, &plan_map);
  auto* calls = shared_map<LoadCall>(DEMARC_LOAD_CALLS, &call_map);
  auto* arrived = shared_map<uint64_t>(1, &arrival_map);
  plan->out_interface = if_nametoindex(arguments[2]);
  write_head(plan, arguments);
  char line[128];
  while (std::fgets(line, sizeof line, stdin) != nullptr && plan->calls < DEMARC_LOAD_CALLS) {
    unsigned from, to;
    if (std::sscanf(line, "%u %u", &from, &to) != 2) break;
    LoadCall& call = calls[plan->calls++];
    call.from_port = htons(static_cast<uint16_t>(from));
    call.to_port = htons(static_cast<uint16_t>(to));
    call.sum = sum_of(*plan, call);
  }
  const int sender = load(file, "xdp/send", plan_map, call_map, arrival_map);
  const int counter = load(file, "xdp/arrive", plan_map, call_map, arrival_map);
  if (demarc::attach_program(counter, if_nametoindex(arguments[3]), BPF_XDP, 1u << 2) < 0) give_up("the far interface");
  std::printf("ready\n");
  std::fflush(stdout);
  while (std::fgets(line, sizeof line, stdin) != nullptr) {
    unsigned frames, wrong;
    if (std::sscanf(line, "%u %u", &frames, &wrong) != 2) break;
    plan->wrong_sums = wrong;
    const uint64_t before = __atomic_load_n(arrived, __ATOMIC_RELAXED);
    const int64_t begin = now_ns();
    if (!send_frames(sender, frames)) give_up("live frames");
    const int64_t took = now_ns() - begin;
    uint64_t so_far = __atomic_load_n(arrived, __ATOMIC_RELAXED);
    for (uint64_t last = so_far + 1; last != so_far;) {
      last = so_far;
      usleep(kSilenceNs / 1000);
      so_far = __atomic_load_n(arrived, __ATOMIC_RELAXED);
    }
    std::printf("{\"sent\":%llu,\"sendingNs\":%lld,\"received\":%llu}\n", static_cast<unsigned long long>(frames),
                static_cast<long long>(took), static_cast<unsigned long long>(so_far - before));
    std::fflush(stdout);
  }
  return 0;
}
