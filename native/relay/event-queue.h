// What the packet thread has to say, in a ring of fixed size: it never waits for its listener and never allocates.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace demarc {

enum class EventKind : uint8_t { first_packet, one_way, timeout, secured, unsecured, tone };

struct Event {
  EventKind kind;
  uint8_t side;       // of one_way the silent one; none of timeout
  uint32_t slot;      // of all but timeout
  uint32_t session;
  uint8_t detail = 0; // of secured the suite, of unsecured the HandshakeFault, of tone the event of RFC 4733
  uint32_t duration_ms = 0;  // of tone
};

/** Written by the packet thread, read by the control thread. A full ring drops: a first packet is never vital and a
 * timeout is said again. */
class EventQueue {
 public:
  /** True when the ring was empty before: the listener must be woken. */
  bool push(const Event& event) {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (size_ == ring_.size()) return false;
    ring_[(first_ + size_) % ring_.size()] = event;
    size_ += 1;
    return size_ == 1;
  }

  bool pop(Event* out) {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (size_ == 0) return false;
    *out = ring_[first_];
    first_ = (first_ + 1) % ring_.size();
    size_ -= 1;
    return true;
  }

 private:
  std::mutex mutex_;
  std::array<Event, 8192> ring_;
  size_t first_ = 0;
  size_t size_ = 0;
};

}  // namespace demarc
