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

  /** Packets that come in on the interface are looked at from now on, as frames where it can do that. Empty, or why not. */
  std::string attach(uint32_t interface);
  /** Whether they are looked at as frames there. */
  bool takes_frames(uint32_t interface) const;

  bool put(const FlowKey4& key, const Flow& flow) { return put(flows4_, &key, flow); }
  bool put(const FlowKey6& key, const Flow& flow) { return put(flows6_, &key, flow); }
  void remove(const FlowKey4& key) { remove(flows4_, &key); }
  void remove(const FlowKey6& key) { remove(flows6_, &key); }

  /** Where the kernel counts, and reads the clock: memory that is shared with it. */
  Reception* receptions() const { return receptions_; }
  Clock* clock() const { return clock_; }

 private:
  struct Attached {
    uint32_t interface;
    int link;
    int frame_link; /* -1 where the interface hands out no frames */
  };

  int map_named(const std::string& name) const;
  std::string open_maps();
  std::string load_section(const std::vector<uint8_t>& file, const char* section, int* program);
  static bool put(int map, const void* key, const Flow& flow);
  static void remove(int map, const void* key);

  int program_ = -1;
  int frame_program_ = -1; /* -1 where the kernel has not what it needs */
  int flows4_ = -1;
  int flows6_ = -1;
  int desk_map_ = -1;
  int reception_map_ = -1;
  int clock_map_ = -1;
  Reception* receptions_ = nullptr;
  Clock* clock_ = nullptr;
  std::vector<Attached> attached_;
};

}  // namespace demarc
