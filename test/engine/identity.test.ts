// Who calls whom, read as peers write it and written as the other peer wants it.
import { describe, expect, it } from "vitest";
import { type Crossing, cross, invitation, OURS, type Settings } from "./crossing.ts";
import { inviteFrom, type Message } from "./peer.ts";
import { Rig } from "./rig.ts";

/** From without its tag, then the lines about the caller. */
function callerIn(invite: Message): string[] {
  const names = ["P-Asserted-Identity", "P-Preferred-Identity", "Remote-Party-ID", "Privacy"];
  return [
    invite.header("From").replace(/;tag=.*/, ""),
    ...names.flatMap((name) => invite.headers(name).map((value) => `${name}: ${value}`)),
  ];
}

const PAI = { callerHeader: "p-asserted-identity" };
const ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>';

describe("a caller is read", () => {
  it.each<[string, Crossing, string]>([
    ["from From", {}, `"Ann" <sip:+12025550100@${OURS}>`],
    [
      "from P-Asserted-Identity where the peer uses it (CUCM, Asterisk with send_pai)",
      {
        pbx: PAI,
        from: '"Reception" <sip:1000@inside.pbx>',
        extra: 'P-Asserted-Identity: "Bob" <sip:+12025550101@inside.pbx>\r\nPrivacy: none\r\n',
      },
      `"Bob" <sip:+12025550101@${OURS}>`,
    ],
    [
      "from the one of two asserted identities that is a number",
      {
        pbx: PAI,
        from: "<sip:1000@inside.pbx>",
        extra: 'P-Asserted-Identity: "Bob" <sip:bob@inside.pbx>, <tel:+1-202-555-0101>\r\n',
      },
      `"Bob" <sip:+12025550101@${OURS}>`,
    ],
    [
      "from From where the asserted identity is malformed",
      { pbx: PAI, extra: "P-Asserted-Identity: <sip:+12025550101@\r\n" },
      `"Ann" <sip:+12025550100@${OURS}>`,
    ],
    [
      "from From where assertions of the peer are not believed",
      {
        pbx: { ...PAI, trust: false },
        extra:
          "P-Asserted-Identity: <sip:+19005550101@inside.pbx>\r\nRemote-Party-ID: <sip:+19005550101@inside.pbx>\r\n",
      },
      `"Ann" <sip:+12025550100@${OURS}>`,
    ],
    [
      "from P-Preferred-Identity of a peer that is not believed: it is a claim, as From is",
      {
        pbx: { callerHeader: "p-preferred-identity", trust: false },
        from: "<sip:1000@inside.pbx>",
        extra: "P-Preferred-Identity: <sip:+12025550101@inside.pbx>\r\n",
      },
      `<sip:+12025550101@${OURS}>`,
    ],
    [
      "from Remote-Party-ID of the calling party (FreeSWITCH, older Cisco)",
      {
        pbx: { callerHeader: "remote-party-id" },
        from: "<sip:gw@inside.pbx>",
        extra:
          'Remote-Party-ID: "Cy" <sip:9@inside.pbx>;party=called;screen=yes\r\nRemote-Party-ID: "Bob" <sip:2025550101@inside.pbx>;party=calling;screen=yes;privacy=off\r\n',
      },
      `"Bob" <sip:+12025550101@${OURS}>`,
    ],
    ["from a tel URI with a context", { from: "<tel:2025550101;phone-context=+1>" }, `<sip:+12025550101@${OURS}>`],
    [
      "without a name that says nothing",
      { from: '"Unavailable" <sip:+12025550101@inside.pbx>' },
      `<sip:+12025550101@${OURS}>`,
    ],
    [
      "as nobody where it is unavailable",
      { from: "<sip:unavailable@unknown.invalid>" },
      "<sip:anonymous@anonymous.invalid>",
    ],
  ])("%s", (_what, crossing, from) => {
    expect(callerIn(invitation(crossing))).toEqual([from]);
  });
});

