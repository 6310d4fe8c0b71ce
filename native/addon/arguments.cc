// Conversions between JavaScript and C++ values.
#include "arguments.h"

#include <cstring>

namespace demarc {

Arguments::Arguments(napi_env env, napi_callback_info info) : env_(env) {
  size_t count = kMost;
  napi_value undefined = nullptr;
  napi_get_undefined(env, &undefined);
  for (napi_value& value : values_) value = undefined;
  check(napi_get_cb_info(env, info, &count, values_, nullptr, nullptr), "arguments");
}

void Arguments::check(napi_status status, const char* wanted) {
  if (status == napi_ok || !good_) return;
  good_ = false;
  napi_throw_type_error(env_, nullptr, wanted);
}

uint32_t Arguments::read_unsigned(napi_value number) {
  uint32_t value = 0;
  check(napi_get_value_uint32(env_, number, &value), "a number is wanted");
  return value;
}

int32_t Arguments::signed_at(size_t index) {
  int32_t value = 0;
  check(napi_get_value_int32(env_, values_[index], &value), "a number is wanted");
  return value;
}

double Arguments::number_at(size_t index) {
  double value = 0;
  check(napi_get_value_double(env_, values_[index], &value), "a number is wanted");
  return value;
}

std::string Arguments::read_text(napi_value value) {
  char text[256];
  size_t length = 0;
  check(napi_get_value_string_utf8(env_, value, text, sizeof text, &length), "a string is wanted");
  return good_ ? std::string(text, length) : std::string();
}

std::vector<uint32_t> Arguments::read_numbers(napi_value value) {
  std::vector<uint32_t> numbers;
  uint32_t length = 0;
  check(napi_get_array_length(env_, value, &length), "an array of numbers is wanted");
  for (uint32_t at = 0; good_ && at < length; at += 1) {
    napi_value element = nullptr;
    uint32_t number = 0;
    check(napi_get_element(env_, value, at, &element), "an array of numbers is wanted");
    if (good_) check(napi_get_value_uint32(env_, element, &number), "an array of numbers is wanted");
    numbers.push_back(number);
  }
  return numbers;
}

size_t Arguments::read_bytes(napi_value value, uint8_t* out, size_t most) {
  napi_typedarray_type type = napi_int8_array;
  size_t length = 0;
  void* bytes = nullptr;
  napi_status status = napi_get_typedarray_info(env_, value, &type, &length, &bytes, nullptr, nullptr);
  if (status == napi_ok && (type != napi_uint8_array || length > most)) status = napi_invalid_arg;
  check(status, "an Uint8Array of no more bytes than fit is wanted");
  if (status != napi_ok || !good_) return 0;
  if (length > 0) std::memcpy(out, bytes, length);
  return length;
}

napi_value Fields::value(const char* name) const {
  napi_value found = nullptr;
  arguments_.check(napi_get_named_property(arguments_.env_, object_, name, &found), "an object is wanted");
  if (found == nullptr) napi_get_undefined(arguments_.env_, &found);
  return found;
}

bool Fields::has(const char* name) const {
  napi_valuetype type = napi_undefined;
  arguments_.check(napi_typeof(arguments_.env_, value(name), &type), "an object is wanted");
  return arguments_.good() && type != napi_undefined && type != napi_null;
}

uint32_t Fields::number(const char* name) const { return arguments_.read_unsigned(value(name)); }
std::string Fields::text(const char* name) const { return arguments_.read_text(value(name)); }
std::vector<uint32_t> Fields::numbers(const char* name) const { return arguments_.read_numbers(value(name)); }

size_t Fields::bytes(const char* name, uint8_t* out, size_t most) const { return arguments_.read_bytes(value(name), out, most); }

Fields Fields::object(const char* name) const { return Fields(arguments_, value(name)); }

bool Fields::good() const { return arguments_.good(); }

napi_value make_number(napi_env env, double value) {
  napi_value result = nullptr;
  napi_create_double(env, value, &result);
  return result;
}

napi_value make_text(napi_env env, const char* value) {
  napi_value result = nullptr;
  napi_create_string_utf8(env, value, NAPI_AUTO_LENGTH, &result);
  return result;
}

napi_value make_object(napi_env env) {
  napi_value result = nullptr;
  napi_create_object(env, &result);
  return result;
}

void set_property(napi_env env, napi_value object, const char* name, napi_value value) {
  napi_set_named_property(env, object, name, value);
}

void set_number(napi_env env, napi_value object, const char* name, double value) {
  set_property(env, object, name, make_number(env, value));
}

}  // namespace demarc
