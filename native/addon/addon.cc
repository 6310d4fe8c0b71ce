// The relay for JavaScript. One relay a process; src/media/relay/native-relay.ts says what each function does.
#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "../dtls/dtls-desk.h"
#include "../ice/ice-lite.h"
#include "../relay/relay.h"
#include "../srtp/srtp-guard.h"
#include "arguments.h"
#include "udp-addon.h"

namespace demarc {
namespace {

struct Instance {
  std::unique_ptr<DtlsDesk> handshakes;
  std::unique_ptr<Relay> relay;
  napi_threadsafe_function wake = nullptr;
};

Instance* instance_of(napi_env env) {
  void* instance = nullptr;
  napi_get_instance_data(env, &instance);
  return static_cast<Instance*>(instance);
}

/** The running relay; throws and gives null before `start`. */
Relay* relay_of(napi_env env) {
  Relay* relay = instance_of(env)->relay.get();
  if (relay == nullptr) napi_throw_error(env, nullptr, "the relay is not started");
  return relay;
}

napi_value fail(napi_env env, const char* what, int system_error) {
  const std::string message = std::string(what) + ": " + std::strerror(system_error);
  napi_throw_error(env, nullptr, message.c_str());
  return nullptr;
}

/** Each stream needs four descriptors; the usual soft limit of 1024 would end at 250 calls. */
void raise_descriptor_limit() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) return;
}

const char* word_of(EventKind kind) {
  switch (kind) {
    case EventKind::first_packet:
      return "first-packet";
    case EventKind::one_way:
      return "one-way";
    case EventKind::timeout:
      return "timeout";
    case EventKind::secured:
      return "secured";
    case EventKind::unsecured:
      return "unsecured";
    case EventKind::tone:
      return "tone";
  }
  return "timeout";
}

napi_value describe_event(napi_env env, const Event& event) {
  napi_value object = make_object(env);
  set_property(env, object, "kind", make_text(env, word_of(event.kind)));
  set_number(env, object, "session", event.session);
  set_number(env, object, "slot", event.slot);
  set_number(env, object, "side", event.side);
  set_number(env, object, "detail", event.detail);
  set_number(env, object, "durationMs", event.duration_ms);
  return object;
}

/** On the JavaScript thread: hands over all events that wait. */
void deliver_events(napi_env env, napi_value listener, void* context, void*) {
  if (env == nullptr || listener == nullptr) return;
  auto* instance = static_cast<Instance*>(context);
  if (!instance->relay) return;
  napi_value undefined = nullptr;
  napi_get_undefined(env, &undefined);
  Event event;
  while (instance->relay->next_event(&event)) {
    napi_value argument = describe_event(env, event);
    if (napi_call_function(env, undefined, listener, 1, &argument, nullptr) != napi_ok) return;
  }
}

/** Maps the shared memory, filled with zeros when it is new. Null with errno set when the system refuses. */
void* map_memory(int descriptor, size_t bytes) {
  // Reserved now: a full memory file system would otherwise end the process at some packet.
  const int refused = posix_fallocate(descriptor, 0, static_cast<off_t>(bytes));
  if (refused != 0) {
    errno = refused;
    return nullptr;
  }
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (memory == MAP_FAILED) return nullptr;
  // Keys lie in it. A system that cannot keep it out of its dumps is no reason to refuse calls.
  if (madvise(memory, bytes, MADV_DONTDUMP) != 0) errno = 0;
  return memory;
}

napi_value start(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const int descriptor = arguments.signed_at(0);
  const uint32_t capacity = arguments.unsigned_at(1);
  RelayOptions options{arguments.unsigned_at(3), arguments.unsigned_at(4) != 0, arguments.text_at(5)};
  if (!arguments.good()) return nullptr;
  Instance* instance = instance_of(env);
  if (instance->relay) return fail(env, "the relay is started already", EALREADY);
  raise_descriptor_limit();
  void* memory = map_memory(descriptor, capacity * sizeof(StreamState) + sizeof(IdentityRoom));
  if (memory == nullptr) return fail(env, "the relay's shared memory", errno);
  auto* identity = reinterpret_cast<IdentityRoom*>(static_cast<StreamState*>(memory) + capacity);
  instance->handshakes = DtlsDesk::create(identity, capacity);
  if (instance->handshakes == nullptr) return fail(env, "the relay's certificate", EINVAL);
  options.handshakes = instance->handshakes.get();
  napi_value name = make_text(env, "relay events");
  const napi_status created = napi_create_threadsafe_function(env, arguments.value_at(2), nullptr, name, 0, 1, nullptr,
                                                              nullptr, instance, deliver_events, &instance->wake);
  if (created != napi_ok) return fail(env, "the relay's events", EINVAL);
  napi_unref_threadsafe_function(env, instance->wake);
  auto relay = std::make_unique<Relay>(static_cast<StreamState*>(memory), capacity, options, [instance] {
    napi_call_threadsafe_function(instance->wake, nullptr, napi_tsfn_nonblocking);
  });
  if (!relay->start()) return fail(env, "the packet thread", errno);
  instance->relay = std::move(relay);
  return nullptr;
}

