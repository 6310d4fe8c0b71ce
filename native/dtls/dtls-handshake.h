// One handshake with one peer (DTLS 1.2, RFC 6347), without sockets or clock of its own but the one that OpenSSL retransmits by.
//
// A server answers hellos with cookies until a peer shows that it is where it says: no flight of ours goes to anybody else, and a cookie is shorter
// than the hello that it answers.
#pragma once

#include <openssl/ssl.h>

#include <functional>
#include <memory>

#include "../relay/handshakes.h"
#include "../srtp/srtp-suite.h"
#include "dtls-identity.h"

namespace demarc {

constexpr size_t kDtlsRandomBytes = 32;

/** What can be told of a datagram before anything is believed of it. */
struct DtlsGlance {
  bool valid = false;         // it begins with a whole record of DTLS
  bool hello = false;         // a client's, outside of any association; whole
  bool first_piece = false;   // the beginning of one that is too long for a datagram
  bool plain_alert = false;   // anybody can have sent it
  const uint8_t* random = nullptr;  // of either, kDtlsRandomBytes
};

DtlsGlance glance_at_dtls(const uint8_t* bytes, size_t size);

/** What all handshakes have in common. */
class DtlsContext {
 public:
  /** Null when OpenSSL is not as it should be. `first_timeout_us`: when a flight is sent again for the first time; then twice as late each time. */
  static std::unique_ptr<DtlsContext> create(std::unique_ptr<DtlsIdentity> identity, unsigned first_timeout_us);
  ~DtlsContext();
  DtlsContext(const DtlsContext&) = delete;
  DtlsContext& operator=(const DtlsContext&) = delete;

  SSL_CTX* ssl() const { return ssl_; }
  const DtlsIdentity& identity() const { return *identity_; }
  const uint8_t* cookie_secret() const { return cookie_secret_; }
  unsigned first_timeout_us() const { return first_timeout_us_; }

 private:
  DtlsContext() = default;

  std::unique_ptr<DtlsIdentity> identity_;
  SSL_CTX* ssl_ = nullptr;
  unsigned first_timeout_us_ = 0;
  uint8_t cookie_secret_[32];
};

using DtlsSend = std::function<void(const uint8_t* bytes, size_t size, const Address& to)>;

enum class DtlsStep : uint8_t { going, done, failed };

class DtlsHandshake {
 public:
  /** Null when there is no memory for it. `terms` outlives it. */
  static std::unique_ptr<DtlsHandshake> create(const DtlsContext& context, const HandshakeTerms& terms, DtlsSend send);
  ~DtlsHandshake();
  DtlsHandshake(const DtlsHandshake&) = delete;
  DtlsHandshake& operator=(const DtlsHandshake&) = delete;

  /**
   * Of a server, with a hello: true when it bears our cookie for this source and `may_begin` is true, with which the handshake is on its way; else the
   * cookie was sent, or nothing.
   */
  bool listen(const uint8_t* bytes, size_t size, const Address& source, const std::function<bool()>& may_begin);
  /** Of a server, without a cookie: for a hello in pieces, which is longer than what it is answered with. */
  DtlsStep accept(const uint8_t* bytes, size_t size, const Address& source);
  /** Of a client: the first hello. */
  DtlsStep start(const Address& peer);
  DtlsStep receive(const uint8_t* bytes, size_t size);
  /** Sends again what has been without an answer for long enough. */
  DtlsStep tick();
  /** Microseconds until `tick` has something to do; -1 for never. */
  int64_t wait_us() const;

  /** Of a finished one. False when no suite was agreed on. */
  bool read_keys(SrtpKey* receive, SrtpKey* send) const;

  DtlsStep step() const { return step_; }
  HandshakeFault fault() const { return fault_; }
  const Address& peer() const { return peer_; }
  void move_to(const Address& peer) { peer_ = peer; }
  const uint8_t* random() const { return random_; }

 private:
  friend struct DtlsCallbacks;

  DtlsHandshake() = default;
  bool set_up(const DtlsContext& context);
  DtlsStep advance();
  bool is_peer(X509* certificate) const;

  const DtlsContext* context_ = nullptr;
  const HandshakeTerms* terms_ = nullptr;
  DtlsSend send_;
  SSL* ssl_ = nullptr;
  Address peer_;
  DtlsStep step_ = DtlsStep::going;
  HandshakeFault fault_ = HandshakeFault::none;
  uint8_t random_[kDtlsRandomBytes] = {};
  // The datagram that OpenSSL reads.
  const uint8_t* bytes_ = nullptr;
  size_t size_ = 0;
  bool peek_ = false;
};

}  // namespace demarc
