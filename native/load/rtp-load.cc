// The relay's load: calls of two phones each, G.711 in packets of 20 ms both ways, every packet stamped when it is sent
// and, by the kernel, when it arrives. A program of its own, so that nothing of it runs where the relay is measured.
//
// rtp-load CALLS SECONDS ADDRESS-A ADDRESS-B prints the ports that the phones of each call have bound, then reads for
// each call where phone a and phone b send to, runs, and prints what came of it.
#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

namespace {

constexpr int64_t kNsPerSecond = 1000000000;
constexpr int64_t kPacketEveryNs = 20000000;
constexpr size_t kPacketBytes = 172;
constexpr size_t kStampAt = 12;
constexpr size_t kBatch = 32;
/** Delays are counted in microseconds up to this; longer ones in the last place. */
constexpr size_t kLongestUs = 200000;
constexpr int64_t kSilenceNs = 300000000;

struct Phone {
  int fd = -1;
  sockaddr_in to = {};
  uint16_t sequence = 0;
};

struct Figures {
  uint64_t sent = 0;
  uint64_t unsent = 0;
  uint64_t received = 0;
  uint64_t late = 0;  // sent more than a millisecond after it was due
  std::vector<uint32_t> delays_us = std::vector<uint32_t>(kLongestUs + 1, 0);
};

struct Inbox {
  uint8_t bytes[kBatch][kPacketBytes];
  uint8_t control[kBatch][64];
  iovec vectors[kBatch];
  mmsghdr messages[kBatch];
};

int64_t now_ns(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * kNsPerSecond + now.tv_nsec;
}

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

sockaddr_in address_of(const char* host, int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) give_up(host);
  return address;
}

