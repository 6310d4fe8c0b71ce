// The packet path: epoll says which sockets have packets, each is emptied in one call and passed on in one call.
#include "packet-thread.h"

#include "rtcp-privacy.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace demarc {
namespace {

constexpr size_t kBatchPackets = 32;
// More than any audio packet on an Ethernet; what is longer is cut by the kernel, marked, and dropped here.
constexpr size_t kPacketBytes = 2048;
constexpr size_t kReadySockets = 256;
constexpr int64_t kNsPerMs = 1000000;
constexpr int64_t kSweepMinNs = 10 * kNsPerMs;
constexpr int64_t kSweepMaxNs = 1000 * kNsPerMs;

int64_t clock_ns(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return static_cast<int64_t>(now.tv_sec) * 1000000000 + now.tv_nsec;
}

}  // namespace

/** All that a batch needs, once for the life of the thread. */
struct PacketThread::Batch {
  uint8_t bytes[kBatchPackets][kPacketBytes];
  sockaddr_storage from[kBatchPackets];
  iovec in_vectors[kBatchPackets];
  mmsghdr in[kBatchPackets];
  sockaddr_storage to;
  iovec out_vectors[kBatchPackets];
  mmsghdr out[kBatchPackets];
  int64_t monotonic_ns;
  int64_t unix_ms;

  Batch() {
    std::memset(in, 0, sizeof in);
    std::memset(out, 0, sizeof out);
    for (size_t index = 0; index < kBatchPackets; index += 1) {
      in_vectors[index] = {bytes[index], kPacketBytes};
      in[index].msg_hdr.msg_iov = &in_vectors[index];
      in[index].msg_hdr.msg_iovlen = 1;
      in[index].msg_hdr.msg_name = &from[index];
      out[index].msg_hdr.msg_iov = &out_vectors[index];
      out[index].msg_hdr.msg_iovlen = 1;
      out[index].msg_hdr.msg_name = &to;
    }
  }
};

PacketThread::PacketThread(EventQueue& events, std::function<void()> wake)
    : events_(events), wake_(std::move(wake)), batch_(std::make_unique<Batch>()) {}

PacketThread::~PacketThread() { stop(); }

bool PacketThread::start() {
  epoll_fd_ = epoll_create1(EPOLL_CLOEXEC);
  wake_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (epoll_fd_ < 0 || wake_fd_ < 0) return false;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;
  if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, wake_fd_, &event) != 0) return false;
  running_ = true;
  thread_ = std::thread([this] { loop(); });
  return true;
}

void PacketThread::stop() {
  if (thread_.joinable()) {
    run([this] { running_ = false; });
    thread_.join();
  }
  if (epoll_fd_ >= 0) close(epoll_fd_);
  if (wake_fd_ >= 0) close(wake_fd_);
  epoll_fd_ = wake_fd_ = -1;
}

void PacketThread::run(const std::function<void()>& job) {
  std::unique_lock<std::mutex> lock(mutex_);
  job_ = &job;
  job_waits_.store(true, std::memory_order_release);
  const uint64_t one = 1;
  // Cannot fail: the counter is read each time it is written.
  if (write(wake_fd_, &one, sizeof one) < 0) job_waits_.store(true, std::memory_order_release);
  done_.wait(lock, [this] { return job_ == nullptr; });
}

void PacketThread::run_waiting_job() {
  const std::lock_guard<std::mutex> guard(mutex_);
  job_waits_.store(false, std::memory_order_relaxed);
  if (job_ == nullptr) return;
  (*job_)();
  job_ = nullptr;
  done_.notify_one();
}

void PacketThread::loop() {
  pthread_setname_np(pthread_self(), "demarc-relay");
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  epoll_event ready[kReadySockets];
  while (running_) {
    const int count = epoll_wait(epoll_fd_, ready, kReadySockets, wait_ms(clock_ns(CLOCK_MONOTONIC)));
    for (int index = 0; index < count; index += 1) {
      if (ready[index].data.ptr != nullptr) {
        receive(*static_cast<Socket*>(ready[index].data.ptr));
        continue;
      }
      uint64_t wakes;
      if (read(wake_fd_, &wakes, sizeof wakes) < 0) continue;
    }
    // After the sockets, never between them: a job may close a socket that is still in `ready`.
    if (job_waits_.load(std::memory_order_acquire)) run_waiting_job();
    if (armed_ > 0) sweep(clock_ns(CLOCK_MONOTONIC));
  }
}

void PacketThread::add_side(Side& side) {
  for (Socket* socket : {&side.rtp, &side.rtcp}) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = socket;
    epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, socket->fd, &event);
  }
}

void PacketThread::remove_side(Side& side) {
  for (Socket* socket : {&side.rtp, &side.rtcp}) {
    epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, socket->fd, nullptr);
    close(socket->fd);
    socket->fd = -1;
  }
}

void PacketThread::add_stream(Stream& stream) { watches_[stream.session].streams.push_back(&stream); }

void PacketThread::remove_stream(Stream& stream) {
  const auto found = watches_.find(stream.session);
  if (found == watches_.end()) return;
  auto& streams = found->second.streams;
  streams.erase(std::remove(streams.begin(), streams.end(), &stream), streams.end());
  if (!streams.empty()) return;
  if (found->second.timeout_ns > 0) armed_ -= 1;
  watches_.erase(found);
}

