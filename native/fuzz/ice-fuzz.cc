// Checks of ICE, fuzzed: whatever comes, nobody is answered who has not made it with our password. With the driver of its own or libFuzzer.
//
// One input is a script of small records, as for the relay: bytes as they are, or the request of RFC 5769 section 2.1 with some of them changed or cut off.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "../ice/ice-lite.h"
#include "../ice/stun.h"

namespace {

using namespace demarc;

constexpr size_t kRecordHead = 4;

[[noreturn]] void finding(const char* what) {
  std::fprintf(stderr, "finding: %s\n", what);
  std::abort();
}

std::vector<uint8_t> known_request() {
  static const char text[] =
      "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b151263b36"
      "000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf";
  std::vector<uint8_t> bytes;
  for (size_t at = 0; text[at] != 0; at += 2) {
    unsigned byte = 0;
    if (std::sscanf(text + at, "%2x", &byte) == 1) bytes.push_back(static_cast<uint8_t>(byte));
  }
  return bytes;
}

void answer(CheckAnswerer& agent, const std::vector<uint8_t>& message, size_t room, bool genuine) {
  // A buffer of exactly the size: what reads or writes beyond it is found.
  const std::unique_ptr<uint8_t[]> copy(new uint8_t[room > 0 ? room : 1]());
  if (!message.empty()) std::memcpy(copy.get(), message.data(), message.size());
  PacketRoom packet{copy.get(), message.size(), room};
  Address source;
  source.family = message.size() % 2 == 0 ? 4 : 6;
  source.port = 4000;
  const CheckResult result = agent.answer(packet, source);
  if (packet.size > room) finding("an answer grew beyond its room");
  if (!result.valid && packet.size != 0) finding("what is not valid is answered");
  if (result.valid && !genuine) finding("a check that nobody made is taken");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const char password[] = "VOkJxbRl1RmTxUk/WvJxBt";
  static const std::vector<uint8_t> request = known_request();
  const auto agent = IceLite::create("evtj", 4, password, sizeof password - 1);
  size_t at = 0;
  while (size - at >= kRecordHead) {
    const uint8_t flags = bytes[at + 1];
    const uint8_t number = bytes[at + 2];
    size_t length = bytes[at + 3];
    at += kRecordHead;
    if (length > size - at) length = size - at;
    std::vector<uint8_t> message(bytes + at, bytes + at + length);
    if (number % 2 == 0) {
      message = request;
      // Pairs of place and change.
      for (size_t pair = 0; pair + 1 < length; pair += 2) message[bytes[at + pair] % message.size()] ^= bytes[at + pair + 1];
      if ((flags & 1) != 0) message.resize(number % (message.size() + 1));
    }
    answer(*agent, message, message.size() + (flags >> 1), message == request);
    at += length;
  }
  return 0;
}
