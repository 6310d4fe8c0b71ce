// Registration in both directions: what is filled in, what contradicts itself, and who could not be told apart.
import { describe, expect, test } from "vitest";
import { accepted, carrier, configuration, pbx, refused, type Tree, wan } from "./sample-configuration.ts";

const AOR = "sip:+12025550100@carrier.example";
const OWN = { registrar: "sip:carrier.example", aor: AOR };
const LOGIN = { username: "office", password: "secret" };
const listening = (registration: Tree, more: Tree = {}) =>
  configuration({
    trunks: { pbx: pbx({ registration, credentials: LOGIN, targets: [], ...more }), carrier: carrier() },
  });

test("what the file does not say, either way", () => {
  const { trunks } = accepted(
    configuration({
      trunks: {
        c: carrier({ registration: OWN }),
        p: pbx({ registration: { accept: true }, credentials: LOGIN, targets: [] }),
      },
    }),
  );
  expect(trunks.c?.registration).toMatchObject({
    accept: false,
    registrar: { uri: "sip:carrier.example", host: "carrier.example", port: null },
    backupRegistrars: [],
    aor: AOR,
    expires: 600_000,
    bulkNumbers: false,
  });
  expect(trunks.p?.registration).toEqual({
    accept: true,
    aor: null,
    expires: 600_000,
    minExpires: 60_000,
    bulkNumbers: false,
    maxContacts: 5,
    requestUri: "contact",
  });
});

describe("what contradicts itself", () => {
  test.each<[string, Tree, readonly string[]]>([
    [
      "nothing said",
      {},
      [
        "trunks.c.registration.registrar: expected the registrar to register with, or accept: true",
        'trunks.c.registration.aor: expected the SIP URI of a line, such as "sip:+12025550100@carrier.example"',
      ],
    ],
    [
      "a registrar's key on a subscriber",
      { ...OWN, maxContacts: 3 },
      ["trunks.c.registration.maxContacts: this is for accept: true"],
    ],
    [
      "ourselves",
      { ...OWN, registrar: "sip:127.0.0.2:5060" },
      ["trunks.c.registration.registrar: this is one of our own listeners: we would register with ourselves"],
    ],
    [
      "no way there",
      { ...OWN, backupRegistrars: ["sip:b.example", "sip:b.example;transport=tls"] },
      [
        "trunks.c.registration.backupRegistrars[1]: network wan has no tls listener from which this target could be called",
      ],
    ],
  ])("%s", (_, registration, expected) => {
    expect(refused(configuration({ trunks: { c: carrier({ registration }) } }))).toEqual(expected);
  });

  test.each<[string, Tree, Tree, readonly string[]]>([
    [
      "both directions",
      { accept: true, registrar: "sip:b.example" },
      {},
      ["trunks.pbx.registration.registrar: with accept the peer registers with us: leave this out"],
    ],
    [
      "granted less than the least",
      { accept: true, expires: "30s" },
      {},
      ["trunks.pbx.registration.minExpires: minExpires must not be longer than expires"],
    ],
    [
      "no password",
      { accept: true },
      { credentials: null },
      ["trunks.pbx.registration.accept: this peer is to prove itself by a password: set credentials"],
    ],
  ])("%s", (_, registration, more, expected) => {
    expect(refused(listening(registration, more))).toEqual(expected);
  });
});

test("a user name tells one trunk of a network from the others", () => {
  const known = { identify: { digest: true }, credentials: LOGIN };
  const trunks = { a: pbx(known), b: pbx({ ...known, targets: [{ uri: "sip:127.0.0.8" }] }), c: carrier(known) };
  expect(refused(configuration({ trunks }))).toEqual([
    "trunks.b.credentials.username: trunk a of network lan goes by this user name already",
  ]);
  expect(
    refused(
      configuration({ networks: { lan: wan(), wan: wan() }, trunks: { a: pbx({ identify: { digest: true } }) } }),
    ),
  ).toContain("trunks.a.identify.digest: this peer is to prove itself by a password: set credentials");
});
