// One thread, an inbox of fixed size, and the book.
#include "dtls-desk.h"

#include <pthread.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstring>

namespace demarc {
namespace {

constexpr size_t kInboxItems = 256;
/** A flight of a peer's is five datagrams or so. */
constexpr uint8_t kMostWaiting = 8;
/** Half of the second that RFC 6347 section 4.2.4.1 recommends: somebody waits to be heard. */
constexpr unsigned kFirstTimeoutUs = 500000;

int64_t now_ns() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<int64_t>(now.tv_sec) * 1000000000 + now.tv_nsec;
}

void send_datagram(int fd, const uint8_t* bytes, size_t size, const Address& to) {
  sockaddr_storage address;
  const socklen_t length = to_socket_address(to, &address);
  // What is lost is sent again.
  if (sendto(fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), length) < 0) return;
}

}  // namespace

std::unique_ptr<DtlsDesk> DtlsDesk::create(IdentityRoom* room, uint32_t slots, const DtlsLimits& limits) {
  std::unique_ptr<DtlsContext> context = DtlsContext::create(DtlsIdentity::open(room), kFirstTimeoutUs);
  if (context == nullptr) return nullptr;
  return std::unique_ptr<DtlsDesk>(new DtlsDesk(std::move(context), slots, limits));
}

DtlsDesk::DtlsDesk(std::unique_ptr<DtlsContext> context, uint32_t slots, const DtlsLimits& limits)
    : book_(std::move(context), send_datagram, limits), ring_(kInboxItems), waiting_(slots * 4ul, 0) {
  fingerprint_ = book_.context().identity().fingerprint();
}

DtlsDesk::~DtlsDesk() {
  {
    const std::lock_guard<std::mutex> guard(inbox_mutex_);
    running_ = false;
    poked_ = true;
  }
  inbox_filled_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool DtlsDesk::start(std::function<void()> wake) {
  wake_ = std::move(wake);
  running_ = true;
  thread_ = std::thread([this] { loop(); });
  return true;
}

void DtlsDesk::take(const HandshakePlace& place, const PacketRoom& packet, const Address& source, bool exact) {
  put(place, packet, source, exact ? Urgency::exact : Urgency::learnable);
}

void DtlsDesk::take_early(const HandshakePlace& place, const PacketRoom& packet, const Address& source) {
  put(place, packet, source, Urgency::early);
}

void DtlsDesk::put(const HandshakePlace& place, const PacketRoom& packet, const Address& source, Urgency urgency) {
  const uint32_t number = number_of(place);
  if (packet.size > kDtlsPacketBytes || number >= waiting_.size()) return;
  {
    const std::lock_guard<std::mutex> guard(inbox_mutex_);
    if (size_ == ring_.size() || waiting_[number] >= kMostWaiting) return;
    Item& item = ring_[(first_ + size_) % ring_.size()];
    item.place = place;
    item.source = source;
    item.urgency = urgency;
    item.size = packet.size;
    if (packet.size > 0) std::memcpy(item.bytes, packet.bytes, packet.size);
    waiting_[number] += 1;
    size_ += 1;
  }
  inbox_filled_.notify_one();
}

bool DtlsDesk::next_item(Item* out) {
  const std::lock_guard<std::mutex> guard(inbox_mutex_);
  poked_ = false;
  if (size_ == 0) return false;
  const Item& item = ring_[first_];
  out->place = item.place;
  out->source = item.source;
  out->urgency = item.urgency;
  out->size = item.size;
  std::memcpy(out->bytes, item.bytes, item.size);
  waiting_[number_of(item.place)] -= 1;
  first_ = (first_ + 1) % ring_.size();
  size_ -= 1;
  return true;
}

void DtlsDesk::wait_for_item(int64_t until_ns) {
  std::unique_lock<std::mutex> lock(inbox_mutex_);
  const auto ready = [this] { return size_ > 0 || poked_; };
  if (until_ns < 0) {
    inbox_filled_.wait(lock, ready);
    return;
  }
  const int64_t wait_ns = std::max<int64_t>(0, until_ns - now_ns());
  inbox_filled_.wait_for(lock, std::chrono::nanoseconds(wait_ns), ready);
}

void DtlsDesk::loop() {
  pthread_setname_np(pthread_self(), "demarc-dtls");
  auto item = std::make_unique<Item>();
  int64_t until_ns = -1;
  while (true) {
    wait_for_item(until_ns);
    const bool heard = next_item(item.get());
    {
      const std::lock_guard<std::mutex> guard(inbox_mutex_);
      if (!running_) return;
    }
    bool told = false;
    {
      const std::lock_guard<std::mutex> guard(book_mutex_);
      if (heard) handle(*item);
      book_.tick(now_ns());
      until_ns = book_.next_ns();
      told = book_.has_outcome();
    }
    if (told) wake_();
  }
}

void DtlsDesk::handle(const Item& item) {
  if (item.urgency == Urgency::early) book_.receive_early(item.place, item.bytes, item.size, item.source, now_ns());
  else book_.receive(item.place, item.bytes, item.size, item.source, item.urgency == Urgency::exact, now_ns());
}

void DtlsDesk::begin(uint32_t slot, uint8_t side, const HandshakeTerms& terms, const KeptKeys& before) {
  const std::lock_guard<std::mutex> guard(book_mutex_);
  book_.begin(slot, side, terms, before);
}

void DtlsDesk::aim(uint32_t slot, uint8_t side, const HandshakeAim& aim) {
  {
    const std::lock_guard<std::mutex> guard(book_mutex_);
    book_.aim(slot, side, aim, now_ns());
  }
  const std::lock_guard<std::mutex> guard(inbox_mutex_);
  poked_ = true;
  inbox_filled_.notify_one();
}

void DtlsDesk::end(uint32_t slot, uint8_t side) {
  const std::lock_guard<std::mutex> guard(book_mutex_);
  book_.end(slot, side);
}

bool DtlsDesk::next_outcome(HandshakeOutcome* out) {
  const std::lock_guard<std::mutex> guard(book_mutex_);
  return book_.next_outcome(out);
}

}  // namespace demarc
