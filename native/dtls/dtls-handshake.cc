// OpenSSL, which Node brings along, and the datagrams that go to it and come from it.
#include "dtls-handshake.h"

#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/srtp.h>
#include <sys/time.h>

#include <algorithm>
#include <cstring>

namespace demarc {
namespace {

constexpr size_t kRecordHeadBytes = 13;
constexpr size_t kMessageHeadBytes = 12;
constexpr uint8_t kAlertRecord = 21;
constexpr uint8_t kHandshakeRecord = 22;
constexpr uint8_t kClientHello = 1;
constexpr size_t kVersionBytes = 2;
constexpr size_t kCookieBytes = 20;
/** Of UDP's payload: fits into every path that carries audio. */
constexpr long kFlightBytes = 1200;
/** A peer shows one certificate. */
constexpr long kMostCertificateBytes = 16 * 1024;
/** A hello that has to be cut: longer than the flight that answers it. */
constexpr size_t kLongHelloBytes = 1000;
constexpr char kExportLabel[] = "EXTRACTOR-dtls_srtp";
constexpr unsigned kLongestTimeoutUs = 2000000;

/** Forward secrecy and authenticated encryption: what RFC 8827 section 6.5 makes a must, and its like. */
constexpr char kCiphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL";
constexpr char kGroups[] = "X25519:P-256:P-384";

struct Profile {
  SrtpSuite suite;
  unsigned long id;  // as IANA numbers them
  const char* name;  // as OpenSSL does
};

constexpr Profile kProfiles[] = {
    {SrtpSuite::aes_cm_128_hmac_sha1_80, SRTP_AES128_CM_SHA1_80, "SRTP_AES128_CM_SHA1_80"},
    {SrtpSuite::aes_cm_128_hmac_sha1_32, SRTP_AES128_CM_SHA1_32, "SRTP_AES128_CM_SHA1_32"},
    {SrtpSuite::aead_aes_128_gcm, SRTP_AEAD_AES_128_GCM, "SRTP_AEAD_AES_128_GCM"},
    {SrtpSuite::aead_aes_256_gcm, SRTP_AEAD_AES_256_GCM, "SRTP_AEAD_AES_256_GCM"},
};

size_t size_at(const uint8_t* three) { return static_cast<size_t>(three[0] << 16 | three[1] << 8 | three[2]); }

std::string profiles_of(const std::vector<SrtpSuite>& suites) {
  std::string text;
  for (const SrtpSuite suite : suites) {
    for (const Profile& profile : kProfiles) {
      if (profile.suite != suite) continue;
      if (!text.empty()) text.push_back(':');
      text.append(profile.name);
    }
  }
  return text;
}

SrtpSuite suite_of(unsigned long id) {
  for (const Profile& profile : kProfiles) {
    if (profile.id == id) return profile.suite;
  }
  return SrtpSuite::none;
}

const EVP_MD* digest_of(DigestKind kind) {
  switch (kind) {
    case DigestKind::sha1:
      return EVP_sha1();
    case DigestKind::sha224:
      return EVP_sha224();
    case DigestKind::sha256:
      return EVP_sha256();
    case DigestKind::sha384:
      return EVP_sha384();
    case DigestKind::sha512:
      return EVP_sha512();
    case DigestKind::none:
      return nullptr;
  }
  return nullptr;
}

}  // namespace

/** What OpenSSL calls back. */
struct DtlsCallbacks {
  static DtlsHandshake& of(SSL* ssl) { return *static_cast<DtlsHandshake*>(SSL_get_app_data(ssl)); }
  static DtlsHandshake& of(BIO* bio) { return *static_cast<DtlsHandshake*>(BIO_get_data(bio)); }

  static int write(BIO* bio, const char* bytes, int size) {
    DtlsHandshake& handshake = of(bio);
    if (size > 0) handshake.send_(reinterpret_cast<const uint8_t*>(bytes), static_cast<size_t>(size), handshake.peer_);
    return size;
  }

