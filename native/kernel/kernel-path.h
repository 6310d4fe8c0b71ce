// Which streams take the short cut through the kernel, and back. A direction of a stream goes there when both its ends are settled and nothing
// of it needs to be seen here; whatever changes about the stream brings it back first. What is not permitted is not done, and said once.
#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "../relay/stream.h"
#include "program.h"
#include "route.h"

namespace demarc {

class KernelPath {
 public:
  /** Tries to load the program; without it every call below does nothing. */
  void open(const std::string& program_path);

  /** "on", or why not. */
  std::string state() const;
  bool usable() const { return usable_.load(std::memory_order_relaxed); }

  /** Packets to this address of ours may take the short cut: its interface is watched. */
  void cover(const Address& local);

  // The rest belongs to the thread that owns the side.

  /** The direction from `side` to the other takes the short cut from now on, where it may. */
  bool take(Side& side);
  /** It comes back to user space, with its counters. Nothing happens to one that is not in the kernel. */
  void release(Side& side);
  /** Copies the counters to where they outlast us. False when the packets would leave by another interface now. */
  bool follow(Side& side, bool check_route);
  /** Before the first and now and then: the kernel has no calendar. */
  void set_clock(int64_t unix_less_monotonic_ns);

  uint32_t flows() const { return flows_.load(std::memory_order_relaxed); }
  /** Of them, those that are passed on as frames (XDP). */
  uint32_t frame_flows() const { return frame_flows_.load(std::memory_order_relaxed); }

 private:
  bool may_take(const Side& side) const;
  bool may_take_frames(const Side& side, const Route& route) const;
  bool still_goes(const Side& side) const;

  KernelProgram program_;
  mutable std::mutex mutex_;
  std::string refused_ = "not wanted";
  std::atomic<bool> usable_{false};
  std::atomic<uint32_t> flows_{0};
  std::atomic<uint32_t> frame_flows_{0};
};

}  // namespace demarc
