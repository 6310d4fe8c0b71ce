// The relay's load: calls of two phones each, packets of G.711's size both ways, every one stamped when it is sent and, by the kernel, when it
// arrives. A program of its own, so that nothing of it runs where the relay is measured; over io_uring, because it must outrun what it measures.
//
// Built with DEMARC_SRTP (bench/secure-load.ts does) it can encrypt what phone a says: two more words then name the suite and its key in hexadecimal. What
// comes to that phone is counted as it comes, and tells nothing of its delay.
//
// rtp-load CALLS ADDRESS-A ADDRESS-B PID [SUITE KEY] prints the ports that the phones of each call have bound, then reads for each call where phone
// a and phone b send to, and after that lines of RATE MILLISECONDS: for each it sends so many packets a second over all phones in turn, and
// prints what came of it, with the processor time that process PID took meanwhile.
#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <vector>

#include "../relay/uring.h"
#ifdef DEMARC_SRTP
#include "../srtp/srtp.h"
#endif

namespace {

using demarc::Uring;

constexpr int64_t kNsPerSecond = 1000000000;
constexpr size_t kPacketBytes = 172;
constexpr size_t kStampAt = 12;
constexpr uint32_t kSubmissions = 256;
/** Sent in one breath at most, when the load is behind. */
constexpr int kMostAtOnce = 32;
constexpr size_t kControlBytes = CMSG_SPACE(sizeof(timespec));
constexpr size_t kPayloadAt = sizeof(io_uring_recvmsg_out) + kControlBytes;
/** Delays are counted in microseconds up to this; longer ones in the last place. */
constexpr size_t kLongestUs = 200000;
constexpr int64_t kSilenceNs = 300000000;
/** A packet that goes out later than this after it was due says something about the load, and nothing about the relay. */
constexpr int64_t kLateNs = 100000;
constexpr uint64_t kSent = ~0ull;

/** What grows onto a packet that is encrypted. */
constexpr size_t kRoomBytes = 20;

struct Phone {
  int fd = -1;
  uint16_t sequence = 0;
#ifdef DEMARC_SRTP
  std::unique_ptr<demarc::SrtpSendState> state;
  std::unique_ptr<demarc::SrtpSender> sender;
#endif
};

bool is_encrypted(const Phone& phone) {
#ifdef DEMARC_SRTP
  return phone.sender != nullptr;
#else
  return phone.fd < 0;
#endif
}

size_t encrypt(Phone& phone, uint8_t* packet) {
  size_t size = kPacketBytes;
#ifdef DEMARC_SRTP
  if (is_encrypted(phone) && !phone.sender->protect_rtp(packet, &size, kPacketBytes + kRoomBytes)) std::abort();
#else
  (void)phone;
  (void)packet;
#endif
  return size;
}

struct Figures {
  uint64_t sent = 0;
  uint64_t unsent = 0;
  uint64_t received = 0;
  uint64_t late = 0;   // sent more than 0.1 ms after it was due
  uint64_t timed = 0;  // received, and not sent late
  int64_t sending_ns = 0;  // from the first packet sent to the last
  std::vector<uint32_t> delays_us = std::vector<uint32_t>(kLongestUs + 1, 0);
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

class Load {
 public:
  explicit Load(std::vector<Phone> phones) : phones_(std::move(phones)) {
    if (!ring_.open(kSubmissions, 16384, 8192, 512)) give_up("io_uring");
    shape_.msg_controllen = kControlBytes;
    for (size_t index = 0; index < phones_.size(); index += 1) listen(index);
  }

  /** The phones speak one after another, evenly. */
  void run(int64_t rate, int64_t packets, Figures& figures) {
    const auto streams = static_cast<int64_t>(phones_.size());
    const int64_t start_ns = now_ns(CLOCK_MONOTONIC);
    for (int64_t packet = 0; packet < packets;) {
      const int64_t now = now_ns(CLOCK_MONOTONIC);
      for (int batch = 0; batch < kMostAtOnce && packet < packets; batch += 1) {
        const int64_t late_ns = now - (start_ns + packet * kNsPerSecond / rate);
        if (late_ns < 0) break;
        if (late_ns > kLateNs) figures.late += 1;
        speak(phones_[static_cast<size_t>(packet % streams)], figures, late_ns > kLateNs);
        packet += 1;
      }
      hear(figures);
    }
    figures.sending_ns = now_ns(CLOCK_MONOTONIC) - start_ns;
    for (int64_t last_ns = now_ns(CLOCK_MONOTONIC); now_ns(CLOCK_MONOTONIC) - last_ns < kSilenceNs;) {
      if (hear(figures)) last_ns = now_ns(CLOCK_MONOTONIC);
    }
  }

