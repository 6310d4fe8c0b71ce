// bpf(2) by its system call, with structures of our own where the headers that this is built with are older than the kernel.
#include "program-file.h"

#include <elf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace demarc {
namespace {

constexpr char kLicense[] = "Apache-2.0";

class Reader {
 public:
  explicit Reader(ProgramFile& out) : instructions(out.instructions), uses(out.uses) {}

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
  std::vector<bpf_insn>& instructions;
  std::vector<ProgramFile::Use>& uses;
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

}  // namespace

int bpf(int command, void* attributes, size_t bytes) { return static_cast<int>(syscall(SYS_bpf, command, attributes, bytes)); }

std::vector<uint8_t> read_program(const std::string& path) {
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

bool ProgramFile::read(const std::vector<uint8_t>& file, const char* section) {
  return Reader(*this).read(file, section);
}

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

int load_program(std::vector<bpf_insn>& instructions, uint32_t type) {
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  attributes.prog_type = type;
  // Frames of several pieces may come: an interface with long ones need not be changed. What is in the first piece is all that is looked at.
  attributes.prog_flags = type == BPF_PROG_TYPE_XDP ? BPF_F_XDP_HAS_FRAGS : 0;
  attributes.insns = reinterpret_cast<uint64_t>(instructions.data());
  attributes.insn_cnt = static_cast<uint32_t>(instructions.size());
  attributes.license = reinterpret_cast<uint64_t>(kLicense);
  std::memcpy(attributes.prog_name, "demarc_relay", 12);
  return bpf(BPF_PROG_LOAD, &attributes, sizeof attributes);
}

int attach_program(int program, uint32_t interface, uint32_t type, uint32_t flags) {
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

}  // namespace demarc
