// STUN (RFC 8489) as connectivity checks need it: binding requests read and authenticated, responses written in place.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../relay/address.h"

namespace demarc {

constexpr size_t kStunHeaderBytes = 20;
constexpr size_t kStunIntegrityBytes = 24;   // with the head of the attribute
constexpr size_t kStunFingerprintBytes = 8;  // likewise
/** Of a response: an IPv6 address, integrity, fingerprint. */
constexpr size_t kStunResponseBytes = kStunHeaderBytes + 24 + kStunIntegrityBytes + kStunFingerprintBytes;

/** A binding request, as far as it matters to who is checked. Pointers are into the message. */
struct StunRequest {
  const uint8_t* username = nullptr;
  size_t username_bytes = 0;
  size_t integrity_at = 0;  // where the attribute begins; 0 for none
  bool use_candidate = false;
  bool controlled = false;  // the sender takes itself for the controlled one
  uint32_t priority = 0;
};

/** False for all that is no whole binding request with a right fingerprint. Attributes that are not known are passed over. */
bool read_binding_request(const uint8_t* message, size_t bytes, StunRequest* out);

/** Whether MESSAGE-INTEGRITY is made with the password (RFC 8489 section 14.5). */
bool has_integrity(const uint8_t* message, const StunRequest& request, const uint8_t* password, size_t password_bytes);

/**
 * The response to the request that lies in `message`, over it: where it came from, integrity, fingerprint. Returns its length; 0 when there is no
 * room. `error` is 0, or a code such as 487, which takes the place of the address.
 */
size_t write_binding_response(uint8_t* message, size_t capacity, const Address& source, int error, const uint8_t* password,
                              size_t password_bytes);

}  // namespace demarc
