// Session timers (RFC 4028) with peers that say things that they should not. The flows themselves are in test/conformance.
import { describe, expect, test } from "vitest";
import { acknowledge, byeFromPbx, CARRIER, callOut, take } from "./established.ts";
import { audioOf, followBack, followUp, inviteFrom, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

const ASKS = { "carrier-a": { signaling: { sessionExpires: "30m" } } } as const;
const HOUR_MS = 3_600_000;

function answered(extra: string, settings = {}) {
  const rig = new Rig(settings);
  const invite = callOut(rig);
  const body = audioOf("192.0.2.3", 7000, "0 101");
  rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body, extra }));
  const established = { invite, ok: take(rig, "pbx", "SIP/2.0 200") };
  acknowledge(rig, established);
  rig.sentTo("carrier-a");
  return { rig, established };
}

describe("what an answer says", () => {
  test.each([
    ["less than there is", "Session-Expires: 5;refresher=uac\r\n", 45_000],
    ["nothing", "Session-Expires: 0\r\n", 45_000],
    ["a refresher that is none", "Session-Expires: 600;refresher=proxy\r\n", 300_000],
    ["no refresher", "Session-Expires: 600\r\n", 300_000],
    ["the compact form, in capitals", "x: 600;REFRESHER=UAC\r\n", 300_000],
  ])("%s: we refresh, after %s", (_, extra, afterMs) => {
    const { rig } = answered(extra);
    rig.pass(afterMs - 1);
    expect(rig.linesTo("carrier-a")).toEqual([]);
    rig.pass(1);
    expect(take(rig, "carrier-a", "INVITE").header("Supported")).toBe("timer");
  });

  test.each(["Session-Expires: soon\r\n", "Session-Expires: 99999999999\r\n", "Session-Expires: -1\r\n", ""])(
    "%j: no timer where the trunk wants none",
    (extra) => {
      const { rig, established } = answered(extra);
      rig.pass(11 * HOUR_MS);
      expect(rig.linesTo("carrier-a")).toEqual([]);
      byeFromPbx(rig, established);
      expect(rig.records.map(({ cause }) => cause)).toEqual(["normal-clearing"]);
    },
  );

  test("an interval as long as a number can be: the call lasts as long as its trunk lets it", () => {
    const { rig } = answered("Session-Expires: 4294967295;refresher=uas\r\n");
    rig.pass(13 * HOUR_MS);
    expect(rig.records.map(({ cause }) => cause)).toEqual(["max-duration"]);
  });
});

describe("what a caller asks", () => {
  const SESSION = { pbx: { signaling: { minSessionExpires: "300s" } } } as const;

  function inviteWith(extra: string, to?: string): { rig: Rig; lines: string[] } {
    const rig = new Rig(SESSION);
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { extra, ...(to === undefined ? {} : { to }) }));
    return { rig, lines: rig.linesTo("pbx") };
  }

  test.each(["Session-Expires: 1800\r\n", "Session-Expires: 1800;refresher=uac\r\nMin-SE: 90\r\n", ""])(
    "Require: timer is understood, with %j",
    (extra) => {
      const { lines } = inviteWith(`Require: timer\r\nSupported: timer\r\n${extra}`);
      expect(lines).toEqual(["SIP/2.0 100 Trying"]);
    },
  );

  test("an emergency call is not refused for its interval", () => {
    const { lines } = inviteWith("Supported: timer\r\nSession-Expires: 90\r\n", "sip:911@127.0.0.1");
    expect(lines).toEqual(["SIP/2.0 100 Trying"]);
  });

  test.each([
    ["Supported: timer\r\nSession-Expires: 1800;refresher=uac\r\n", ["1800;refresher=uac", "timer"]],
    ["Supported: replaces,TIMER\r\nSession-Expires: 1800;refresher=uas\r\n", ["1800;refresher=uas", ""]],
    // Less than its own least, and a least that is more than anything.
    ["k: timer\r\nx: 400\r\nMin-SE: 600\r\n", ["400;refresher=uac", "timer"]],
    ["Supported: timer\r\nSession-Expires: 600\r\nMin-SE: 4294967295\r\n", ["600;refresher=uac", "timer"]],
    // Names itself, and does not say that it can.
    ["Session-Expires: 600;refresher=uac\r\n", ["600;refresher=uas", ""]],
    // Longer than any call.
    ["Supported: timer\r\nSession-Expires: 4294967295\r\n", ["2592000;refresher=uac", "timer"]],
    // Less than there is, from one that knows no timers: made longer by nobody.
    ["Session-Expires: 30\r\n", ["", ""]],
    ["Supported: timer\r\nSession-Expires: much\r\n", ["", ""]],
    ["Supported: timer\r\nMin-SE: 600\r\n", ["", ""]],
  ])("%j is answered with %j", (extra, granted) => {
    const rig = new Rig(SESSION);
    const { ok } = establishWith(rig, extra);
    expect([ok.header("Session-Expires"), ok.header("Require")]).toEqual(granted);
    expect(ok.header("Min-SE")).toBe("");
  });

  test.each([
    ["Supported: timer\r\nSession-Expires: 1800\r\n", "600;refresher=uac"],
    ["Supported: timer\r\nSession-Expires: 1800\r\nMin-SE: 900\r\n", "900;refresher=uac"],
    ["Supported: timer\r\nSession-Expires: 300\r\n", "300;refresher=uac"],
    ["Supported: timer\r\n", "600;refresher=uac"],
    ["Supported: timer\r\nMin-SE: 900\r\n", "900;refresher=uac"],
    ["", "600;refresher=uas"],
  ])("where the trunk wants 600 s, %j is answered with %s", (extra, granted) => {
    const rig = new Rig({ pbx: { signaling: { sessionExpires: "600s" } } });
    expect(establishWith(rig, extra).ok.header("Session-Expires")).toBe(granted);
  });

  function establishWith(rig: Rig, extra: string) {
    const invite = callOut(rig, { extra });
    rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "0 101") }));
    const established = { invite, ok: take(rig, "pbx", "SIP/2.0 200") };
    acknowledge(rig, established);
    rig.sentTo("carrier-a");
    return established;
  }
});

