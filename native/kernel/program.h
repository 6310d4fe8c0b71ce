// Loads the program for the kernel and attaches it: the file that clang made is read here, its maps are made, and the kernel is asked. No
// library: bpf(2) and a few lines of ELF are all of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "flow.h"

namespace demarc {

/** Gone with the process that has it: nothing is left in the kernel, whatever happens to us. */
class KernelProgram {
 public:
  KernelProgram() = default;
  ~KernelProgram();
  KernelProgram(const KernelProgram&) = delete;
  KernelProgram& operator=(const KernelProgram&) = delete;

  /** Empty when it is loaded; otherwise why not, in a few words. */
  std::string load(const std::string& path);
  bool loaded() const { return program_ >= 0; }

  /** Packets that come in on the interface are looked at from now on. Empty, or why not. */
  std::string attach(uint32_t interface);

  bool put(const FlowKey& key, const Flow& flow);
  void remove(const FlowKey& key);

  /** Where the kernel counts, and reads the clock: memory that is shared with it. */
  Reception* receptions() const { return receptions_; }
  Clock* clock() const { return clock_; }

 private:
  struct Attached {
    uint32_t interface;
    int link;
  };

  int map_named(const std::string& name) const;
  std::string open_maps();

  int program_ = -1;
  int flows_ = -1;
  int reception_map_ = -1;
  int clock_map_ = -1;
  Reception* receptions_ = nullptr;
  Clock* clock_ = nullptr;
  std::vector<Attached> attached_;
};

}  // namespace demarc