describe("a withheld number", () => {
  const asserted = "P-Asserted-Identity: <sip:+12025550101@inside.pbx>\r\n";
  const restricted: [string, Crossing][] = [
    ["Privacy: id", { extra: `${asserted}Privacy: id\r\n` }],
    ["Privacy: user;critical", { extra: `${asserted}Privacy: user;critical\r\n` }],
    ["Privacy: header;id, in two lines", { extra: `${asserted}Privacy: header\r\nPrivacy: id\r\n` }],
    ["a Privacy that cannot be read", { extra: `${asserted}Privacy: ;;\r\n` }],
    ["anonymous@anonymous.invalid", { from: "<sip:anonymous@anonymous.invalid>", extra: asserted }],
    ["anonymous at a host", { from: "<sip:Anonymous@10.0.0.20:5080>", extra: asserted }],
    ["restricted", { from: '"Restricted" <sip:restricted@inside.pbx>', extra: asserted }],
    ["an Anonymous display name", { from: '"Anonymous" <sip:+12025550101@inside.pbx>' }],
    [
      "Remote-Party-ID with privacy=full",
      {
        from: '"Anonymous" <sip:anonymous@inside.pbx>',
        extra: 'Remote-Party-ID: "Bob" <sip:+12025550101@inside.pbx>;party=calling;privacy=full\r\n',
      },
    ],
    [
      "Remote-Party-ID with privacy=uri",
      {
        pbx: { callerHeader: "remote-party-id" },
        extra: 'Remote-Party-ID: "Bob" <sip:+12025550101@inside.pbx>;privacy="uri"\r\n',
      },
    ],
  ];

  it.each(restricted)("by %s goes to a carrier that may know it with the wish", (_what, crossing) => {
    const invite = invitation({ ...crossing, pbx: { ...PAI, ...crossing.pbx } });
    expect(callerIn(invite)).toEqual([ANONYMOUS, `P-Asserted-Identity: <sip:+12025550101@${OURS}>`, "Privacy: id"]);
  });

  it.each(restricted)("by %s is not told where it is to be hidden", (_what, crossing) => {
    for (const carrier of [{ withheld: "hide" }, { trust: false }, { ...PAI, withheld: "hide" }]) {
      const invite = invitation({ ...crossing, pbx: { ...PAI, ...crossing.pbx }, carrier });
      expect(callerIn(invite)).toEqual([ANONYMOUS]);
      expect(invite.headers("Contact").join()).not.toContain("2025550101");
    }
  });

  it("is not told to a PBX by default, nor in another header of its own", () => {
    const rig = new Rig();
    const extra = "P-Asserted-Identity: <sip:+13035550142@192.0.2.3>\r\nPrivacy: id\r\n";
    const text = inviteFrom("192.0.2.3", 5060, {
      to: "sip:+12025550100@127.0.0.2",
      from: "sip:+13035550142@192.0.2.3",
      extra,
    });
    rig.receive("carrier-a", text);
    const invite = rig.sentTo("pbx")[0];
    expect(callerIn(invite as Message)).toEqual([ANONYMOUS]);
    for (const { to, text: sent } of rig.everything) if (to === "pbx") expect(sent).not.toContain("3035550142");
    expect(rig.engine.liveCalls()[0]?.caller).toBe("+13035550142");
  });

  it("is shown where its caller says Privacy: none", () => {
    const invite = invitation({
      pbx: PAI,
      from: "<sip:anonymous@anonymous.invalid>",
      extra: `${asserted}Privacy: none\r\n`,
    });
    expect(callerIn(invite)).toEqual([`<sip:+12025550101@${OURS}>`]);
  });

  it("keeps its number on an emergency call, without privacy, so that help can call back", () => {
    const rig = new Rig({
      pbx: { identity: PAI },
      "carrier-a": { identity: { ...PAI, callerNumber: "+12025550199", addPrefix: "1010", format: "e164-plain" } },
    });
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { to: "sip:911@127.0.0.1", extra: `${asserted}Privacy: id\r\n` }));
    const invite = rig.sentTo("carrier-a")[0] as Message;
    expect(invite.firstLine).toBe("INVITE sip:911@192.0.2.3:5060 SIP/2.0");
    expect(callerIn(invite)).toEqual([
      `"Ann" <sip:12025550101@${OURS}>`,
      `P-Asserted-Identity: "Ann" <sip:12025550101@${OURS}>`,
    ]);
  });

  it("refuses a critical wish that we do not know", () => {
    expect(cross({ extra: "Privacy: levitate;critical\r\n" })).toBe("SIP/2.0 500 Privacy Not Supported");
    expect(callerIn(invitation({ extra: "Privacy: levitate\r\n" }))).toEqual([`"Ann" <sip:+12025550100@${OURS}>`]);
  });
});