describe("a target that refuses the interval", () => {
  test.each(["", "Min-SE: 1\r\n", "Min-SE: 1800\r\n", "Min-SE: much\r\n", "Min-SE: 4294967295\r\n"])(
    "with %j: there is nothing to send again, and the caller hears no 422",
    (extra) => {
      const rig = new Rig(ASKS);
      rig.receive("carrier-a", replyTo(callOut(rig), 422, { extra }));
      expect(rig.linesTo("carrier-a").map((line) => line.split(" ")[0])).toEqual(["ACK"]);
      expect(rig.linesTo("pbx").at(-1)).toBe("SIP/2.0 500 Server Internal Error");
    },
  );

  test("that was not asked for", () => {
    const rig = new Rig();
    rig.receive("carrier-a", replyTo(callOut(rig), 422, { extra: "Min-SE: 600\r\n" }));
    expect(rig.linesTo("pbx").at(-1)).toBe("SIP/2.0 500 Server Internal Error");
  });

  test("again and again: five times at most", () => {
    const rig = new Rig(ASKS);
    let invite = callOut(rig);
    const asked = [invite.header("Session-Expires")];
    for (let time = 1; time <= 5; time += 1) {
      rig.receive("carrier-a", replyTo(invite, 422, { extra: `Min-SE: ${1800 + time}\r\n` }));
      invite = take(rig, "carrier-a", "INVITE");
      asked.push(invite.header("Session-Expires"));
    }
    expect(asked).toEqual(["1800", "1801", "1802", "1803", "1804", "1805"]);
    rig.receive("carrier-a", replyTo(invite, 422, { extra: "Min-SE: 1806\r\n" }));
    expect(rig.linesTo("pbx").at(-1)).toBe("SIP/2.0 500 Server Internal Error");
    rig.expectNothingLeft();
  });
});

test("a refresh that is never answered ends the call", () => {
  const { rig } = answered("Session-Expires: 600;refresher=uac\r\n", ASKS);
  rig.pass(300_000 + 32_000);
  expect(rig.records.map(({ cause }) => cause)).toEqual(["lost-peer"]);
});

test("a refresh that rings and rings ends with the session", () => {
  const { rig } = answered("Session-Expires: 600;refresher=uac\r\n", ASKS);
  rig.pass(300_000);
  rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "INVITE"), 180));
  rig.pass(267_999);
  expect(rig.records).toEqual([]);
  rig.pass(1);
  expect(rig.records.map(({ cause }) => cause)).toEqual(["session-expired"]);
  rig.pass(64_000);
  rig.expectNothingLeft();
});

test("a change while it rings begins no session: the call rings on for as long as it may", () => {
  const timers = { sessionExpires: "90s", reliableProvisional: "supported" };
  const rig = new Rig({ pbx: { signaling: timers }, "carrier-a": { signaling: timers } });
  const allow = "Allow: INVITE, ACK, CANCEL, BYE, UPDATE, PRACK\r\n";
  const invite = callOut(rig, { extra: `Supported: 100rel, timer\r\n${allow}` });
  const early = {
    contact: CARRIER,
    body: audioOf("192.0.2.3", 7000, "0 101"),
    extra: `Require: 100rel\r\nRSeq: 1\r\n${allow}`,
  };
  rig.receive("carrier-a", replyTo(invite, 183, early));
  rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "PRACK"), 200));
  const progress = take(rig, "pbx", "SIP/2.0 183");
  const prack = followUp(progress, "PRACK", { branch: "z9hG4bKprack", sequence: 2, via: "10.0.0.20:5080" });
  const rack = `RAck: ${progress.header("RSeq")} ${progress.header("CSeq")}\r\n`;
  rig.receive("pbx", prack.replace("Content-Length", `${rack}Content-Length`));
  const update = followBack(invite, "UPDATE", { branch: "z9hG4bKupdate", sequence: 1, via: "192.0.2.3:5060" });
  const body = audioOf("192.0.2.3", 7100, "0 101");
  const described = `Contact: <${CARRIER}>\r\nContent-Type: application/sdp\r\nContent-Length: ${body.length}`;
  rig.receive("carrier-a", `${update.replace("Content-Length: 0", described)}${body}`);
  const asked = take(rig, "pbx", "UPDATE");
  expect(asked.header("Session-Expires")).toBe("");
  const answer = { contact: "sip:ann@10.0.0.20:5080", body: audioOf("10.0.0.20", 4000, "0 101") };
  rig.receive(
    "pbx",
    replyTo(asked, 200, { ...answer, extra: "Require: timer\r\nSession-Expires: 90;refresher=uac\r\n" }),
  );
  rig.sentTo("pbx");
  rig.pass(150_000);
  expect(rig.records).toEqual([]);
  expect(rig.linesTo("pbx").filter((line) => !line.startsWith("SIP/2.0"))).toEqual([]);
});
