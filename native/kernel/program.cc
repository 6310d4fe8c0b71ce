// bpf(2) by its system call, with structures of our own where the headers that this is built with are older than the kernel.
#include "program.h"

#include <elf.h>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace demarc {
namespace {

// Linux 6.6: programs on an interface that go with their descriptor.
constexpr uint32_t kIngressLink = 46;
// By the driver itself, before the system makes anything of a frame. Elsewhere it would gain nothing.
constexpr uint32_t kByDriver = 1u << 2;
constexpr char kLicense[] = "Apache-2.0";
constexpr char kQueueSection[] = "tc";
constexpr char kFrameSection[] = "xdp";

int bpf(int command, void* attributes, size_t bytes) { return static_cast<int>(syscall(SYS_bpf, command, attributes, bytes)); }

std::string failure(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

int make_map(uint32_t type, uint32_t key_bytes, uint32_t value_bytes, uint32_t entries, uint32_t flags) {
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  attributes.map_type = type;
  attributes.key_size = key_bytes;
  attributes.value_size = value_bytes;
  attributes.max_entries = entries;
  attributes.map_flags = flags;
  return bpf(BPF_MAP_CREATE, &attributes, sizeof attributes);
}

size_t whole_pages(size_t bytes) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

void* map_shared(int fd, size_t bytes) {
  void* memory = mmap(nullptr, whole_pages(bytes), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

std::vector<uint8_t> read_file(const std::string& path) {
  std::vector<uint8_t> content;
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return content;
  uint8_t chunk[4096];
  for (size_t got = std::fread(chunk, 1, sizeof chunk, file); got > 0; got = std::fread(chunk, 1, sizeof chunk, file)) {
    content.insert(content.end(), chunk, chunk + got);
  }
  std::fclose(file);
  return content;
}

/** The instructions of one section, and where they name a map. Every offset is checked: the file may be anything. */
struct Object {
  struct Use {
    size_t instruction;
    std::string map;
  };
  std::vector<bpf_insn> instructions;
  std::vector<Use> uses;

  bool read(const std::vector<uint8_t>& file, const char* name) {
    if (!take(file, 0, &header_) || std::memcmp(header_.e_ident, ELFMAG, SELFMAG) != 0) return false;
    if (header_.e_machine != EM_BPF || header_.e_shentsize != sizeof(Elf64_Shdr)) return false;
    sections_.resize(header_.e_shnum);
    for (size_t index = 0; index < sections_.size(); index += 1) {
      if (!take(file, header_.e_shoff + index * sizeof(Elf64_Shdr), &sections_[index])) return false;
    }
    const size_t code = section_named(file, name);
    if (code == 0 || !inside(file, sections_[code]) || sections_[code].sh_size % sizeof(bpf_insn) != 0) return false;
    instructions.resize(sections_[code].sh_size / sizeof(bpf_insn));
    std::memcpy(instructions.data(), file.data() + sections_[code].sh_offset, sections_[code].sh_size);
    return read_uses(file, code);
  }

 private:
  template <typename T>
  static bool take(const std::vector<uint8_t>& file, uint64_t at, T* out) {
    if (at > file.size() || file.size() - at < sizeof(T)) return false;
    std::memcpy(out, file.data() + at, sizeof(T));
    return true;
  }

  static bool inside(const std::vector<uint8_t>& file, const Elf64_Shdr& section) {
    return section.sh_offset <= file.size() && section.sh_size <= file.size() - section.sh_offset;
  }

  std::string text_at(const std::vector<uint8_t>& file, uint32_t table, uint64_t at) const {
    if (table >= sections_.size() || !inside(file, sections_[table]) || at >= sections_[table].sh_size) return "";
    const auto* begin = reinterpret_cast<const char*>(file.data() + sections_[table].sh_offset + at);
    return std::string(begin, strnlen(begin, sections_[table].sh_size - at));
  }

  /** 0, which is never one, when there is none. */
  size_t section_named(const std::vector<uint8_t>& file, const char* name) const {
    for (size_t index = 1; index < sections_.size(); index += 1) {
      if (text_at(file, header_.e_shstrndx, sections_[index].sh_name) == name) return index;
    }
    return 0;
  }

  bool read_uses(const std::vector<uint8_t>& file, size_t code) {
    for (const Elf64_Shdr& section : sections_) {
      if (section.sh_type != SHT_REL || section.sh_info != code) continue;
      if (section.sh_link >= sections_.size()) return false;
      const Elf64_Shdr& symbols = sections_[section.sh_link];
      for (uint64_t at = 0; at + sizeof(Elf64_Rel) <= section.sh_size; at += sizeof(Elf64_Rel)) {
        Elf64_Rel entry;
        Elf64_Sym symbol;
        if (!take(file, section.sh_offset + at, &entry)) return false;
        if (!take(file, symbols.sh_offset + ELF64_R_SYM(entry.r_info) * sizeof symbol, &symbol)) return false;
        const size_t instruction = entry.r_offset / sizeof(bpf_insn);
        if (instruction >= instructions.size()) return false;
        uses.push_back({instruction, text_at(file, symbols.sh_link, symbol.st_name)});
      }
    }
    return true;
  }

  Elf64_Ehdr header_;
  std::vector<Elf64_Shdr> sections_;
};

int load_program(std::vector<bpf_insn>& instructions, bool frames) {
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  attributes.prog_type = frames ? BPF_PROG_TYPE_XDP : BPF_PROG_TYPE_SCHED_CLS;
  // Frames of several pieces may come: an interface with long ones need not be changed. What is in the first piece is all that is looked at.
  attributes.prog_flags = frames ? BPF_F_XDP_HAS_FRAGS : 0;
  attributes.insns = reinterpret_cast<uint64_t>(instructions.data());
  attributes.insn_cnt = static_cast<uint32_t>(instructions.size());
  attributes.license = reinterpret_cast<uint64_t>(kLicense);
  std::memcpy(attributes.prog_name, "demarc_relay", 12);
  return bpf(BPF_PROG_LOAD, &attributes, sizeof attributes);
}

int attach_to(int program, uint32_t interface, uint32_t type, uint32_t flags) {
  struct {
    uint32_t program;
    uint32_t interface;
    uint32_t type;
    uint32_t flags;
    uint32_t rest[12];
  } attributes = {};
  attributes.program = static_cast<uint32_t>(program);
  attributes.interface = interface;
  attributes.type = type;
  attributes.flags = flags;
  return bpf(BPF_LINK_CREATE, &attributes, sizeof attributes);
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
  Object object;
  if (!object.read(file, section)) return "the built program cannot be read";
  for (const Object::Use& use : object.uses) {
    const int map = map_named(use.map);
    if (map < 0) return "the built program names a map that there is not";
    bpf_insn& instruction = object.instructions[use.instruction];
    instruction.src_reg = BPF_PSEUDO_MAP_FD;
    instruction.imm = map;
  }
  *program = load_program(object.instructions, section == kFrameSection);
  return *program < 0 ? failure("the kernel refuses the program") : "";
}

std::string KernelProgram::load(const std::string& path) {
  const std::vector<uint8_t> file = read_file(path);
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
  const int link = attach_to(program_, interface, kIngressLink, 0);
  if (link < 0) return failure("the interface refuses the program");
  const int frame_link = frame_program_ < 0 ? -1 : attach_to(frame_program_, interface, BPF_XDP, kByDriver);
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
