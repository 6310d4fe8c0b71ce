// Who has fallen silent: sessions without any RTP, and streams in which only one side is heard.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "packet-path.h"

namespace demarc {

struct WatchTimes {
  int64_t timeout_ns = 0;  // how long all streams may be silent before it is told, again and again; 0 is for ever
  int64_t one_way_ns = 0;  // how long one side may be silent while the other speaks; told once for each silence; 0 is for ever
};

class SessionWatch {
 public:
  explicit SessionWatch(PacketPath& path) : path_(path) {}

  void add(Stream& stream);
  void remove(Stream& stream);
  void set(uint32_t session, const WatchTimes& times, int64_t now_ns);

  /** -1 when nothing is watched, else how long until the next look. */
  int64_t wait_ns(int64_t now_ns) const;
  void look(int64_t now_ns);

 private:
  struct Watched {
    Stream* stream;
    bool told[2];
  };
  struct Watch {
    std::vector<Watched> streams;
    WatchTimes times;
    int64_t since_ns = 0;  // when it was set, or last told
    int64_t set_ns = 0;
    bool armed() const { return times.timeout_ns > 0 || times.one_way_ns > 0; }
  };

  void look_at(uint32_t session, Watch& watch, int64_t now_ns);
  void look_one_way(const Watch& watch, Watched& watched, int64_t now_ns);

  PacketPath& path_;
  std::unordered_map<uint32_t, Watch> watches_;
  uint32_t armed_ = 0;
  int64_t next_ns_ = 0;
  int64_t every_ns_ = 0;
};

}  // namespace demarc
