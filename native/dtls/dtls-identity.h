// Who we are in handshakes: a key and a self-signed certificate, which a peer knows by its fingerprint alone (RFC 8122, RFC 5763 section 5).
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>

namespace demarc {

/** Both as bytes, in memory that outlasts the process: descriptions that name the fingerprint are true after it as well. All zero at the start. */
struct IdentityRoom {
  uint32_t certificate_bytes;
  uint32_t key_bytes;
  uint8_t certificate[1024];
  uint8_t key[512];
};

class DtlsIdentity {
 public:
  /** The one in the room, or a new one (ECDSA on P-256), which is left there. Null when the system gives no randomness. */
  static std::unique_ptr<DtlsIdentity> open(IdentityRoom* room);
  ~DtlsIdentity();
  DtlsIdentity(const DtlsIdentity&) = delete;
  DtlsIdentity& operator=(const DtlsIdentity&) = delete;

  X509* certificate() const { return certificate_; }
  EVP_PKEY* key() const { return key_; }
  /** SHA-256, as a=fingerprint has it: pairs of digits, colons between. */
  std::string fingerprint() const;

 private:
  DtlsIdentity() = default;
  bool read(const IdentityRoom& room);
  bool make();
  bool write(IdentityRoom* room) const;

  X509* certificate_ = nullptr;
  EVP_PKEY* key_ = nullptr;
};

}  // namespace demarc