describe("a caller's name", () => {
  it.each(['"100@pbx.lan"', "10.0.0.20", '"phone at 10.0.0.20"', '"[fd00::1]"', "@10.0.0.20"])(
    "that is an address is not shown: %s",
    (name) => {
      for (const from of [`${name} <sip:+12025550100@10.0.0.20>`, `"Ann" <sip:+12025550100@10.0.0.20>`])
        expect(invitation({ from }).header("From")).toMatch(from.startsWith('"Ann"') ? /^"Ann" </ : /^</);
    },
  );
});

describe("a caller is written", () => {
  const shown = "+12025550100";
  it.each<[string, Settings, string[]]>([
    [
      "in P-Asserted-Identity",
      PAI,
      [`"Ann" <sip:${shown}@${OURS}>`, `P-Asserted-Identity: "Ann" <sip:${shown}@${OURS}>`],
    ],
    [
      "in P-Preferred-Identity",
      { callerHeader: "p-preferred-identity" },
      [`"Ann" <sip:${shown}@${OURS}>`, `P-Preferred-Identity: "Ann" <sip:${shown}@${OURS}>`],
    ],
    [
      "in Remote-Party-ID",
      { callerHeader: "remote-party-id" },
      [
        `"Ann" <sip:${shown}@${OURS}>`,
        `Remote-Party-ID: "Ann" <sip:${shown}@${OURS}>;party=calling;screen=yes;privacy=off`,
      ],
    ],
    ["without a name", { callerName: "strip" }, [`<sip:${shown}@${OURS}>`]],
    ["as one number for all", { callerNumber: "+12025550199" }, [`"Ann" <sip:+12025550199@${OURS}>`]],
    ["with user=phone", { userPhone: true }, [`"Ann" <sip:${shown}@${OURS};user=phone>`]],
    ["in the peer's domain", { domain: "peer" }, [`"Ann" <sip:${shown}@192.0.2.3>`]],
    ["in a domain of its own", { domain: "sbc.example.com" }, [`"Ann" <sip:${shown}@sbc.example.com>`]],
    ["without its plus", { format: "e164-plain" }, [`"Ann" <sip:12025550100@${OURS}>`]],
    ["nationally", { format: "national" }, [`"Ann" <sip:2025550100@${OURS}>`]],
  ])("%s", (_what, carrier, lines) => {
    expect(callerIn(invitation({ carrier }))).toEqual(lines);
  });

  it("hides in the header that the peer reads", () => {
    const extra = "Privacy: id\r\n";
    expect(callerIn(invitation({ extra, carrier: { callerHeader: "remote-party-id" } }))).toEqual([
      ANONYMOUS,
      `Remote-Party-ID: <sip:${shown}@${OURS}>;party=calling;screen=yes;privacy=full`,
      "Privacy: id",
    ]);
  });
});

describe("a number of ours with a caller's name", () => {
  const besides = {
    numbers: [
      { number: "+12025550100", trunk: "pbx", callerName: 'Zoë\'s "Bar"' },
      { number: "+12025550101", trunk: "carrier-b", callerName: "Not behind this PBX" },
    ],
  };
  const shownFor = (number: string, extra = ""): string => {
    const rig = new Rig({}, { besides });
    const text = inviteFrom("10.0.0.20", 5080, { extra });
    rig.receive("pbx", text.replace(/^From: .*$/m, `From: "Ann" <sip:${number}@10.0.0.20>;tag=t`));
    return (
      rig
        .sentTo("carrier-a")[0]
        ?.header("From")
        .replace(/;tag=.*/, "") ?? ""
    );
  };

  it("shows it, in UTF-8, instead of what the PBX says", () => {
    const bytes = Buffer.from('"Zoë\'s \\"Bar\\""', "utf8").toString("latin1");
    expect(shownFor("+12025550100")).toBe(`${bytes} <sip:+12025550100@${OURS}>`);
  });

  it("lends it to no number that claims to be it from elsewhere, and shows nothing where the caller is withheld", () => {
    expect(shownFor("+12025550101")).toBe(`"Ann" <sip:+12025550101@${OURS}>`);
    expect(shownFor("+12025550100", "Privacy: id\r\n")).toBe(ANONYMOUS);
  });
});

