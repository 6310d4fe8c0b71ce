// A queue of port pairs as a linked list over an array: taking, giving and claiming cost the same at any size.
#include "port-pool.h"

#include <random>
#include <utility>

namespace demarc {

PortPool::PortPool(uint16_t from, uint16_t to, uint64_t seed) : first_(static_cast<uint16_t>(from + (from & 1))) {
  const uint32_t pairs = to > first_ && from <= 65534 ? (static_cast<uint32_t>(to) - first_ + 1) / 2 : 0;
  links_.assign(pairs, Link{kNone, kNone, false});
  std::vector<uint32_t> order(pairs);
  for (uint32_t index = 0; index < pairs; index += 1) order[index] = index;
  std::mt19937_64 random(seed);
  for (uint32_t left = pairs; left > 1; left -= 1) std::swap(order[left - 1], order[random() % left]);
  for (const uint32_t index : order) append(index);
}

uint16_t PortPool::take() {
  if (head_ == kNone) return 0;
  const uint32_t index = head_;
  unlink(index);
  return port_of(index);
}

bool PortPool::claim(uint16_t port) {
  const uint32_t index = index_of(port);
  if (index == kNone || !links_[index].free) return false;
  unlink(index);
  return true;
}

void PortPool::give(uint16_t port) {
  const uint32_t index = index_of(port);
  if (index != kNone && !links_[index].free) append(index);
}

uint32_t PortPool::index_of(uint16_t port) const {
  if (port < first_ || (port - first_) % 2 != 0) return kNone;
  const uint32_t index = (static_cast<uint32_t>(port) - first_) / 2;
  return index < links_.size() ? index : kNone;
}

void PortPool::unlink(uint32_t index) {
  Link& link = links_[index];
  (link.before == kNone ? head_ : links_[link.before].after) = link.after;
  (link.after == kNone ? tail_ : links_[link.after].before) = link.before;
  link = Link{kNone, kNone, false};
  free_ -= 1;
}

void PortPool::append(uint32_t index) {
  links_[index] = Link{tail_, kNone, true};
  (tail_ == kNone ? head_ : links_[tail_].after) = index;
  tail_ = index;
  free_ += 1;
}

}  // namespace demarc