napi_value stop(napi_env env, napi_callback_info) {
  Instance* instance = instance_of(env);
  if (!instance->relay) return nullptr;
  instance->relay.reset();
  instance->handshakes.reset();
  napi_release_threadsafe_function(instance->wake, napi_tsfn_abort);
  return nullptr;
}

napi_value set_network(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const std::string name = arguments.text_at(0);
  const std::string address = arguments.text_at(1);
  const auto from = static_cast<uint16_t>(arguments.unsigned_at(2));
  const auto to = static_cast<uint16_t>(arguments.unsigned_at(3));
  const int dscp = arguments.signed_at(4);
  const bool kernel = arguments.unsigned_at(5) != 0;
  Relay* relay = arguments.good() ? relay_of(env) : nullptr;
  if (relay == nullptr) return nullptr;
  napi_value set = nullptr;
  napi_get_boolean(env, relay->set_network(name, {address, from, to, dscp, kernel}), &set);
  return set;
}

napi_value drop_network(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const std::string name = arguments.text_at(0);
  Relay* relay = arguments.good() ? relay_of(env) : nullptr;
  if (relay != nullptr) relay->drop_network(name);
  return nullptr;
}

const char* word_of(OpenError error) {
  switch (error) {
    case OpenError::none:
      return "none";
    case OpenError::unknown_network:
      return "unknown-network";
    case OpenError::no_ports:
      return "no-ports";
    case OpenError::bad_address:
      return "bad-address";
    case OpenError::slot:
      return "bad-slot";
    case OpenError::system:
      return "system";
  }
  return "system";
}

napi_value open_side(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  Relay::OpenOptions options;
  options.slot = arguments.unsigned_at(0);
  options.session = arguments.unsigned_at(1);
  options.side = arguments.signed_at(2);
  options.network = arguments.text_at(3);
  options.exact_address = arguments.text_at(4);
  options.exact_port = static_cast<uint16_t>(arguments.unsigned_at(5));
  Relay* relay = arguments.good() ? relay_of(env) : nullptr;
  if (relay == nullptr) return nullptr;
  const OpenResult result = relay->open_side(options);
  napi_value object = make_object(env);
  set_number(env, object, "port", result.port);
  set_property(env, object, "error", make_text(env, word_of(result.error)));
  const char* detail = result.system_error == 0 ? "" : std::strerror(result.system_error);
  set_property(env, object, "detail", make_text(env, detail));
  return object;
}

napi_value close_side(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const uint32_t slot = arguments.unsigned_at(0);
  const int side = arguments.signed_at(1);
  Relay* relay = arguments.good() ? relay_of(env) : nullptr;
  if (relay != nullptr) relay->close_side(slot, side);
  return nullptr;
}

napi_value close_slot(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const uint32_t slot = arguments.unsigned_at(0);
  const uint32_t session = arguments.unsigned_at(1);
  Relay* relay = arguments.good() ? relay_of(env) : nullptr;
  if (relay != nullptr) relay->close_slot(slot, session);
  return nullptr;
}

napi_value set_remote(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const uint32_t slot = arguments.unsigned_at(0);
  const int side = arguments.signed_at(1);
  const uint32_t revision = arguments.unsigned_at(2);
  const std::string rtp_address = arguments.text_at(3);
  const auto rtp_port = static_cast<uint16_t>(arguments.unsigned_at(4));
  const std::string rtcp_address = arguments.text_at(5);
  const auto rtcp_port = static_cast<uint16_t>(arguments.unsigned_at(6));
  const uint32_t policy = arguments.unsigned_at(7);
  Relay* relay = arguments.good() ? relay_of(env) : nullptr;
  if (relay == nullptr) return nullptr;
  RemoteOptions options;
  options.kind = RemoteOptions::Kind::address;
  const uint32_t learn = policy & 3;
  options.learn = learn <= 2 ? static_cast<Learn>(learn) : Learn::none;
  options.many_sources = (policy & 4) != 0;
  options.mux = (policy & 8) != 0;
  options.udptl = (policy & 16) != 0;
  const bool good = parse_address(rtp_address.c_str(), rtp_port, &options.rtp) &&
                    parse_address(rtcp_address.c_str(), rtcp_port, &options.rtcp);
  if (!good) return fail(env, "a remote address", EINVAL);
  relay->set_remote(slot, side, revision, options);
  return nullptr;
}

