// Other systems' configurations as people write them, and what becomes of them: trunks that load, and a list of what was left.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseConfiguration } from "../../model/index.ts";
import type { Carried } from "./carried.ts";
import { readDispatcher } from "./read-dispatcher.ts";
import { readFreeswitch } from "./read-freeswitch.ts";
import { readPjsip } from "./read-pjsip.ts";
import { writeTrunks } from "./write-trunks.ts";

/** What was carried stands in a configuration and is right. */
function loaded(carried: Carried) {
  const written = parse(writeTrunks(carried)) as { trunks: unknown };
  expect(written.trunks).toEqual(carried.trunks);
  const listen = ["udp", "tcp"].map((transport) => ({ transport, address: "127.0.0.1", port: 5060 }));
  const tls = { transport: "tls", address: "127.0.0.1", port: 5061, certificate: "c" };
  const parsed = parseConfiguration({
    certificates: { c: { certFile: "c.pem", keyFile: "c.key" } },
    networks: { wan: { listen: [...listen, tls], media: { address: "127.0.0.1", ports: "20000-20999" } } },
    trunks: written.trunks,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return parsed.value.trunks;
}

const leftOf = ({ left }: Carried): readonly string[] => left.map(({ line, message }) => `${line}: ${message}`);

const PJSIP = `; a provider and some phones
[transport-udp]
type=transport
bind=0.0.0.0

[trunk-defaults](!)
type=endpoint
context=from-provider
disallow=all
allow=ulaw,alaw ; the usual
allow => g722
dtmf_mode=rfc4733
send_pai = yes

[acme](trunk-defaults)
transport=transport-udp
outbound_auth=acme-auth
aors=acme
from_domain=sip.acme.example
media_encryption=sdes
100rel=no
timers=always
timers_sess_expires=900
moh_suggest=jazz

[acme-auth]
type=auth
auth_type=userpass
username=12345
password=hunter2\\;more

[acme]
type=aor
contact=sip:sip.acme.example:5061\\;transport=tls
qualify_frequency=30

[acme]
type=identify
endpoint=acme
match=198.51.100.0/28,203.0.113.9
match=sip.acme.example

[acme-reg]
type=registration
outbound_auth=acme-auth
server_uri=sip:sip.acme.example:5061\\;transport=tls
client_uri=sip:12345@sip.acme.example
expiration=600
;-- an older one
[old]
type=endpoint
--;
[office]
type=endpoint
aors=office
trust_id_inbound=yes
t38_udptl=yes
allow=opus,codec2
[office]
type=aor
contact=sip:pbx@10.0.0.20
[1001]
type=endpoint
aors=1001
auth=1001
[1001]
type=aor
max_contacts=2
#include extra.conf
`;

describe("asterisk", () => {
  const carried = readPjsip(PJSIP, "wan");

  it("makes trunks of endpoints that lead somewhere", () => {
    expect(carried.trunks).toEqual({
      acme: {
        role: "provider",
        network: "wan",
        targets: [{ uri: "sip:sip.acme.example:5061;transport=tls" }],
        identify: { addresses: ["198.51.100.0/28", "203.0.113.9"] },
        registration: {
          registrar: "sip:sip.acme.example:5061;transport=tls",
          aor: "sip:12345@sip.acme.example",
          expires: "600s",
        },
        credentials: { username: "12345", password: "${ACME_PASSWORD}" },
        media: { codecs: ["PCMU", "PCMA", "G722"], encryption: "sdes" },
        signaling: { sessionExpires: "900s" },
        identity: { trust: false, callerHeader: "p-asserted-identity", domain: "sip.acme.example" },
        health: { optionsEvery: "30s" },
      },
      office: {
        role: "pbx",
        network: "wan",
        targets: [{ uri: "sip:10.0.0.20" }],
        media: { codecs: ["opus"], fax: "t38" },
      },
    });
    expect(Object.keys(loaded(carried))).toEqual(["acme", "office"]);
  });

  it("says what it left, with the line, and tells no password", () => {
    const at = (text: string): number => PJSIP.slice(0, PJSIP.indexOf(text)).split("\n").length;
    expect([...leftOf(carried)].sort()).toEqual(
      [
        `${at("[transport-udp]")}: transport [transport-udp]: where Demarc listens is what its networks say`,
        `${at("moh_suggest")}: moh_suggest=jazz has nothing that it would be here, or is not carried over yet`,
        `${at("[acme-auth]")}: the password of [acme-auth] is not written on: set ACME_PASSWORD where Demarc is started`,
        `${at("match=sip.acme")}: match=sip.acme.example is no address: write the addresses that the name stands for`,
        `${at("allow=opus")}: allow=codec2: Demarc knows no codec by that name`,
        `${at("[office]")}: nothing says from which addresses [office] calls: set identify.addresses`,
        `${at("[1001]")}: [1001] has no contact and registers nowhere: it is a phone's, not a trunk's`,
        `${at("#include")}: this is no section and no setting; what #include names is not read`,
      ].sort(),
    );
    expect(JSON.stringify(carried)).not.toContain("hunter2");
  });
});

const FREESWITCH = `<include>
  <!-- <gateway name="old"><param name="username" value="x"/></gateway> -->
  <gateway name="acme &amp; co">
    <param name="username" value="12345"/>
    <param name="password" value="hunter2"/>
    <param name="realm" value="acme.example"/>
    <param name="proxy" value="sip.acme.example"/>
    <param name="register" value="true"/>
    <param name="register-transport" value="tcp"/>
    <param name="expire-seconds" value="600"/>
    <param name="ping" value="30"/>
    <param name="extension" value="100"/>
    <param name="contact-params" value="tport=tcp"/>
  </gateway>
  <gateway name='peer'><param name='proxy' value='203.0.113.7:5080'/><param name='register' value='false'/></gateway>
  <gateway name="broken"><param name="proxy" value="not a host"/></gateway>
  <gateway name="variable"><param name="proxy" value="$\${domain}"/><param name="realm" value="sip.example"/></gateway>
</include>
`;

describe("freeswitch", () => {
  const carried = readFreeswitch(FREESWITCH, "wan");

  it("makes a trunk of each gateway", () => {
    expect(carried.trunks).toEqual({
      "acme-co": {
        role: "provider",
        network: "wan",
        targets: [{ uri: "sip:sip.acme.example;transport=tcp" }],
        registration: {
          registrar: "sip:sip.acme.example;transport=tcp",
          aor: "sip:12345@acme.example",
          expires: "600s",
        },
        credentials: { username: "12345", password: "${ACME_CO_PASSWORD}", realm: "acme.example" },
        health: { optionsEvery: "30s" },
      },
      peer: { role: "provider", network: "wan", targets: [{ uri: "sip:203.0.113.7:5080" }] },
      variable: { role: "provider", network: "wan", targets: [{ uri: "sip:sip.example" }] },
    });
    expect(Object.keys(loaded(carried))).toEqual(["acme-co", "peer", "variable"]);
  });

  it("says what it left, with the line, and tells no password", () => {
    expect(leftOf(carried)).toEqual([
      "3: the password of acme & co is not written on: set ACME_CO_PASSWORD where Demarc is started",
      "13: contact-params=tport=tcp has nothing that it would be here",
      "16: gateway broken is left out: not a host is no host",
      "17: proxy is a variable of FreeSWITCH ($${domain}): write its value",
    ]);
    expect(JSON.stringify(carried)).not.toContain("hunter2");
  });
});

const DISPATCHER = `# media servers
1 sip:10.0.0.1:5060 0 10 weight=70;duid=a
1 sip:10.0.0.2:5060;transport=tcp 8 10 weight=30;socket=udp:10.0.0.9:5060
1 sip:backup.example 0 5 maxload=100
1 sip:10.0.0.4 4 20
2 sips:carrier.example:5061
this is nothing
`;

describe("kamailio", () => {
  const carried = readDispatcher(DISPATCHER, "wan");

  it("makes a trunk of each set, the highest priority first", () => {
    expect(carried.trunks).toEqual({
      "set-1": {
        role: "pbx",
        network: "wan",
        targets: [
          { uri: "sip:10.0.0.1:5060", priority: 10, weight: 70 },
          { uri: "sip:10.0.0.2:5060;transport=tcp", priority: 10, weight: 30 },
          { uri: "sip:backup.example", priority: 20 },
        ],
      },
      "set-2": {
        role: "pbx",
        network: "wan",
        targets: [{ uri: "sip:carrier.example:5061;transport=tls", priority: 10 }],
      },
    });
    expect(Object.keys(loaded(carried))).toEqual(["set-1", "set-2"]);
  });

  it("says what it left, with the line", () => {
    expect(leftOf(carried)).toEqual([
      "3: socket=udp:10.0.0.9:5060: from where calls go out is what the trunk's network says",
      "4: maxload=100: limits.calls is a trunk's, not a target's; give this target a trunk of its own to keep it",
      "5: sip:10.0.0.4 is inactive or disabled there",
      "7: this is no line of a dispatcher list: expected setid uri flags priority attributes",
    ]);
  });
});

describe("any text at all", () => {
  const readers = [readPjsip, readFreeswitch, readDispatcher] as const;
  const words = fc.constantFrom(
    "[a]",
    "[b](a)",
    "[a](!)",
    "type=endpoint",
    "type=aor",
    "contact=sip:h",
    "aors=a",
    ";--",
    "--;",
    ";",
    "\\;",
    "<gateway name='a'>",
    "<param name='proxy' value='h'/>",
    "</gateway>",
    "<!--",
    "-->",
    "1 sip:h 0 0 x=1",
    "sip:a@b:1;transport=tls",
    "__proto__",
    "=",
    "\n",
    " ",
  );
  const text = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.array(words, { maxLength: 60 }).map((parts) => parts.join("\n")),
    fc.array(words, { maxLength: 60 }).map((parts) => parts.join("")),
  );

  it("is read without harm, and what comes of it is right in itself", () => {
    fc.assert(
      fc.property(fc.constantFrom(...readers), text, (read, written) => {
        const carried = read(written, "wan");
        for (const { line } of carried.left) expect(line).toBeGreaterThanOrEqual(1);
        if (Object.keys(carried.trunks).length > 0) loaded(carried);
      }),
      { numRuns: 500 },
    );
  });

  it("of any length takes time by its length", () => {
    const nested = `[a](!)\nx=1\n${"[a](a,a,a,a,!)\n".repeat(2000)}[b](a)\ntype=endpoint\n`;
    for (const read of readers) {
      for (const long of [
        nested,
        "<gateway ".repeat(50_000),
        "<!--".repeat(50_000),
        ";--".repeat(50_000),
        "[".repeat(200_000),
        "1 sip:h ".repeat(50_000),
      ]) {
        expect(read(long, "wan").left.length).toBeGreaterThanOrEqual(0);
      }
    }
  });
});
