// Feeds a fuzz target where there is no libFuzzer: scripts of packets that are nearly right, from a seed. Usage: PROGRAM SEED ROUNDS.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size);

namespace {

class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed * 2654435769u + 1) {}
  uint32_t below(uint32_t limit) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<uint32_t>(state_ >> 32) % limit;
  }
  uint8_t byte() { return static_cast<uint8_t>(below(256)); }

 private:
  uint64_t state_;
};

std::vector<uint8_t> rtp_packet(Dice& dice) {
  std::vector<uint8_t> packet(12 + dice.below(60));
  for (uint8_t& byte : packet) byte = dice.byte();
  packet[0] = dice.below(4) == 0 ? static_cast<uint8_t>(0x80 | dice.below(64)) : 0x80;
  packet[1] = static_cast<uint8_t>(dice.below(100));
  packet[2] = dice.below(8) == 0 ? dice.byte() : 0;
  for (size_t at = 8; at < 11; at += 1) packet[at] = 0;
  packet[11] = static_cast<uint8_t>(dice.below(3));
  return packet;
}

std::vector<uint8_t> rtcp_packet(Dice& dice) {
  std::vector<uint8_t> compound;
  for (uint32_t parts = 1 + dice.below(3); parts > 0; parts -= 1) {
    const uint32_t words = 1 + dice.below(12);
    const size_t at = compound.size();
    compound.resize(at + 4 + 4 * words);
    for (size_t index = at; index < compound.size(); index += 1) compound[index] = dice.below(3) == 0 ? dice.byte() % 16 : dice.byte();
    compound[at] = static_cast<uint8_t>(0x80 | dice.below(8));
    compound[at + 1] = static_cast<uint8_t>(200 + dice.below(8));
    compound[at + 2] = 0;
    compound[at + 3] = static_cast<uint8_t>(words);
  }
  return compound;
}

void add_record(std::vector<uint8_t>& script, Dice& dice) {
  if (dice.below(10) == 0) {
    script.insert(script.end(), {0, static_cast<uint8_t>(dice.byte() & 0x4f), dice.byte(), 0});
    return;
  }
  std::vector<uint8_t> packet = dice.below(3) == 0 ? rtcp_packet(dice) : rtp_packet(dice);
  if (dice.below(6) == 0) packet[dice.below(static_cast<uint32_t>(packet.size()))] ^= dice.byte();
  if (dice.below(8) == 0) packet.resize(dice.below(static_cast<uint32_t>(packet.size())));
  script.insert(script.end(), {255, dice.byte(), dice.byte(), static_cast<uint8_t>(packet.size())});
  script.insert(script.end(), packet.begin(), packet.end());
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  Dice dice(std::strtoull(arguments[1], nullptr, 10));
  const long rounds = std::atol(arguments[2]);
  for (long round = 0; round < rounds; round += 1) {
    std::vector<uint8_t> script;
    for (uint32_t records = 1 + dice.below(60); records > 0; records -= 1) add_record(script, dice);
    LLVMFuzzerTestOneInput(script.data(), script.size());
  }
  std::printf("%ld rounds, 0 findings\n", rounds);
  return 0;
}
