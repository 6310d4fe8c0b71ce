// io_uring by its system calls: a submission ring, a completion ring, and a ring of buffers that the kernel reads packets into.
// No library, because there is none where this is built; no more of it than the relay needs.
#pragma once

#include <linux/io_uring.h>

#include <cstddef>
#include <cstdint>

namespace demarc {

struct UringWait {
  uint32_t completions;  // return when there are so many
  int64_t least_us;      // or after this when there is one at least; 0 for at once
  int64_t most_ns;       // or after this anyway; -1 for never
};

/** Belongs to the thread that opens it. */
class Uring {
 public:
  Uring() = default;
  ~Uring();
  Uring(const Uring&) = delete;
  Uring& operator=(const Uring&) = delete;

  /** `buffers` is a power of two. False with errno when the kernel has not what is needed or forbids it. */
  bool open(uint32_t submissions, uint32_t completions, uint32_t buffers, uint32_t buffer_bytes);

  /** The next entry to fill, zeroed; what is in the ring goes to the kernel first when it is full. */
  io_uring_sqe* next();
  /** The number that next() gives next, below the size of the ring: for what must live as long as the entry. */
  uint32_t next_index() const { return tail_ & sq_mask_; }

  /** Hands over what was filled in. False when the kernel would not take it. */
  bool submit();
  bool submit_and_wait(const UringWait& wait);

  /** Null when there is none. */
  const io_uring_cqe* peek() const;
  void seen();

  uint8_t* buffer(uint16_t id) const { return buffers_ + static_cast<size_t>(id) * buffer_bytes_; }
  /** Gives a buffer back to the kernel, with the others of one publish_buffers(). */
  void give_buffer(uint16_t id);
  void publish_buffers();

  /** Ends what waits under this word, and returns when it is over. */
  bool cancel(uint64_t user_data);

 private:
  bool map(const io_uring_params& params);
  bool open_buffers(uint32_t buffers, uint32_t buffer_bytes);
  int enter(uint32_t submit, uint32_t completions, uint32_t flags, const void* argument, size_t bytes);

  int fd_ = -1;
  void* rings_ = nullptr;
  size_t rings_bytes_ = 0;
  io_uring_sqe* sqes_ = nullptr;
  size_t sqes_bytes_ = 0;
  uint32_t* sq_head_ = nullptr;
  uint32_t* sq_tail_ = nullptr;
  uint32_t sq_mask_ = 0;
  uint32_t sq_entries_ = 0;
  uint32_t tail_ = 0;
  uint32_t* cq_head_ = nullptr;
  uint32_t* cq_tail_ = nullptr;
  uint32_t cq_mask_ = 0;
  io_uring_cqe* cqes_ = nullptr;
  bool least_wait_ = false;
  io_uring_buf_ring* buffer_ring_ = nullptr;
  uint8_t* buffers_ = nullptr;
  uint32_t buffer_count_ = 0;
  uint32_t buffer_bytes_ = 0;
  uint16_t buffer_tail_ = 0;
};

}  // namespace demarc