void PacketThread::watch_session(uint32_t session, int64_t timeout_ns) {
  const auto found = watches_.find(session);
  if (found == watches_.end()) return;
  Watch& watch = found->second;
  if (watch.timeout_ns > 0) armed_ -= 1;
  if (timeout_ns > 0) {
    armed_ += 1;
    const int64_t every_ns = std::clamp(timeout_ns / 8, kSweepMinNs, kSweepMaxNs);
    if (armed_ == 1 || every_ns < sweep_every_ns_) {
      sweep_every_ns_ = every_ns;
      next_sweep_ns_ = 0;
    }
  }
  watch.timeout_ns = timeout_ns;
  watch.since_ns = clock_ns(CLOCK_MONOTONIC);
}

int PacketThread::wait_ms(int64_t now_ns) const {
  if (armed_ == 0) return -1;
  const int64_t left_ns = next_sweep_ns_ - now_ns;
  return left_ns <= 0 ? 0 : static_cast<int>(left_ns / kNsPerMs) + 1;
}

void PacketThread::sweep(int64_t now_ns) {
  if (now_ns < next_sweep_ns_) return;
  next_sweep_ns_ = now_ns + sweep_every_ns_;
  for (auto& [session, watch] : watches_) {
    if (watch.timeout_ns == 0) continue;
    for (const Stream* stream : watch.streams) watch.since_ns = std::max(watch.since_ns, stream->last_rtp_ns);
    if (now_ns - watch.since_ns < watch.timeout_ns) continue;
    watch.since_ns = now_ns;
    tell({EventKind::timeout, 0, 0, session});
  }
}

void PacketThread::tell(const Event& event) {
  if (events_.push(event)) wake_();
}

void PacketThread::receive(Socket& socket) {
  Batch& batch = *batch_;
  for (mmsghdr& message : batch.in) message.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
  // One batch a turn: a flooded socket must not starve the others, and epoll names it again.
  const int received = recvmmsg(socket.fd, batch.in, kBatchPackets, MSG_DONTWAIT, nullptr);
  if (received <= 0) return;
  batch.monotonic_ns = clock_ns(CLOCK_MONOTONIC);
  batch.unix_ms = clock_ns(CLOCK_REALTIME) / kNsPerMs;
  const size_t accepted = accept_packets(socket, static_cast<size_t>(received));
  if (accepted > 0) forward(socket, accepted);
}

size_t PacketThread::accept_packets(Socket& socket, size_t received) {
  Batch& batch = *batch_;
  size_t accepted = 0;
  for (size_t index = 0; index < received; index += 1) {
    if (!accept_packet(socket, index)) continue;
    batch.out_vectors[accepted] = {batch.bytes[index], batch.in[index].msg_len};
    accepted += 1;
  }
  return accepted;
}

bool PacketThread::accept_packet(Socket& socket, size_t index) {
  Batch& batch = *batch_;
  mmsghdr& message = batch.in[index];
  Side& side = *socket.side;
  Reception& reception = side.state->reception;
  Latch& latch = socket.rtcp ? side.state->rtcp : side.state->rtp;
  const Address source = address_of(batch.from[index]);
  uint8_t* packet = batch.bytes[index];
  const bool whole = (message.msg_hdr.msg_flags & MSG_TRUNC) == 0;
  RtpHeader header;
  const bool valid =
      whole && (socket.rtcp ? is_rtcp(packet, message.msg_len) : read_rtp(packet, message.msg_len, &header));
  if (!valid) {
    (knows(latch, source) ? reception.malformed : reception.rejected) += 1;
    return false;
  }
  if (!admit(latch, source)) {
    reception.rejected += 1;
    return false;
  }
  if (socket.rtcp) {
    reception.rtcp_packets += 1;
    message.msg_len = static_cast<unsigned>(hide_rtcp_names(packet, message.msg_len));
    return message.msg_len > 0;
  }
  Stream& stream = *side.stream;
  stream.last_rtp_ns = batch.monotonic_ns;
  count_rtp(reception, header,
            {batch.monotonic_ns, batch.unix_ms, stream.rates_hz[header.payload_type], message.msg_len});
  if (!side.state->announced) {
    side.state->announced = 1;
    tell({EventKind::first_packet, side.index, stream.slot, stream.session});
  }
  return true;
}

void PacketThread::forward(Socket& socket, size_t packets) {
  Batch& batch = *batch_;
  const Side& other = *socket.side->other;
  const Latch& latch = socket.rtcp ? other.state->rtcp : other.state->rtp;
  if (!other.open() || latch.held || !latch.current.set() || latch.current.port == 0) {
    traffic_.unaddressed += packets;
    return;
  }
  const socklen_t length = to_socket_address(latch.current, &batch.to);
  for (size_t index = 0; index < packets; index += 1) batch.out[index].msg_hdr.msg_namelen = length;
  const int fd = socket.rtcp ? other.rtcp.fd : other.rtp.fd;
  size_t sent = 0;
  while (sent < packets) {
    const int count = sendmmsg(fd, batch.out + sent, static_cast<unsigned>(packets - sent), MSG_DONTWAIT);
    if (count > 0) {
      sent += static_cast<size_t>(count);
      traffic_.forwarded += static_cast<uint64_t>(count);
      continue;
    }
    if (errno == EINTR) continue;
    // A full buffer or an address that cannot be reached: late audio is no audio, so the packet is let go.
    traffic_.unsendable += 1;
    sent += 1;
  }
}

}  // namespace demarc
