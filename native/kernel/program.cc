// bpf(2) by its system call, with structures of our own where the headers that this is built with are older than the kernel.
#include "program.h"

#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "program-file.h"

namespace demarc {
namespace {

// Linux 6.6: programs on an interface that go with their descriptor.
constexpr uint32_t kIngressLink = 46;
// By the driver itself, before the system makes anything of a frame. Elsewhere it would gain nothing.
constexpr uint32_t kByDriver = 1u << 2;
constexpr char kQueueSection[] = "tc";
constexpr char kFrameSection[] = "xdp";

std::string failure(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

size_t whole_pages(size_t bytes) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

void* map_shared(int fd, size_t bytes) {
  void* memory = mmap(nullptr, whole_pages(bytes), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

void close_if_open(int fd) {
  if (fd >= 0) close(fd);
}

}  // namespace

KernelProgram::~KernelProgram() {
  for (const Attached& one : attached_) {
    close_if_open(one.frame_link);
    close(one.link);
  }
  if (receptions_ != nullptr) munmap(receptions_, whole_pages(DEMARC_MOST_FLOWS * sizeof(Reception)));
  if (clock_ != nullptr) munmap(clock_, whole_pages(sizeof(Clock)));
  for (const int fd : {program_, frame_program_, flows4_, flows6_, reception_map_, clock_map_, desk_map_}) close_if_open(fd);
}

int KernelProgram::map_named(const std::string& name) const {
  if (name == "flows4") return flows4_;
  if (name == "flows6") return flows6_;
  if (name == "receptions") return reception_map_;
  if (name == "desks") return desk_map_;
  return name == "clocks" ? clock_map_ : -1;
}

std::string KernelProgram::open_maps() {
  flows4_ = make_map(BPF_MAP_TYPE_HASH, sizeof(FlowKey4), sizeof(Flow), DEMARC_MOST_FLOWS, BPF_F_NO_PREALLOC);
  flows6_ = make_map(BPF_MAP_TYPE_HASH, sizeof(FlowKey6), sizeof(Flow), DEMARC_MOST_FLOWS, BPF_F_NO_PREALLOC);
  desk_map_ = make_map(BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(uint32_t), DEMARC_FRAME_BYTES, 1, 0);
  reception_map_ = make_map(BPF_MAP_TYPE_ARRAY, sizeof(uint32_t), sizeof(Reception), DEMARC_MOST_FLOWS, BPF_F_MMAPABLE);
  clock_map_ = make_map(BPF_MAP_TYPE_ARRAY, sizeof(uint32_t), sizeof(Clock), 1, BPF_F_MMAPABLE);
  if (flows4_ < 0 || flows6_ < 0 || desk_map_ < 0 || reception_map_ < 0 || clock_map_ < 0) return failure("the kernel gives no maps");
  receptions_ = static_cast<Reception*>(map_shared(reception_map_, DEMARC_MOST_FLOWS * sizeof(Reception)));
  clock_ = static_cast<Clock*>(map_shared(clock_map_, sizeof(Clock)));
  return receptions_ == nullptr || clock_ == nullptr ? failure("its maps cannot be shared") : "";
}

std::string KernelProgram::load_section(const std::vector<uint8_t>& file, const char* section, int* program) {
  ProgramFile object;
  if (!object.read(file, section)) return "the built program cannot be read";
  for (const ProgramFile::Use& use : object.uses) {
    const int map = map_named(use.map);
    if (map < 0) return "the built program names a map that there is not";
    bpf_insn& instruction = object.instructions[use.instruction];
    instruction.src_reg = BPF_PSEUDO_MAP_FD;
    instruction.imm = map;
  }
  *program = load_program(object.instructions, section == kFrameSection ? BPF_PROG_TYPE_XDP : BPF_PROG_TYPE_SCHED_CLS);
  return *program < 0 ? failure("the kernel refuses the program") : "";
}

std::string KernelProgram::load(const std::string& path) {
  const std::vector<uint8_t> file = read_program(path);
  if (file.empty()) return "not built";
  std::string refused = open_maps();
  if (refused.empty()) refused = load_section(file, kQueueSection, &program_);
  // Without frames there is still the queue.
  if (refused.empty()) load_section(file, kFrameSection, &frame_program_);
  return refused;
}

std::string KernelProgram::attach(uint32_t interface) {
  const auto same = [interface](const Attached& one) { return one.interface == interface; };
  if (std::any_of(attached_.begin(), attached_.end(), same)) return "";
  const int link = attach_program(program_, interface, kIngressLink, 0);
  if (link < 0) return failure("the interface refuses the program");
  const int frame_link = frame_program_ < 0 ? -1 : attach_program(frame_program_, interface, BPF_XDP, kByDriver);
  attached_.push_back({interface, link, frame_link});
  return "";
}

bool KernelProgram::takes_frames(uint32_t interface) const {
  const auto takes = [interface](const Attached& one) { return one.interface == interface && one.frame_link >= 0; };
  return std::any_of(attached_.begin(), attached_.end(), takes);
}

bool KernelProgram::put(int map, const void* key, const Flow& flow) {
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  attributes.map_fd = static_cast<uint32_t>(map);
  attributes.key = reinterpret_cast<uint64_t>(key);
  attributes.value = reinterpret_cast<uint64_t>(&flow);
  return bpf(BPF_MAP_UPDATE_ELEM, &attributes, sizeof attributes) == 0;
}

void KernelProgram::remove(int map, const void* key) {
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  attributes.map_fd = static_cast<uint32_t>(map);
  attributes.key = reinterpret_cast<uint64_t>(key);
  // One that is not there is what was wanted.
  if (bpf(BPF_MAP_DELETE_ELEM, &attributes, sizeof attributes) != 0) return;
}

}  // namespace demarc
