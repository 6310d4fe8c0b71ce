// SRTP's checks as an addon, so that they run on the OpenSSL of the Node that calls run on; and its transforms one by one, for the tests
// in src/media/relay that hold them against other implementations.
#include <node_api.h>

#include <cstring>

#include "../addon/arguments.h"
#include "../srtp/srtp.h"
#include "dtls-test.h"
#include "ice-test.h"
#include "srtp-test.h"

namespace demarc {
namespace {

napi_value describe(napi_env env, const TestResult& result) {
  napi_value object = make_object(env);
  set_number(env, object, "checks", result.checks);
  set_number(env, object, "failures", result.failures);
  set_property(env, object, "report", make_text(env, result.report.c_str()));
  return object;
}

napi_value check(napi_env env, napi_callback_info) { return describe(env, run_srtp_tests()); }

napi_value check_ice(napi_env env, napi_callback_info) { return describe(env, run_ice_tests()); }

napi_value check_dtls(napi_env env, napi_callback_info) { return describe(env, run_dtls_tests()); }

napi_value measure(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const int suite = arguments.signed_at(0);
  const int packets = arguments.signed_at(1);
  return arguments.good() ? make_number(env, measure_srtp(suite, packets)) : nullptr;
}

napi_value initialize(napi_env env, napi_value exports) {
  napi_value function = nullptr;
  napi_create_function(env, "check", NAPI_AUTO_LENGTH, check, nullptr, &function);
  set_property(env, exports, "check", function);
  napi_create_function(env, "checkIce", NAPI_AUTO_LENGTH, check_ice, nullptr, &function);
  set_property(env, exports, "checkIce", function);
  napi_create_function(env, "checkDtls", NAPI_AUTO_LENGTH, check_dtls, nullptr, &function);
  set_property(env, exports, "checkDtls", function);
  napi_create_function(env, "measure", NAPI_AUTO_LENGTH, measure, nullptr, &function);
  set_property(env, exports, "measure", function);
  return exports;
}

}  // namespace
}  // namespace demarc

NAPI_MODULE_INIT() { return demarc::initialize(env, exports); }
