// UDP sockets on the event loop of the thread that opened them.
#include "udp-addon.h"

#include <uv.h>

#include <cerrno>
#include <memory>

#include "../udp/udp-socket.h"
#include "arguments.h"

namespace demarc {
namespace {

/** Of the tables that both sides share: what is said of one datagram. */
constexpr size_t kReceivedFields = 3;
constexpr size_t kOutgoingFields = 5;
/** Batches that are taken in one turn of the event loop, so that timers and streams get their turn too. */
constexpr int kBatchesPerTurn = 4;

struct Listener {
  napi_env env = nullptr;
  std::unique_ptr<UdpSocket> socket;
  uv_poll_t poll = {};
  napi_ref on_batch = nullptr;
  napi_ref on_unreachable = nullptr;
  /** Keeps the memory alive that the socket fills. */
  napi_ref memory_owner = nullptr;
  napi_ref table_owner = nullptr;
  uint8_t* memory = nullptr;
  uint32_t* table = nullptr;
  bool closed = false;
  /** Either JavaScript or the event loop has let go of it: the other one frees it. */
  bool half_gone = false;
};

napi_value throw_system_error(napi_env env, int system_error) {
  napi_value error = nullptr;
  napi_value code = make_text(env, uv_err_name(-system_error));
  napi_create_error(env, code, make_text(env, uv_strerror(-system_error)), &error);
  napi_throw(env, error);
  return nullptr;
}

/** The bytes behind a Uint8Array; null, with an exception, when it is something else or too small. */
uint8_t* bytes_of(napi_env env, napi_value value, size_t least, size_t* length) {
  napi_typedarray_type type = napi_int8_array;
  void* bytes = nullptr;
  const napi_status status = napi_get_typedarray_info(env, value, &type, length, &bytes, nullptr, nullptr);
  if (status == napi_ok && type == napi_uint8_array && *length >= least) return static_cast<uint8_t*>(bytes);
  napi_throw_type_error(env, nullptr, "a Uint8Array of enough bytes is wanted");
  return nullptr;
}

uint32_t* words_of(napi_env env, napi_value value, size_t least) {
  napi_typedarray_type type = napi_int8_array;
  size_t length = 0;
  void* words = nullptr;
  const napi_status status = napi_get_typedarray_info(env, value, &type, &length, &words, nullptr, nullptr);
  if (status == napi_ok && type == napi_uint32_array && length >= least) return static_cast<uint32_t*>(words);
  napi_throw_type_error(env, nullptr, "a Uint32Array of enough numbers is wanted");
  return nullptr;
}

void hand_over(Listener* listener, napi_ref to, const Received* received, size_t count) {
  for (size_t index = 0; index < count; index += 1) {
    uint32_t* row = listener->table + index * kReceivedFields;
    row[0] = received[index].length;
    row[1] = received[index].port;
    row[2] = received[index].address_length;
  }
  napi_env env = listener->env;
  napi_handle_scope scope = nullptr;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  napi_value function = nullptr;
  napi_value receiver = nullptr;
  napi_get_reference_value(env, to, &function);
  napi_get_global(env, &receiver);
  napi_value argument = make_number(env, static_cast<double>(count));
  if (napi_make_callback(env, nullptr, receiver, function, 1, &argument, nullptr) == napi_pending_exception) {
    napi_value error = nullptr;
    napi_get_and_clear_last_exception(env, &error);
    napi_fatal_exception(env, error);
  }
  napi_close_handle_scope(env, scope);
}

void on_readable(uv_poll_t* poll, int status, int);

void hear_datagrams(Listener* listener) {
  Received received[kUdpBatch];
  for (int batch = 0; batch < kBatchesPerTurn && !listener->closed; batch += 1) {
    const size_t count = listener->socket->receive(listener->memory, received);
    if (count > 0) hand_over(listener, listener->on_batch, received, count);
    if (count < kUdpBatch) return;
  }
}

void hear_unreachable(Listener* listener) {
  Received received[kUdpBatch];
  for (int batch = 0; batch < kBatchesPerTurn && !listener->closed; batch += 1) {
    const size_t count = listener->socket->unreachable(listener->memory, received);
    if (count > 0) hand_over(listener, listener->on_unreachable, received, count);
    if (count < kUdpBatch) return;
  }
}

void watch(Listener* listener) { uv_poll_start(&listener->poll, UV_READABLE | UV_PRIORITIZED, on_readable); }

/** libuv tells of errors that wait as of something urgent, or stops looking and says so by `status` when there are datagrams too. */
void on_readable(uv_poll_t* poll, int status, int events) {
  auto* listener = static_cast<Listener*>(poll->data);
  if (status < 0 || (events & UV_PRIORITIZED) != 0) hear_unreachable(listener);
  hear_datagrams(listener);
  if (status < 0 && !listener->closed) watch(listener);
}

/** Stops it; what JavaScript still holds of it does nothing any more. */
void close_listener(Listener* listener) {
  if (listener->closed) return;
  listener->closed = true;
  uv_poll_stop(&listener->poll);
  listener->socket.reset();
  napi_delete_reference(listener->env, listener->on_batch);
  napi_delete_reference(listener->env, listener->on_unreachable);
  napi_delete_reference(listener->env, listener->memory_owner);
  napi_delete_reference(listener->env, listener->table_owner);
  uv_close(reinterpret_cast<uv_handle_t*>(&listener->poll), [](uv_handle_t* handle) {
    auto* closed = static_cast<Listener*>(handle->data);
    if (closed->half_gone) {
      delete closed;
    } else {
      closed->half_gone = true;
    }
  });
}

/** JavaScript has let go of it. */
void forget_listener(napi_env, void* owned, void*) {
  auto* listener = static_cast<Listener*>(owned);
  close_listener(listener);
  if (listener->half_gone) {
    delete listener;
  } else {
    listener->half_gone = true;
  }
}

Listener* listener_of(napi_env env, napi_value value) {
  void* listener = nullptr;
  if (napi_get_value_external(env, value, &listener) == napi_ok) return static_cast<Listener*>(listener);
  napi_throw_type_error(env, nullptr, "a socket of openUdp is wanted");
  return nullptr;
}

/** openUdp(address, port, bufferBytes, dscp, memory, table, onBatch, onUnreachable) */
napi_value open_udp(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const std::string literal = arguments.text_at(0);
  const auto port = static_cast<uint16_t>(arguments.unsigned_at(1));
  const int buffer_bytes = arguments.signed_at(2);
  const int dscp = arguments.signed_at(3);
  if (!arguments.good()) return nullptr;
  size_t length = 0;
  uint8_t* memory = bytes_of(env, arguments.value_at(4), kUdpBatch * kUdpSlotBytes, &length);
  uint32_t* table = memory == nullptr ? nullptr : words_of(env, arguments.value_at(5), kUdpBatch * kReceivedFields);
  if (table == nullptr) return nullptr;
  Address address;
  if (!parse_address(literal.c_str(), port, &address)) return throw_system_error(env, EINVAL);
  auto listener = std::make_unique<Listener>();
  int system_error = 0;
  listener->env = env;
  listener->memory = memory;
  listener->table = table;
  listener->socket = UdpSocket::open(address, buffer_bytes, dscp, &system_error);
  if (!listener->socket) return throw_system_error(env, system_error);
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) return throw_system_error(env, EINVAL);
  const int refused = uv_poll_init(loop, &listener->poll, listener->socket->descriptor());
  if (refused != 0) return throw_system_error(env, -refused);
  Listener* owned = listener.release();
  owned->poll.data = owned;
  napi_create_reference(env, arguments.value_at(6), 1, &owned->on_batch);
  napi_create_reference(env, arguments.value_at(7), 1, &owned->on_unreachable);
  napi_create_reference(env, arguments.value_at(4), 1, &owned->memory_owner);
  napi_create_reference(env, arguments.value_at(5), 1, &owned->table_owner);
  watch(owned);
  napi_value handle = nullptr;
  napi_create_external(env, owned, forget_listener, nullptr, &handle);
  napi_value object = make_object(env);
  set_property(env, object, "handle", handle);
  set_number(env, object, "port", owned->socket->port());
  return object;
}

/** Reads one row of the table of what is to be sent. False when it leads outside of the bytes or its address is none. */
bool read_outgoing(const uint32_t* row, const uint8_t* bytes, size_t length, Outgoing* out) {
  const size_t address_at = row[0];
  const size_t address_length = row[1];
  const size_t message_at = row[3];
  const size_t message_length = row[4];
  if (address_length >= kUdpAddressBytes || address_at + address_length > length) return false;
  if (message_at + message_length > length) return false;
  const std::string literal(reinterpret_cast<const char*>(bytes + address_at), address_length);
  out->bytes = bytes + message_at;
  out->length = message_length;
  return parse_address(literal.c_str(), static_cast<uint16_t>(row[2]), &out->to);
}

/** sendUdp(handle, bytes, table, from, count) */
napi_value send_udp(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const uint32_t from = arguments.unsigned_at(3);
  const uint32_t count = arguments.unsigned_at(4);
  if (!arguments.good()) return nullptr;
  Listener* listener = listener_of(env, arguments.value_at(0));
  size_t length = 0;
  const uint8_t* bytes = listener == nullptr ? nullptr : bytes_of(env, arguments.value_at(1), 0, &length);
  const size_t rows = static_cast<size_t>(from) + count;
  const uint32_t* table = bytes == nullptr ? nullptr : words_of(env, arguments.value_at(2), rows * kOutgoingFields);
  if (table == nullptr) return nullptr;
  if (listener->closed) return make_number(env, -EBADF);
  Outgoing messages[kUdpBatch];
  size_t ready = 0;
  while (ready < count && ready < kUdpBatch) {
    if (!read_outgoing(table + (from + ready) * kOutgoingFields, bytes, length, &messages[ready])) break;
    ready += 1;
  }
  if (ready == 0) return make_number(env, -EINVAL);
  return make_number(env, listener->socket->send(messages, ready));
}

/** closeUdp(handle) */
napi_value close_udp(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  Listener* listener = listener_of(env, arguments.value_at(0));
  if (listener != nullptr) close_listener(listener);
  return nullptr;
}

/** udpErrorName(number): `EMSGSIZE` of 90. */
napi_value udp_error_name(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const int system_error = arguments.signed_at(0);
  return arguments.good() ? make_text(env, uv_err_name(-system_error)) : nullptr;
}

struct Export {
  const char* name;
  napi_callback function;
};

constexpr Export kExports[] = {
    {"openUdp", open_udp},
    {"sendUdp", send_udp},
    {"closeUdp", close_udp},
    {"udpErrorName", udp_error_name},
};

}  // namespace

void export_udp(napi_env env, napi_value exports) {
  for (const Export& item : kExports) {
    napi_value function = nullptr;
    napi_create_function(env, item.name, NAPI_AUTO_LENGTH, item.function, nullptr, &function);
    set_property(env, exports, item.name, function);
  }
}

}  // namespace demarc
