// The relay for JavaScript. One relay a process; src/media/relay/native-relay.ts says what each function does.
#include <sys/resource.h>

#include <cerrno>
#include <memory>

#include "arguments.h"
#include "instance.h"
#include "udp-addon.h"

namespace demarc {
namespace {

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

napi_value start(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const int descriptor = arguments.signed_at(0);
  const uint32_t capacity = arguments.unsigned_at(1);
  RelayOptions options{arguments.unsigned_at(3), arguments.unsigned_at(4) != 0, arguments.text_at(5)};
  if (!arguments.good()) return nullptr;
  Instance* instance = instance_of(env);
  if (instance->relay) return fail(env, "the relay is started already", EALREADY);
  raise_descriptor_limit();
  instance->memory = StreamMemory::open(descriptor, capacity);
  if (instance->memory == nullptr) return fail(env, "the relay's shared memory", errno);
  static_assert(sizeof(IdentityRoom) <= kMemoryRoomBytes, "the certificate has the room to itself");
  instance->handshakes = DtlsDesk::create(static_cast<IdentityRoom*>(instance->memory->room()), capacity);
  if (instance->handshakes == nullptr) return fail(env, "the relay's certificate", EINVAL);
  options.handshakes = instance->handshakes.get();
  napi_value name = make_text(env, "relay events");
  const napi_status created = napi_create_threadsafe_function(env, arguments.value_at(2), nullptr, name, 0, 1, nullptr,
                                                              nullptr, instance, deliver_events, &instance->wake);
  if (created != napi_ok) return fail(env, "the relay's events", EINVAL);
  napi_unref_threadsafe_function(env, instance->wake);
  auto relay = std::make_unique<Relay>(*instance->memory, options, [instance] {
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
  instance->memory.reset();
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

napi_value fingerprint(napi_env env, napi_callback_info) {
  const Instance* instance = instance_of(env);
  return make_text(env, instance->handshakes == nullptr ? "" : instance->handshakes->fingerprint().c_str());
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
napi_value state_bytes(napi_env env, napi_callback_info) { return make_number(env, sizeof(StreamState) + sizeof(StreamSecrets)); }

constexpr Export kExports[] = {
    {"start", start},         {"stop", stop},     {"setNetwork", set_network}, {"dropNetwork", drop_network},
    {"fingerprint", fingerprint}, {"status", status}, {"stateBytes", state_bytes},
};

napi_value initialize(napi_env env, napi_value exports) {
  auto* instance = new Instance();
  napi_set_instance_data(
      env, instance, [](napi_env, void* owned, void*) { delete static_cast<Instance*>(owned); }, nullptr);
  add_functions(env, exports, kExports, sizeof kExports / sizeof kExports[0]);
  export_streams(env, exports);
  export_aims(env, exports);
  export_udp(env, exports);
  return exports;
}

}  // namespace
}  // namespace demarc

NAPI_MODULE_INIT() { return demarc::initialize(env, exports); }
