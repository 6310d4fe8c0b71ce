// Batched UDP for JavaScript; src/runtime/transport/native-udp.ts says what each function does.
#pragma once

#include <node_api.h>

namespace demarc {

/** Adds openUdp, sendUdp and closeUdp to the exports. */
void export_udp(napi_env env, napi_value exports);

}  // namespace demarc
