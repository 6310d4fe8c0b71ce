// What is said about values that are right in themselves and do not agree with each other.

import { describe, expect, test } from "vitest";
import { accepted, carrier, configuration, lan, pbx, refused, type Tree, wan } from "./sample-configuration.ts";

const UDP = { transport: "udp", address: "127.0.0.1", port: 5060 };
const TLS = { transport: "tls", address: "127.0.0.1", port: 5061, certificate: "lan", peerCertificate: "ask" };

const HOOK = { url: "https://crm.example/route" };

describe("what does not agree", () => {
  const cases: readonly (readonly [string, Tree, readonly string[]])[] = [
    [
      "a network that is not there",
      { trunks: { pbx: pbx({ network: "lna" }) } },
      [`trunks.pbx.network: there is no network "lna"; did you mean "lan"?`],
    ],
    [
      "national numbers of no country, and a prefix before a plus",
      {
        trunks: {
          pbx: pbx({ identity: { format: "national" } }),
          carrier: carrier({ identity: { addPrefix: "1010" } }),
        },
      },
      [
        "trunks.pbx.identity.format: how national numbers are dialled depends on the country: set country",
        "trunks.carrier.identity.addPrefix: nothing can stand before the + of e164: set identity.format to e164-plain or national",
      ],
    ],
    [
      "a trunk that a route names",
      { routes: [{ name: "r", match: { from: ["pbx", "carier"] }, to: ["nobody"] }] },
      [
        `routes[0].match.from[1]: there is no trunk "carier"; did you mean "carrier"?`,
        `routes[0].to[0]: there is no trunk "nobody"; there are: pbx, carrier`,
      ],
    ],
    [
      "a trunk that a number names",
      { numbers: [{ number: "+12025550100", trunk: "pxb" }] },
      [`numbers[0].trunk: there is no trunk "pxb"; did you mean "pbx"?`],
    ],
    [
      "the same trunk twice",
      { routes: [{ name: "r", to: ["pbx", "pbx"] }] },
      ["routes[0].to[1]: trunk pbx stands in the list already"],
    ],
    [
      "weights on some",
      { routes: [{ name: "r", to: ["pbx", { trunk: "carrier", weight: 1 }] }] },
      ["routes[0].to: either every entry has a weight (shared) or none has (tried in order)"],
    ],
    [
      "two routes of one name",
      {
        routes: [
          { name: "r", to: ["pbx"] },
          { name: "r", to: ["pbx"] },
        ],
      },
      ["routes[1].name: routes[0] is called r already"],
    ],
    [
      "overlapping numbers",
      {
        numbers: [
          { range: ["+12025550100", "+12025550199"], trunk: "pbx" },
          { number: "+12025550150", trunk: "carrier" },
          { number: "+120255501500", trunk: "pbx" },
          { number: "+12025550099", trunk: "pbx" },
        ],
      },
      ["numbers[1]: +12025550150 overlaps numbers[0], +12025550100 to +12025550199"],
    ],
    [
      "a later range around an earlier number",
      {
        numbers: [
          { number: "+12025550150", trunk: "pbx" },
          { range: ["+12025550100", "+12025550199"], trunk: "pbx" },
        ],
      },
      ["numbers[1]: +12025550100 to +12025550199 overlaps numbers[0], +12025550150"],
    ],
    [
      "one socket twice",
      {
        networks: { lan: lan(), wan: wan({ listen: [{ transport: "udp", address: "127.0.0.1", port: 5060 }] }) },
        trunks: {},
      },
      ["networks.wan.listen[0].port: udp port 5060 of 127.0.0.1 is already taken by networks.lan.listen[0]"],
    ],
    [
      "the API's socket",
      { networks: { lan: lan({ listen: [{ transport: "tcp", address: "127.0.0.1", port: 8080 }] }) }, trunks: {} },
      ["networks.lan.listen[0].port: tcp port 8080 of 127.0.0.1 is already taken by api.listen"],
    ],
    [
      "overlapping media ports",
      { networks: { lan: lan(), wan: wan({ media: { address: "127.0.0.1", ports: "24998-25999" } }) } },
      ["networks.wan.media.ports: these ports of 127.0.0.1 overlap those of networks.lan; give each its own"],
    ],
    [
      "a listener among the media ports",
      { networks: { lan: lan({ media: { address: "127.0.0.1", ports: "5000-6000" } }) }, trunks: {} },
      ["networks.lan.media.ports: the range contains port 5060, on which networks.lan listens for SIP"],
    ],
    [
      "a certificate that is not there",
      {
        networks: {
          lan: lan({ listen: [{ transport: "tls", address: "127.0.0.1", port: 5061, certificate: "lan" }] }),
        },
        trunks: {},
      },
      [`networks.lan.listen[0].certificate: there is no certificate "lan"; none is configured`],
    ],
    [
      "tls without a certificate",
      { networks: { lan: lan({ listen: [{ transport: "tls", address: "127.0.0.1", port: 5061 }] }) }, trunks: {} },
      [
        "networks.lan.listen[0].certificate: missing: a tls listener shows a certificate; name one of those under certificates",
      ],
    ],
    [
      "udp with a certificate",
      {
        networks: {
          lan: lan({ listen: [{ transport: "udp", address: "127.0.0.1", port: 5061, certificate: "lan" }] }),
        },
        trunks: {},
      },
      ["!networks.lan.listen[0].certificate: a udp listener shows no certificate; remove the key or use tls"],
    ],
    [
      "settings of TLS, of web pages and of connections where there are none",
      {
        networks: {
          lan: lan({
            listen: [
              {
                transport: "udp",
                address: "127.0.0.1",
                port: 5060,
                peerCertificate: "require",
                origins: ["https://phone.example"],
                keepAlive: "30s",
              },
              { transport: "ws", address: "127.0.0.1", port: 5080, moreCertificates: ["gone"] },
            ],
          }),
          wan: wan(),
        },
      },
      [
        "!networks.lan.listen[0].peerCertificate: a udp listener shows no certificate; remove the key or use tls",
        "!networks.lan.listen[0].origins: web pages do not reach a udp listener; remove the key",
        "!networks.lan.listen[0].keepAlive: over udp there is no connection to keep; remove the key",
        "!networks.lan.listen[1].moreCertificates: a ws listener shows no certificate; remove the key or use wss",
      ],
    ],
    [
      "a second certificate that is not there",
      {
        certificates: { lan: { certFile: "a", keyFile: "b" } },
        networks: {
          lan: lan({
            listen: [
              {
                transport: "tls",
                address: "127.0.0.1",
                port: 5061,
                certificate: "lan",
                moreCertificates: ["lan", "lam"],
              },
            ],
          }),
          wan: wan(),
        },
        trunks: {},
      },
      [`networks.lan.listen[0].moreCertificates[1]: there is no certificate "lam"; did you mean "lan"?`],
    ],
    [
      "two trunks of one address",
      {
        trunks: {
          a: pbx({ identify: { addresses: ["10.0.0.1/32"] } }),
          b: pbx({ identify: { addresses: ["10.0.0.1"] } }),
        },
      },
      ["trunks.b.identify.addresses[0]: 10.0.0.1 already identifies trunk a in network lan"],
    ],
    [
      "one name in the certificates of two trunks, and of one twice",
      {
        certificates: { lan: { certFile: "a", keyFile: "b" } },
        networks: { lan: lan({ listen: [UDP, TLS] }), wan: wan() },
        trunks: {
          a: pbx({ identify: { tlsNames: ["a.example", "A.Example."] } }),
          b: pbx({ identify: { tlsNames: ["b.example", "A.example"] } }),
        },
      },
      [
        "trunks.a.identify.tlsNames[1]: A.Example. stands in the list already in network lan",
        "trunks.b.identify.tlsNames[1]: A.example already identifies trunk a in network lan",
      ],
    ],
    [
      "names of certificates that nobody asks for",
      { trunks: { a: pbx({ identify: { tlsNames: ["a.example"] } }) } },
      [
        "!trunks.a.identify.tlsNames: no listener of network lan asks for certificates: set peerCertificate of its tls or wss listener to ask or require",
      ],
    ],
    [
      "a target without a listener",
      { trunks: { c: carrier({ targets: [{ uri: "sip:127.0.0.3;transport=tcp" }] }) } },
      ["trunks.c.targets[0].uri: network wan has no tcp listener from which this target could be called"],
    ],
    [
      "a target of the other family",
      { trunks: { c: carrier({ targets: [{ uri: "sip:[2001:db8::1]" }] }) } },
      ["trunks.c.targets[0].uri: network wan has no IPv6 listener for udp"],
    ],
    [
      "a target that is ourselves",
      { trunks: { c: carrier({ targets: [{ uri: "sip:127.0.0.1" }] }) } },
      ["trunks.c.targets[0].uri: this is one of our own listeners: the call would come back to us"],
    ],
    [
      "a target twice",
      { trunks: { c: carrier({ targets: [{ uri: "sip:a.example" }, { uri: "sip:A.example" }] }) } },
      ["trunks.c.targets[1].uri: this target stands in the list already"],
    ],
    [
      "a reserve of nothing",
      { trunks: { c: carrier({ limits: { emergencyReserve: 2 } }) } },
      ["trunks.c.limits.emergencyReserve: a reserve is taken from limits.calls, which is not set"],
    ],
    [
      "a reserve of everything",
      { trunks: { c: carrier({ limits: { calls: 2, emergencyReserve: 2 } }) } },
      ["trunks.c.limits.emergencyReserve: the reserve leaves none of the 2 calls to ordinary callers"],
    ],
  ];
  test.each(cases)("%s", (_, extra, expected) => {
    expect(refused(configuration(extra))).toEqual(expected);
  });

  test("the same address on two networks, port 0 twice, and nested blocks are no conflict", () => {
    const port0 = { transport: "udp", address: "127.0.0.1", port: 0 };
    const trunks = {
      a: pbx({ identify: { addresses: ["10.0.0.0/8", "10.0.0.1"] } }),
      b: pbx({ identify: { addresses: ["10.0.0.0/24"] } }),
      c: carrier({ identify: { addresses: ["10.0.0.1"] } }),
    };
    accepted({ networks: { lan: lan({ listen: [port0, port0] }), wan: wan() }, trunks });
  });
});