napi_value silence_remote(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const uint32_t slot = arguments.unsigned_at(0);
  const int side = arguments.signed_at(1);
  const uint32_t revision = arguments.unsigned_at(2);
  const uint32_t closed = arguments.unsigned_at(3);
  Relay* relay = arguments.good() ? relay_of(env) : nullptr;
  if (relay == nullptr) return nullptr;
  RemoteOptions options;
  options.kind = closed != 0 ? RemoteOptions::Kind::closed : RemoteOptions::Kind::hold;
  relay->set_remote(slot, side, revision, options);
  return nullptr;
}

/** Master key and salt, as a=crypto has them behind inline. False when they are not as long as the suite wants them. */
bool read_master(Arguments& arguments, size_t index, SrtpKey* out) {
  uint8_t bytes[kSrtpKeyBytes + kSrtpSaltBytes];
  const size_t length = arguments.bytes_at(index, bytes, sizeof bytes);
  const SrtpSizes* sizes = sizes_of(out->suite);
  const bool fits = sizes != nullptr && length == sizes->key + sizes->salt;
  if (fits) {
    std::memcpy(out->key, bytes, sizes->key);
    std::memcpy(out->salt, bytes + sizes->key, sizes->salt);
  }
  OPENSSL_cleanse(bytes, sizeof bytes);
  return fits;
}

napi_value set_keys(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const uint32_t slot = arguments.unsigned_at(0);
  const int side = arguments.signed_at(1);
  const uint32_t suite = arguments.unsigned_at(2);
  SrtpKey receive;
  SrtpKey send;
  receive.suite = send.suite = suite <= 0xff ? static_cast<SrtpSuite>(suite) : SrtpSuite::none;
  const bool fit = read_master(arguments, 3, &receive) && read_master(arguments, 4, &send);
  receive.mki_bytes = static_cast<uint8_t>(arguments.bytes_at(5, receive.mki, sizeof receive.mki));
  Relay* relay = arguments.good() ? relay_of(env) : nullptr;
  std::unique_ptr<SrtpGuard> guard = fit && relay != nullptr ? SrtpGuard::create(receive, send) : nullptr;
  OPENSSL_cleanse(&receive, sizeof receive);
  OPENSSL_cleanse(&send, sizeof send);
  if (relay == nullptr) return nullptr;
  napi_value set = nullptr;
  napi_get_boolean(env, guard != nullptr, &set);
  if (guard != nullptr) relay->set_guard(slot, side, std::move(guard));
  return set;
}

napi_value clear_keys(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const uint32_t slot = arguments.unsigned_at(0);
  const int side = arguments.signed_at(1);
  Relay* relay = arguments.good() ? relay_of(env) : nullptr;
  if (relay != nullptr) relay->set_guard(slot, side, nullptr);
  return nullptr;
}

napi_value set_checks(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const uint32_t slot = arguments.unsigned_at(0);
  const int side = arguments.signed_at(1);
  const std::string fragment = arguments.text_at(2);
  const std::string password = arguments.text_at(3);
  Relay* relay = arguments.good() ? relay_of(env) : nullptr;
  if (relay == nullptr) return nullptr;
  // Null, which ends it, for empty ones.
  relay->set_checks(slot, side, IceLite::create(fragment.data(), fragment.size(), password.data(), password.size()));
  return nullptr;
}

constexpr size_t kMostFingerprints = 16;
constexpr size_t kMostDigestBytes = 64;

size_t digest_bytes(DigestKind kind) {
  constexpr size_t kBytes[] = {0, 20, 28, 32, 48, 64};
  const auto number = static_cast<size_t>(kind);
  return number < sizeof kBytes / sizeof kBytes[0] ? kBytes[number] : 0;
}

