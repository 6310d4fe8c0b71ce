// The relay from its start to its end, and the networks that it has ports in.
#include "relay.h"

#include <algorithm>
#include <random>

namespace demarc {

Relay::Relay(StreamMemory& memory, const RelayOptions& options, std::function<void()> wake)
    : memory_(memory), slots_(memory.capacity()), handshakes_(options.handshakes) {
  for (uint32_t index = 0; index < std::max(1u, options.threads); index += 1) {
    threads_.push_back(std::make_unique<PacketThread>(events_, wake, options.plain, kernel_, handshakes_));
  }
  wake_ = std::move(wake);
  if (!options.kernel_program.empty()) kernel_.open(options.kernel_program);
}

Relay::~Relay() {
  for (Slot& slot : slots_) {
    if (slot.stream) release_slot(slot, nullptr);
  }
  for (auto& thread : threads_) thread->stop();
}

bool Relay::start() {
  if (handshakes_ != nullptr && !handshakes_->start(wake_)) return false;
  return std::all_of(threads_.begin(), threads_.end(), [](auto& thread) { return thread->start(); });
}

bool Relay::set_network(const std::string& name, const NetworkOptions& options) {
  Address address;
  if (!parse_address(options.address.c_str(), 0, &address)) return false;
  // An interface whose streams are to stay here is not touched.
  if (options.kernel) kernel_.cover(address);
  const auto found = networks_.find(name);
  if (found != networks_.end()) {
    const NetworkOptions& before = found->second.options;
    const bool same_ports = before.address == options.address && before.port_from == options.port_from &&
                            before.port_to == options.port_to;
    if (same_ports) {
      found->second.options = options;
      return true;
    }
  }
  std::random_device random;
  const uint64_t seed = static_cast<uint64_t>(random()) << 32 | random();
  networks_[name] = Network{options, std::make_shared<PortPool>(options.port_from, options.port_to, seed)};
  return true;
}

void Relay::drop_network(const std::string& name) { networks_.erase(name); }

RelayStatus Relay::status() {
  RelayStatus status{};
  for (auto& thread : threads_) {
    thread->run([&] {
      const Traffic& traffic = thread->traffic();
      status.traffic.forwarded += traffic.forwarded;
      status.traffic.unaddressed += traffic.unaddressed;
      status.traffic.unsendable += traffic.unsendable;
      status.wire = thread->wire_name();
    });
  }
  status.kernel = kernel_.state();
  status.kernel_flows = kernel_.flows();
  status.frame_flows = kernel_.frame_flows();
  status.threads = static_cast<uint32_t>(threads_.size());
  status.streams = streams_;
  status.sockets = sides_ * 2;
  return status;
}

}  // namespace demarc
