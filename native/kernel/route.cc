// rtnetlink(7) and the kernel's list of what interfaces can (Documentation/netlink/specs/netdev.yaml).
#include "route.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/genetlink.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "netlink.h"

namespace demarc {
namespace {

size_t host_bytes(const Address& address) { return address.family == 4 ? 4 : 16; }

uint8_t family_of(const Address& address) { return address.family == 4 ? AF_INET : AF_INET6; }

constexpr uint16_t kKnownStates = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY;

bool link_of_next(const Route& route, uint8_t out[6]) {
  ndmsg own{};
  own.ndm_family = family_of(route.next);
  own.ndm_ifindex = static_cast<int>(route.interface);
  Question question(RTM_GETNEIGH, 0, own);
  question.add(NDA_DST, route.next.host, host_bytes(route.next));
  const nlmsghdr* answer = question.ask(NETLINK_ROUTE, RTM_NEWNEIGH);
  if (answer == nullptr) return false;
  const auto* found = static_cast<const ndmsg*>(NLMSG_DATA(answer));
  const void* link = attribute_of(answer, sizeof(ndmsg), NDA_LLADDR, 6);
  if ((found->ndm_state & kKnownStates) == 0 || link == nullptr) return false;
  std::memcpy(out, link, 6);
  return true;
}

/** Nobody else asks for a neighbour that only frames go to: without this it would be believed for ever. */
void use_next(const Route& route) {
  ndmsg own{};
  own.ndm_family = family_of(route.next);
  own.ndm_ifindex = static_cast<int>(route.interface);
  own.ndm_flags = NTF_USE;
  Question question(RTM_NEWNEIGH, NLM_F_ACK, own);
  question.add(NDA_DST, route.next.host, host_bytes(route.next));
  question.ask(NETLINK_ROUTE, NLMSG_ERROR);
}

bool own_link(uint32_t interface, uint8_t out[6]) {
  ifreq request{};
  if (if_indextoname(interface, request.ifr_name) == nullptr) return false;
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const bool known = ioctl(fd, SIOCGIFHWADDR, &request) == 0 && request.ifr_hwaddr.sa_family == ARPHRD_ETHER;
  close(fd);
  if (known) std::memcpy(out, request.ifr_hwaddr.sa_data, 6);
  return known;
}

// linux/netdev.h, Linux 6.3: the headers that this is built with may be older.
constexpr char kNetdevFamily[] = "netdev";
constexpr uint8_t kGetDevice = 1;
constexpr uint16_t kDeviceIndex = 1;
constexpr uint16_t kFrameFeatures = 3;
/** Programs on frames, sending them on, and taking those that others send on. */
constexpr uint64_t kAllThatIsNeeded = 1 | 2 | 4;

/** 0 where the kernel has no such list. */
uint16_t netdev_family() {
  genlmsghdr own{};
  own.cmd = CTRL_CMD_GETFAMILY;
  own.version = 1;
  Question question(GENL_ID_CTRL, 0, own);
  question.add(CTRL_ATTR_FAMILY_NAME, kNetdevFamily, sizeof kNetdevFamily);
  const nlmsghdr* answer = question.ask(NETLINK_GENERIC, GENL_ID_CTRL);
  const void* found = answer == nullptr ? nullptr : attribute_of(answer, sizeof own, CTRL_ATTR_FAMILY_ID, 2);
  uint16_t id = 0;
  if (found != nullptr) std::memcpy(&id, found, sizeof id);
  return id;
}

}  // namespace

bool Hop::operator==(const Hop& other) const {
  return std::memcmp(to_link, other.to_link, sizeof to_link) == 0 && std::memcmp(from_link, other.from_link, sizeof from_link) == 0;
}

Route route_towards(const Address& local, const Address& remote) {
  Route route;
  if (local.family == 0 || local.family != remote.family) return route;
  rtmsg own{};
  own.rtm_family = family_of(remote);
  own.rtm_dst_len = own.rtm_src_len = static_cast<uint8_t>(host_bytes(remote) * 8);
  Question question(RTM_GETROUTE, 0, own);
  question.add(RTA_DST, remote.host, host_bytes(remote));
  question.add(RTA_SRC, local.host, host_bytes(local));
  const nlmsghdr* answer = question.ask(NETLINK_ROUTE, RTM_NEWROUTE);
  if (answer == nullptr || static_cast<const rtmsg*>(NLMSG_DATA(answer))->rtm_type != RTN_UNICAST) return route;
  const void* interface = attribute_of(answer, sizeof(rtmsg), RTA_OIF, sizeof route.interface);
  if (interface == nullptr) return route;
  std::memcpy(&route.interface, interface, sizeof route.interface);
  route.next = remote;
  route.next.port = 0;
  const void* gateway = attribute_of(answer, sizeof(rtmsg), RTA_GATEWAY, host_bytes(remote));
  if (gateway != nullptr) std::memcpy(route.next.host, gateway, host_bytes(remote));
  return route;
}

bool hop_on(const Route& route, Hop* out) {
  use_next(route);
  return link_of_next(route, out->to_link) && own_link(route.interface, out->from_link);
}

bool passes_frames(uint32_t interface) {
  const uint16_t family = netdev_family();
  if (family == 0) return false;
  genlmsghdr own{};
  own.cmd = kGetDevice;
  own.version = 1;
  Question question(family, 0, own);
  question.add(kDeviceIndex, &interface, sizeof interface);
  const nlmsghdr* answer = question.ask(NETLINK_GENERIC, family);
  const void* found = answer == nullptr ? nullptr : attribute_of(answer, sizeof own, kFrameFeatures, sizeof(uint64_t));
  uint64_t features = 0;
  if (found != nullptr) std::memcpy(&features, found, sizeof features);
  return (features & kAllThatIsNeeded) == kAllThatIsNeeded;
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
