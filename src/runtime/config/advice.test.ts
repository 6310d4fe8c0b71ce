import { expect, test } from "vitest";
import { formatPath, parseConfiguration } from "../../model/index.ts";
import { advice } from "./advice.ts";

function adviceFor(extra: Record<string, unknown>): readonly string[] {
  const result = parseConfiguration({
    networks: {
      lan: {
        listen: [{ transport: "udp", address: "127.0.0.1", port: 5060 }],
        media: { address: "127.0.0.1", ports: "20000-24999" },
      },
    },
    trunks: { t: { role: "pbx", network: "lan", targets: [{ uri: "sip:127.0.0.1:5080" }] } },
    routes: [{ name: "r", to: ["t"] }],
    ...extra,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return advice(result.value).map(({ path, message }) => `${formatPath(path)}: ${message}`);
}

test.each([
  ["127.0.0.1:8080", 0],
  ["[::1]:8080", 0],
  ["0.0.0.0:8080", 1],
  ["192.0.2.1:8080", 1],
])("an API on %s", (listen, count) => {
  const given = adviceFor({ api: { listen } });
  expect(given).toHaveLength(count);
  for (const line of given) expect(line).toMatch(/^api\.listen: the API has no login yet/);
});

test.each<[unknown, number]>([
  [[], 1],
  [[{ name: "r", match: { called: "+*" }, to: ["t"] }], 1],
  [[{ name: "r", match: { emergency: false }, to: ["t"] }], 1],
  [[{ name: "r", match: { emergency: true }, to: { reject: 403 } }], 1],
  [[{ name: "r", match: { emergency: true }, to: ["t"] }], 0],
  [[{ name: "r", match: { from: "t" }, to: ["t"] }], 0],
])("routes %j leave emergency calls without a way: %d", (routes, count) => {
  const given = adviceFor({ routes });
  expect(given).toHaveLength(count);
  for (const line of given) expect(line).toMatch(/^routes: no route takes emergency calls \(112, 911, 999\); put /);
  expect(adviceFor({ routes, emergencyNumbers: [] })).toEqual([]);
});

test.each([
  ["sip:127.0.0.1:5080", "sdes", 1],
  ["sip:127.0.0.1:5080;transport=tcp", "sdes", 1],
  ["sip:127.0.0.1:5080;transport=tls", "sdes", 0],
  ["sips:pbx.example", "sdes", 0],
  ["sip:pbx.example", "sdes", 0],
  ["sip:127.0.0.1:5080", "optional", 0],
  ["sip:127.0.0.1:5080", "none", 0],
])("keys towards %s, %s", (uri, encryption, count) => {
  const lan = {
    listen: [
      { transport: "udp", address: "127.0.0.1", port: 5060 },
      { transport: "tcp", address: "127.0.0.1", port: 5060 },
      { transport: "tls", address: "127.0.0.1", port: 5061, certificate: "c" },
    ],
    media: { address: "127.0.0.1", ports: "20000-24999" },
  };
  const trunks = { t: { role: "pbx", network: "lan", targets: [{ uri }], media: { encryption } } };
  const given = adviceFor({ networks: { lan }, certificates: { c: { certFile: "c", keyFile: "k" } }, trunks });
  expect(given).toHaveLength(count);
  for (const line of given) expect(line).toMatch(/^trunks\.t\.media\.encryption: the keys go to sip:.* to read/);
});

test("a fax that would go in the clear where nothing may", () => {
  const targets = [{ uri: "sip:127.0.0.1:5080" }];
  const trunk = (media: Record<string, unknown>) => ({ t: { role: "pbx", network: "lan", targets, media } });
  expect(adviceFor({ trunks: trunk({ encryption: "optional", fax: "t38" }) })).toEqual([]);
  expect(adviceFor({ trunks: trunk({ encryption: "dtls", fax: "t38" }) })).toHaveLength(1);
  expect(adviceFor({ trunks: trunk({ encryption: "sdes", fax: "t38" }) })).toEqual([
    expect.stringMatching(/^trunks\.t\.media\.encryption: /),
    expect.stringMatching(/^trunks\.t\.media\.fax: T\.38 would go in the clear/),
  ]);
});

test("a name leads to nowhere but what can be read where the network has nothing else", () => {
  const trunks = {
    t: { role: "pbx", network: "lan", targets: [{ uri: "sip:pbx.example" }], media: { encryption: "sdes" } },
  };
  expect(adviceFor({ trunks })).toHaveLength(1);
});

test("a country whose numbers cannot be read is named, with those that can", () => {
  expect(adviceFor({ country: "US" })).toEqual([]);
  expect(adviceFor({ country: "TV" })).toEqual([
    expect.stringMatching(/^country: national numbers of TV .* US, VN, ZA$/),
  ]);
  const trunks = {
    t: { role: "pbx", network: "lan", targets: [{ uri: "sip:127.0.0.1:5080" }], identity: { country: "AQ" } },
  };
  expect(adviceFor({ trunks })).toEqual([
    expect.stringMatching(/^trunks\.t\.identity\.country: national numbers of AQ/),
  ]);
});