  static int read(BIO* bio, char* out, int room) {
    DtlsHandshake& handshake = of(bio);
    BIO_clear_retry_flags(bio);
    if (handshake.size_ == 0) {
      BIO_set_retry_read(bio);
      return -1;
    }
    const size_t size = std::min(handshake.size_, static_cast<size_t>(std::max(room, 0)));
    std::memcpy(out, handshake.bytes_, size);
    if (!handshake.peek_) handshake.size_ = 0;
    return static_cast<int>(size);
  }

  static long control(BIO* bio, int command, long number, void*) {
    switch (command) {
      case BIO_CTRL_FLUSH:
      case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT:
        return 1;
      case BIO_CTRL_DGRAM_QUERY_MTU:
      case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
        return kFlightBytes;
      case BIO_CTRL_DGRAM_SET_PEEK_MODE:
        of(bio).peek_ = number != 0;
        return 1;
      default:
        return 0;
    }
  }

  static unsigned next_timeout(SSL* ssl, unsigned before_us) {
    const unsigned first_us = of(ssl).context_->first_timeout_us();
    return before_us == 0 ? first_us : std::min(before_us * 2, std::max(first_us, kLongestTimeoutUs));
  }

  static BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams of a relay");
      if (method == nullptr) return method;
      BIO_meth_set_write(method, write);
      BIO_meth_set_read(method, read);
      BIO_meth_set_ctrl(method, control);
      return method;
    }();
    return made;
  }

  /** The chain means nothing: who has the key of a certificate that was signalled is the peer (RFC 5763 section 5). */
  static int verify(X509_STORE_CTX* store, void*) {
    auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    DtlsHandshake& handshake = of(ssl);
    if (handshake.is_peer(X509_STORE_CTX_get0_cert(store))) return 1;
    handshake.fault_ = HandshakeFault::fingerprint;
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    return 0;
  }

  static bool make_cookie(const DtlsHandshake& handshake, uint8_t cookie[kCookieBytes]) {
    uint8_t from[sizeof handshake.peer_.host + 3];
    std::memcpy(from, handshake.peer_.host, sizeof handshake.peer_.host);
    from[sizeof from - 3] = handshake.peer_.family;
    from[sizeof from - 2] = static_cast<uint8_t>(handshake.peer_.port >> 8);
    from[sizeof from - 1] = static_cast<uint8_t>(handshake.peer_.port);
    uint8_t mac[EVP_MAX_MD_SIZE];
    unsigned bytes = 0;
    if (HMAC(EVP_sha256(), handshake.context_->cookie_secret(), 32, from, sizeof from, mac, &bytes) == nullptr) return false;
    std::memcpy(cookie, mac, kCookieBytes);
    return true;
  }

  static int write_cookie(SSL* ssl, unsigned char* cookie, unsigned* bytes) {
    *bytes = kCookieBytes;
    return make_cookie(of(ssl), cookie) ? 1 : 0;
  }

  static int check_cookie(SSL* ssl, const unsigned char* cookie, unsigned bytes) {
    uint8_t ours[kCookieBytes];
    return bytes == kCookieBytes && make_cookie(of(ssl), ours) && CRYPTO_memcmp(ours, cookie, kCookieBytes) == 0 ? 1 : 0;
  }
};

DtlsGlance glance_at_dtls(const uint8_t* bytes, size_t size) {
  DtlsGlance glance;
  if (size < kRecordHeadBytes || bytes[0] < 20 || bytes[0] > 23 || bytes[1] != 0xfe) return glance;
  const size_t record = static_cast<size_t>(bytes[11] << 8 | bytes[12]);
  if (record == 0 || kRecordHeadBytes + record > size) return glance;
  glance.valid = true;
  const bool plain = bytes[3] == 0 && bytes[4] == 0;
  glance.plain_alert = plain && bytes[0] == kAlertRecord;
  const uint8_t* message = bytes + kRecordHeadBytes;
  const bool whole = record >= kMessageHeadBytes + kVersionBytes + kDtlsRandomBytes;
  if (!plain || bytes[0] != kHandshakeRecord || !whole || message[0] != kClientHello) return glance;
  const bool from_first = message[6] == 0 && message[7] == 0 && message[8] == 0;
  if (!from_first) return glance;
  glance.hello = std::memcmp(message + 1, message + 9, 3) == 0;
  glance.first_piece = !glance.hello && size_at(message + 1) >= kLongHelloBytes;
  glance.random = message + kMessageHeadBytes + kVersionBytes;
  return glance;
}

