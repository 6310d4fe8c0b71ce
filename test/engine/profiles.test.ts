// The kinds of peers that have a profile, with INVITEs as they write them: what their trunk makes of it, and what they are sent.
import { describe, expect, it } from "vitest";
import { callOut, take } from "./established.ts";
import { inviteFrom, type Message, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

const CALLER = [
  "From",
  "P-Asserted-Identity",
  "P-Preferred-Identity",
  "Remote-Party-ID",
  "Privacy",
  "Diversion",
  "History-Info",
];

function callerOf(invite: Message): Record<string, string> {
  const lines = CALLER.flatMap((name) => invite.headers(name).map((value) => [name, value.replace(/;tag=.*/, "")]));
  return Object.fromEntries(lines);
}

/** The PBX is of this kind and calls out; the carrier is told everything. */
function heardFrom(
  profile: string,
  lines: { readonly from: string; readonly extra: string; readonly to?: string },
): Record<string, string> {
  const identity = { callerHeader: "p-asserted-identity", diversion: "diversion" };
  const rig = new Rig({ pbx: { profile, media: { encryption: "none" } }, "carrier-a": { identity } });
  const text = inviteFrom("10.0.0.20", 5080, {
    extra: lines.extra,
    ...(lines.to === undefined ? {} : { to: lines.to }),
  });
  rig.receive("pbx", text.replace(/^From: .*$/m, `From: ${lines.from};tag=ann-tag`));
  const invite = rig.sentTo("carrier-a")[0];
  if (invite === undefined) throw new Error(rig.linesTo("pbx").join());
  return callerOf(invite);
}

/** A carrier calls a PBX of this kind. */
function toldTo(profile: string, extra = ""): Message {
  const rig = new Rig({
    pbx: { profile, media: { encryption: "none" } },
    "carrier-a": { identity: { callerHeader: "p-asserted-identity", diversion: "both" } },
  });
  const options = { to: "sip:+12025550100@127.0.0.2", from: "sip:+13035550142@192.0.2.3", extra };
  rig.receive("carrier-a", inviteFrom("192.0.2.3", 5060, options));
  return take(rig, "pbx", "INVITE");
}

const SHOWN = "<sip:+12025550101@127.0.0.2:5060>";
const PAI = { "P-Asserted-Identity": SHOWN };
const diverted = (reason: string): string => `<sip:+12025550102@127.0.0.2:5060>;reason=${reason};counter=1;privacy=off`;

describe("calls from", () => {
  it.each<[string, { from: string; extra: string; to?: string }, Record<string, string>]>([
    [
      "asterisk",
      {
        from: "<sip:+12025550101@10.0.0.20>",
        extra: 'Diversion: "Bob" <sip:+12025550102@10.0.0.20>;reason=unconditional\r\n',
      },
      { From: SHOWN, ...PAI, Diversion: diverted("unconditional") },
    ],
    [
      "freepbx",
      { from: '"Office" <sip:12025550101@10.0.0.20>', extra: "" },
      { From: `"Office" ${SHOWN}`, "P-Asserted-Identity": `"Office" ${SHOWN}` },
    ],
    [
      "freeswitch",
      {
        from: '"2025550101" <sip:2025550101@10.0.0.20>',
        extra:
          'X-FS-Support: update_display,send_info\r\nRemote-Party-ID: "2025550101" <sip:2025550101@10.0.0.20>;party=calling;screen=yes;privacy=off\r\n',
      },
      { From: `"2025550101" ${SHOWN}`, "P-Asserted-Identity": `"2025550101" ${SHOWN}` },
    ],
    [
      "freeswitch",
      {
        from: '"Anonymous" <sip:anonymous@anonymous.invalid>',
        extra: 'Remote-Party-ID: "2025550101" <sip:2025550101@10.0.0.20>;party=calling;screen=yes;privacy=full\r\n',
      },
      { From: '"Anonymous" <sip:anonymous@anonymous.invalid>', ...PAI, Privacy: "id" },
    ],
    [
      "3cx",
      {
        from: '"Extension Name"<sip:auth_ID@10.0.0.20:5060>',
        extra: "P-Asserted-Identity: <sip:12025550101@10.0.0.20:5060>\r\n",
      },
      { From: `"Extension Name" ${SHOWN}`, "P-Asserted-Identity": `"Extension Name" ${SHOWN}` },
    ],
    [
      "cucm",
      {
        from: "<sip:Anonymous@anonymous.invalid>",
        extra:
          'P-Asserted-Identity: "sip line" <sip:2025550101@10.0.0.20>\r\nPrivacy: id\r\nRemote-Party-ID: "sip line" <sip:2025550101@10.0.0.20>;party=calling;screen=yes;privacy=full\r\n' +
          "Diversion: <sip:2025550102@10.0.0.20>;reason=no-answer;privacy=off;screen=yes\r\nCisco-Guid: 1-2-3-4\r\nSession-ID: 0\r\n",
      },
      {
        From: '"Anonymous" <sip:anonymous@anonymous.invalid>',
        ...PAI,
        Privacy: "id",
        Diversion: diverted("no-answer"),
      },
    ],
    [
      "avaya",
      {
        from: '"Ryan" <sip:12345@avaya.example>',
        extra:
          'P-Asserted-Identity: "Ryan" <sip:+12025550101@avaya.example>\r\nP-Location: SM;origlc="1";termlc="2"\r\nAv-Global-Session-ID: 9\r\n' +
          "History-Info: <sip:+12025550102@avaya.example>;index=1\r\n" +
          'History-Info: "Orig" <sip:+12025550102@avaya.example?Reason=SIP%3Bcause%3D486%3Btext%3D%22Busy%20Here%22&Reason=Redirection%3Bcause%3DNORMAL>;index=1.1\r\n' +
          'History-Info: "Final" <sip:+13035550142@avaya.example>;index=1.2\r\n',
      },
      { From: `"Ryan" ${SHOWN}`, "P-Asserted-Identity": `"Ryan" ${SHOWN}`, Diversion: diverted("user-busy") },
    ],
    [
      "mitel",
      { from: "<sip:4000@10.0.0.20>", extra: "P-Preferred-Identity: <sip:+12025550101@10.0.0.20>\r\n" },
      { From: SHOWN, ...PAI },
    ],
    [
      "teams-direct-routing",
      {
        from: "<sip:anonymous@anonymous.invalid>",
        extra:
          "P-Asserted-Identity: <tel:+12025550101>, <sip:u@tenant.example>\r\nPrivacy: id\r\nX-MS-SBC: x\r\n" +
          "History-Info: <sip:+12025550102@sip.pstnhub.microsoft.com;user=phone?Reason=SIP%3Bcause%3D302%3Btext%3D%22Moved%20Temporarily%22>;index=1,<sip:+13035550142@sbc.example>;index=1.1\r\n",
      },
      {
        From: '"Anonymous" <sip:anonymous@anonymous.invalid>',
        ...PAI,
        Privacy: "id",
        Diversion: diverted("unconditional"),
      },
    ],
    [
      "zoom",
      { from: '"amiller" <sip:+12025550101@7006029031.zoom.us>', extra: "" },
      { From: `"amiller" ${SHOWN}`, "P-Asserted-Identity": `"amiller" ${SHOWN}` },
    ],
    [
      "webex",
      {
        from: "<sip:+12025550101@webex.example;user=phone>",
        extra: "P-Asserted-Identity: <sip:+12025550101@webex.example>\r\n",
      },
      { From: SHOWN, ...PAI },
    ],
    [
      "sipconnect-2.0",
      {
        from: "<sip:anonymous@anonymous.invalid>",
        extra: "P-Asserted-Identity: <tel:+12025550101>\r\nPrivacy: id\r\n",
      },
      { From: '"Anonymous" <sip:anonymous@anonymous.invalid>', ...PAI, Privacy: "id" },
    ],
    [
      "twilio",
      { from: "<sip:+12025550101@x.pstn.twilio.com>", extra: "X-Twilio-AccountSid: 1\r\n" },
      { From: SHOWN, ...PAI },
    ],
    [
      "telnyx",
      {
        from: "<sip:+12025550101@sip.telnyx.com>",
        extra: "P-Asserted-Identity: <sip:+12025550101@sip.telnyx.com>\r\n",
      },
      { From: SHOWN, ...PAI },
    ],
    [
      "bandwidth",
      { from: "<sip:+12025550101@h>", extra: "P-Asserted-Identity: <sip:+12025550101@h:5060>\r\n" },
      { From: SHOWN, ...PAI },
    ],
    [
      "generic-gateway",
      {
        from: "<sip:+12025550101@gw;user=phone>",
        extra: "Diversion: <sip:+12025550102@gw;user=phone>;reason=deflection;counter=1\r\n",
      },
      { From: SHOWN, ...PAI, Diversion: diverted("deflection") },
    ],
    [
      "generic",
      { from: "<sip:+12025550101@h>", extra: "Diversion: <sip:+12025550102@h>\r\n" },
      { From: SHOWN, ...PAI },
    ],
  ])("%s", (profile, lines, told) => {
    expect(heardFrom(profile, lines)).toEqual(told);
  });
});

describe("calls to", () => {
  const caller = "sip:+13035550142@127.0.0.1:5060";
  const forwarded = "Diversion: <sip:+13035550199@192.0.2.3>;reason=no-answer\r\n";

  it.each<[string, Record<string, string>]>([
    [
      "asterisk",
      {
        From: `"Ann" <${caller}>`,
        Diversion: "<sip:+13035550199@127.0.0.1:5060>;reason=no-answer;counter=1;privacy=off",
      },
    ],
    [
      "freeswitch",
      { From: `"Ann" <${caller}>`, "Remote-Party-ID": `"Ann" <${caller}>;party=calling;screen=yes;privacy=off` },
    ],
    [
      "cucm",
      {
        From: `"Ann" <${caller}>`,
        "P-Asserted-Identity": `"Ann" <${caller}>`,
        Diversion: "<sip:+13035550199@127.0.0.1:5060>;reason=no-answer;counter=1;privacy=off",
      },
    ],
    [
      "avaya",
      {
        From: `"Ann" <${caller}>`,
        "P-Asserted-Identity": `"Ann" <${caller}>`,
        "History-Info":
          "<sip:+13035550199@127.0.0.1:5060>;index=1, <sip:+12025550100@127.0.0.1:5060;cause=408>;index=1.1;mp=1",
      },
    ],
    [
      "teams-direct-routing",
      {
        From: `"Ann" <${caller};user=phone>`,
        "P-Asserted-Identity": `"Ann" <${caller};user=phone>`,
        "History-Info":
          "<sip:+13035550199@127.0.0.1:5060;user=phone>;index=1, <sip:+12025550100@127.0.0.1:5060;user=phone;cause=408>;index=1.1;mp=1",
      },
    ],
    ["generic", { From: `"Ann" <${caller}>` }],
  ])("%s", (profile, told) => {
    expect(callerOf(toldTo(profile, forwarded))).toEqual(told);
  });

  it("teams-direct-routing say user=phone in the Request-URI", () => {
    expect(toldTo("teams-direct-routing").firstLine).toBe("INVITE sip:+12025550100@10.0.0.20:5080;user=phone SIP/2.0");
  });
});

it("a gateway's one status for all is read by its cause", () => {
  const rig = new Rig({ "carrier-a": { profile: "generic-gateway" } });
  rig.receive("carrier-a", replyTo(callOut(rig), 500, { extra: 'Reason: Q.850;cause=17;text="User busy"\r\n' }));
  expect(rig.linesTo("pbx")).toContain("SIP/2.0 486 Busy Here");
  expect(rig.records[0]).toMatchObject({ cause: "busy", endedBy: "callee", status: 486 });
});