 private:
  void listen(size_t index) {
    io_uring_sqe* entry = ring_.next();
    entry->opcode = IORING_OP_RECVMSG;
    entry->fd = phones_[index].fd;
    entry->addr = reinterpret_cast<uint64_t>(&shape_);
    entry->ioprio = IORING_RECV_MULTISHOT;
    entry->flags = IOSQE_BUFFER_SELECT;
    entry->user_data = index;
  }

  /** `late`: its delay does not count. */
  void speak(Phone& phone, Figures& figures, bool late) {
    io_uring_sqe* entry = ring_.next();
    uint8_t* packet = packets_[ring_.next_index() % kSubmissions];
    if (is_encrypted(phone)) std::memset(packet, 0, kPacketBytes);
    packet[0] = 0x80;
    packet[2] = static_cast<uint8_t>(phone.sequence >> 8);
    packet[3] = static_cast<uint8_t>(phone.sequence);
    const uint32_t timestamp = htonl(phone.sequence * 160u);
    std::memcpy(packet + 4, &timestamp, sizeof timestamp);
    packet[11] = 1;
    phone.sequence = static_cast<uint16_t>(phone.sequence + 1);
    const int64_t stamp = late ? 0 : now_ns(CLOCK_REALTIME);
    std::memcpy(packet + kStampAt, &stamp, sizeof stamp);
    entry->opcode = IORING_OP_SEND;
    entry->fd = phone.fd;
    entry->addr = reinterpret_cast<uint64_t>(packet);
    entry->len = static_cast<uint32_t>(encrypt(phone, packet));
    entry->msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    entry->flags = IOSQE_CQE_SKIP_SUCCESS;
    entry->user_data = kSent;
    figures.sent += 1;
  }

  /** Hands over what is to be sent and takes what is there. True when something was. */
  bool hear(Figures& figures) {
    if (!ring_.submit_and_wait({0, 0, 0})) give_up("io_uring_enter");
    bool heard = false;
    for (const io_uring_cqe* done = ring_.peek(); done != nullptr; done = ring_.peek()) {
      const io_uring_cqe copy = *done;
      ring_.seen();
      if (copy.user_data == kSent) {
        figures.sent -= 1;
        figures.unsent += 1;
        continue;
      }
      if ((copy.flags & IORING_CQE_F_MORE) == 0) listen(copy.user_data);
      if ((copy.flags & IORING_CQE_F_BUFFER) == 0) continue;
      const auto id = static_cast<uint16_t>(copy.flags >> IORING_CQE_BUFFER_SHIFT);
      count(ring_.buffer(id), !is_encrypted(phones_[copy.user_data]), figures);
      ring_.give_buffer(id);
      heard = true;
    }
    ring_.publish_buffers();
    return heard;
  }

  static void count(const uint8_t* buffer, bool readable, Figures& figures) {
    int64_t stamp;
    std::memcpy(&stamp, buffer + kPayloadAt + kStampAt, sizeof stamp);
    figures.received += 1;
    if (stamp == 0 || !readable) return;
    timespec arrival;
    std::memcpy(&arrival, buffer + sizeof(io_uring_recvmsg_out) + CMSG_LEN(0), sizeof arrival);
    const int64_t delay_us = std::max<int64_t>(0, arrival.tv_sec * kNsPerSecond + arrival.tv_nsec - stamp) / 1000;
    figures.delays_us[std::min<size_t>(static_cast<size_t>(delay_us), kLongestUs)] += 1;
    figures.timed += 1;
  }

