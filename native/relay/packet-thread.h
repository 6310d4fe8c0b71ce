// The thread that moves packets. It owns its sockets: nobody else touches a stream that was given to it, other work is
// brought to it as a job. So several such threads stand side by side without a lock between them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "../kernel/kernel-path.h"
#include "event-queue.h"
#include "packet-path.h"
#include "session-watch.h"
#include "stream.h"
#include "wire.h"

namespace demarc {

class PacketThread {
 public:
  /** `wake` is called on the packet thread when events wait in `events`. `plain` leaves io_uring alone. `kernel` and `handshakes` outlive the thread. */
  PacketThread(EventQueue& events, std::function<void()> wake, bool plain, KernelPath& kernel, Handshakes* handshakes);
  ~PacketThread();
  PacketThread(const PacketThread&) = delete;
  PacketThread& operator=(const PacketThread&) = delete;

  /** False when the system gives no descriptors. */
  bool start();
  void stop();

  /** Runs `job` on the packet thread, between packets, and returns when it is done. */
  void run(const std::function<void()>& job);

  // The rest is for jobs alone.

  void add_side(Side& side);
  void remove_side(Side& side);
  void add_stream(Stream& stream) { watch_.add(stream); }
  void remove_stream(Stream& stream) { watch_.remove(stream); }
  /** Brings both directions back from the kernel, before anything about the stream is changed; they go there again by themselves. */
  void recall(Stream& stream);
  /** False when too many tones wait. */
  bool play(Side& side, const Tone& tone);
  void watch_session(uint32_t session, const WatchTimes& times);
  const Traffic& traffic() const { return path_.traffic; }
  /** "io_uring" or "epoll". */
  const char* wire_name() const { return wire_->name(); }

 private:
  void open_wire();
  void loop();
  void run_waiting_job();
  void settle_sides();
  void shorten(Side& side);
  void look_after_kernel(int64_t now_ns);
  void play_tones(int64_t now_ns);
  void play_step(Side& side, int64_t now_ns);
  int64_t wait_ns(int64_t now_ns) const;
  void connect_peer(Side& side);
  void drop_peer(Side& side);

  PacketPath path_;
  SessionWatch watch_{path_};
  std::unique_ptr<Wire> wire_;
  KernelPath& kernel_;
  std::vector<Side*> shortened_;
  /** Those that are getting tones. */
  std::vector<Side*> playing_;
  int64_t next_follow_ns_ = 0;
  uint32_t follows_ = 0;
  bool plain_;
  std::thread thread_;
  int wake_fd_ = -1;
  bool running_ = false;

  std::mutex mutex_;
  std::condition_variable done_;
  const std::function<void()>* job_ = nullptr;
  std::atomic<bool> job_waits_{false};
};

}  // namespace demarc
