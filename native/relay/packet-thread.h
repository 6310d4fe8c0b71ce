// The thread that moves packets. It owns its sockets: nobody else touches a stream that was given to it, other work is
// brought to it as a job. So several such threads can stand side by side without a lock between them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "event-queue.h"
#include "stream.h"

namespace demarc {

struct Traffic {
  uint64_t forwarded = 0;    // packets passed on
  uint64_t unaddressed = 0;  // accepted, but the other side is closed, on hold or has no address
  uint64_t unsendable = 0;   // the system would not take them
};

class PacketThread {
 public:
  /** `wake` is called on the packet thread when events wait in `events`. */
  PacketThread(EventQueue& events, std::function<void()> wake);
  ~PacketThread();
  PacketThread(const PacketThread&) = delete;
  PacketThread& operator=(const PacketThread&) = delete;

  /** False when the system gives no epoll or event descriptor. */
  bool start();
  void stop();

  /** Runs `job` on the packet thread, between packets, and returns when it is done. */
  void run(const std::function<void()>& job);

  // The rest is for jobs alone.

  void add_side(Side& side);
  void remove_side(Side& side);
  void add_stream(Stream& stream);
  void remove_stream(Stream& stream);
  /** How long all streams of a session may be silent before it is told, again and again; 0 is for ever. */
  void watch_session(uint32_t session, int64_t timeout_ns);
  const Traffic& traffic() const { return traffic_; }

 private:
  struct Watch {
    std::vector<Stream*> streams;
    int64_t timeout_ns = 0;
    int64_t since_ns = 0;
  };
  struct Batch;

  void loop();
  void run_waiting_job();
  void receive(Socket& socket);
  size_t accept_packets(Socket& socket, size_t received);
  bool accept_packet(Socket& socket, size_t index);
  void forward(Socket& socket, size_t packets);
  void tell(const Event& event);
  void sweep(int64_t now_ns);
  int wait_ms(int64_t now_ns) const;

  EventQueue& events_;
  std::function<void()> wake_;
  std::thread thread_;
  int epoll_fd_ = -1;
  int wake_fd_ = -1;
  bool running_ = false;

  std::mutex mutex_;
  std::condition_variable done_;
  const std::function<void()>* job_ = nullptr;
  std::atomic<bool> job_waits_{false};

  std::unordered_map<uint32_t, Watch> watches_;
  uint32_t armed_ = 0;
  int64_t next_sweep_ns_ = 0;
  int64_t sweep_every_ns_ = 0;
  Traffic traffic_;
  std::unique_ptr<Batch> batch_;
};

}  // namespace demarc
