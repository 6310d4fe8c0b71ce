// netlink(7): one question, one answer.
#pragma once

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace demarc {

/** A message with its own header and attributes behind it. */
class Question {
 public:
  template <typename Header>
  Question(uint16_t type, uint16_t flags, const Header& own) {
    static_assert(sizeof(Header) <= 64, "a header, and room for attributes");
    header()->nlmsg_type = type;
    header()->nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | flags);
    std::memcpy(NLMSG_DATA(header()), &own, sizeof own);
    header()->nlmsg_len = NLMSG_LENGTH(sizeof own);
  }

  void add(uint16_t type, const void* value, size_t bytes);

  /** The first message of the answer. Null when there is none, or it is not of this type. It stays as long as the question does. */
  const nlmsghdr* ask(int protocol, uint16_t answer_type);

 private:
  nlmsghdr* header() { return reinterpret_cast<nlmsghdr*>(bytes_); }

  alignas(nlmsghdr) uint8_t bytes_[256] = {};
  alignas(nlmsghdr) uint8_t answer_[8192];
};

/** The attribute of this type behind a message's own header of so many bytes; null when there is none. `bytes` is its least length. */
const void* attribute_of(const nlmsghdr* message, size_t own_bytes, uint16_t type, size_t bytes);

}  // namespace demarc
