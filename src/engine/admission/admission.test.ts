// Whose request it is, and whether it may become a call.
import { describe, expect, it } from "vitest";
import { parseConfiguration } from "../../model/index.ts";
import { compileIdentification, identifyTrunk } from "./identify-trunk.ts";
import { createBucket, takeToken } from "./token-bucket.ts";

interface Known {
  readonly network: string;
  readonly addresses?: readonly string[];
  readonly tlsNames?: readonly string[];
  readonly wildcard?: boolean;
}

function identificationOf(trunks: Record<string, Known>) {
  const listener = (address: string) => ({
    listen: [
      { transport: "udp", address, port: 5060 },
      { transport: "tls", address, port: 5061, certificate: "own", peerCertificate: "ask" },
    ],
    media: { address, ports: "30000-30099" },
  });
  const parsed = parseConfiguration({
    certificates: { own: { certFile: "own.pem", keyFile: "own.key" } },
    networks: { lan: listener("127.0.0.1"), wan: listener("127.0.0.2") },
    trunks: Object.fromEntries(
      Object.entries(trunks).map(([name, { network, addresses = [], tlsNames = [], wildcard = false }]) => {
        const identify = { addresses, tlsNames };
        return [
          name,
          { role: "provider", network, targets: [{ uri: "sip:192.0.2.1" }], identify, tls: { wildcard } },
        ] as const;
      }),
    ),
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return compileIdentification(parsed.value);
}

describe("identifyTrunk", () => {
  const identification = identificationOf({
    wide: { network: "wan", addresses: ["198.51.100.0/24", "2001:db8::/32"] },
    narrow: { network: "wan", addresses: ["198.51.100.16/28"] },
    inside: { network: "lan", addresses: ["198.51.100.0/24"] },
  });

  it.each([
    ["wan", "198.51.100.1", "wide"],
    ["wan", "198.51.100.17", "narrow"],
    ["wan", "198.51.100.32", "wide"],
    ["lan", "198.51.100.17", "inside"],
    ["wan", "2001:db8::1", "wide"],
    ["wan", "::ffff:198.51.100.17", "narrow"],
    ["wan", "203.0.113.1", null],
    ["dmz", "198.51.100.1", null],
    ["wan", "not an address", null],
  ])("on %s, %s is %s", (network, address, trunk) => {
    expect(identifyTrunk(identification, { network, remoteAddress: address })).toBe(trunk);
    expect(identifyTrunk(identification, { network, remoteAddress: address })).toBe(trunk);
  });

  it("remembers a bounded number of strangers", () => {
    for (let n = 0; n < 30_000; n += 1)
      identifyTrunk(identification, { network: "wan", remoteAddress: `203.0.${n >> 8}.${n & 255}` });
    expect(identification.seen.size).toBeLessThanOrEqual(10_000);
    expect(identifyTrunk(identification, { network: "wan", remoteAddress: "198.51.100.17" })).toBe("narrow");
  });
});

describe("identifyTrunk, by certificate", () => {
  const identification = identificationOf({
    provider: { network: "wan", tlsNames: ["SIP.Provider.example.", "edge.provider.example"] },
    cloud: { network: "wan", tlsNames: ["sip.cloud.example"], wildcard: true },
    office: { network: "wan", tlsNames: ["office.example"], addresses: ["198.51.100.0/28"] },
    branch: { network: "wan", tlsNames: ["branch.example"], addresses: ["198.51.100.16/28"] },
    inside: { network: "lan", tlsNames: ["sip.provider.example"] },
  });
  const ask = (network: string, remoteAddress: string, domains: readonly string[] | null) =>
    identifyTrunk(identification, {
      network,
      remoteAddress,
      ...(domains === null ? {} : { proof: { domains, addresses: [], fingerprint: "1" } }),
    });

  it.each<[string, string, string, readonly string[] | null, string | null]>([
    ["from any address", "wan", "203.0.113.1", ["sip.provider.example"], "provider"],
    ["by any of its names", "wan", "203.0.113.1", ["x.example", "edge.provider.example"], "provider"],
    ["in its own network only", "lan", "203.0.113.1", ["edge.provider.example"], null],
    ["by the same name elsewhere", "lan", "203.0.113.1", ["sip.provider.example"], "inside"],
    ["before an address that is another's", "wan", "198.51.100.1", ["sip.provider.example"], "provider"],
    ["a name that is nobody's leaves it to the address", "wan", "198.51.100.1", ["x.example"], "office"],
    ["and so does none", "wan", "198.51.100.1", [], "office"],
    ["a stranger's name", "wan", "203.0.113.1", ["x.example"], null],
    ["a star where the trunk takes one", "wan", "203.0.113.1", ["*.cloud.example"], "cloud"],
    ["a star where it does not", "wan", "203.0.113.1", ["*.provider.example"], null],
    [
      "names of two trunks, by the address of one",
      "wan",
      "198.51.100.17",
      ["office.example", "branch.example"],
      "branch",
    ],
    ["names of two trunks, from elsewhere", "wan", "203.0.113.1", ["office.example", "branch.example"], null],
    ["of two trunks, from a third one's address", "wan", "198.51.100.1", ["branch.example", "sip.cloud.example"], null],
    ["names that every object has", "wan", "203.0.113.1", ["constructor", "__proto__"], null],
  ])("%s", (_what, network, address, domains, trunk) => {
    expect(ask(network, address, domains)).toBe(trunk);
  });

  it("is asked of each message: what one connection proved is not remembered for its address", () => {
    expect(ask("wan", "203.0.113.7", ["sip.provider.example"])).toBe("provider");
    expect(ask("wan", "203.0.113.7", null)).toBeNull();
    expect(ask("wan", "203.0.113.7", ["x.example"])).toBeNull();
    expect(ask("wan", "203.0.113.7", ["sip.provider.example"])).toBe("provider");
  });
});

describe("a token bucket", () => {
  it("does not gain from a clock that goes back", () => {
    const bucket = createBucket(1, 1000);
    expect(takeToken(bucket, 1, 1000)).toBe(true);
    expect(takeToken(bucket, 1, 500)).toBe(false);
  });
});
