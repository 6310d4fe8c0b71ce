// The rings. Memory is shared with the kernel: heads and tails are read with acquire and written with release.
#include "uring.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

namespace demarc {
namespace {

// Since Linux 6.12; the headers that this is built with may be older.
constexpr uint32_t kFeatureLeastWait = 1u << 15;
constexpr uint32_t kNeeded = IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP | IORING_FEAT_EXT_ARG | IORING_FEAT_CQE_SKIP;

struct WaitArgument {
  uint64_t signals;
  uint32_t signals_bytes;
  uint32_t least_us;
  uint64_t timeout;
};

struct KernelTimespec {
  int64_t seconds;
  int64_t nanoseconds;
};

constexpr int64_t kNsPerSecond = 1000000000;

uint32_t load(const uint32_t* at) { return __atomic_load_n(at, __ATOMIC_ACQUIRE); }
void store(uint32_t* at, uint32_t value) { __atomic_store_n(at, value, __ATOMIC_RELEASE); }

void* map_shared(size_t bytes, int fd, off_t offset) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, offset);
  return memory == MAP_FAILED ? nullptr : memory;
}

void* map_own(size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

template <typename T>
T* at(void* base, uint32_t offset) {
  return reinterpret_cast<T*>(static_cast<uint8_t*>(base) + offset);
}

}  // namespace

Uring::~Uring() {
  if (fd_ >= 0) close(fd_);
  if (rings_ != nullptr) munmap(rings_, rings_bytes_);
  if (sqes_ != nullptr) munmap(sqes_, sqes_bytes_);
  if (buffer_ring_ != nullptr) munmap(buffer_ring_, buffer_count_ * sizeof(io_uring_buf));
  if (buffers_ != nullptr) munmap(buffers_, static_cast<size_t>(buffer_count_) * buffer_bytes_);
}

bool Uring::open(uint32_t submissions, uint32_t completions, uint32_t buffers, uint32_t buffer_bytes) {
  io_uring_params params{};
  params.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
  params.cq_entries = completions;
  fd_ = static_cast<int>(syscall(SYS_io_uring_setup, submissions, &params));
  if (fd_ < 0) return false;
  if ((params.features & kNeeded) != kNeeded) {
    errno = ENOSYS;
    return false;
  }
  least_wait_ = (params.features & kFeatureLeastWait) != 0;
  return map(params) && open_buffers(buffers, buffer_bytes);
}

bool Uring::map(const io_uring_params& params) {
  const size_t sq_bytes = params.sq_off.array + params.sq_entries * sizeof(uint32_t);
  const size_t cq_bytes = params.cq_off.cqes + params.cq_entries * sizeof(io_uring_cqe);
  rings_bytes_ = sq_bytes > cq_bytes ? sq_bytes : cq_bytes;
  rings_ = map_shared(rings_bytes_, fd_, IORING_OFF_SQ_RING);
  sqes_bytes_ = params.sq_entries * sizeof(io_uring_sqe);
  sqes_ = static_cast<io_uring_sqe*>(map_shared(sqes_bytes_, fd_, IORING_OFF_SQES));
  if (rings_ == nullptr || sqes_ == nullptr) return false;
  sq_head_ = at<uint32_t>(rings_, params.sq_off.head);
  sq_tail_ = at<uint32_t>(rings_, params.sq_off.tail);
  sq_mask_ = *at<uint32_t>(rings_, params.sq_off.ring_mask);
  sq_entries_ = params.sq_entries;
  // Entries are used in order, so the array that names them never changes.
  auto* names = at<uint32_t>(rings_, params.sq_off.array);
  for (uint32_t index = 0; index < sq_entries_; index += 1) names[index] = index;
  cq_head_ = at<uint32_t>(rings_, params.cq_off.head);
  cq_tail_ = at<uint32_t>(rings_, params.cq_off.tail);
  cq_mask_ = *at<uint32_t>(rings_, params.cq_off.ring_mask);
  cqes_ = at<io_uring_cqe>(rings_, params.cq_off.cqes);
  return true;
}