napi_value set_handshake(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const uint32_t slot = arguments.unsigned_at(0);
  const int side = arguments.signed_at(1);
  HandshakeTerms terms;
  terms.client = arguments.unsigned_at(2) != 0;
  terms.digest = static_cast<DigestKind>(arguments.unsigned_at(3));
  uint8_t digests[kMostFingerprints * kMostDigestBytes];
  const size_t length = arguments.bytes_at(4, digests, sizeof digests);
  for (const uint32_t suite : arguments.numbers_at(5)) terms.suites.push_back(static_cast<SrtpSuite>(suite));
  terms.association = arguments.text_at(6);
  Relay* relay = arguments.good() ? relay_of(env) : nullptr;
  if (relay == nullptr) return nullptr;
  const size_t each = digest_bytes(terms.digest);
  const bool fits = each > 0 && length > 0 && length % each == 0 && !terms.suites.empty();
  for (size_t at = 0; fits && at < length; at += each) terms.fingerprints.emplace_back(digests + at, digests + at + each);
  if (fits) relay->set_handshake(slot, side, &terms);
  napi_value set = nullptr;
  napi_get_boolean(env, fits, &set);
  return set;
}

napi_value clear_handshake(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const uint32_t slot = arguments.unsigned_at(0);
  const int side = arguments.signed_at(1);
  Relay* relay = arguments.good() ? relay_of(env) : nullptr;
  if (relay != nullptr) relay->set_handshake(slot, side, nullptr);
  return nullptr;
}

napi_value fingerprint(napi_env env, napi_callback_info) {
  const Instance* instance = instance_of(env);
  return make_text(env, instance->handshakes == nullptr ? "" : instance->handshakes->fingerprint().c_str());
}

napi_value follow_checks(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const uint32_t slot = arguments.unsigned_at(0);
  const int side = arguments.signed_at(1);
  const uint32_t revision = arguments.unsigned_at(2);
  const uint32_t policy = arguments.unsigned_at(3);
  Relay* relay = arguments.good() ? relay_of(env) : nullptr;
  if (relay == nullptr) return nullptr;
  RemoteOptions options;
  options.kind = RemoteOptions::Kind::checked;
  options.many_sources = (policy & 4) != 0;
  options.mux = (policy & 8) != 0;
  relay->set_remote(slot, side, revision, options);
  return nullptr;
}

napi_value set_tones(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const uint32_t slot = arguments.unsigned_at(0);
  const int side = arguments.signed_at(1);
  const uint32_t send = arguments.unsigned_at(2);
  const uint32_t receive = arguments.unsigned_at(3);
  const uint32_t rate_hz = arguments.unsigned_at(4);
  Relay* relay = arguments.good() ? relay_of(env) : nullptr;
  if (relay == nullptr) return nullptr;
  const bool on = rate_hz != 0 && send < 128 && receive < 128;
  relay->set_tones(slot, side, {on ? rate_hz : 0, static_cast<uint8_t>(send), static_cast<uint8_t>(receive), static_cast<uint8_t>(on), 0});
  return nullptr;
}

napi_value play_tone(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const uint32_t slot = arguments.unsigned_at(0);
  const uint32_t session = arguments.unsigned_at(1);
  const int side = arguments.signed_at(2);
  const uint32_t event = arguments.unsigned_at(3);
  const uint32_t duration_ms = arguments.unsigned_at(4);
  const uint32_t volume = arguments.unsigned_at(5);
  Relay* relay = arguments.good() ? relay_of(env) : nullptr;
  if (relay == nullptr) return nullptr;
  const bool known = event <= kLastTone && volume <= 63;
  napi_value played = nullptr;
  napi_get_boolean(env, known && relay->play_tone(slot, session, side, static_cast<uint8_t>(event), duration_ms, static_cast<uint8_t>(volume)), &played);
  return played;
}

napi_value set_rates(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const uint32_t slot = arguments.unsigned_at(0);
  const std::vector<uint32_t> pairs = arguments.numbers_at(1);
  Relay* relay = arguments.good() ? relay_of(env) : nullptr;
  if (relay != nullptr) relay->set_rates(slot, pairs);
  return nullptr;
}

napi_value watch_session(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const uint32_t session = arguments.unsigned_at(0);
  const auto timeout_ns = static_cast<int64_t>(arguments.number_at(1) * 1e6);
  const auto one_way_ns = static_cast<int64_t>(arguments.number_at(2) * 1e6);
  Relay* relay = arguments.good() ? relay_of(env) : nullptr;
  if (relay != nullptr) relay->watch_session(session, {timeout_ns, one_way_ns});
  return nullptr;
}