describe("routes, tables, calendars, lists and classes", () => {
  const table = (name: string, to: unknown): Tree => ({ routes: [{ name, to }] });
  test.each<[string, Tree, readonly string[]]>([
    [
      "names that are not there",
      {
        calendars: { office: {} },
        numberLists: { far: [] },
        classesOfService: { staff: [{ called: { list: "fur" }, during: "ofice", allow: true }] },
        numbers: [{ number: "+12025550100", trunk: "pbx", classOfService: "stuff" }],
        routes: [
          {
            name: "r",
            match: { during: "ofice", holiday: ["office", "office"], called: { list: "fare" } },
            to: { table: "t" },
            fallback: ["carier"],
          },
        ],
      },
      [
        'numbers[0].classOfService: there is no class of service "stuff"; did you mean "staff"?',
        'classesOfService.staff[0].called.list: there is no list of numbers "fur"; did you mean "far"?',
        'classesOfService.staff[0].during: there is no calendar "ofice"; did you mean "office"?',
        'routes[0].match.during[0]: there is no calendar "ofice"; did you mean "office"?',
        "routes[0].match.holiday[1]: calendar office stands in the list already",
        'routes[0].match.called.list: there is no list of numbers "fare"; did you mean "far"?',
        'routes[0].to.table: there is no table of routes "t"; none is configured',
        'routes[0].fallback[0]: there is no trunk "carier"; did you mean "carrier"?',
      ],
    ],
    [
      "tables that lead back",
      {
        routeTables: {
          a: table("ra", { table: "b" }),
          b: table("rb", { table: "c" }),
          c: table("rc", { table: "a" }),
          d: table("rd", { table: "d" }),
        },
      },
      [
        "routeTables.c.routes[0].to.table: this leads in a circle: a, b, c, a",
        "routeTables.d.routes[0].to.table: this leads in a circle: d, d",
      ],
    ],
    [
      "one name for two routes in two tables",
      { routes: [{ name: "r", to: { table: "a" } }], routeTables: { a: table("r", ["pbx"]) } },
      ["routeTables.a.routes[0].name: routes[0] is called r already"],
    ],
    [
      "a fallback of a refusal",
      { routes: [{ name: "r", to: { reject: 403 }, fallback: ["pbx"] }] },
      ["!routes[0].fallback: a call that is refused has nothing to fall back from"],
    ],
    [
      "a hook that is not there",
      { hooks: { crm: HOOK }, routes: [{ name: "r", to: { hook: "crn" } }] },
      ['routes[0].to.hook: there is no hook "crn"; did you mean "crm"?'],
    ],
    [
      "a trunk for numbers that are looked up",
      { routes: [{ name: "r", to: { enum: "e164.arpa", trunk: "pxb" } }] },
      ['routes[0].to.trunk: there is no trunk "pxb"; did you mean "pbx"?'],
    ],
    [
      "an emergency call that would have to wait",
      { hooks: { crm: HOOK }, routes: [{ name: "r", match: { emergency: true }, to: { hook: "crm" } }] },
      ["routes[0].to: emergency calls wait for nobody outside: they would pass this route by; name their trunks"],
    ],
  ])("%s", (_what, extra, problems) => {
    expect(refused(configuration(extra))).toEqual(problems);
  });

  test.each<[Tree, string]>([
    [
      { calendars: { c: { timeZone: "Europe/Berln" } } },
      'calendars.c.timeZone: there is no time zone "Europe/Berln"; did you mean "Europe/Berlin"?',
    ],
    [
      { calendars: { c: { hours: [{ days: "mon-fry", from: "09:00", to: "17:00" }] } } },
      "calendars.c.hours[0].days: expected days of the week, such as mon-fri, sat or [mon, wed, fri]",
    ],
    [
      { calendars: { c: { hours: [{ days: "mon", from: "9:00", to: "17:00" }] } } },
      'calendars.c.hours[0].from: expected a time of day in quotes, such as "09:00" or "24:00"',
    ],
    [
      { calendars: { c: { holidays: ["2026-02-29"] } } },
      'calendars.c.holidays[0]: expected a date in quotes, such as "2026-12-25", or "12-25" for every year',
    ],
    [
      { calendars: { c: { holidays: [{ from: "2026-12-24", to: "12-26" }] } } },
      "calendars.c.holidays[0]: both dates have a year, or neither",
    ],
    [
      { routes: [{ name: "r", to: { table: "a", reject: 403 } }] },
      'routes[0].to: expected a list of trunks, [carrier-a, carrier-b] or [{ trunk, weight }], or numbers, or { table: NAME }, or { hook: NAME }, or { enum: e164.arpa }, or { reject: 403, reason: "…" }',
    ],
    [
      { routes: [{ name: "r", to: { enum: "e164..arpa" } }] },
      "routes[0].to.enum: expected a domain such as e164.arpa, at most 180 characters",
    ],
    [
      { hooks: { crm: { url: "https://me:secret@crm.example/" } } },
      "hooks.crm.url: expected an https:// or http:// URL without a user, a password or a fragment",
    ],
    [
      { hooks: { crm: { url: "https://crm.example:99999/" } } },
      "hooks.crm.url: expected an https:// or http:// URL without a user, a password or a fragment",
    ],
    [{ hooks: { crm: { ...HOOK, deadline: "30s" } } }, "hooks.crm.deadline: expected a duration from 50ms to 10s"],
    [
      { hooks: { crm: { ...HOOK, headers: { "Content-Length": "1" } } } },
      "!hooks.crm.headers.Content-Length: this header is written for each request",
    ],
    [
      { routes: [{ name: "r", to: ["pbx"], edit: { called: { replace: "/(/", with: "x" } } }] },
      "routes[0].edit.called.replace: a parenthesis is not closed (character 2 of the expression)",
    ],
    [
      { routes: [{ name: "r", to: ["pbx"], edit: { called: { with: "x" } } }] },
      "routes[0].edit.called.with: goes with replace, which is not set",
    ],
    [
      { routes: [{ name: "r", to: ["pbx"], edit: { called: { addPrefix: "9;x=y" } } }] },
      'routes[0].edit.called.addPrefix: expected a part of a number in quotes, such as "+49" or "0049"',
    ],
  ])("%j is refused", (extra, message) => {
    expect(refused(configuration(extra))).toEqual([message]);
  });
});
