// Reading JavaScript arguments and building JavaScript results: what Node-API leaves to its users.
#pragma once

#include <node_api.h>

#include <cstdint>
#include <string>
#include <vector>

namespace demarc {

class Arguments;

/** An object among the arguments. Its readers are those of `Arguments`, by name. */
class Fields {
 public:
  Fields(Arguments& arguments, napi_value object) : arguments_(arguments), object_(object) {}

  /** Whether there is a value that is neither null nor undefined. */
  bool has(const char* name) const;
  uint32_t number(const char* name) const;
  std::string text(const char* name) const;
  std::vector<uint32_t> numbers(const char* name) const;
  size_t bytes(const char* name, uint8_t* out, size_t most) const;
  Fields object(const char* name) const;
  bool good() const;

 private:
  napi_value value(const char* name) const;

  Arguments& arguments_;
  napi_value object_;
};

/** The arguments of one call. A reader whose value is of another type throws a TypeError once and gives a zero. */
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info);

  uint32_t unsigned_at(size_t index) { return read_unsigned(values_[index]); }
  int32_t signed_at(size_t index);
  double number_at(size_t index);
  std::string text_at(size_t index) { return read_text(values_[index]); }
  std::vector<uint32_t> numbers_at(size_t index) { return read_numbers(values_[index]); }
  /** Of an Uint8Array: how many bytes it has, copied to `out`; 0, with a TypeError, when they are more than `most`. */
  size_t bytes_at(size_t index, uint8_t* out, size_t most) { return read_bytes(values_[index], out, most); }
  napi_value value_at(size_t index) const { return values_[index]; }
  Fields fields_at(size_t index) { return Fields(*this, values_[index]); }

  /** False after a reader has thrown: the function must return without doing anything. */
  bool good() const { return good_; }

 private:
  friend class Fields;

  void check(napi_status status, const char* wanted);
  uint32_t read_unsigned(napi_value value);
  std::string read_text(napi_value value);
  std::vector<uint32_t> read_numbers(napi_value value);
  size_t read_bytes(napi_value value, uint8_t* out, size_t most);

  static constexpr size_t kMost = 8;
  napi_env env_;
  napi_value values_[kMost];
  bool good_ = true;
};

napi_value make_number(napi_env env, double value);
napi_value make_text(napi_env env, const char* value);
napi_value make_object(napi_env env);
void set_property(napi_env env, napi_value object, const char* name, napi_value value);
void set_number(napi_env env, napi_value object, const char* name, double value);

}  // namespace demarc