describe("a called number", () => {
  it.each<[string, Crossing, string]>([
    ["is written nationally", { carrier: { format: "national" } }, "sip:3035550142@192.0.2.3:5060"],
    [
      "is written with the international prefix",
      { carrier: { format: "national" }, to: "sip:011442079460100@127.0.0.1" },
      "sip:011442079460100@192.0.2.3:5060",
    ],
    [
      "gets a prefix",
      { carrier: { addPrefix: "1010#", format: "e164-plain" } },
      "sip:1010%2313035550142@192.0.2.3:5060",
    ],
    ["says that it is one", { carrier: { userPhone: true } }, "sip:+13035550142@192.0.2.3:5060;user=phone"],
    [
      "loses the prefix for a line",
      { pbx: { stripPrefix: "9" }, to: "sip:913035550142@127.0.0.1" },
      "sip:+13035550142@192.0.2.3:5060",
    ],
    [
      "loses it before the international prefix",
      { pbx: { stripPrefix: "9" }, to: "sip:9011442079460100@127.0.0.1" },
      "sip:+442079460100@192.0.2.3:5060",
    ],
    [
      "is an emergency number behind the prefix",
      { pbx: { stripPrefix: "9" }, to: "sip:9911@127.0.0.1" },
      "sip:911@192.0.2.3:5060",
    ],
    [
      "is an emergency number without the prefix",
      { pbx: { stripPrefix: "9" }, to: "sip:911@127.0.0.1" },
      "sip:911@192.0.2.3:5060",
    ],
    ["is an emergency number in its context", { to: "sip:911;phone-context=+1@127.0.0.1" }, "sip:911@192.0.2.3:5060"],
    ["is an emergency number made global by the peer", { to: "sip:+1911@127.0.0.1" }, "sip:911@192.0.2.3:5060"],
    [
      "is an emergency number of the peer's own country",
      { pbx: { country: "JP" }, to: "sip:119@127.0.0.1" },
      "sip:119@192.0.2.3:5060",
    ],
    [
      "is dialled in the peer's own country",
      { pbx: { country: "GB" }, to: "sip:02079460100@127.0.0.1" },
      "sip:+442079460100@192.0.2.3:5060",
    ],
    [
      "is written as the carrier's own country dials",
      { carrier: { country: "GB", format: "national" } },
      "sip:0013035550142@192.0.2.3:5060",
    ],
    [
      "has the international prefix before it",
      { carrier: { format: "international" } },
      "sip:01113035550142@192.0.2.3:5060",
    ],
    [
      "has the trunk prefix where the carrier wants it",
      { carrier: { format: "national", trunkPrefix: "always" } },
      "sip:13035550142@192.0.2.3:5060",
    ],
    ["is a tel URI", { to: "tel:+1-303-555-0142" }, "sip:+13035550142@192.0.2.3:5060"],
    [
      "is local to a context",
      { to: "sip:3035550142;phone-context=+1@127.0.0.1;user=phone" },
      "sip:+13035550142@192.0.2.3:5060",
    ],
    [
      "carries portability parameters that stay here",
      { to: "sip:+13035550142;npdi;rn=+13035550000@127.0.0.1" },
      "sip:+13035550142@192.0.2.3:5060",
    ],
  ])("%s", (_what, crossing, uri) => {
    const invite = invitation(crossing);
    expect(invite.firstLine).toBe(`INVITE ${uri} SIP/2.0`);
    expect(invite.header("To")).toBe(`<${uri}>`);
  });

  it("is not routed where it is an address of the inside", () => {
    expect(cross({ to: "sip:10.0.0.7%0d%0aX-Evil:1@127.0.0.1" })).toBe("SIP/2.0 404 Not Found");
  });
});
