// Which port comes next.
#include "relay-test.h"

#include <algorithm>
#include <set>
#include <vector>

#include "../relay/port-pool.h"
#include "check.h"

namespace {

using namespace demarc;

void test_ports_in_any_order() {
  uint32_t state = 7;
  const auto next = [&state](uint32_t below) { return state = state * 1664525u + 1013904223u, (state >> 8) % below; };
  for (int round = 0; round < 200; round += 1) {
    const auto from = static_cast<uint16_t>(20000 + next(4));
    const auto to = static_cast<uint16_t>(from + next(40));
    PortPool pool(from, to, next(1000000));
    std::set<uint16_t> out;
    bool sound = true;
    for (int step = 0; step < 300; step += 1) {
      const auto port = static_cast<uint16_t>(from + next(44));
      const uint32_t what = next(3);
      const uint16_t got = what == 0 ? pool.take() : what == 1 && pool.claim(port) ? port : 0;
      if (got != 0) sound = out.insert(got).second && got >= from && got < to && got % 2 == 0 && sound;
      if (what == 2) {
        pool.give(port);
        out.erase(port);
      }
      sound = sound && pool.free_pairs() + out.size() == pool.pairs();
    }
    for (const uint16_t port : out) pool.give(port);
    sound = sound && pool.free_pairs() == pool.pairs();
    std::set<uint16_t> all;
    for (uint16_t port = pool.take(); port != 0; port = pool.take()) sound = all.insert(port).second && sound;
    expect(sound && all.size() == pool.pairs(), "each pair is free or out, once, and all come back");
  }
}

void test_ports() {
  PortPool pool(20001, 20010, 1);
  expect(pool.pairs() == 4, "20002 to 20009 are four pairs");
  std::vector<uint16_t> first;
  for (int index = 0; index < 4; index += 1) first.push_back(pool.take());
  expect(std::set<uint16_t>(first.begin(), first.end()) == std::set<uint16_t>({20002, 20004, 20006, 20008}),
         "each pair comes once");
  expect(pool.take() == 0, "then none");
  pool.give(first[2]);
  pool.give(first[0]);
  pool.give(first[0]);
  expect(pool.free_pairs() == 2, "giving twice counts once");
  expect(pool.take() == first[2], "the one freed longest ago comes first");
  expect(!pool.claim(first[2]) && pool.claim(first[0]) && pool.free_pairs() == 0, "only free ports can be claimed");
  expect(!pool.claim(20003) && !pool.claim(30000) && !pool.claim(0), "and only the pool's own");
  pool.give(20003);
  pool.give(1);
  expect(pool.free_pairs() == 0, "others cannot be given");
  expect(PortPool(20000, 20000, 1).pairs() == 0, "one port is no pair");
  expect(PortPool(65535, 65535, 1).pairs() == 0, "nor is the last");
  expect(PortPool(65534, 65535, 1).pairs() == 1, "the last two are");
  expect(PortPool(30000, 20000, 1).pairs() == 0, "a range turned round is empty");
}

}  // namespace

void test_port_pools() {
  test_ports();
  test_ports_in_any_order();
}
