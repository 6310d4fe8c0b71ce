// The memory that outlasts a relay: given where it is asked for, found again by the next one, and refused without harm.
#include "relay-test.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "../relay/clock-rates.h"
#include "../relay/relay.h"
#include "../relay/stream-memory.h"
#include "check.h"

namespace {

using namespace demarc;

constexpr uint32_t kSlots = 4096;

/** What the system has given to the file. */
size_t given_bytes(int file) {
  struct stat found;
  return fstat(file, &found) == 0 ? static_cast<size_t>(found.st_blocks) * 512 : 0;
}

void test_given_where_asked_for() {
  const int file = memfd_create("streams", MFD_CLOEXEC);
  const auto memory = StreamMemory::open(file, kSlots);
  expect(memory != nullptr && memory->capacity() == kSlots, "there is memory for streams");
  if (memory == nullptr) return;
  const size_t empty = given_bytes(file);
  expect(empty <= 64 * 1024, "a relay without streams takes next to none of it");
  expect(memory->state(0) != nullptr && memory->state(kSlots - 1) != nullptr, "the first slot and the last have a place");
  expect(memory->state(kSlots) == nullptr && memory->secrets(kSlots) == nullptr, "one beyond has none");
  const size_t plain = given_bytes(file);
  expect(plain <= empty + 128 * 1024, "what is asked for is given in pieces");
  expect(memory->secrets(7) != nullptr && given_bytes(file) > plain, "what only encrypted streams need is given to them alone");
  for (uint32_t slot = 0; slot < kSlots; slot += 1) {
    StreamState* const state = memory->state(slot);
    StreamSecrets* const secrets = memory->secrets(slot);
    if (state == nullptr || secrets == nullptr) return expect(false, "every slot has a place");
    std::memset(static_cast<void*>(state), static_cast<int>(slot & 0xff), sizeof *state);
    std::memset(static_cast<void*>(secrets), static_cast<int>(~slot & 0xff), sizeof *secrets);
  }
  for (uint32_t slot = 0; slot < kSlots; slot += 1) {
    const auto* state = reinterpret_cast<const uint8_t*>(memory->state(slot));
    const auto* secrets = reinterpret_cast<const uint8_t*>(memory->secrets(slot));
    const bool own = state[0] == (slot & 0xff) && state[sizeof(StreamState) - 1] == (slot & 0xff) && secrets[0] == (~slot & 0xff) &&
                     secrets[sizeof(StreamSecrets) - 1] == (~slot & 0xff);
    if (!own) return expect(false, "places do not overlap");
  }
  close(file);
}

void test_found_again() {
  const int file = memfd_create("streams", MFD_CLOEXEC);
  {
    const auto first = StreamMemory::open(file, kSlots);
    if (first == nullptr) return expect(false, "there is memory for streams");
    first->state(70)->session = 77;
    first->secrets(70)->sides[1].keys.mark = 78;
    std::memcpy(first->room(), "room", 4);
  }
  const auto next = StreamMemory::open(file, kSlots);
  if (next == nullptr) return expect(false, "it is opened again");
  expect(next->state(70)->session == 77 && next->secrets(70)->sides[1].keys.mark == 78, "the next relay finds what the last one left");
  expect(std::memcmp(next->room(), "room", 4) == 0, "and what there is but once");
  close(file);
}

void test_refused() {
  const int file = memfd_create("streams", MFD_CLOEXEC);
  const auto memory = StreamMemory::open(file, kSlots);
  if (memory == nullptr) return expect(false, "there is memory for streams");
  Relay relay(*memory, {}, [] {});
  expect(relay.start() && relay.set_network("a", {"127.79.0.1", 24000, 24003, -1, false}), "a relay with two pairs of ports");
  SideCounters counters[2];
  expect(relay.open_stream({1, 1, {{"a", "", 0}, {"a", "", 0}}}).error == OpenError::none, "has a stream");
  expect(relay.open_stream({2, 2, {{"a", "", 0}, {"a", "", 0}}}).error == OpenError::no_ports, "and no more ports");
  expect(relay.close_slot(1, 1, counters), "until it ends");
  // As if the file system were full.
  close(file);
  for (int again = 0; again < 3; again += 1) {
    const StreamOpened opened = relay.open_stream({3000, 3, {{"a", "", 0}, {"a", "", 0}}});
    expect(opened.error == OpenError::system && opened.system_error != 0, "a stream that there is no memory for is refused");
  }
  expect(relay.status().streams == 0 && relay.status().sockets == 0, "with nothing left of it");
  expect(relay.open_stream({1, 4, {{"a", "", 0}, {"a", "", 0}}}).error == OpenError::none, "and its ports are another's");
  StreamAim aim;
  aim.sides[0].terms = std::make_unique<HandshakeTerms>();
  expect(!relay.aim_stream(1, 4, std::move(aim)), "so are keys that there is no memory for");
  expect(relay.aim_stream(1, 4, StreamAim{}) && relay.aim_stream(2, 9, StreamAim{}), "what needs none goes on");
  expect(!relay.close_slot(1, 9, counters) && relay.close_slot(1, 4, counters), "and is closed by its own session alone");
}

void test_clock_rates() {
  ClockRates rates;
  expect(rates.of(0) == 8000 && rates.of(127) == 8000, "what nothing is said of has 8000 Hz");
  rates.set({96, 48000, 97, 90000, 0, 8000, 98, 48000, 127, 16000, 128, 44100, 99, 0, 5});
  expect(rates.of(96) == 48000 && rates.of(98) == 48000 && rates.of(97) == 90000, "neighbours have their own");
  expect(rates.of(127) == 16000 && rates.of(0) == 8000 && rates.of(99) == 8000, "the last type too; none is 0");
  rates.set({96, 16000, 96, 8000});
  expect(rates.of(96) == 8000 && rates.of(97) == 8000, "the last word counts, and what was before is forgotten");
  std::vector<uint32_t> many;
  for (uint32_t type = 0; type < 128; type += 1) many.insert(many.end(), {type, 10000 + type});
  rates.set(many);
  bool good = true;
  for (uint32_t type = 0; type < 128; type += 1) good = good && rates.of(type) == (type < 15 ? 10000 + type : 8000);
  expect(good, "a sixteenth rate and more are taken for 8000 Hz");
}

}  // namespace

void test_memory() {
  test_given_where_asked_for();
  test_found_again();
  test_refused();
  test_clock_rates();
}
