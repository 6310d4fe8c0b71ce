// The free RTP and RTCP port pairs of one range. The pair freed longest ago goes out first, so that late packets of an
// ended call do not land in a new one; the order of a fresh pool is shuffled, so that ports cannot be guessed.
#pragma once

#include <cstdint>
#include <vector>

namespace demarc {

class PortPool {
 public:
  /** Pairs of an even port and the odd one above it (RFC 3550 11) inside `from` to `to`, both included. */
  PortPool(uint16_t from, uint16_t to, uint64_t seed);

  /** The next free even port, or 0 when none is left. */
  uint16_t take();
  /** Takes exactly this port. False when it is not of this pool or not free. */
  bool claim(uint16_t port);
  /** Gives a taken port back, to the end of the queue. */
  void give(uint16_t port);

  uint32_t free_pairs() const { return free_; }
  uint32_t pairs() const { return static_cast<uint32_t>(links_.size()); }

 private:
  struct Link {
    uint32_t before;
    uint32_t after;
    bool free;
  };
  static constexpr uint32_t kNone = 0xffffffff;

  /** kNone when the port is not of this pool. */
  uint32_t index_of(uint16_t port) const;
  void unlink(uint32_t index);
  void append(uint32_t index);
  uint16_t port_of(uint32_t index) const { return static_cast<uint16_t>(first_ + 2 * index); }

  uint16_t first_;
  uint32_t head_ = kNone;
  uint32_t tail_ = kNone;
  uint32_t free_ = 0;
  std::vector<Link> links_;
};

}  // namespace demarc
