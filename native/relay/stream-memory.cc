// One mapping of it all; the pages come piece by piece.
#include "stream-memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace demarc {
namespace {

/** So many bytes are asked of the system at once: some seventy streams in the clear. */
constexpr size_t kPieceBytes = 64 * 1024;

size_t whole_pieces(size_t bytes) { return (bytes + kPieceBytes - 1) / kPieceBytes * kPieceBytes; }

size_t secrets_at(uint32_t capacity) { return whole_pieces(kMemoryRoomBytes + capacity * sizeof(StreamState)); }

}  // namespace

std::unique_ptr<StreamMemory> StreamMemory::open(int descriptor, uint32_t capacity) {
  std::unique_ptr<StreamMemory> memory(new StreamMemory(descriptor, capacity));
  const size_t size = secrets_at(capacity) + whole_pieces(capacity * sizeof(StreamSecrets));
  if (ftruncate(descriptor, static_cast<off_t>(size)) != 0) return nullptr;
  void* bytes = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (bytes == MAP_FAILED) return nullptr;
  memory->bytes_ = static_cast<uint8_t*>(bytes);
  memory->size_ = size;
  memory->reserved_.resize(size / kPieceBytes);
  // Keys lie in it. A system that cannot keep it out of its dumps is no reason to refuse calls.
  if (madvise(bytes, size, MADV_DONTDUMP) != 0) errno = 0;
  return memory->reserve(0, kMemoryRoomBytes) ? std::move(memory) : nullptr;
}

StreamMemory::~StreamMemory() {
  if (bytes_ != nullptr) munmap(bytes_, size_);
}

/** Before it is touched: a page that a full memory file system cannot give would end the process at some packet. What is there stays as it is. */
bool StreamMemory::reserve(size_t from, size_t bytes) {
  for (size_t piece = from / kPieceBytes; piece * kPieceBytes < from + bytes; piece += 1) {
    if (reserved_[piece]) continue;
    const int refused = posix_fallocate(descriptor_, static_cast<off_t>(piece * kPieceBytes), static_cast<off_t>(kPieceBytes));
    if (refused != 0) {
      errno = refused;
      return false;
    }
    reserved_[piece] = true;
  }
  return true;
}

StreamState* StreamMemory::state(uint32_t slot) {
  if (slot >= capacity_) {
    errno = EINVAL;
    return nullptr;
  }
  const size_t at = kMemoryRoomBytes + slot * sizeof(StreamState);
  return reserve(at, sizeof(StreamState)) ? reinterpret_cast<StreamState*>(bytes_ + at) : nullptr;
}

StreamSecrets* StreamMemory::secrets(uint32_t slot) {
  if (slot >= capacity_) {
    errno = EINVAL;
    return nullptr;
  }
  const size_t at = secrets_at(capacity_) + slot * sizeof(StreamSecrets);
  return reserve(at, sizeof(StreamSecrets)) ? reinterpret_cast<StreamSecrets*>(bytes_ + at) : nullptr;
}

}  // namespace demarc
