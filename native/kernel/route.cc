// rtnetlink(7): one question, one answer.
#include "route.h"

#include <ifaddrs.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

namespace demarc {
namespace {

constexpr size_t kHostBytes = 4;

struct Question {
  nlmsghdr header;
  rtmsg route;
  uint8_t attributes[2 * RTA_SPACE(kHostBytes)];
};

void add_host(Question& question, uint16_t type, const Address& address) {
  auto* attribute = reinterpret_cast<rtattr*>(reinterpret_cast<uint8_t*>(&question) + question.header.nlmsg_len);
  attribute->rta_type = type;
  attribute->rta_len = RTA_LENGTH(kHostBytes);
  std::memcpy(RTA_DATA(attribute), address.host, kHostBytes);
  question.header.nlmsg_len += RTA_SPACE(kHostBytes);
}

uint32_t read_answer(const uint8_t* bytes, size_t size) {
  const auto* header = reinterpret_cast<const nlmsghdr*>(bytes);
  if (!NLMSG_OK(header, size) || header->nlmsg_type != RTM_NEWROUTE) return 0;
  const auto* route = static_cast<const rtmsg*>(NLMSG_DATA(header));
  if (route->rtm_type != RTN_UNICAST) return 0;
  auto left = static_cast<unsigned>(RTM_PAYLOAD(header));
  for (const rtattr* attribute = RTM_RTA(route); RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
    if (attribute->rta_type != RTA_OIF) continue;
    uint32_t interface;
    std::memcpy(&interface, RTA_DATA(attribute), sizeof interface);
    return interface;
  }
  return 0;
}

}  // namespace

uint32_t interface_towards(const Address& local, const Address& remote) {
  if (local.family != 4 || remote.family != 4) return 0;
  Question question{};
  question.header.nlmsg_len = NLMSG_LENGTH(sizeof question.route);
  question.header.nlmsg_type = RTM_GETROUTE;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  question.route.rtm_family = AF_INET;
  question.route.rtm_dst_len = question.route.rtm_src_len = 32;
  add_host(question, RTA_DST, remote);
  add_host(question, RTA_SRC, local);
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) return 0;
  alignas(nlmsghdr) uint8_t answer[4096];
  uint32_t interface = 0;
  if (send(fd, &question, question.header.nlmsg_len, 0) == static_cast<ssize_t>(question.header.nlmsg_len)) {
    const ssize_t size = recv(fd, answer, sizeof answer, 0);
    if (size > 0) interface = read_answer(answer, static_cast<size_t>(size));
  }
  close(fd);
  return interface;
}

uint32_t interface_with(const Address& local) {
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return 0;
  uint32_t interface = 0;
  for (const ifaddrs* one = all; one != nullptr && interface == 0; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || (one->ifa_flags & IFF_LOOPBACK) != 0) continue;
    sockaddr_storage address{};
    const int family = one->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    std::memcpy(&address, one->ifa_addr, family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    if (same_host(address_of(address), local)) interface = if_nametoindex(one->ifa_name);
  }
  freeifaddrs(all);
  return interface;
}

}  // namespace demarc
