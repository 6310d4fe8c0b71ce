// What is said about values that are wrong in themselves.

import { describe, expect, test } from "vitest";
import { carrier, configuration, lan, pbx, refused, type Tree } from "./sample-configuration.ts";

describe("what is refused in itself", () => {
  const cases: readonly (readonly [string, Tree, readonly string[]])[] = [
    [
      "an unknown key, with the nearest",
      { trunks: { pbx: pbx({ trasport: "udp", identfy: {} }) } },
      [
        `!trunks.pbx.trasport: unknown key; known here: role, profile, network, targets, identify, registration, credentials, tls, media, signaling, identity, headers, responses, health, failover, limits, rates, emergency`,
        `!trunks.pbx.identfy: unknown key; did you mean "identify"?`,
      ],
    ],
    [
      "an unknown key in an option of a union",
      { routes: [{ name: "r", to: { reject: 403, reasn: "x" } }] },
      [`!routes[0].to.reasn: unknown key; did you mean "reason"?`],
    ],
    [
      "an unknown key in a list",
      { networks: { lan: lan({ listen: [{ trasport: "udp", address: "127.0.0.1", port: 1 }] }) } },
      [
        "networks.lan.listen[0].transport: missing: expected udp, tcp, tls, ws or wss",
        `!networks.lan.listen[0].trasport: unknown key; did you mean "transport"?`,
      ],
    ],
    [
      "names in certificates that are none",
      { trunks: { pbx: pbx({ identify: { tlsNames: ["192.0.2.1", "*.a.example", "sip:a.example", 7] } }) } },
      [
        "trunks.pbx.identify.tlsNames[0]: this is an address: identify.addresses is for those",
        'trunks.pbx.identify.tlsNames[1]: expected the name in a certificate, such as "sip.carrier.example"',
        'trunks.pbx.identify.tlsNames[2]: expected the name in a certificate, such as "sip.carrier.example"',
        'trunks.pbx.identify.tlsNames[3]: expected the name in a certificate, such as "sip.carrier.example", got the number 7',
      ],
    ],
    [
      "a missing key",
      { trunks: { c: { role: "pbx", network: "lan" } } },
      ["trunks.c.targets: expected at least 1 entry"],
    ],
    [
      "no network at all",
      { networks: {}, trunks: {} },
      ["!networks: no network: name at least one side of the border"],
    ],
    [
      "a wildcard address",
      { networks: { lan: lan({ advertise: "0.0.0.0" }) } },
      ["networks.lan.advertise: 0.0.0.0 stands for every address; name the one of this side"],
    ],
    [
      "a group address",
      { networks: { lan: lan({ advertise: "224.0.0.1" }) } },
      ["networks.lan.advertise: 224.0.0.1 is a group address; name the address of one machine"],
    ],
    [
      "a block with stray bits",
      { trunks: { pbx: pbx({ identify: { addresses: ["10.0.0.5/24"] } }) } },
      [`trunks.pbx.identify.addresses[0]: 10.0.0.5/24 has bits set below its mask; did you mean "10.0.0.0/24"?`],
    ],
    [
      "the whole internet",
      { trunks: { pbx: pbx({ identify: { addresses: ["0.0.0.0/0"] } }) } },
      ["trunks.pbx.identify.addresses[0]: 0.0.0.0/0 is the whole internet; name the peer's own addresses"],
    ],
    [
      "a number without quotes",
      { numbers: [{ number: 12025550100, trunk: "pbx" }] },
      [
        `numbers[0].number: expected an E.164 number in quotes, such as "+12025550100", got the number 12025550100; put it in quotes`,
      ],
    ],
    [
      "a number and a range",
      { numbers: [{ number: "+12025550100", range: ["+12025550100", "+12025550101"], trunk: "pbx" }] },
      [`numbers[0]: expected { number: "+…", trunk } or { range: ["+…", "+…"], trunk }; one of the two`],
    ],
    [
      "a range backwards",
      { numbers: [{ range: ["+12025550199", "+12025550101"], trunk: "pbx" }] },
      ["numbers[0].range: the first number of a range comes before the last"],
    ],
    [
      "a range of two lengths",
      { numbers: [{ range: ["+1202555", "+12025550101"], trunk: "pbx" }] },
      ["numbers[0].range: the first and the last number of a range have the same count of digits"],
    ],
    [
      "failover on busy",
      { trunks: { c: carrier({ failover: { onStatus: [486] } }) } },
      [
        "trunks.c.failover.onStatus[0]: 486 and 487 are final: the call was answered for, another target must not be asked",
      ],
    ],
    [
      "failover on a loop",
      { trunks: { c: carrier({ failover: { onStatus: [503, 483] } }) } },
      [
        "trunks.c.failover.onStatus[1]: 482 and 483 say that the call goes in a circle: another target would send it round twice as often",
      ],
    ],
    [
      "failover on a global failure",
      { trunks: { c: carrier({ failover: { onStatus: [603] } }) } },
      ["trunks.c.failover.onStatus[0]: expected a SIP status, a whole number from 400 to 599"],
    ],
    [
      "an interval that the peer itself may not ask for",
      { trunks: { c: carrier({ signaling: { sessionExpires: "2m", minSessionExpires: "3m" } }) } },
      ["trunks.c.signaling.sessionExpires: sessionExpires must not be shorter than minSessionExpires"],
    ],
    [
      "a line break in a reason",
      { routes: [{ name: "r", to: { reject: 403, reason: "a\r\nX: y" } }] },
      ["routes[0].to.reason: a reason must not contain control characters or line breaks"],
    ],
    [
      "a destination that is a name",
      { routes: [{ name: "r", to: "pbx" }] },
      [
        `routes[0].to: expected a list of trunks, [carrier-a, carrier-b] or [{ trunk, weight }], or numbers, or { table: NAME }, or { hook: NAME }, or { enum: e164.arpa }, or { reject: 403, reason: "…" }, got "pbx"`,
      ],
    ],
    [
      "an unknown codec",
      { trunks: { c: carrier({ media: { codecs: ["telephone-event"] } }) } },
      [expect.stringContaining("tones are set by media.dtmf") as unknown as string],
    ],
    [
      "a bad name",
      { trunks: { "a b": pbx() } },
      ["!trunks[\"a b\"]: a name is 1 to 64 letters, digits, '-', '_' or '.', and starts with a letter or digit"],
    ],
    [
      "a name of every object",
      { trunks: { constructor: pbx() } },
      ["!trunks.constructor: this word cannot be a name; choose another"],
    ],
    [
      "ports with nothing in them",
      { networks: { lan: lan({ media: { address: "127.0.0.1", ports: "20001-20002" } }) } },
      ["networks.lan.media.ports: a range needs at least an even port and the next: RTP and RTCP"],
    ],
    [
      "ports of the system",
      { networks: { lan: lan({ media: { address: "127.0.0.1", ports: "80-90" } }) } },
      ["networks.lan.media.ports: media ports start at 1024 or above"],
    ],
  ];
  test("a registration that could not be sent", () => {
    const bad = { registrar: "carrier.example", aor: "+12025550100", expires: "10s" };
    const trunks = { c: carrier({ registration: bad, tls: { verifyName: "sip:x" } }) };
    expect(refused(configuration({ trunks })).map((line) => line.slice(0, 60))).toEqual([
      "trunks.c.registration.registrar: expected the SIP URI of a peer, such as".slice(0, 60),
      "trunks.c.registration.aor: expected the SIP URI of a line, such as".slice(0, 60),
      "trunks.c.registration.expires: expected a duration from 30s to 24h".slice(0, 60),
      "trunks.c.tls.verifyName: expected a host name",
    ]);
  });

  test.each(cases)("%s", (_, extra, expected) => {
    expect(refused(configuration(extra))).toEqual(expected);
  });

  test.each([[null], [undefined], [[]], ["text"], [7]])("a file of %j", (input) => {
    expect(refused(input)).toEqual([expect.stringContaining("expected a group of settings")]);
  });

  test("everything wrong is said at once", () => {
    const input = configuration({
      country: "usa",
      api: { listen: "8080" },
      routes: [{ name: "r", to: [] }, { to: "numbers" }],
    });
    expect(refused(input).map((line) => line.split(":")[0])).toEqual([
      "api.listen",
      "country",
      "routes[0].to",
      "routes[1].name",
    ]);
  });
});
