// A program for the kernel as clang made it, and bpf(2), by which the kernel takes it. No library: a few lines of ELF are all of it.
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <string>
#include <vector>

namespace demarc {

int bpf(int command, void* attributes, size_t bytes);

/** Empty when there is no such file. */
std::vector<uint8_t> read_program(const std::string& path);

/** The instructions of one section, and where they name a map. Every offset is checked: the file may be anything. */
struct ProgramFile {
  struct Use {
    size_t instruction;
    std::string map;
  };
  std::vector<bpf_insn> instructions;
  std::vector<Use> uses;

  bool read(const std::vector<uint8_t>& file, const char* section);
};

/** A descriptor, or -1 with errno. */
int make_map(uint32_t type, uint32_t key_bytes, uint32_t value_bytes, uint32_t entries, uint32_t flags);
int load_program(std::vector<bpf_insn>& instructions, uint32_t type);
/** A link, which goes with its descriptor (Linux 6.6 for those of the queue). */
int attach_program(int program, uint32_t interface, uint32_t type, uint32_t flags);

}  // namespace demarc