bool Uring::open_buffers(uint32_t buffers, uint32_t buffer_bytes) {
  buffer_count_ = buffers;
  buffer_bytes_ = buffer_bytes;
  buffer_ring_ = static_cast<io_uring_buf_ring*>(map_own(buffers * sizeof(io_uring_buf)));
  buffers_ = static_cast<uint8_t*>(map_own(static_cast<size_t>(buffers) * buffer_bytes));
  if (buffer_ring_ == nullptr || buffers_ == nullptr) return false;
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<uint64_t>(buffer_ring_);
  registration.ring_entries = buffers;
  if (syscall(SYS_io_uring_register, fd_, IORING_REGISTER_PBUF_RING, &registration, 1) != 0) return false;
  for (uint32_t id = 0; id < buffers; id += 1) give_buffer(static_cast<uint16_t>(id));
  publish_buffers();
  return true;
}

io_uring_sqe* Uring::next() {
  if (tail_ - load(sq_head_) == sq_entries_) submit();
  io_uring_sqe* entry = &sqes_[tail_ & sq_mask_];
  std::memset(entry, 0, sizeof *entry);
  tail_ += 1;
  return entry;
}

int Uring::enter(uint32_t submit, uint32_t completions, uint32_t flags, const void* argument, size_t bytes) {
  return static_cast<int>(syscall(SYS_io_uring_enter, fd_, submit, completions, flags, argument, bytes));
}

bool Uring::submit() {
  store(sq_tail_, tail_);
  while (load(sq_head_) != tail_) {
    if (enter(tail_ - load(sq_head_), 0, 0, nullptr, 0) < 0 && errno != EINTR) return false;
  }
  return true;
}

bool Uring::submit_and_wait(const UringWait& wait) {
  store(sq_tail_, tail_);
  const bool there = peek() != nullptr;
  KernelTimespec timeout{wait.most_ns / kNsPerSecond, wait.most_ns % kNsPerSecond};
  WaitArgument argument{};
  if (wait.most_ns >= 0) argument.timeout = reinterpret_cast<uint64_t>(&timeout);
  argument.least_us = least_wait_ && !there ? static_cast<uint32_t>(wait.least_us) : 0;
  const uint32_t completions = there || wait.most_ns == 0 ? 0 : argument.least_us > 0 ? wait.completions : 1;
  const int taken = enter(tail_ - load(sq_head_), completions, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &argument,
                          sizeof argument);
  return taken >= 0 || errno == ETIME || errno == EINTR;
}

const io_uring_cqe* Uring::peek() const {
  const uint32_t head = *cq_head_;
  return head == load(cq_tail_) ? nullptr : &cqes_[head & cq_mask_];
}

void Uring::seen() { store(cq_head_, *cq_head_ + 1); }

void Uring::give_buffer(uint16_t id) {
  // Not `bufs`: the ring's header lies over its first entry, and that entry's last field is the tail.
  auto* entries = reinterpret_cast<io_uring_buf*>(buffer_ring_);
  io_uring_buf& entry = entries[buffer_tail_ & (buffer_count_ - 1)];
  entry.addr = reinterpret_cast<uint64_t>(buffer(id));
  entry.len = buffer_bytes_;
  entry.bid = id;
  buffer_tail_ = static_cast<uint16_t>(buffer_tail_ + 1);
}

void Uring::publish_buffers() { __atomic_store_n(&buffer_ring_->tail, buffer_tail_, __ATOMIC_RELEASE); }

bool Uring::cancel(uint64_t user_data) {
  if (!submit()) return false;
  io_uring_sync_cancel_reg request{};
  // By its word and not by its descriptor, for which the kernel would look at all that waits.
  request.addr = user_data;
  request.fd = -1;
  request.timeout.tv_sec = request.timeout.tv_nsec = -1;
  const bool done = syscall(SYS_io_uring_register, fd_, IORING_REGISTER_SYNC_CANCEL, &request, 1) >= 0 || errno == ENOENT;
  // What was cancelled lets go of its socket when its completion is made, and that is made here.
  return enter(0, 0, IORING_ENTER_GETEVENTS, nullptr, 0) >= 0 && done;
}

}  // namespace demarc