Phone open_phone(const char* host) {
  Phone phone;
  phone.fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  const sockaddr_in local = address_of(host, 0);
  const int on = 1;
  const int buffer_bytes = 256 * 1024;
  setsockopt(phone.fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  setsockopt(phone.fd, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
  if (bind(phone.fd, reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) give_up("bind");
  return phone;
}

int port_of(const Phone& phone) {
  sockaddr_in local;
  socklen_t length = sizeof local;
  if (getsockname(phone.fd, reinterpret_cast<sockaddr*>(&local), &length) != 0) give_up("getsockname");
  return ntohs(local.sin_port);
}

void speak(Phone& phone, Figures& figures) {
  uint8_t packet[kPacketBytes] = {0x80, 0};
  packet[2] = static_cast<uint8_t>(phone.sequence >> 8);
  packet[3] = static_cast<uint8_t>(phone.sequence);
  const uint32_t timestamp = htonl(phone.sequence * 160u);
  std::memcpy(packet + 4, &timestamp, sizeof timestamp);
  packet[11] = 1;
  phone.sequence += 1;
  const int64_t stamp = now_ns(CLOCK_REALTIME);
  std::memcpy(packet + kStampAt, &stamp, sizeof stamp);
  const auto* to = reinterpret_cast<const sockaddr*>(&phone.to);
  const bool sent = sendto(phone.fd, packet, sizeof packet, 0, to, sizeof phone.to) == sizeof packet;
  (sent ? figures.sent : figures.unsent) += 1;
}

int64_t arrived_at(msghdr& message) {
  for (cmsghdr* item = CMSG_FIRSTHDR(&message); item != nullptr; item = CMSG_NXTHDR(&message, item)) {
    if (item->cmsg_level != SOL_SOCKET || item->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec arrival;
    std::memcpy(&arrival, CMSG_DATA(item), sizeof arrival);
    return arrival.tv_sec * kNsPerSecond + arrival.tv_nsec;
  }
  return now_ns(CLOCK_REALTIME);
}

void listen_once(int fd, Inbox& inbox, Figures& figures) {
  for (size_t index = 0; index < kBatch; index += 1) {
    msghdr& message = inbox.messages[index].msg_hdr;
    inbox.vectors[index] = {inbox.bytes[index], kPacketBytes};
    message = {};
    message.msg_iov = &inbox.vectors[index];
    message.msg_iovlen = 1;
    message.msg_control = inbox.control[index];
    message.msg_controllen = sizeof inbox.control[index];
  }
  const int count = recvmmsg(fd, inbox.messages, kBatch, MSG_DONTWAIT, nullptr);
  for (int index = 0; index < count; index += 1) {
    int64_t stamp;
    std::memcpy(&stamp, inbox.bytes[index] + kStampAt, sizeof stamp);
    const int64_t delay_us = std::max<int64_t>(0, arrived_at(inbox.messages[index].msg_hdr) - stamp) / 1000;
    figures.delays_us[std::min<size_t>(static_cast<size_t>(delay_us), kLongestUs)] += 1;
    figures.received += 1;
  }
}

/** Empties what is ready. True when something was. */
bool listen_all(int epoll_fd, Inbox& inbox, Figures& figures) {
  epoll_event ready[128];
  const int count = epoll_wait(epoll_fd, ready, 128, 0);
  for (int index = 0; index < count; index += 1) listen_once(ready[index].data.fd, inbox, figures);
  return count > 0;
}

void run(std::vector<Phone>& phones, int64_t duration_ns, Figures& figures) {
  const int epoll_fd = epoll_create1(0);
  for (const Phone& phone : phones) {
    epoll_event event = {};
    event.events = EPOLLIN;
    event.data.fd = phone.fd;
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, phone.fd, &event) != 0) give_up("epoll_ctl");
  }
  static Inbox inbox;
  const auto streams = static_cast<int64_t>(phones.size());
  const int64_t packets = duration_ns / kPacketEveryNs * streams;
  const int64_t start_ns = now_ns(CLOCK_MONOTONIC);
  // The phones speak one after another, spread evenly over the 20 ms.
  for (int64_t packet = 0; packet < packets;) {
    const int64_t due_ns = start_ns + packet * kPacketEveryNs / streams;
    const int64_t late_ns = now_ns(CLOCK_MONOTONIC) - due_ns;
    if (late_ns < 0) {
      listen_all(epoll_fd, inbox, figures);
      continue;
    }
    if (late_ns > 1000000) figures.late += 1;
    speak(phones[static_cast<size_t>(packet % streams)], figures);
    packet += 1;
    if (packet % 16 == 0) listen_all(epoll_fd, inbox, figures);
  }
  for (int64_t last_ns = now_ns(CLOCK_MONOTONIC); now_ns(CLOCK_MONOTONIC) - last_ns < kSilenceNs;) {
    if (listen_all(epoll_fd, inbox, figures)) last_ns = now_ns(CLOCK_MONOTONIC);
  }
}

size_t quantile_us(const Figures& figures, double part) {
  const double wanted = part * static_cast<double>(figures.received);
  double seen = 0;
  for (size_t us = 0; us <= kLongestUs; us += 1) {
    seen += figures.delays_us[us];
    if (seen >= wanted && seen > 0) return us;
  }
  return kLongestUs;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) {
    std::fprintf(stderr, "usage: rtp-load CALLS SECONDS ADDRESS-A ADDRESS-B\n");
    return 2;
  }
  rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  const int calls = std::atoi(arguments[1]);
  const int64_t seconds = std::atoi(arguments[2]);
  std::vector<Phone> phones;
  for (int call = 0; call < calls; call += 1) {
    phones.push_back(open_phone(arguments[3]));
    phones.push_back(open_phone(arguments[4]));
    std::printf("%d %d\n", port_of(phones[phones.size() - 2]), port_of(phones.back()));
  }
  std::fflush(stdout);
  for (Phone& phone : phones) {
    char host[64];
    int port;
    if (std::scanf("%63s %d", host, &port) != 2) give_up("stdin");
    phone.to = address_of(host, port);
  }
  Figures figures;
  run(phones, seconds * kNsPerSecond, figures);
  std::printf(
      "{\"sent\":%llu,\"unsent\":%llu,\"received\":%llu,\"late\":%llu,\"p50Us\":%zu,\"p99Us\":%zu,\"p999Us\":%zu}\n",
      static_cast<unsigned long long>(figures.sent), static_cast<unsigned long long>(figures.unsent),
      static_cast<unsigned long long>(figures.received), static_cast<unsigned long long>(figures.late),
      quantile_us(figures, 0.5), quantile_us(figures, 0.99), quantile_us(figures, 0.999));
  return 0;
}
