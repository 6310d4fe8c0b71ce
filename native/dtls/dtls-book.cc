// The rules of who is answered, and what a failure means.
#include "dtls-book.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>

#include "../srtp/srtp-guard.h"

namespace demarc {
namespace {

/** Who says hello at once on one socket: the peer, and some more; of a host that was not signalled two. */
constexpr size_t kMostTries = 8;
constexpr size_t kMostOfHost = 2;
/** Hosts that have shown a wrong certificate, and are not listened to any more. */
constexpr size_t kMostDenied = 16;
/** Hellos that are looked at: so many at once, then one in so long. Each costs some microseconds. */
constexpr int64_t kHelloEveryNs = 1000000;
constexpr int64_t kHelloBurst = 200;
/** Handshakes that are begun, of where the peer was signalled to be and of others each: a thousand times as dear. */
constexpr int64_t kTryEveryNs = 100000000;
constexpr int64_t kTryBurst = 20;
/** Of sides that are not aimed yet; what more there is comes again by itself. */
constexpr size_t kMostEarly = 256;
constexpr int64_t kEarlyNs = 3000000000;

/** So many at once, then one in so long. */
bool take_turn(int64_t* used_ns, int64_t every_ns, int64_t burst, int64_t now_ns) {
  const int64_t begun_ns = std::max(*used_ns, now_ns - burst * every_ns);
  if (begun_ns + every_ns > now_ns) return false;
  *used_ns = begun_ns + every_ns;
  return true;
}

uint32_t key_of(uint32_t slot, uint8_t side) { return slot * 2 + side; }

void keep_pair(KeptPair* out, const SrtpKey& receive, const SrtpKey& send) {
  const SrtpSizes& sizes = *sizes_of(receive.suite);
  std::memcpy(out->receive, receive.key, sizes.key);
  std::memcpy(out->receive + sizes.key, receive.salt, sizes.salt);
  std::memcpy(out->send, send.key, sizes.key);
  std::memcpy(out->send + sizes.key, send.salt, sizes.salt);
}

SrtpKey key_in(SrtpSuite suite, const uint8_t* bytes) {
  SrtpKey key;
  const SrtpSizes& sizes = *sizes_of(suite);
  key.suite = suite;
  std::memcpy(key.key, bytes, sizes.key);
  std::memcpy(key.salt, bytes + sizes.key, sizes.salt);
  return key;
}

SrtpPair pair_in(SrtpSuite suite, const KeptPair& kept) { return {key_in(suite, kept.receive), key_in(suite, kept.send)}; }

}  // namespace

uint32_t number_of(const HandshakePlace& place) { return key_of(place.slot, place.side) * 2 + (place.rtcp ? 1 : 0); }

std::unique_ptr<PacketGuard> make_dtls_guard(const KeptKeys& keys) {
  const auto suite = static_cast<SrtpSuite>(keys.suite);
  if (sizes_of(suite) == nullptr) return nullptr;
  const SrtpPair rtp = pair_in(suite, keys.rtp);
  if (keys.apart == 0) return SrtpGuard::create(rtp.receive, rtp.send);
  if (keys.rtcp_suite == 0) return SrtpGuard::create_apart(rtp, nullptr);
  const SrtpPair rtcp = pair_in(suite, keys.rtcp);
  return SrtpGuard::create_apart(rtp, &rtcp);
}

DtlsBook::DtlsBook(std::unique_ptr<DtlsContext> context, Send send, const DtlsLimits& limits)
    : context_(std::move(context)), send_(std::move(send)), limits_(limits) {}

DtlsBook::~DtlsBook() = default;

DtlsBook::Association* DtlsBook::find(uint32_t slot, uint8_t side) {
  const auto found = associations_.find(key_of(slot, side));
  return found == associations_.end() ? nullptr : found->second.get();
}

void DtlsBook::begin(uint32_t slot, uint8_t side, const HandshakeTerms& terms, const KeptKeys& before) {
  const uint32_t key = key_of(slot, side);
  Association* old = find(slot, side);
  if (old != nullptr && old->terms.mark() == terms.mark()) return;
  const bool same_peer = old != nullptr && old->components[0].keyed && old->terms.peer_mark() == terms.peer_mark();
  forget(key);
  auto association = std::make_unique<Association>();
  association->slot = slot;
  association->side = side;
  association->terms = terms;
  association->same_peer = same_peer;
  if (before.mark == terms.mark()) {
    association->keys = before;
    association->components[0].keyed = before.suite != 0;
    association->components[1].keyed = before.rtcp_suite != 0;
  }
  associations_[key] = std::move(association);
}

void DtlsBook::aim(uint32_t slot, uint8_t side, const HandshakeAim& aim, int64_t now_ns) {
  Association* association = find(slot, side);
  if (association == nullptr) return;
  const bool otherwise = association->keys.apart != (aim.apart ? 1 : 0);
  association->keys.apart = aim.apart ? 1 : 0;
  if (otherwise && association->components[0].keyed) give(*association, false, Address{});
  association->components[0].fd = aim.rtp_fd;
  association->components[1].fd = aim.apart ? aim.rtcp_fd : -1;
  association->aimed = true;
  association->told = false;
  association->deadline_ns = now_ns + limits_.patience_ns;
  aim_component(*association, false, aim.rtp, now_ns);
  if (aim.apart) aim_component(*association, true, aim.rtcp, now_ns);
  schedule(*association, now_ns);
}

void DtlsBook::aim_component(Association& association, bool rtcp, const Latch& latch, int64_t now_ns) {
  Component& component = association.components[rtcp ? 1 : 0];
  component.to = latch.current;
  const HandshakePlace place{association.slot, association.side, rtcp};
  const auto early = early_.find(number_of(place));
  if (early != early_.end()) {
    const Early said = std::move(early->second);
    early_.erase(early);
    if (now_ns - said.came_ns < kEarlyNs && may_speak(latch, said.source))
      receive(place, said.bytes.data(), said.bytes.size(), said.source, same(latch.signalled, said.source), now_ns);
  }
  start_client(association, component, now_ns);
}

void DtlsBook::end(uint32_t slot, uint8_t side) {
  forget(key_of(slot, side));
  for (const bool rtcp : {false, true}) early_.erase(number_of({slot, side, rtcp}));
}

void DtlsBook::forget(uint32_t key) {
  const auto found = associations_.find(key);
  if (found == associations_.end()) return;
  agenda_.erase({found->second->next_ns, key});
  OPENSSL_cleanse(&found->second->keys, sizeof found->second->keys);
  associations_.erase(found);
  outcomes_.erase(std::remove_if(outcomes_.begin(), outcomes_.end(),
                                 [&](const HandshakeOutcome& one) { return key_of(one.place.slot, one.place.side) == key; }),
                  outcomes_.end());
}

std::unique_ptr<DtlsHandshake> DtlsBook::make(const Association& association, const Component& component) {
  const int fd = component.fd;
  return DtlsHandshake::create(*context_, association.terms,
                               [this, fd](const uint8_t* bytes, size_t size, const Address& to) { send_(fd, bytes, size, to); });
}

void DtlsBook::start_client(Association& association, Component& component, int64_t now_ns) {
  const bool wanted = association.terms.client && !component.keyed && component.fd >= 0 && component.to.set();
  // RTCP whose peer has no handshake for it is not asked for ever.
  if (now_ns >= association.deadline_ns) return;
  if (!wanted || component.to.port == 0 || now_ns < component.again_ns) return;
  std::unique_ptr<DtlsHandshake> handshake = make(association, component);
  if (handshake == nullptr) return;
  component.again_ns = now_ns + limits_.again_ns;
  component.tries.clear();
  if (handshake->start(component.to) == DtlsStep::going) component.tries.push_back(std::move(handshake));
}

void DtlsBook::receive_early(const HandshakePlace& place, const uint8_t* bytes, size_t size, const Address& source, int64_t now_ns) {
  if (!glance_at_dtls(bytes, size).hello) return;
  for (auto one = early_.begin(); early_.size() >= kMostEarly && one != early_.end();) {
    one = now_ns - one->second.came_ns >= kEarlyNs ? early_.erase(one) : std::next(one);
  }
  const uint32_t number = number_of(place);
  const auto known = early_.find(number);
  if (known == early_.end() && early_.size() >= kMostEarly) return;
  early_[number] = Early{std::vector<uint8_t>(bytes, bytes + size), source, now_ns};
}

void DtlsBook::receive(const HandshakePlace& place, const uint8_t* bytes, size_t size, const Address& source, bool exact, int64_t now_ns) {
  Association* association = find(place.slot, place.side);
  if (association == nullptr) return;
  Component& component = association->components[place.rtcp ? 1 : 0];
  if (component.fd < 0) return;
  if (size == 0) {
    component.to = source;
    for (auto& handshake : component.tries) {
      if (association->terms.client) handshake->move_to(source);
    }
    start_client(*association, component, now_ns);
  } else {
    const DtlsGlance glance = glance_at_dtls(bytes, size);
    // Whoever it is from, it could end what the peer has begun.
    if (!glance.valid || glance.plain_alert) return;
    if (association->terms.client) hear_client(component, bytes, size);
    else hear_server(*association, component, bytes, size, source, now_ns);
    settle(*association, place.rtcp, &source, exact, now_ns);
  }
  schedule(*association, now_ns);
}

void DtlsBook::hear_client(Component& component, const uint8_t* bytes, size_t size) {
  if (!component.tries.empty()) component.tries.front()->receive(bytes, size);
  else if (component.done != nullptr) component.done->receive(bytes, size);
}

void DtlsBook::hear_server(Association& association, Component& component, const uint8_t* bytes, size_t size, const Address& source,
                           int64_t now_ns) {
  const DtlsGlance glance = glance_at_dtls(bytes, size);
  const auto is_from = [&](const std::unique_ptr<DtlsHandshake>& one) {
    const bool again = glance.random == nullptr || std::memcmp(one->random(), glance.random, kDtlsRandomBytes) == 0;
    return same(one->peer(), source) && again;
  };
  const auto known = std::find_if(component.tries.begin(), component.tries.end(), is_from);
  if (known != component.tries.end()) (*known)->receive(bytes, size);
  else if (component.done != nullptr && is_from(component.done)) component.done->receive(bytes, size);
  else if (glance.hello || glance.first_piece) hear_hello(association, component, bytes, size, source, now_ns);
}

bool DtlsBook::is_denied(const Association& association, const Component& component, const Address& source) {
  if (same_host(source, component.to)) return false;
  return std::any_of(association.denied.begin(), association.denied.end(), [&](const Address& one) { return same_host(one, source); });
}

void DtlsBook::hear_hello(Association& association, Component& component, const uint8_t* bytes, size_t size, const Address& source,
                          int64_t now_ns) {
  if (is_denied(association, component, source) || !take_turn(&association.hellos_ns, kHelloEveryNs, kHelloBurst, now_ns)) return;
  int64_t* const tries_ns = same(source, component.to) ? &association.tries_ns : &association.other_tries_ns;
  const auto may_begin = [&] { return take_turn(tries_ns, kTryEveryNs, kTryBurst, now_ns); };
  std::unique_ptr<DtlsHandshake> begun;
  if (glance_at_dtls(bytes, size).first_piece) {
    begun = may_begin() ? make(association, component) : nullptr;
    if (begun == nullptr) return;
    begun->accept(bytes, size, source);
  } else {
    if (component.listener == nullptr) component.listener = make(association, component);
    if (component.listener == nullptr || !component.listener->listen(bytes, size, source, may_begin)) return;
    begun = std::move(component.listener);
  }
  auto& tries = component.tries;
  // It has begun anew; or there are too many, and who has been at it for longest has had its time.
  const auto same_source = [&](const std::unique_ptr<DtlsHandshake>& one) { return same(one->peer(), source); };
  tries.erase(std::remove_if(tries.begin(), tries.end(), same_source), tries.end());
  const auto same_place = [&](const std::unique_ptr<DtlsHandshake>& one) { return same_host(one->peer(), source); };
  if (!same_host(source, component.to) && std::count_if(tries.begin(), tries.end(), same_place) >= static_cast<std::ptrdiff_t>(kMostOfHost))
    tries.erase(std::find_if(tries.begin(), tries.end(), same_place));
  if (tries.size() >= kMostTries) {
    const auto other = std::find_if(tries.begin(), tries.end(), [&](const auto& one) { return !same(one->peer(), component.to); });
    tries.erase(other != tries.end() ? other : tries.begin());
  }
  tries.push_back(std::move(begun));
}

void DtlsBook::settle(Association& association, bool rtcp, const Address* source, bool exact, int64_t now_ns) {
  Component& component = association.components[rtcp ? 1 : 0];
  for (size_t at = 0; at < component.tries.size();) {
    if (component.tries[at]->step() == DtlsStep::going) {
      at += 1;
      continue;
    }
    std::unique_ptr<DtlsHandshake> ended = std::move(component.tries[at]);
    component.tries.erase(component.tries.begin() + static_cast<std::ptrdiff_t>(at));
    if (ended->step() == DtlsStep::done) {
      const Address peer = source != nullptr ? *source : ended->peer();
      finish(association, rtcp, std::move(ended), peer, now_ns);
      return;
    }
    if (ended->fault() == HandshakeFault::fingerprint && association.denied.size() < kMostDenied) association.denied.push_back(ended->peer());
    if (rtcp || ended->fault() == HandshakeFault::none) continue;
    association.seen = ended->fault();
    if (exact) tell(association, ended->fault());
  }
}

void DtlsBook::finish(Association& association, bool rtcp, std::unique_ptr<DtlsHandshake> handshake, const Address& peer, int64_t now_ns) {
  Component& component = association.components[rtcp ? 1 : 0];
  SrtpKey receive;
  SrtpKey send;
  if (!handshake->read_keys(&receive, &send)) return;
  KeptKeys& keys = association.keys;
  keys.mark = association.terms.mark();
  const auto suite = static_cast<uint8_t>(receive.suite);
  // RTCP under another suite than its RTP is nothing that a peer of ours does: it has none then.
  if (rtcp && keys.suite != 0 && keys.suite != suite) return;
  keep_pair(rtcp ? &keys.rtcp : &keys.rtp, receive, send);
  (rtcp ? keys.rtcp_suite : keys.suite) = suite;
  component.keyed = true;
  component.done = std::move(handshake);
  component.done_ns = now_ns;
  component.listener.reset();
  component.tries.clear();
  OPENSSL_cleanse(&receive, sizeof receive);
  OPENSSL_cleanse(&send, sizeof send);
  // RTCP waits for the keys of its RTP.
  if (keys.suite != 0) give(association, rtcp, peer);
}

void DtlsBook::give(const Association& association, bool rtcp, const Address& peer) {
  HandshakeOutcome outcome;
  outcome.place = {association.slot, association.side, rtcp};
  outcome.peer = peer;
  outcome.guard = make_dtls_guard(association.keys);
  outcome.keys = association.keys;
  if (outcome.guard != nullptr) outcomes_.push_back(std::move(outcome));
}

void DtlsBook::tell(Association& association, HandshakeFault fault) {
  const bool harmless = association.components[0].keyed || association.same_peer;
  if (association.told || harmless) return;
  association.told = true;
  HandshakeOutcome outcome;
  outcome.place = {association.slot, association.side, false};
  outcome.fault = fault;
  outcomes_.push_back(std::move(outcome));
}

void DtlsBook::tick(int64_t now_ns) {
  while (!agenda_.empty() && agenda_.begin()->first <= now_ns) {
    const auto found = associations_.find(agenda_.begin()->second);
    if (found == associations_.end()) {
      agenda_.erase(agenda_.begin());
      continue;
    }
    tick(*found->second, now_ns);
    schedule(*found->second, now_ns);
  }
}

void DtlsBook::tick(Association& association, int64_t now_ns) {
  for (const bool rtcp : {false, true}) {
    Component& component = association.components[rtcp ? 1 : 0];
    for (auto& handshake : component.tries) {
      if (handshake->wait_us() == 0) handshake->tick();
    }
    settle(association, rtcp, nullptr, false, now_ns);
    start_client(association, component, now_ns);
    if (component.done != nullptr && now_ns >= component.done_ns + limits_.linger_ns) component.done.reset();
  }
  if (association.aimed && now_ns >= association.deadline_ns && !association.components[0].keyed) {
    tell(association, association.seen != HandshakeFault::none ? association.seen : HandshakeFault::silence);
    association.told = true;
  }
}

void DtlsBook::schedule(Association& association, int64_t now_ns) {
  const uint32_t key = key_of(association.slot, association.side);
  if (association.next_ns >= 0) agenda_.erase({association.next_ns, key});
  int64_t next_ns = INT64_MAX;
  for (const Component& component : association.components) {
    for (const auto& handshake : component.tries) {
      const int64_t wait_us = handshake->wait_us();
      if (wait_us >= 0) next_ns = std::min(next_ns, now_ns + std::max<int64_t>(wait_us, 1) * 1000);
    }
    const bool waits = association.terms.client && !component.keyed && component.fd >= 0;
    if (waits && component.to.set() && std::max(component.again_ns, now_ns) < association.deadline_ns)
      next_ns = std::min(next_ns, std::max(component.again_ns, now_ns + 1));
    if (component.done != nullptr) next_ns = std::min(next_ns, component.done_ns + limits_.linger_ns);
  }
  if (association.aimed && !association.told && !association.components[0].keyed)
    next_ns = std::min(next_ns, std::max(association.deadline_ns, now_ns + 1));
  association.next_ns = next_ns == INT64_MAX ? -1 : next_ns;
  if (association.next_ns >= 0) agenda_.insert({association.next_ns, key});
}

bool DtlsBook::next_outcome(HandshakeOutcome* out) {
  if (outcomes_.empty()) return false;
  *out = std::move(outcomes_.front());
  outcomes_.erase(outcomes_.begin());
  return true;
}

size_t DtlsBook::handshakes() const {
  size_t count = 0;
  for (const auto& [key, association] : associations_) {
    for (const Component& component : association->components) count += component.tries.size() + (component.done != nullptr ? 1 : 0);
  }
  return count;
}

}  // namespace demarc
