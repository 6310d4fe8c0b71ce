// Checks, as RFC 8445 section 7.3 has them answered by a lite agent.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "ice-lite.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <cstring>

#include "stun.h"

namespace demarc {
namespace {

constexpr int kRoleConflict = 487;

}  // namespace

std::unique_ptr<IceLite> IceLite::create(const char* fragment, size_t fragment_bytes, const char* password, size_t password_bytes) {
  if (fragment_bytes == 0 || fragment_bytes > kIceWordBytes || password_bytes == 0 || password_bytes > kIceWordBytes) return nullptr;
  std::unique_ptr<IceLite> agent(new IceLite());
  std::memcpy(agent->fragment_, fragment, fragment_bytes);
  std::memcpy(agent->password_, password, password_bytes);
  agent->fragment_bytes_ = fragment_bytes;
  agent->password_bytes_ = password_bytes;
  uint8_t digest[20];
  SHA_CTX context;
  SHA1_Init(&context);
  SHA1_Update(&context, "demarc ice", 10);
  SHA1_Update(&context, fragment, fragment_bytes);
  SHA1_Update(&context, ":", 1);
  SHA1_Update(&context, password, password_bytes);
  SHA1_Final(digest, &context);
  std::memcpy(&agent->mark_, digest, sizeof agent->mark_);
  return agent;
}

IceLite::~IceLite() { OPENSSL_cleanse(password_, sizeof password_); }

/** `ours:theirs` (section 7.2.2). Theirs may be any of several forks', or not be known yet. */
bool IceLite::names_us(const uint8_t* username, size_t bytes) const {
  return bytes > fragment_bytes_ && username[fragment_bytes_] == ':' && std::memcmp(username, fragment_, fragment_bytes_) == 0;
}

CheckResult IceLite::answer(PacketRoom& packet, const Address& source) {
  StunRequest request;
  const bool ours = read_binding_request(packet.bytes, packet.size, &request) && request.username != nullptr &&
                    names_us(request.username, request.username_bytes) &&
                    has_integrity(packet.bytes, request, password_, password_bytes_);
  if (!ours) {
    packet.size = 0;
    return {};
  }
  // A lite agent is the controlled one (section 6.1.1): a peer that takes itself for it too has to change its mind.
  const int error = request.controlled ? kRoleConflict : 0;
  packet.size = write_binding_response(packet.bytes, packet.capacity, source, error, password_, password_bytes_);
  return {true, error == 0 && request.use_candidate, request.priority};
}

}  // namespace demarc
