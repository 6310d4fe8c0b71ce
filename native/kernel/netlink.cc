#include "netlink.h"

#include <sys/socket.h>
#include <unistd.h>

namespace demarc {

void Question::add(uint16_t type, const void* value, size_t bytes) {
  const size_t at = NLMSG_ALIGN(header()->nlmsg_len);
  const size_t whole = NLA_HDRLEN + bytes;
  if (at + NLA_ALIGN(whole) > sizeof bytes_) return;
  nlattr attribute{static_cast<uint16_t>(whole), type};
  std::memcpy(bytes_ + at, &attribute, sizeof attribute);
  std::memcpy(bytes_ + at + NLA_HDRLEN, value, bytes);
  header()->nlmsg_len = static_cast<uint32_t>(at + NLA_ALIGN(whole));
}

const nlmsghdr* Question::ask(int protocol, uint16_t answer_type) {
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
  if (fd < 0) return nullptr;
  ssize_t size = -1;
  if (send(fd, bytes_, header()->nlmsg_len, 0) == static_cast<ssize_t>(header()->nlmsg_len)) size = recv(fd, answer_, sizeof answer_, 0);
  close(fd);
  const auto* message = reinterpret_cast<const nlmsghdr*>(answer_);
  const bool whole = size > 0 && NLMSG_OK(message, static_cast<size_t>(size));
  return whole && message->nlmsg_type == answer_type ? message : nullptr;
}

const void* attribute_of(const nlmsghdr* message, size_t own_bytes, uint16_t type, size_t bytes) {
  const auto* begin = reinterpret_cast<const uint8_t*>(message);
  for (size_t at = NLMSG_LENGTH(NLMSG_ALIGN(own_bytes)); at + NLA_HDRLEN <= message->nlmsg_len;) {
    nlattr attribute;
    std::memcpy(&attribute, begin + at, sizeof attribute);
    if (attribute.nla_len < NLA_HDRLEN || attribute.nla_len > message->nlmsg_len - at) return nullptr;
    const bool found = (attribute.nla_type & NLA_TYPE_MASK) == type && attribute.nla_len >= NLA_HDRLEN + bytes;
    if (found) return begin + at + NLA_HDRLEN;
    at += NLA_ALIGN(attribute.nla_len);
  }
  return nullptr;
}

}  // namespace demarc
