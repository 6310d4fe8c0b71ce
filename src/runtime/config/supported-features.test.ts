// What this build does not do yet is said, not ignored.

import { expect, test } from "vitest";
import { formatPath, parseConfiguration } from "../../model/index.ts";
import { unsupportedFeatures } from "./supported-features.ts";

type Tree = Record<string, unknown>;

function parse(trunk: Tree, extra: Tree = {}) {
  const result = parseConfiguration({
    networks: {
      wan: {
        listen: [
          { transport: "udp", address: "127.0.0.1", port: 5060 },
          { transport: "tls", address: "127.0.0.1", port: 5061, certificate: "wan" },
        ],
        media: { address: "127.0.0.1", ports: "20000-24999" },
      },
    },
    certificates: { wan: { certFile: "a", keyFile: "b" } },
    trunks: { t: { role: "provider", network: "wan", targets: [{ uri: "sip:127.0.0.9" }], ...trunk } },
    ...extra,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

function pathsOf(trunk: Tree, extra: Tree = {}): readonly string[] {
  return unsupportedFeatures(parse(trunk, extra)).map(({ path }) => formatPath(path));
}

test.each([["media.dtmf", { media: { dtmf: "inband" } }]])("%s", (path, trunk) => {
  expect(pathsOf(trunk)).toEqual([`trunks.t.${path}`]);
});

test("settings that ask for what is done anyway are no gap", () => {
  const trunk = {
    credentials: { username: "u", password: "p", realm: "r" },
    media: { codecs: ["PCMA"], encryption: "sdes", srtpSuites: ["AEAD_AES_128_GCM"], dtmf: "rfc4733" },
    identity: { format: "e164", callerHeader: "from" },
    health: {},
    headers: {},
    limits: { calls: 3, callsPerSecond: 1, emergencyReserve: 1, ringTimeout: "30s", maxDuration: "1h" },
    failover: { attemptTimeout: "2s", onStatus: [503] },
    tls: { verifyName: "x.example", wildcard: true, certificate: "wan" },
    targets: [{ uri: "sips:127.0.0.9" }],
  };
  expect(pathsOf(trunk)).toEqual([]);
});
