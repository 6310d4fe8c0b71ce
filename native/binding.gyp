{
  "target_defaults": {
    "defines": ["NAPI_VERSION=8"],
    "cflags": ["-O2", "-Wall", "-Wextra", "<!(node -p \"process.env.CI ? '-Werror' : '-Wno-error'\")", "-Wshadow", "-fvisibility=hidden"],
    "cflags_cc": ["-std=c++17", "-fno-exceptions", "-fno-rtti", "-Wnon-virtual-dtor", "-Woverloaded-virtual"]
  },
  "variables": {
    "dtls_sources": ["dtls/dtls-book.cc", "dtls/dtls-desk.cc", "dtls/dtls-handshake.cc", "dtls/dtls-identity.cc"],
    "ice_sources": ["ice/ice-lite.cc", "ice/stun.cc"],
    "srtp_sources": ["srtp/srtp.cc", "srtp/srtp-crypto.cc", "srtp/srtp-guard.cc", "srtp/srtp-state.cc", "srtp/srtp-suite.cc"],
    "dtls_rules_sources": ["test/dtls-ends-test.cc", "test/dtls-strangers-test.cc", "test/dtls-test.cc"],
    "srtp_rules_sources": ["test/srtp-guard-test.cc", "test/srtp-packets-test.cc", "test/srtp-test.cc", "test/srtp-vectors-test.cc"],
    "rules_sources": [
      "test/latch-test.cc",
      "test/memory-test.cc",
      "test/packet-path-test.cc",
      "test/packet-test.cc",
      "test/port-pool-test.cc",
      "test/reception-test.cc",
      "test/relay-test.cc",
      "test/rtcp-privacy-test.cc",
      "test/tones-test.cc",
      "test/wire-test.cc"
    ],
    "relay_sources": [
      "kernel/kernel-path.cc",
      "kernel/netlink.cc",
      "kernel/program.cc",
      "kernel/program-file.cc",
      "kernel/route.cc",
      "relay/address.cc",
      "relay/epoll-wire.cc",
      "relay/handshakes.cc",
      "relay/latch.cc",
      "relay/packet.cc",
      "relay/packet-path.cc",
      "relay/packet-thread.cc",
      "relay/port-pool.cc",
      "relay/relay.cc",
      "relay/relay-aim.cc",
      "relay/relay-streams.cc",
      "relay/rtcp-privacy.cc",
      "relay/session-watch.cc",
      "relay/socket-pair.cc",
      "relay/source-lock.cc",
      "relay/stream-aim.cc",
      "relay/stream-memory.cc",
      "relay/tones.cc",
      "relay/uring.cc",
      "relay/uring-wire.cc"
    ]
  },
  "targets": [
    {
      "target_name": "demarc",
      "sources": ["addon/arguments.cc", "addon/instance.cc", "addon/addon.cc", "addon/aim-addon.cc", "addon/stream-addon.cc", "addon/udp-addon.cc", "udp/udp-socket.cc", "<@(dtls_sources)", "<@(ice_sources)", "<@(srtp_sources)", "<@(relay_sources)"]
    },
    {
      "target_name": "relay-test",
      "type": "executable",
      "sources": ["<@(rules_sources)", "<@(relay_sources)"],
      "ldflags": ["-pthread"]
    },
    {
      "target_name": "srtp-test",
      "sources": ["test/srtp-test-addon.cc", "<@(dtls_rules_sources)", "<@(srtp_rules_sources)", "test/ice-test.cc", "addon/arguments.cc", "relay/address.cc", "relay/handshakes.cc", "relay/latch.cc", "relay/source-lock.cc", "<@(dtls_sources)", "<@(ice_sources)", "<@(srtp_sources)"]
    },
    {
      "target_name": "rtp-load",
      "type": "executable",
      "sources": ["load/rtp-load.cc", "relay/uring.cc"]
    },
    {
      "target_name": "frame-load",
      "type": "executable",
      "sources": ["load/frame-load.cc", "kernel/program-file.cc"]
    }
  ]
}
