// io_uring: one system call a turn hands over what is to be sent and collects what came; the kernel reads packets into buffers by itself.
//
// Quiet, it wakes for each packet. Busy, it sleeps for a tick at least, so that one waking serves many packets (see tick_us).
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "ancillary.h"
#include "pace.h"
#include "uring.h"
#include "wire.h"

namespace demarc {
namespace {

constexpr uint32_t kSubmissions = 1024;
constexpr uint32_t kCompletions = 8192;
constexpr uint32_t kBuffers = 4096;
constexpr size_t kNameBytes = 32;
constexpr size_t kPayloadAt = sizeof(io_uring_recvmsg_out) + kNameBytes + kAncillaryBytes;
constexpr uint32_t kBufferBytes = (kPayloadAt + kPacketBytes + 63) / 64 * 64;
static_assert(kNameBytes >= sizeof(sockaddr_in6) && kNameBytes % 8 == 0, "the ancillary data behind it is aligned");

// What a completion is about: in the upper half of its word. The lower half is a number.
constexpr uint64_t kSent = 1ull << 32;
constexpr uint64_t kWoken = 2ull << 32;
constexpr uint64_t kReceivedFrom = 3ull << 32;  // and higher: the life of the socket's place

struct Place {
  Socket* socket = nullptr;
  uint32_t life = 0;
};

struct Letter {
  msghdr message;
  iovec vector;
  sockaddr_storage to;
};

struct Parcel {
  const uint8_t* bytes;
  size_t size;
  int fd;
  bool again;
};

class UringWire : public Wire {
 public:
  UringWire(PacketPath& path, int wake_fd) : path_(path), wake_fd_(wake_fd) {
    std::memset(&shape_, 0, sizeof shape_);
    shape_.msg_namelen = kNameBytes;
    shape_.msg_controllen = kAncillaryBytes;
  }

  const char* name() const override { return "io_uring"; }

  bool open() {
    if (!ring_.open(kSubmissions, kCompletions, kBuffers, kBufferBytes)) return false;
    letters_.resize(kSubmissions);
    parcels_.resize(kBuffers);
    used_.reserve(kBuffers);
    given_.reserve(kBuffers);
    watch_wake();
    return prove();
  }

  bool add(Socket& socket) override {
    if (free_.empty()) {
      free_.push_back(static_cast<uint32_t>(places_.size()));
      places_.emplace_back();
    }
    socket.wire_index = free_.back();
    free_.pop_back();
    places_[socket.wire_index].socket = &socket;
    receive_on(socket.wire_index);
    return true;
  }

  void remove(Socket& socket) override {
    Place& place = places_[socket.wire_index];
    ring_.cancel(word_of(socket.wire_index));
    place.socket = nullptr;
    // What still comes under the old life is nobody's.
    place.life += 1;
    // Whoever comes in its place is read from the start, and would be twice.
    stopped_.erase(std::remove(stopped_.begin(), stopped_.end(), socket.wire_index), stopped_.end());
    free_.push_back(socket.wire_index);
  }

  uint32_t turn(int64_t wait_ns) override {
    for (const uint32_t index : stopped_) {
      if (places_[index].socket != nullptr) receive_on(index);
    }
    stopped_.clear();
    const UringWait wait{Pace::kEnoughPackets, pace_.tick_us(), wait_ns};
    if (!ring_.submit_and_wait(wait)) usleep(1000);
    // What was filled last time has gone by now.
    given_.swap(used_);
    const Moment now = moment_now();
    uint32_t packets = 0;
    for (const io_uring_cqe* done = ring_.peek(); done != nullptr; done = ring_.peek()) {
      const io_uring_cqe copy = *done;
      ring_.seen();
      packets += complete(copy, now) ? 1 : 0;
    }
    for (const uint16_t id : given_) ring_.give_buffer(id);
    if (!given_.empty()) ring_.publish_buffers();
    given_.clear();
    pace_.count(packets, now.monotonic_ns);
    return packets;
  }

