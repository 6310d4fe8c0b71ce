// Streams for JavaScript: opened, closed, counted, and given tones.
#include <cstring>

#include "arguments.h"
#include "instance.h"

namespace demarc {
namespace {

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

napi_value open_stream(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  StreamOpening wanted;
  wanted.slot = arguments.unsigned_at(0);
  wanted.session = arguments.unsigned_at(1);
  for (size_t index = 0; index < 2; index += 1) {
    SideOpening& side = wanted.sides[index];
    side.network = arguments.text_at(2 + 3 * index);
    side.exact_address = arguments.text_at(3 + 3 * index);
    side.exact_port = static_cast<uint16_t>(arguments.unsigned_at(4 + 3 * index));
  }
  Relay* relay = arguments.good() ? relay_of(env) : nullptr;
  if (relay == nullptr) return nullptr;
  const StreamOpened opened = relay->open_stream(wanted);
  napi_value object = make_object(env);
  set_number(env, object, "portA", opened.ports[0]);
  set_number(env, object, "portB", opened.ports[1]);
  set_number(env, object, "fresh", (opened.fresh[0] ? 1 : 0) + (opened.fresh[1] ? 2 : 0));
  set_property(env, object, "error", make_text(env, word_of(opened.error)));
  if (opened.error == OpenError::none) return object;
  set_number(env, object, "side", opened.side);
  set_property(env, object, "detail", make_text(env, opened.system_error == 0 ? "" : std::strerror(opened.system_error)));
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

napi_value read_ports(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const uint32_t slot = arguments.unsigned_at(0);
  const uint32_t session = arguments.unsigned_at(1);
  const Relay* relay = arguments.good() ? relay_of(env) : nullptr;
  if (relay == nullptr) return nullptr;
  uint16_t ports[2] = {0, 0};
  napi_value result = nullptr;
  if (!relay->read_ports(slot, session, ports)) {
    napi_get_null(env, &result);
    return result;
  }
  napi_create_array_with_length(env, 2, &result);
  for (uint32_t index = 0; index < 2; index += 1) napi_set_element(env, result, index, make_number(env, ports[index]));
  return result;
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

/** `read`: how they are had. */
napi_value give_counters(napi_env env, napi_callback_info info, bool (Relay::*read)(uint32_t, uint32_t, SideCounters*)) {
  Arguments arguments(env, info);
  const uint32_t slot = arguments.unsigned_at(0);
  const uint32_t session = arguments.unsigned_at(1);
  Relay* relay = arguments.good() ? relay_of(env) : nullptr;
  if (relay == nullptr) return nullptr;
  SideCounters sides[2];
  napi_value result = nullptr;
  if (!(relay->*read)(slot, session, sides)) {
    napi_get_null(env, &result);
    return result;
  }
  napi_create_array_with_length(env, 2, &result);
  for (uint32_t index = 0; index < 2; index += 1) napi_set_element(env, result, index, describe_side(env, sides[index]));
  return result;
}

napi_value close_slot(napi_env env, napi_callback_info info) { return give_counters(env, info, &Relay::close_slot); }

napi_value read_counters(napi_env env, napi_callback_info info) { return give_counters(env, info, &Relay::read_counters); }

constexpr Export kExports[] = {
    {"openStream", open_stream}, {"closeSide", close_side}, {"closeSlot", close_slot},
    {"readPorts", read_ports},   {"playTone", play_tone},   {"readCounters", read_counters},
};

}  // namespace

void export_streams(napi_env env, napi_value exports) {
  add_functions(env, exports, kExports, sizeof kExports / sizeof kExports[0]);
}

}  // namespace demarc
