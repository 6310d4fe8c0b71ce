// The one relay of the process, and how its functions fail.
#include "instance.h"

#include <cstring>
#include <string>

#include "arguments.h"

namespace demarc {

Instance* instance_of(napi_env env) {
  void* instance = nullptr;
  napi_get_instance_data(env, &instance);
  return static_cast<Instance*>(instance);
}

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

void add_functions(napi_env env, napi_value exports, const Export* functions, size_t count) {
  for (size_t index = 0; index < count; index += 1) {
    napi_value function = nullptr;
    napi_create_function(env, functions[index].name, NAPI_AUTO_LENGTH, functions[index].function, nullptr, &function);
    set_property(env, exports, functions[index].name, function);
  }
}

}  // namespace demarc
