// What the addon's functions share: the one relay of the process.
#pragma once

#include <node_api.h>

#include <memory>

#include "../dtls/dtls-desk.h"
#include "../relay/relay.h"

namespace demarc {

struct Instance {
  std::unique_ptr<StreamMemory> memory;
  std::unique_ptr<DtlsDesk> handshakes;
  std::unique_ptr<Relay> relay;
  napi_threadsafe_function wake = nullptr;
};

Instance* instance_of(napi_env env);
/** The running relay; throws and gives null before `start`. */
Relay* relay_of(napi_env env);
/** Throws an error that names what failed and why the system says it did. */
napi_value fail(napi_env env, const char* what, int system_error);

struct Export {
  const char* name;
  napi_callback function;
};

/** Of streams: opening, closing, counting, tones. */
void export_streams(napi_env env, napi_value exports);
/** Of where they go. */
void export_aims(napi_env env, napi_value exports);
void add_functions(napi_env env, napi_value exports, const Export* functions, size_t count);

}  // namespace demarc
