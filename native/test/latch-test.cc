// Who may speak, and what is learned of it.
#include "relay-test.h"

#include "../relay/latch.h"
#include "check.h"

namespace {

using namespace demarc;

void test_latch_signalled() {
  Latch latch{};
  const Address peer = at("192.0.2.1", 4000);
  expect(!admit(latch, peer), "a closed latch lets nobody through");
  signal_remote(latch, peer, Learn::same_address);
  expect(admit(latch, peer), "the signalled address speaks");
  expect(!admit(latch, at("192.0.2.1", 4002)), "after it no other port is learned");
  expect(!admit(latch, at("198.51.100.1", 4000)), "nor another host");
  expect(same(latch.current, peer), "answers go to it");
}

void test_latch_learning() {
  Latch latch{};
  const Address nat = at("192.0.2.1", 61000);
  signal_remote(latch, at("192.0.2.1", 4000), Learn::same_address);
  for (int index = 0; index < 100; index += 1) {
    expect(!admit(latch, at("198.51.100.1", 4000)), "a stranger is refused and does not use up the window");
  }
  expect(admit(latch, nat), "another port of the host is learned");
  expect(same(latch.current, nat), "and answered");
  expect(!admit(latch, at("192.0.2.1", 61002)), "a second one is not");
  for (int index = 0; index < 3; index += 1) expect(admit(latch, nat), "the learned one goes on");
  expect(latch.locked == 1, "five packets close the window");
  expect(!admit(latch, at("192.0.2.1", 61002)), "after that nobody is learned");
  expect(admit(latch, at("192.0.2.1", 4000)), "but the signalled address may always take over");
  expect(!admit(latch, nat), "and then keeps it");
}

void test_latch_policies() {
  Latch none{};
  signal_remote(none, at("192.0.2.1", 4000), Learn::none);
  expect(!admit(none, at("192.0.2.1", 4002)), "without learning only the signalled address speaks");
  Latch any{};
  signal_remote(any, at("10.0.0.1", 4000), Learn::any);
  expect(admit(any, at("198.51.100.1", 7000)), "with any address, the first is learned");
  expect(!admit(any, at("198.51.100.2", 7000)), "the second is not");
  expect(admit(any, at("10.0.0.1", 5000)), "the signalled host comes before others");
  expect(!admit(any, at("198.51.100.1", 7000)), "and is not given up for them");
}

void test_latch_again() {
  Latch latch{};
  const Address signalled = at("192.0.2.1", 4000);
  const Address nat = at("192.0.2.1", 61000);
  signal_remote(latch, signalled, Learn::same_address);
  for (int index = 0; index < 6; index += 1) admit(latch, nat);
  signal_remote(latch, signalled, Learn::same_address);
  expect(same(latch.current, nat), "a refresh keeps sending to what was learned");
  expect(admit(latch, at("192.0.2.1", 62000)), "and lets a moved binding be learned");
  expect(admit(latch, nat), "unless the old one still speaks");
  expect(same(latch.current, nat) && latch.locked == 1, "which then keeps it");
  const Address moved = at("192.0.2.9", 5000);
  signal_remote(latch, moved, Learn::same_address);
  expect(same(latch.current, moved), "a new address is sent to at once");
  expect(!admit(latch, nat), "and the old one is a stranger");
  hold_remote(latch);
  expect(latch.held == 1 && admit(latch, moved), "on hold a side may still speak");
  signal_remote(latch, moved, Learn::same_address);
  expect(latch.held == 0, "signalling an address ends the hold");
}

/** Packet `index` of an even stream, at `ms`. */

void test_may_speak() {
  Latch latch{};
  const Address nat = at("192.0.2.1", 61000);
  expect(!may_speak(latch, nat), "nobody may speak before anything is signalled");
  signal_remote(latch, at("192.0.2.1", 4000), Learn::same_address);
  expect(may_speak(latch, nat) && may_speak(latch, at("192.0.2.1", 4000)), "whoever could be learned may");
  expect(!may_speak(latch, at("198.51.100.1", 4000)), "a stranger may not");
  expect(latch.rank == 0 && latch.window_left == kLearnWindowPackets, "and nothing was learned by asking");
  for (int index = 0; index < 5; index += 1) admit(latch, nat);
  expect(may_speak(latch, nat) && !may_speak(latch, at("192.0.2.1", 61002)), "once one was learned, no other");
}

void test_rtcp_follows_rtp() {
  Latch rtp{};
  Latch rtcp{};
  const Address beside = at("192.0.2.1", 7000);
  const Address stranger = at("198.51.100.1", 7001);
  signal_remote(rtp, at("192.0.2.1", 4000), Learn::any);
  signal_remote(rtcp, at("192.0.2.1", 4001), Learn::any);
  expect(fits_rtp(rtcp, rtp, beside), "before RTP comes nothing is known");
  admit(rtp, at("192.0.2.1", 4000));
  expect(!fits_rtp(rtcp, rtp, beside), "a peer that is where it says has no reports elsewhere");
  expect(fits_rtp(rtcp, rtp, at("192.0.2.1", 4001)), "but where it says");
  signal_remote(rtp, at("192.0.2.1", 4000), Learn::any);
  rtp.standing = Address{};
  for (int index = 0; index < 5; index += 1) admit(rtp, at("203.0.113.7", 9000));
  expect(fits_rtp(rtcp, rtp, at("203.0.113.7", 9001)), "of one that was learned they come from the same host");
  expect(!fits_rtp(rtcp, rtp, stranger), "and from no other");
}

}  // namespace

void test_latches() {
  test_latch_signalled();
  test_latch_learning();
  test_latch_policies();
  test_latch_again();
  test_may_speak();
  test_rtcp_follows_rtp();
}