  std::vector<Phone> phones_;
  Uring ring_;
  msghdr shape_ = {};
  uint8_t packets_[kSubmissions][kPacketBytes + kRoomBytes] = {};
};

size_t quantile_us(const Figures& figures, double part) {
  const double wanted = part * static_cast<double>(figures.timed);
  double seen = 0;
  for (size_t us = 0; us <= kLongestUs; us += 1) {
    seen += figures.delays_us[us];
    if (seen >= wanted && seen > 0) return us;
  }
  return kLongestUs;
}

std::vector<Phone> open_phones(int calls, const char* host_a, const char* host_b) {
  std::vector<Phone> phones;
  for (int call = 0; call < calls; call += 1) {
    phones.push_back(open_phone(host_a));
    phones.push_back(open_phone(host_b));
    std::printf("%d %d\n", port_of(phones[phones.size() - 2]), port_of(phones.back()));
  }
  std::fflush(stdout);
  for (const Phone& phone : phones) {
    char host[64];
    int port;
    if (std::scanf("%63s %d", host, &port) != 2) give_up("stdin");
    const sockaddr_in to = address_of(host, port);
    if (connect(phone.fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) give_up("connect");
  }
  return phones;
}

#ifdef DEMARC_SRTP
demarc::SrtpKey read_key(const char* suite, const char* hex) {
  demarc::SrtpKey key;
  key.suite = static_cast<demarc::SrtpSuite>(std::atoi(suite));
  const demarc::SrtpSizes* sizes = demarc::sizes_of(key.suite);
  if (sizes == nullptr || std::strlen(hex) != 2 * (sizes->key + sizes->salt)) give_up("the key");
  for (size_t at = 0; at < sizes->key + sizes->salt; at += 1) {
    unsigned byte = 0;
    std::sscanf(hex + 2 * at, "%2x", &byte);
    (at < sizes->key ? key.key[at] : key.salt[at - sizes->key]) = static_cast<uint8_t>(byte);
  }
  return key;
}

void encrypt_first_phones(std::vector<Phone>& phones, const demarc::SrtpKey& key) {
  for (size_t index = 0; index < phones.size(); index += 2) {
    phones[index].state = std::make_unique<demarc::SrtpSendState>();
    phones[index].sender = demarc::SrtpSender::create(key);
    phones[index].sender->begin(phones[index].state.get());
  }
}
#endif

}  // namespace

int main(int count, char** arguments) {
#ifdef DEMARC_SRTP
  const bool understood = count == 5 || count == 7;
#else
  const bool understood = count == 5;
#endif
  if (!understood) {
    std::fprintf(stderr, "usage: rtp-load CALLS ADDRESS-A ADDRESS-B PID [SUITE KEY]\n");
    return 2;
  }
  rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  clockid_t their_clock;
  if (clock_getcpuclockid(std::atoi(arguments[4]), &their_clock) != 0) give_up("the clock of the process");
  std::vector<Phone> phones = open_phones(std::atoi(arguments[1]), arguments[2], arguments[3]);
#ifdef DEMARC_SRTP
  if (count == 7) encrypt_first_phones(phones, read_key(arguments[5], arguments[6]));
#endif
  static Load load(std::move(phones));
  long rate;
  long milliseconds;
  while (std::scanf("%ld %ld", &rate, &milliseconds) == 2) {
    Figures figures;
    const int64_t before_ns = now_ns(their_clock);
    load.run(rate, rate * milliseconds / 1000, figures);
    const int64_t used_ns = now_ns(their_clock) - before_ns;
    std::printf(
        "{\"sent\":%llu,\"unsent\":%llu,\"received\":%llu,\"late\":%llu,\"sendingNs\":%lld,\"cpuNs\":%lld,\"p50Us\":%zu,\"p99Us\":%zu,"
        "\"p999Us\":%zu}\n",
        static_cast<unsigned long long>(figures.sent), static_cast<unsigned long long>(figures.unsent),
        static_cast<unsigned long long>(figures.received), static_cast<unsigned long long>(figures.late),
        static_cast<long long>(figures.sending_ns), static_cast<long long>(used_ns), quantile_us(figures, 0.5), quantile_us(figures, 0.99), quantile_us(figures, 0.999));
    std::fflush(stdout);
  }
  return 0;
}