std::unique_ptr<DtlsContext> DtlsContext::create(std::unique_ptr<DtlsIdentity> identity, unsigned first_timeout_us) {
  if (identity == nullptr) return nullptr;
  std::unique_ptr<DtlsContext> context(new DtlsContext());
  context->identity_ = std::move(identity);
  context->first_timeout_us_ = first_timeout_us;
  context->ssl_ = SSL_CTX_new(DTLS_method());
  SSL_CTX* ssl = context->ssl_;
  if (ssl == nullptr || RAND_bytes(context->cookie_secret_, sizeof context->cookie_secret_) != 1) return nullptr;
  SSL_CTX_set_security_level(ssl, 1);
  const bool good = SSL_CTX_set_min_proto_version(ssl, DTLS1_2_VERSION) == 1 && SSL_CTX_set_cipher_list(ssl, kCiphers) == 1 &&
                    SSL_CTX_set1_groups_list(ssl, kGroups) == 1 &&
                    SSL_CTX_use_certificate(ssl, context->identity_->certificate()) == 1 &&
                    SSL_CTX_use_PrivateKey(ssl, context->identity_->key()) == 1;
  if (!good) return nullptr;
  SSL_CTX_set_options(ssl, SSL_OP_NO_TICKET | SSL_OP_NO_QUERY_MTU | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_cert_list(ssl, kMostCertificateBytes);
  SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(ssl, DtlsCallbacks::verify, nullptr);
  SSL_CTX_set_cookie_generate_cb(ssl, DtlsCallbacks::write_cookie);
  SSL_CTX_set_cookie_verify_cb(ssl, DtlsCallbacks::check_cookie);
  return context;
}

DtlsContext::~DtlsContext() {
  SSL_CTX_free(ssl_);
  OPENSSL_cleanse(cookie_secret_, sizeof cookie_secret_);
}

std::unique_ptr<DtlsHandshake> DtlsHandshake::create(const DtlsContext& context, const HandshakeTerms& terms, DtlsSend send) {
  std::unique_ptr<DtlsHandshake> handshake(new DtlsHandshake());
  handshake->terms_ = &terms;
  handshake->send_ = std::move(send);
  return handshake->set_up(context) ? std::move(handshake) : nullptr;
}

DtlsHandshake::~DtlsHandshake() { SSL_free(ssl_); }

bool DtlsHandshake::set_up(const DtlsContext& context) {
  context_ = &context;
  ssl_ = SSL_new(context.ssl());
  BIO* bio = BIO_new(DtlsCallbacks::method());
  // For OpenSSL 0 is a success here.
  if (ssl_ == nullptr || bio == nullptr || SSL_set_tlsext_use_srtp(ssl_, profiles_of(terms_->suites).c_str()) != 0) {
    BIO_free(bio);
    return false;
  }
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_app_data(ssl_, this);
  SSL_set_mtu(ssl_, kFlightBytes);
  DTLS_set_timer_cb(ssl_, DtlsCallbacks::next_timeout);
  if (terms_->client) {
    SSL_set_connect_state(ssl_);
  } else {
    SSL_set_accept_state(ssl_);
  }
  return true;
}

bool DtlsHandshake::listen(const uint8_t* bytes, size_t size, const Address& source, const std::function<bool()>& may_begin) {
  peer_ = source;
  bytes_ = bytes;
  size_ = size;
  BIO_ADDR* ignored = BIO_ADDR_new();
  ERR_clear_error();
  const int heard = ignored == nullptr ? -1 : DTLSv1_listen(ssl_, ignored);
  BIO_ADDR_free(ignored);
  const bool begun = heard == 1 && may_begin();
  if (begun) {
    const DtlsGlance glance = glance_at_dtls(bytes, size);
    if (glance.random != nullptr) std::memcpy(random_, glance.random, sizeof random_);
    advance();
  }
  size_ = 0;
  return begun;
}

DtlsStep DtlsHandshake::accept(const uint8_t* bytes, size_t size, const Address& source) {
  peer_ = source;
  const DtlsGlance glance = glance_at_dtls(bytes, size);
  if (glance.random != nullptr) std::memcpy(random_, glance.random, sizeof random_);
  return receive(bytes, size);
}

DtlsStep DtlsHandshake::start(const Address& peer) {
  peer_ = peer;
  return advance();
}

DtlsStep DtlsHandshake::receive(const uint8_t* bytes, size_t size) {
  bytes_ = bytes;
  size_ = size;
  if (step_ == DtlsStep::done) {
    // Nothing is said here once it is done, but what our last flight was lost for is asked for again, and answered inside of this.
    uint8_t rest[256];
    ERR_clear_error();
    SSL_read(ssl_, rest, sizeof rest);
  } else {
    advance();
  }
  size_ = 0;
  return step_;
}

DtlsStep DtlsHandshake::advance() {
  if (step_ != DtlsStep::going) return step_;
  ERR_clear_error();
  const int done = SSL_do_handshake(ssl_);
  const int error = done == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl_, done);
  if (done != 1 && (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)) return step_;
  step_ = done == 1 ? DtlsStep::done : DtlsStep::failed;
  if (step_ != DtlsStep::done) return step_;
  X509* certificate = SSL_get1_peer_certificate(ssl_);
  if (certificate == nullptr || !is_peer(certificate)) fault_ = HandshakeFault::fingerprint;
  else if (SSL_get_selected_srtp_profile(ssl_) == nullptr) fault_ = HandshakeFault::profile;
  X509_free(certificate);
  if (fault_ != HandshakeFault::none) step_ = DtlsStep::failed;
  return step_;
}

