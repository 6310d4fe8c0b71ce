// The loop: packets first, then what was brought from outside, then what has fallen silent.
#include "packet-thread.h"

#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "socket-pair.h"

namespace demarc {
namespace {

/** Under a load that never lets a socket run empty, order is given up, and not time. */
constexpr int kDrainRounds = 8;
constexpr int64_t kNsPerMs = 1000000;
/** How often what the kernel counted is copied to where it outlasts us; every fifth time the routes are asked for again. */
constexpr int64_t kFollowEveryNs = 1000000000;
constexpr uint32_t kRouteEvery = 5;

}  // namespace

PacketThread::PacketThread(EventQueue& events, std::function<void()> wake, bool plain, KernelPath& kernel, Handshakes* handshakes)
    : path_(events, std::move(wake), handshakes), kernel_(kernel), plain_(plain) {}

PacketThread::~PacketThread() { stop(); }

bool PacketThread::start() {
  wake_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_fd_ < 0) return false;
  running_ = true;
  thread_ = std::thread([this] { loop(); });
  bool ready = false;
  run([this, &ready] { ready = wire_ != nullptr; });
  if (!ready) stop();
  return ready;
}

void PacketThread::stop() {
  if (thread_.joinable()) {
    run([this] { running_ = false; });
    thread_.join();
  }
  if (wake_fd_ >= 0) close(wake_fd_);
  wake_fd_ = -1;
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

/** On the thread itself: an io_uring belongs to who made it. */
void PacketThread::open_wire() {
  if (!plain_) wire_ = open_uring_wire(path_, wake_fd_);
  if (wire_ == nullptr) wire_ = open_epoll_wire(path_, wake_fd_);
}

void PacketThread::loop() {
  pthread_setname_np(pthread_self(), "demarc-relay");
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  open_wire();
  while (running_) {
    // What was brought while the wire was opened has used its wake up.
    const bool waits = job_waits_.load(std::memory_order_acquire);
    if (wire_ != nullptr && !waits) wire_->turn(wait_ns(moment_now().monotonic_ns));
    // After the sockets, never between them: a job may close a socket that still has something to be passed on.
    if (job_waits_.load(std::memory_order_acquire)) run_waiting_job();
    settle_sides();
    const int64_t now_ns = moment_now().monotonic_ns;
    look_after_kernel(now_ns);
    play_tones(now_ns);
    watch_.look(now_ns);
  }
  wire_.reset();
}

void PacketThread::add_side(Side& side) {
  for (Socket* socket : {&side.rtp, &side.rtcp}) wire_->add(*socket);
}

void PacketThread::remove_side(Side& side) {
  recall(*side.stream);
  path_.forget(side);
  side.player.reset();
  playing_.erase(std::remove(playing_.begin(), playing_.end(), &side), playing_.end());
  drop_peer(side);
  side.peer_address = Address{};
  side.settling = false;
  for (Socket* socket : {&side.rtp, &side.rtcp}) {
    wire_->remove(*socket);
    close(socket->fd);
    socket->fd = -1;
  }
}

void PacketThread::watch_session(uint32_t session, const WatchTimes& times) {
  watch_.set(session, times, moment_now().monotonic_ns);
}

void PacketThread::settle_sides() {
  Side* side = nullptr;
  while (path_.next_settled(&side)) {
    if (!same(side->peer_address, side->state->rtp.current)) connect_peer(*side);
    if (!side->kernel_wanted) continue;
    side->kernel_wanted = false;
    kernel_.release(*side);
    shorten(*side);
    shorten(*side->other);
  }
}

/** What waits in the sockets goes first: from the next packet on they would be overtaken. */
void PacketThread::shorten(Side& side) {
  if (!kernel_.usable() || side.in_kernel) return;
  for (int rounds = 0; rounds < kDrainRounds && wire_->turn(0) > 0;) rounds += 1;
  const Moment now = moment_now();
  kernel_.set_clock(now.unix_ms * kNsPerMs - now.monotonic_ns);
  if (!kernel_.take(side)) return;
  if (std::find(shortened_.begin(), shortened_.end(), &side) == shortened_.end()) shortened_.push_back(&side);
}

void PacketThread::recall(Stream& stream) {
  for (Side& side : stream.sides) {
    kernel_.release(side);
    side.kernel_wanted = side.kernel_allowed;
    shortened_.erase(std::remove(shortened_.begin(), shortened_.end(), &side), shortened_.end());
  }
}

void PacketThread::look_after_kernel(int64_t now_ns) {
  if (shortened_.empty() || now_ns < next_follow_ns_) return;
  next_follow_ns_ = now_ns + kFollowEveryNs;
  follows_ += 1;
  const Moment now = moment_now();
  kernel_.set_clock(now.unix_ms * kNsPerMs - now.monotonic_ns);
  const std::vector<Side*> all = shortened_;
  for (Side* side : all) {
    if (side->in_kernel && !kernel_.follow(*side, follows_ % kRouteEvery == 0)) recall(*side->stream);
  }
}

int64_t PacketThread::wait_ns(int64_t now_ns) const {
  int64_t wait_ns = watch_.wait_ns(now_ns);
  const auto no_longer_than = [&wait_ns](int64_t ns) { wait_ns = wait_ns < 0 ? std::max<int64_t>(0, ns) : std::min(wait_ns, std::max<int64_t>(0, ns)); };
  if (!shortened_.empty()) no_longer_than(next_follow_ns_ - now_ns);
  for (const Side* side : playing_) no_longer_than(side->player->due_ns() - now_ns);
  return wait_ns;
}

bool PacketThread::play(Side& side, const Tone& tone) {
  if (side.player == nullptr) side.player = std::make_unique<TonePlayer>();
  if (!side.player->add(tone, moment_now().monotonic_ns)) return false;
  if (std::find(playing_.begin(), playing_.end(), &side) == playing_.end()) playing_.push_back(&side);
  return true;
}

void PacketThread::play_tones(int64_t now_ns) {
  for (Side* side : playing_) {
    if (side->playing() && side->player->due_ns() <= now_ns) play_step(*side, now_ns);
  }
  playing_.erase(std::remove_if(playing_.begin(), playing_.end(), [](const Side* side) { return !side->playing(); }), playing_.end());
}

void PacketThread::play_step(Side& side, int64_t now_ns) {
  uint8_t bytes[kPacketBytes];
  side.player->write(side.state->tones, side.state->track, now_ns, bytes);
  PacketRoom packet{bytes, kTonePacketBytes, sizeof bytes};
  Outbound out;
  if (!path_.send_own(side, packet, &out)) return;
  sockaddr_storage to;
  const socklen_t length = out.connected ? 0 : to_socket_address(*out.to, &to);
  const auto* address = out.connected ? nullptr : reinterpret_cast<const sockaddr*>(&to);
  const bool sent = sendto(out.fd, packet.bytes, packet.size, MSG_DONTWAIT, address, length) >= 0;
  (sent ? path_.traffic.forwarded : path_.traffic.unsendable) += 1;
}

/** One that cannot be had costs speed and nothing else; it is tried again when the peer is another. */
void PacketThread::connect_peer(Side& side) {
  const Address& peer = side.state->rtp.current;
  side.peer_address = peer;
  if (side.peer.fd >= 0) {
    // The same socket, so that nothing that waits in it is lost.
    if (!connect_socket(side.peer.fd, peer)) drop_peer(side);
    return;
  }
  side.peer.fd = open_connected_socket(side.rtp.fd, peer);
  // What came before that socket was there waits in the other, and goes first.
  for (int rounds = 0; rounds < kDrainRounds && wire_->turn(0) > 0;) rounds += 1;
  if (side.peer.fd >= 0 && !wire_->add(side.peer)) drop_peer(side);
}

void PacketThread::drop_peer(Side& side) {
  if (side.peer.fd < 0) return;
  wire_->remove(side.peer);
  close(side.peer.fd);
  side.peer.fd = -1;
}

}  // namespace demarc