 private:
  void watch_wake() {
    io_uring_sqe* entry = ring_.next();
    entry->opcode = IORING_OP_POLL_ADD;
    entry->fd = wake_fd_;
    entry->poll32_events = POLLIN;
    entry->len = IORING_POLL_ADD_MULTI;
    entry->user_data = kWoken;
  }

  void rewatch(const io_uring_cqe& done) {
    if ((done.flags & IORING_CQE_F_MORE) == 0) watch_wake();
  }

  void receive_on(uint32_t index) {
    const Place& place = places_[index];
    io_uring_sqe* entry = ring_.next();
    entry->opcode = IORING_OP_RECVMSG;
    entry->fd = place.socket->fd;
    entry->addr = reinterpret_cast<uint64_t>(&shape_);
    entry->ioprio = IORING_RECV_MULTISHOT;
    entry->flags = IOSQE_BUFFER_SELECT;
    entry->user_data = word_of(index);
  }

  /** What completions of the place's socket bear. */
  uint64_t word_of(uint32_t index) const { return kReceivedFrom + (static_cast<uint64_t>(places_[index].life) << 33) + index; }

  /** True when it was a packet. */
  bool complete(const io_uring_cqe& done, const Moment& now) {
    if (done.user_data < kWoken) {
      on_unsent(done);
      return false;
    }
    if (done.user_data < kReceivedFrom) {
      uint64_t wakes;
      if (read(wake_fd_, &wakes, sizeof wakes) < 0 || (done.flags & IORING_CQE_F_MORE) == 0) rewatch(done);
      return false;
    }
    const auto index = static_cast<uint32_t>(done.user_data);
    const uint64_t life = (done.user_data - kReceivedFrom - index) >> 33;
    Place& place = places_[index];
    const bool ours = place.socket != nullptr && place.life == life;
    const bool filled = (done.flags & IORING_CQE_F_BUFFER) != 0;
    const auto id = static_cast<uint16_t>(done.flags >> IORING_CQE_BUFFER_SHIFT);
    if (ours && (done.flags & IORING_CQE_F_MORE) == 0) stopped_.push_back(index);
    if (!filled) return false;
    if (!ours || done.res < static_cast<int>(kPayloadAt) || !pass(*place.socket, id, now)) given_.push_back(id);
    return true;
  }

  /** True when the buffer is on its way out. */
  bool pass(Socket& socket, uint16_t id, const Moment& now) {
    uint8_t* buffer = ring_.buffer(id);
    io_uring_recvmsg_out header;
    std::memcpy(&header, buffer, sizeof header);
    sockaddr_storage from;
    from.ss_family = AF_UNSPEC;
    std::memcpy(&from, buffer + sizeof header, kNameBytes);
    if (header.namelen == 0) from.ss_family = AF_UNSPEC;
    const size_t size = header.payloadlen < kPacketBytes ? header.payloadlen : kPacketBytes;
    const uint8_t* control = buffer + sizeof header + kNameBytes;
    const size_t control_bytes = header.controllen < kAncillaryBytes ? header.controllen : kAncillaryBytes;
    Inbound in{{buffer + kPayloadAt, size, kPacketBytes},
               address_of(from),
               dscp_in(control, control_bytes),
               (header.flags & MSG_TRUNC) == 0 && header.payloadlen <= kPacketBytes};
    if (proving_) {
      proven_ = size == 1;
      return false;
    }
    Outbound out;
    if (!path_.pass(socket, in, now, &out)) return false;
    used_.push_back(id);
    path_.traffic.forwarded += 1;
    parcels_[id] = {in.packet.bytes, in.packet.size, out.fd, false};
    if (out.connected) {
      send_connected(id);
    } else {
      send_to(id, *out.to);
    }
    return true;
  }

