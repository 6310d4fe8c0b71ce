// epoll says which sockets have packets, each is emptied in one call and passed on in one call.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

#include "ancillary.h"
#include "wire.h"

namespace demarc {
namespace {

constexpr size_t kBatchPackets = 32;
constexpr size_t kReadySockets = 256;
constexpr int64_t kNsPerMs = 1000000;

int64_t clock_ns(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return static_cast<int64_t>(now.tv_sec) * 1000000000 + now.tv_nsec;
}

/** All that a batch needs, once for the life of the wire. */
struct Batch {
  uint8_t bytes[kBatchPackets][kPacketBytes];
  alignas(cmsghdr) uint8_t control[kBatchPackets][kAncillaryBytes];
  sockaddr_storage from[kBatchPackets];
  iovec in_vectors[kBatchPackets];
  mmsghdr in[kBatchPackets];
  Inbound inbound[kBatchPackets];
  sockaddr_storage to[kBatchPackets];
  iovec out_vectors[kBatchPackets];
  mmsghdr out[kBatchPackets];

  Batch() {
    std::memset(in, 0, sizeof in);
    std::memset(out, 0, sizeof out);
    for (size_t index = 0; index < kBatchPackets; index += 1) {
      in_vectors[index] = {bytes[index], kPacketBytes};
      in[index].msg_hdr.msg_iov = &in_vectors[index];
      in[index].msg_hdr.msg_iovlen = 1;
      in[index].msg_hdr.msg_name = &from[index];
      in[index].msg_hdr.msg_control = control[index];
      out[index].msg_hdr.msg_iov = &out_vectors[index];
      out[index].msg_hdr.msg_iovlen = 1;
    }
  }
};

class EpollWire : public Wire {
 public:
  EpollWire(PacketPath& path, int epoll_fd, int wake_fd) : path_(path), epoll_fd_(epoll_fd), wake_fd_(wake_fd) {}
  ~EpollWire() override { close(epoll_fd_); }

  const char* name() const override { return "epoll"; }

  bool add(Socket& socket) override {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &socket;
    return epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, socket.fd, &event) == 0;
  }

  void remove(Socket& socket) override { epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, socket.fd, nullptr); }

  uint32_t turn(int64_t wait_ns) override {
    uint32_t packets = 0;
    const int wait_ms = wait_ns < 0 ? -1 : static_cast<int>((wait_ns + kNsPerMs - 1) / kNsPerMs);
    const int count = epoll_wait(epoll_fd_, ready_, kReadySockets, wait_ms);
    for (int index = 0; index < count; index += 1) {
      if (ready_[index].data.ptr != nullptr) {
        packets += receive(*static_cast<Socket*>(ready_[index].data.ptr));
        continue;
      }
      uint64_t wakes;
      if (read(wake_fd_, &wakes, sizeof wakes) < 0) continue;
    }
    return packets;
  }

 private:
  uint32_t receive(Socket& socket) {
    for (mmsghdr& message : batch_.in) {
      message.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
      message.msg_hdr.msg_controllen = kAncillaryBytes;
    }
    // One batch a turn: a flooded socket must not starve the others, and epoll names it again.
    const int received = recvmmsg(socket.fd, batch_.in, kBatchPackets, MSG_DONTWAIT, nullptr);
    const Moment now = received > 0 ? moment_now() : Moment{};
    for (int index = 0; index < received; index += 1) pass(socket, static_cast<size_t>(index), now);
    flush();
    return received > 0 ? static_cast<uint32_t>(received) : 0;
  }

  void pass(Socket& socket, size_t index, const Moment& now) {
    const msghdr& header = batch_.in[index].msg_hdr;
    Inbound& in = batch_.inbound[index];
    in = {{batch_.bytes[index], batch_.in[index].msg_len, kPacketBytes},
          address_of(batch_.from[index]),
          dscp_in(batch_.control[index], header.msg_controllen),
          (header.msg_flags & MSG_TRUNC) == 0};
    Outbound out;
    if (!path_.pass(socket, in, now, &out)) return;
    if (waiting_ > 0 && out.fd != out_fd_) flush();
    out_fd_ = out.fd;
    batch_.out_vectors[waiting_] = {in.packet.bytes, in.packet.size};
    msghdr& message = batch_.out[waiting_].msg_hdr;
    message.msg_name = out.connected ? nullptr : &batch_.to[waiting_];
    message.msg_namelen = out.connected ? 0 : to_socket_address(*out.to, &batch_.to[waiting_]);
    waiting_ += 1;
  }

  void flush() {
    size_t sent = 0;
    bool again = false;
    while (sent < waiting_) {
      const int count = sendmmsg(out_fd_, batch_.out + sent, static_cast<unsigned>(waiting_ - sent), MSG_DONTWAIT);
      if (count > 0) {
        sent += static_cast<size_t>(count);
        path_.traffic.forwarded += static_cast<uint64_t>(count);
        again = false;
        continue;
      }
      if (errno == EINTR) continue;
      // What a connected socket says here is about an earlier packet (ICMP); this one was not sent, and may be.
      if (errno == ECONNREFUSED && !again) {
        again = true;
        continue;
      }
      // A full buffer or an address that cannot be reached: late audio is no audio, so the packet is let go.
      path_.traffic.unsendable += 1;
      sent += 1;
      again = false;
    }
    waiting_ = 0;
  }

  PacketPath& path_;
  int epoll_fd_;
  int wake_fd_;
  epoll_event ready_[kReadySockets];
  Batch batch_;
  size_t waiting_ = 0;
  int out_fd_ = -1;
};

}  // namespace

Moment moment_now() { return {clock_ns(CLOCK_MONOTONIC), clock_ns(CLOCK_REALTIME) / kNsPerMs}; }

std::unique_ptr<Wire> open_epoll_wire(PacketPath& path, int wake_fd) {
  const int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd < 0) return nullptr;
  auto wire = std::make_unique<EpollWire>(path, epoll_fd, wake_fd);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;
  if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, wake_fd, &event) != 0) return nullptr;
  return wire;
}

}  // namespace demarc