DtlsStep DtlsHandshake::tick() {
  if (step_ != DtlsStep::going) return step_;
  ERR_clear_error();
  if (DTLSv1_handle_timeout(ssl_) < 0) step_ = DtlsStep::failed;
  return step_;
}

int64_t DtlsHandshake::wait_us() const {
  timeval left{};
  if (step_ != DtlsStep::going || DTLSv1_get_timeout(ssl_, &left) != 1) return -1;
  return static_cast<int64_t>(left.tv_sec) * 1000000 + left.tv_usec;
}

bool DtlsHandshake::is_peer(X509* certificate) const {
  const EVP_MD* kind = digest_of(terms_->digest);
  uint8_t digest[EVP_MAX_MD_SIZE];
  unsigned bytes = 0;
  if (kind == nullptr || certificate == nullptr || X509_digest(certificate, kind, digest, &bytes) != 1) return false;
  return std::any_of(terms_->fingerprints.begin(), terms_->fingerprints.end(), [&](const std::vector<uint8_t>& one) {
    return one.size() == bytes && CRYPTO_memcmp(one.data(), digest, bytes) == 0;
  });
}

/** RFC 5764 section 4.2: the client's key, the server's, the client's salt, the server's. */
bool DtlsHandshake::read_keys(SrtpKey* receive, SrtpKey* send) const {
  const SRTP_PROTECTION_PROFILE* profile = step_ == DtlsStep::done ? SSL_get_selected_srtp_profile(ssl_) : nullptr;
  const SrtpSuite suite = profile == nullptr ? SrtpSuite::none : suite_of(profile->id);
  const SrtpSizes* sizes = sizes_of(suite);
  if (sizes == nullptr) return false;
  uint8_t material[2 * (kSrtpKeyBytes + kSrtpSaltBytes)];
  const size_t bytes = 2 * (sizes->key + sizes->salt);
  if (SSL_export_keying_material(ssl_, material, bytes, kExportLabel, sizeof kExportLabel - 1, nullptr, 0, 0) != 1) return false;
  SrtpKey keys[2];
  for (size_t end = 0; end < 2; end += 1) {
    keys[end].suite = suite;
    std::memcpy(keys[end].key, material + end * sizes->key, sizes->key);
    std::memcpy(keys[end].salt, material + 2 * sizes->key + end * sizes->salt, sizes->salt);
  }
  *send = keys[terms_->client ? 0 : 1];
  *receive = keys[terms_->client ? 1 : 0];
  OPENSSL_cleanse(material, sizeof material);
  OPENSSL_cleanse(keys, sizeof keys);
  return true;
}

}  // namespace demarc