  void send_connected(uint16_t id) {
    const Parcel& parcel = parcels_[id];
    io_uring_sqe* entry = ring_.next();
    entry->opcode = IORING_OP_SEND;
    entry->addr = reinterpret_cast<uint64_t>(parcel.bytes);
    entry->len = static_cast<uint32_t>(parcel.size);
    finish_send(entry, id);
  }

  void send_to(uint16_t id, const Address& to) {
    const Parcel& parcel = parcels_[id];
    // A full ring is emptied first: the letter must not lie under an entry that has not gone yet.
    io_uring_sqe* entry = ring_.next();
    Letter& letter = letters_[(ring_.next_index() + kSubmissions - 1) % kSubmissions];
    std::memset(&letter.message, 0, sizeof letter.message);
    letter.vector = {const_cast<uint8_t*>(parcel.bytes), parcel.size};
    letter.message.msg_iov = &letter.vector;
    letter.message.msg_iovlen = 1;
    letter.message.msg_name = &letter.to;
    letter.message.msg_namelen = to_socket_address(to, &letter.to);
    entry->opcode = IORING_OP_SENDMSG;
    entry->addr = reinterpret_cast<uint64_t>(&letter.message);
    entry->len = 1;
    finish_send(entry, id);
  }

  /** It is sent, or refused, before the call that hands it over returns: nothing waits for a full buffer. Only refusals are told. */
  void finish_send(io_uring_sqe* entry, uint16_t id) {
    entry->fd = parcels_[id].fd;
    entry->msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    entry->flags = IOSQE_CQE_SKIP_SUCCESS;
    entry->user_data = kSent + id;
  }

  void on_unsent(const io_uring_cqe& done) {
    const auto id = static_cast<uint16_t>(done.user_data);
    Parcel& parcel = parcels_[id];
    // What a connected socket says here is about an earlier packet (ICMP); this one was not sent, and may be.
    if (done.res == -ECONNREFUSED && !parcel.again) {
      parcel.again = true;
      for (uint16_t& given : given_) {
        if (given != id) continue;
        given = given_.back();
        given_.pop_back();
        break;
      }
      used_.push_back(id);
      send_connected(id);
      return;
    }
    // A full buffer or an address that cannot be reached: late audio is no audio, so the packet is let go.
    path_.traffic.forwarded -= 1;
    path_.traffic.unsendable += 1;
  }

  /** Some kernels and sandboxes have the calls and not all of their meaning: one datagram to ourselves must come through. */
  bool prove() {
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in self{};
    self.sin_family = AF_INET;
    self.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof self;
    Socket probe;
    probe.fd = fd;
    auto* address = reinterpret_cast<sockaddr*>(&self);
    const bool ready = fd >= 0 && bind(fd, address, length) == 0 && getsockname(fd, address, &length) == 0;
    proving_ = ready && add(probe) && ring_.submit() && sendto(fd, "?", 1, 0, address, length) == 1;
    constexpr int64_t kPatienceNs = 100000000;
    for (int tries = 0; proving_ && !proven_ && tries < 5; tries += 1) turn(kPatienceNs);
    if (proving_) remove(probe);
    proving_ = false;
    if (fd >= 0) close(fd);
    return proven_;
  }

  PacketPath& path_;
  int wake_fd_;
  Uring ring_;
  Pace pace_;
  msghdr shape_;
  std::vector<Place> places_;
  std::vector<uint32_t> free_;
  std::vector<uint32_t> stopped_;
  std::vector<Letter> letters_;
  std::vector<Parcel> parcels_;
  std::vector<uint16_t> used_;
  std::vector<uint16_t> given_;
  bool proving_ = false;
  bool proven_ = false;
};

}  // namespace

std::unique_ptr<Wire> open_uring_wire(PacketPath& path, int wake_fd) {
  auto wire = std::make_unique<UringWire>(path, wake_fd);
  if (!wire->open()) return nullptr;
  return wire;
}

}  // namespace demarc
