// A lite agent of ICE (RFC 8445 section 2.5): it answers checks and sends none. Who has its peer's credentials is the peer, from wherever it comes.
#pragma once

#include <memory>

#include "../relay/connectivity.h"

namespace demarc {

/** The longest that RFC 8839 section 5.4 has. */
constexpr size_t kIceWordBytes = 256;

class IceLite : public CheckAnswerer {
 public:
  /** Our own user name fragment and password, as they were signalled. Null when they are too long or empty. */
  static std::unique_ptr<IceLite> create(const char* fragment, size_t fragment_bytes, const char* password, size_t password_bytes);
  ~IceLite() override;

  uint64_t mark() const override { return mark_; }
  CheckResult answer(PacketRoom& packet, const Address& source) override;

 private:
  IceLite() = default;
  bool names_us(const uint8_t* username, size_t bytes) const;

  uint8_t fragment_[kIceWordBytes];
  uint8_t password_[kIceWordBytes];
  size_t fragment_bytes_ = 0;
  size_t password_bytes_ = 0;
  uint64_t mark_ = 0;
};

}  // namespace demarc