napi_value describe_side(napi_env env, const SideCounters& counters) {
  const Reception& reception = counters.reception;
  const GateCounters& gate = counters.gate;
  const struct {
    const char* name;
    double value;
  } numbers[] = {
      {"packets", static_cast<double>(reception.packets)},
      {"bytes", static_cast<double>(reception.bytes)},
      {"lost", static_cast<double>(demarc_lost_packets(&reception))},
      {"duplicates", static_cast<double>(reception.duplicates)},
      {"reordered", static_cast<double>(reception.reordered)},
      {"jitterMs", static_cast<double>(reception.jitter_ns16) / 16e6},
      {"ssrcChanges", static_cast<double>(reception.ssrc_changes)},
      {"dscp", static_cast<double>(reception.dscp_plus_one) - 1},
      {"rtcpPackets", static_cast<double>(gate.rtcp_packets)},
      {"rejected", static_cast<double>(gate.rejected)},
      {"malformed", static_cast<double>(gate.malformed)},
      {"unauthentic", static_cast<double>(gate.unauthentic)},
      {"replayed", static_cast<double>(gate.replayed)},
      {"inKernel", counters.in_kernel ? 1.0 : 0.0},
      {"firstPacketAt", static_cast<double>(reception.first_packet_ms)},
      {"lastPacketAt", static_cast<double>(reception.last_packet_ms)},
  };
  napi_value side = make_object(env);
  for (const auto& number : numbers) set_number(env, side, number.name, number.value);
  return side;
}

napi_value read_counters(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const uint32_t slot = arguments.unsigned_at(0);
  const uint32_t session = arguments.unsigned_at(1);
  Relay* relay = arguments.good() ? relay_of(env) : nullptr;
  if (relay == nullptr) return nullptr;
  SideCounters sides[2];
  napi_value result = nullptr;
  if (!relay->read_counters(slot, session, sides)) {
    napi_get_null(env, &result);
    return result;
  }
  napi_create_array_with_length(env, 2, &result);
  for (uint32_t index = 0; index < 2; index += 1) {
    napi_set_element(env, result, index, describe_side(env, sides[index]));
  }
  return result;
}

napi_value status(napi_env env, napi_callback_info) {
  Relay* relay = relay_of(env);
  if (relay == nullptr) return nullptr;
  const RelayStatus now = relay->status();
  napi_value object = make_object(env);
  set_number(env, object, "streams", now.streams);
  set_number(env, object, "sockets", now.sockets);
  set_number(env, object, "threads", now.threads);
  set_property(env, object, "kernel", make_text(env, now.kernel.c_str()));
  set_number(env, object, "kernelFlows", now.kernel_flows);
  set_number(env, object, "frameFlows", now.frame_flows);
  set_property(env, object, "wire", make_text(env, now.wire));
  set_number(env, object, "forwarded", static_cast<double>(now.traffic.forwarded));
  set_number(env, object, "unaddressed", static_cast<double>(now.traffic.unaddressed));
  set_number(env, object, "unsendable", static_cast<double>(now.traffic.unsendable));
  return object;
}

/** Of one stream in the shared memory: relays whose builds differ in it cannot follow one another. */
napi_value state_bytes(napi_env env, napi_callback_info) { return make_number(env, sizeof(StreamState)); }

struct Export {
  const char* name;
  napi_callback function;
};

constexpr Export kExports[] = {
    {"start", start},
    {"stop", stop},
    {"setNetwork", set_network},
    {"dropNetwork", drop_network},
    {"openSide", open_side},
    {"closeSide", close_side},
    {"closeSlot", close_slot},
    {"setRemote", set_remote},
    {"silenceRemote", silence_remote},
    {"setKeys", set_keys},
    {"clearKeys", clear_keys},
    {"setChecks", set_checks},
    {"followChecks", follow_checks},
    {"setHandshake", set_handshake},
    {"clearHandshake", clear_handshake},
    {"fingerprint", fingerprint},
    {"setRates", set_rates},
    {"setTones", set_tones},
    {"playTone", play_tone},
    {"watchSession", watch_session},
    {"readCounters", read_counters},
    {"status", status},
    {"stateBytes", state_bytes},
};

napi_value initialize(napi_env env, napi_value exports) {
  auto* instance = new Instance();
  napi_set_instance_data(
      env, instance, [](napi_env, void* owned, void*) { delete static_cast<Instance*>(owned); }, nullptr);
  for (const Export& item : kExports) {
    napi_value function = nullptr;
    napi_create_function(env, item.name, NAPI_AUTO_LENGTH, item.function, nullptr, &function);
    set_property(env, exports, item.name, function);
  }
  export_udp(env, exports);
  return exports;
}

}  // namespace
}  // namespace demarc

NAPI_MODULE_INIT() { return demarc::initialize(env, exports); }
