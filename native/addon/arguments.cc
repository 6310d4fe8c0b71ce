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

uint32_t Arguments::unsigned_at(size_t index) {
  uint32_t value = 0;
  check(napi_get_value_uint32(env_, values_[index], &value), "a number is wanted");
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

std::string Arguments::text_at(size_t index) {
  char text[256];
  size_t length = 0;
  check(napi_get_value_string_utf8(env_, values_[index], text, sizeof text, &length), "a string is wanted");
  return good_ ? std::string(text, length) : std::string();
}

std::vector<uint32_t> Arguments::numbers_at(size_t index) {
  std::vector<uint32_t> numbers;
  uint32_t length = 0;
  check(napi_get_array_length(env_, values_[index], &length), "an array of numbers is wanted");
  for (uint32_t at = 0; good_ && at < length; at += 1) {
    napi_value element = nullptr;
    uint32_t number = 0;
    check(napi_get_element(env_, values_[index], at, &element), "an array of numbers is wanted");
    if (good_) check(napi_get_value_uint32(env_, element, &number), "an array of numbers is wanted");
    numbers.push_back(number);
  }
  return numbers;
}

size_t Arguments::bytes_at(size_t index, uint8_t* out, size_t most) {
  napi_typedarray_type type = napi_int8_array;
  size_t length = 0;
  void* bytes = nullptr;
  napi_status status = napi_get_typedarray_info(env_, values_[index], &type, &length, &bytes, nullptr, nullptr);
  if (status == napi_ok && (type != napi_uint8_array || length > most)) status = napi_invalid_arg;
  check(status, "an Uint8Array of no more bytes than fit is wanted");
  if (status != napi_ok || !good_) return 0;
  if (length > 0) std::memcpy(out, bytes, length);
  return length;
}

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
