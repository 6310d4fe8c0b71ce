// Where streams go, for JavaScript: both sides of one in one call, since each errand to the packet thread is dear.
#include <openssl/crypto.h>

#include <cerrno>
#include <cstring>

#include "../ice/ice-lite.h"
#include "../srtp/srtp-guard.h"
#include "arguments.h"
#include "instance.h"

namespace demarc {
namespace {

constexpr size_t kMostFingerprints = 16;
constexpr size_t kMostDigestBytes = 64;

/** Master key and salt, as a=crypto has them behind inline. False when they are not as long as the suite wants them. */
bool read_master(Fields& fields, const char* name, SrtpKey* out) {
  uint8_t bytes[kSrtpKeyBytes + kSrtpSaltBytes];
  const size_t length = fields.bytes(name, bytes, sizeof bytes);
  const SrtpSizes* sizes = sizes_of(out->suite);
  const bool fits = sizes != nullptr && length == sizes->key + sizes->salt;
  if (fits) {
    std::memcpy(out->key, bytes, sizes->key);
    std::memcpy(out->salt, bytes + sizes->key, sizes->salt);
  }
  OPENSSL_cleanse(bytes, sizeof bytes);
  return fits;
}

/** Null, with `*fits` false, when the keys do not fit their suite. */
std::unique_ptr<PacketGuard> read_keys(Fields fields, bool* fits) {
  const uint32_t suite = fields.number("suite");
  SrtpKey receive;
  SrtpKey send;
  receive.suite = send.suite = suite <= 0xff ? static_cast<SrtpSuite>(suite) : SrtpSuite::none;
  const bool fit = read_master(fields, "receive", &receive) && read_master(fields, "send", &send);
  receive.mki_bytes = static_cast<uint8_t>(fields.bytes("receiveMark", receive.mki, sizeof receive.mki));
  std::unique_ptr<SrtpGuard> guard = fit && fields.good() ? SrtpGuard::create(receive, send) : nullptr;
  OPENSSL_cleanse(&receive, sizeof receive);
  OPENSSL_cleanse(&send, sizeof send);
  *fits = guard != nullptr;
  return guard;
}

size_t digest_bytes(DigestKind kind) {
  constexpr size_t kBytes[] = {0, 20, 28, 32, 48, 64};
  const auto number = static_cast<size_t>(kind);
  return number < sizeof kBytes / sizeof kBytes[0] ? kBytes[number] : 0;
}

/** Null, with `*fits` false, when fingerprints are of another length than their kind has. */
std::unique_ptr<HandshakeTerms> read_terms(Fields fields, bool* fits) {
  auto terms = std::make_unique<HandshakeTerms>();
  terms->client = fields.number("client") != 0;
  terms->digest = static_cast<DigestKind>(fields.number("digest"));
  uint8_t digests[kMostFingerprints * kMostDigestBytes];
  const size_t length = fields.bytes("fingerprints", digests, sizeof digests);
  for (const uint32_t suite : fields.numbers("suites")) terms->suites.push_back(static_cast<SrtpSuite>(suite));
  terms->association = fields.text("association");
  const size_t each = digest_bytes(terms->digest);
  *fits = fields.good() && each > 0 && length > 0 && length % each == 0 && !terms->suites.empty();
  if (!*fits) return nullptr;
  for (size_t at = 0; at < length; at += each) terms->fingerprints.emplace_back(digests + at, digests + at + each);
  return terms;
}

RemoteOptions read_remote(Fields& fields, bool* fits) {
  RemoteOptions remote;
  const uint32_t policy = fields.number("policy");
  const uint32_t learn = policy & 3;
  remote.learn = learn <= 2 ? static_cast<Learn>(learn) : Learn::none;
  remote.many_sources = (policy & 4) != 0;
  remote.mux = (policy & 8) != 0;
  remote.udptl = (policy & 16) != 0;
  switch (fields.number("kind")) {
    case 1:
      remote.kind = RemoteOptions::Kind::hold;
      break;
    case 2:
      remote.kind = RemoteOptions::Kind::address;
      break;
    case 3:
      remote.kind = RemoteOptions::Kind::checked;
      break;
    default:
      remote.kind = RemoteOptions::Kind::closed;
  }
  if (remote.kind != RemoteOptions::Kind::address) return remote;
  const std::string rtp = fields.text("rtpAddress");
  const std::string rtcp = fields.text("rtcpAddress");
  *fits = parse_address(rtp.c_str(), static_cast<uint16_t>(fields.number("rtpPort")), &remote.rtp) &&
          parse_address(rtcp.c_str(), static_cast<uint16_t>(fields.number("rtcpPort")), &remote.rtcp);
  return remote;
}

ToneTypes read_tones(Fields fields) {
  const uint32_t send = fields.number("send");
  const uint32_t receive = fields.number("receive");
  const uint32_t rate_hz = fields.number("rateHz");
  if (!fields.good() || rate_hz == 0 || send > 127 || receive > 127) return {};
  return {rate_hz, static_cast<uint8_t>(send), static_cast<uint8_t>(receive), 1, 0};
}

/** Null where it fits; else what does not. */
const char* read_side(Fields& fields, SideAim* out) {
  bool fits = true;
  out->remote = read_remote(fields, &fits);
  if (!fits) return "a remote address is none";
  if (fields.has("tones")) out->tones = read_tones(fields.object("tones"));
  if (fields.has("ice")) {
    Fields ice = fields.object("ice");
    const std::string fragment = ice.text("fragment");
    const std::string password = ice.text("password");
    out->checks = IceLite::create(fragment.data(), fragment.size(), password.data(), password.size());
    if (out->checks == nullptr) return "the credentials of ICE are too long";
  }
  if (fields.has("terms")) out->terms = read_terms(fields.object("terms"), &fits);
  else if (fields.has("keys")) out->guard = read_keys(fields.object("keys"), &fits);
  return fits ? nullptr : "the keys do not fit their suite";
}

napi_value aim_stream(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const uint32_t slot = arguments.unsigned_at(0);
  const uint32_t session = arguments.unsigned_at(1);
  StreamAim aim;
  aim.revision = arguments.unsigned_at(2);
  aim.watch.timeout_ns = static_cast<int64_t>(arguments.number_at(3) * 1e6);
  aim.watch.one_way_ns = static_cast<int64_t>(arguments.number_at(4) * 1e6);
  aim.rates = arguments.numbers_at(5);
  const char* fault = nullptr;
  for (size_t index = 0; index < 2 && arguments.good() && fault == nullptr; index += 1) {
    Fields fields = arguments.fields_at(6 + index);
    fault = read_side(fields, &aim.sides[index]);
  }
  Relay* relay = arguments.good() ? relay_of(env) : nullptr;
  if (relay == nullptr) return nullptr;
  if (fault == nullptr && !relay->aim_stream(slot, session, std::move(aim))) fault = "there is no memory for keys";
  return make_text(env, fault == nullptr ? "" : fault);
}

constexpr Export kExports[] = {{"aimStream", aim_stream}};

}  // namespace

void export_aims(napi_env env, napi_value exports) {
  add_functions(env, exports, kExports, sizeof kExports / sizeof kExports[0]);
}

}  // namespace demarc
