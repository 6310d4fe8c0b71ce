// ICE: the vectors of RFC 5769, checks by who has the credentials and by who has not, noise.
#include "ice-test.h"

#include <cstring>
#include <string>
#include <vector>

#include "../ice/ice-lite.h"
#include "../ice/stun.h"
#include "bytes.h"

namespace demarc {
namespace {

Address at(const char* host, uint16_t port) {
  Address address;
  expect(parse_address(host, port, &address), host);
  return address;
}

/** RFC 5769 section 2.1. */
const char kRequest[] =
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b151263b36"
    "000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf";
const char kFragment[] = "evtj";
const char kPassword[] = "VOkJxbRl1RmTxUk/WvJxBt";

const uint8_t* bytes_of(const char* text) { return reinterpret_cast<const uint8_t*>(text); }

void test_request_vector() {
  const Bytes message = hex(kRequest);
  StunRequest request;
  expect(read_binding_request(message.data(), message.size(), &request), "RFC 5769 2.1 is read");
  const std::string username(reinterpret_cast<const char*>(request.username), request.username_bytes);
  expect(username == "evtj:h6vY" && request.priority == 0x6e0001ff && request.controlled && !request.use_candidate, "with its attributes");
  expect(has_integrity(message.data(), request, bytes_of(kPassword), sizeof kPassword - 1), "and its integrity");
  expect(!has_integrity(message.data(), request, bytes_of("another"), 7), "under its password alone");
  for (size_t byte = 0; byte < message.size(); byte += 1) {
    Bytes changed = message;
    changed[byte] ^= 0x10;
    StunRequest other;
    if (read_binding_request(changed.data(), changed.size(), &other)) expect(false, "each changed byte is noticed by the fingerprint");
  }
  for (size_t size = 0; size < message.size(); size += 1) {
    // A buffer of exactly the size: the sanitizers find what reads beyond it.
    const Bytes cut(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(size));
    StunRequest other;
    expect(!read_binding_request(cut.data(), cut.size(), &other), "each cut is noticed");
  }
}

/** RFC 5769 sections 2.2 and 2.3, but for the name of their software: the addresses are masked as they are there. */
void test_response_vectors() {
  const struct {
    const char* host;
    const char* address;
  } vectors[] = {
      {"192.0.2.1", "002000080001a147e112a643"},
      {"2001:db8:1234:5678:11:2233:4455:6677", "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"},
  };
  for (const auto& vector : vectors) {
    const Bytes request = hex(kRequest);
    uint8_t message[400];
    std::memcpy(message, request.data(), request.size());
    const size_t size = write_binding_response(message, sizeof message, at(vector.host, 32853), 0, bytes_of(kPassword), sizeof kPassword - 1);
    const Bytes address = hex(vector.address);
    expect(size == kStunHeaderBytes + address.size() + kStunIntegrityBytes + kStunFingerprintBytes, "the response is as long as it must be");
    expect(std::memcmp(message, hex("0101").data(), 2) == 0, "a success");
    expect(std::memcmp(message + 4, request.data() + 4, 16) == 0, "of the request's transaction");
    expect(std::memcmp(message + 20, address.data(), address.size()) == 0, vector.host);
  }
  uint8_t tight[kStunResponseBytes - 1] = {};
  expect(write_binding_response(tight, sizeof tight, at("192.0.2.1", 1), 0, bytes_of(kPassword), 22) == 0, "nothing is written beyond the room");
}

void test_agent() {
  expect(IceLite::create("", 0, "x", 1) == nullptr && IceLite::create("x", 1, "", 0) == nullptr, "no agent without credentials");
  const std::string endless(kIceWordBytes + 1, 'x');
  expect(IceLite::create(endless.data(), endless.size(), "x", 1) == nullptr, "or with endless ones");
  const auto agent = IceLite::create(kFragment, 4, kPassword, sizeof kPassword - 1);
  expect(agent->mark() == IceLite::create(kFragment, 4, kPassword, sizeof kPassword - 1)->mark(), "the same credentials, the same agent");
  expect(agent->mark() != IceLite::create(kFragment, 4, "another", 7)->mark(), "another password, another");
  const Bytes vector = hex(kRequest);
  uint8_t message[400];
  std::memcpy(message, vector.data(), vector.size());
  PacketRoom packet{message, vector.size(), sizeof message};
  const CheckResult check = agent->answer(packet, at("192.0.2.1", 32853));
  // Who takes itself for the controlled one is told that it is not.
  expect(check.valid && !check.nominates && packet.size == 20 + 8 + 24 + 8, "a check in the wrong role is answered");
  expect(std::memcmp(message, hex("0111").data(), 2) == 0 && message[26] == 4 && message[27] == 87, "487");
  std::memcpy(message, vector.data(), vector.size());
  packet.size = vector.size();
  const auto stranger = IceLite::create("evt", 3, kPassword, sizeof kPassword - 1);
  expect(!stranger->answer(packet, at("192.0.2.1", 1)).valid && packet.size == 0, "a check for somebody else is not");
  uint32_t random = 1;
  const auto next = [&random] { return random = random * 1664525u + 1013904223u, static_cast<uint8_t>(random >> 24); };
  bool silent = true;
  for (int round = 0; round < 50000; round += 1) {
    Bytes noise = vector;
    noise.resize(next() % (vector.size() + 1));
    for (int change = next() % 4; change >= 0 && !noise.empty(); change -= 1) noise[next() % noise.size()] = next();
    if (noise == vector) continue;
    PacketRoom room{noise.data(), noise.size(), noise.size()};
    silent = silent && !agent->answer(room, at("192.0.2.1", 1)).valid && room.size == 0;
  }
  expect(silent, "nor is noise");
}

}  // namespace

TestResult run_ice_tests() {
  result = TestResult{};
  test_request_vector();
  test_response_vectors();
  test_agent();
  return result;
}

}  // namespace demarc

#ifdef DEMARC_STANDALONE_ICE
#include <cstdio>

int main() {
  const TestResult result = demarc::run_ice_tests();
  std::printf("%s%d checks, %d failed\n", result.report.c_str(), result.checks, result.failures);
  return result.failures == 0 ? 0 : 1;
}
#endif
