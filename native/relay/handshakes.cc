// Terms as numbers: FNV-1a, which the next process computes alike.
#include "handshakes.h"

namespace demarc {
namespace {

uint64_t mix(uint64_t hash, const void* bytes, size_t size) {
  const auto* at = static_cast<const uint8_t*>(bytes);
  for (size_t index = 0; index < size; index += 1) hash = (hash ^ at[index]) * 1099511628211u;
  return hash;
}

}  // namespace

uint64_t HandshakeTerms::peer_mark() const {
  uint64_t hash = mix(14695981039346656037u, &digest, sizeof digest);
  for (const auto& fingerprint : fingerprints) hash = mix(hash, fingerprint.data(), fingerprint.size());
  return hash;
}

uint64_t HandshakeTerms::mark() const {
  uint64_t hash = mix(peer_mark(), &client, sizeof client);
  hash = mix(hash, association.data(), association.size());
  return hash == 0 ? 1 : hash;
}

}  // namespace demarc
