// Nothing in the certificate tells who made it: its serial number is random, its name is that of everybody's (RFC 5763 section 5 asks for none).
#include "dtls-identity.h"

#include <openssl/rand.h>
#include <openssl/x509.h>

#include <cstdio>
#include <cstring>

namespace demarc {
namespace {

constexpr long kBeforeSeconds = -24L * 3600;
constexpr long kAfterSeconds = 3650L * 24 * 3600;

bool name_itself(X509* certificate, EVP_PKEY* key) {
  uint8_t serial[8];
  if (RAND_bytes(serial, sizeof serial) != 1) return false;
  uint64_t number = 0;
  std::memcpy(&number, serial, sizeof number);
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto* common = reinterpret_cast<const unsigned char*>("media");
  return X509_set_version(certificate, 2) == 1 && ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), number >> 1) == 1 &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), kBeforeSeconds) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), kAfterSeconds) != nullptr &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common, -1, -1, 0) == 1 && X509_set_issuer_name(certificate, name) == 1 &&
         X509_set_pubkey(certificate, key) == 1 && X509_sign(certificate, key, EVP_sha256()) > 0;
}

}  // namespace

std::unique_ptr<DtlsIdentity> DtlsIdentity::open(IdentityRoom* room) {
  std::unique_ptr<DtlsIdentity> identity(new DtlsIdentity());
  if (identity->read(*room)) return identity;
  identity.reset(new DtlsIdentity());
  if (!identity->make() || !identity->write(room)) return nullptr;
  return identity;
}

DtlsIdentity::~DtlsIdentity() {
  X509_free(certificate_);
  EVP_PKEY_free(key_);
}

bool DtlsIdentity::read(const IdentityRoom& room) {
  if (room.certificate_bytes == 0 || room.certificate_bytes > sizeof room.certificate) return false;
  if (room.key_bytes == 0 || room.key_bytes > sizeof room.key) return false;
  const unsigned char* certificate = room.certificate;
  const unsigned char* key = room.key;
  certificate_ = d2i_X509(nullptr, &certificate, static_cast<long>(room.certificate_bytes));
  key_ = d2i_PrivateKey(EVP_PKEY_EC, nullptr, &key, static_cast<long>(room.key_bytes));
  return certificate_ != nullptr && key_ != nullptr && X509_check_private_key(certificate_, key_) == 1;
}

bool DtlsIdentity::make() {
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nullptr);
  const bool made = context != nullptr && EVP_PKEY_keygen_init(context) == 1 &&
                    EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) == 1 && EVP_PKEY_keygen(context, &key_) == 1;
  EVP_PKEY_CTX_free(context);
  if (!made) return false;
  certificate_ = X509_new();
  return certificate_ != nullptr && name_itself(certificate_, key_);
}

bool DtlsIdentity::write(IdentityRoom* room) const {
  const int certificate_bytes = i2d_X509(certificate_, nullptr);
  const int key_bytes = i2d_PrivateKey(key_, nullptr);
  if (certificate_bytes <= 0 || static_cast<size_t>(certificate_bytes) > sizeof room->certificate) return false;
  if (key_bytes <= 0 || static_cast<size_t>(key_bytes) > sizeof room->key) return false;
  unsigned char* certificate = room->certificate;
  unsigned char* key = room->key;
  i2d_X509(certificate_, &certificate);
  i2d_PrivateKey(key_, &key);
  room->certificate_bytes = static_cast<uint32_t>(certificate_bytes);
  room->key_bytes = static_cast<uint32_t>(key_bytes);
  return true;
}

std::string DtlsIdentity::fingerprint() const {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned bytes = 0;
  if (X509_digest(certificate_, EVP_sha256(), digest, &bytes) != 1) return std::string();
  std::string text;
  for (unsigned at = 0; at < bytes; at += 1) {
    char pair[4];
    std::snprintf(pair, sizeof pair, at == 0 ? "%02X" : ":%02X", digest[at]);
    text += pair;
  }
  return text;
}

}  // namespace demarc
