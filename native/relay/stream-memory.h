// The memory that outlasts the process: a file without a name that each relay is handed in turn. What every stream needs lies apart from what
// encrypted ones need besides, and the system gives room for either where streams ask for it: a relay without calls takes next to nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "stream.h"

namespace demarc {

/** For who is there but once. */
constexpr size_t kMemoryRoomBytes = 4096;

/** Belongs to the control thread. */
class StreamMemory {
 public:
  /** All zero where the file is new. Null with errno set when the system refuses. The descriptor is the caller's, and outlives it. */
  static std::unique_ptr<StreamMemory> open(int descriptor, uint32_t capacity);
  ~StreamMemory();
  StreamMemory(const StreamMemory&) = delete;
  StreamMemory& operator=(const StreamMemory&) = delete;

  uint32_t capacity() const { return capacity_; }
  /** kMemoryRoomBytes. */
  void* room() const { return bytes_; }
  /** Null with errno set when the system has no more, or there is no such slot. */
  StreamState* state(uint32_t slot);
  StreamSecrets* secrets(uint32_t slot);

 private:
  StreamMemory(int descriptor, uint32_t capacity) : descriptor_(descriptor), capacity_(capacity) {}
  bool reserve(size_t from, size_t bytes);

  int descriptor_;
  uint32_t capacity_;
  size_t size_ = 0;
  uint8_t* bytes_ = nullptr;
  /** By pieces of kPieceBytes. */
  std::vector<bool> reserved_;
};

}  // namespace demarc
