// Calls that come back to us: once round is a call like any other, in circles it ends (RFC 5393). And what else is said against an INVITE before it goes on.
import { describe, expect, test } from "vitest";
import { callOut, establish, take } from "./established.ts";
import { audioOf, followUp, inviteFrom, type Message, replyTo } from "./peer.ts";
import { type PeerName, Rig, type RigOptions } from "./rig.ts";

/** A loop takes many calls of each trunk. */
const WIDE = {
  "carrier-a": { limits: { calls: 1000, emergencyReserve: 0 } },
  "carrier-b": { limits: { calls: 1000 } },
};
const OWN_NUMBER = "sip:+12025550150@127.0.0.1";

/** What a proxy makes of an INVITE of ours that it sends back to us. */
function sentBack(invite: Message, peer: PeerName, branch: string, called = "+12025550150"): string {
  const [host, port, ours] = peer === "pbx" ? ["10.0.0.20", 5080, "127.0.0.1"] : ["192.0.2.3", 5060, "127.0.0.2"];
  const hops = Number(invite.header("Max-Forwards")) - 1;
  const vias = invite.headers("Via").map((via) => `Via: ${via}\r\n`);
  const contact = invite.header("Contact");
  return (
    `INVITE sip:${called}@${ours} SIP/2.0\r\nVia: SIP/2.0/UDP ${host}:${port};branch=z9hG4bK${branch}\r\n${vias.join("")}` +
    `Record-Route: <sip:${host}:${port};lr>\r\nMax-Forwards: ${hops}\r\nFrom: ${invite.header("From")}\r\nTo: ${invite.header("To")}\r\n` +
    `Call-ID: ${invite.header("Call-ID")}\r\nCSeq: ${invite.header("CSeq")}\r\nContact: ${contact}\r\n` +
    `Content-Type: application/sdp\r\nContent-Length: ${invite.body.length}\r\n\r\n${invite.body}`
  );
}

describe("a call that a proxy sends back to us", () => {
  test("goes on to where it leads from there: through us twice, and answered", () => {
    const rig = new Rig(WIDE);
    const out = callOut(rig, { to: OWN_NUMBER });
    rig.receive("carrier-a", sentBack(out, "carrier-a", "back1"));
    const arrived = take(rig, "pbx", "INVITE");
    expect(arrived.header("Max-Forwards")).toBe("67");
    rig.receive(
      "pbx",
      replyTo(arrived, 200, { contact: "sip:10.0.0.20:5080", body: audioOf("10.0.0.20", 4100, "0 101"), tag: "desk" }),
    );
    const [ok] = rig.sentTo("carrier-a").filter(({ firstLine }) => firstLine.startsWith("SIP/2.0 200"));
    expect(ok?.header("CSeq")).toBe("1 INVITE");
    expect(rig.engine.liveCalls()).toHaveLength(2);
  });

  test("is stopped where it comes by the same trunk to the same number again", () => {
    const rig = new Rig(WIDE);
    const out = callOut(rig, { to: OWN_NUMBER });
    rig.receive("carrier-a", sentBack(out, "carrier-a", "back1"));
    const round = take(rig, "pbx", "INVITE");
    rig.receive("pbx", sentBack(round, "pbx", "back2"));
    expect(rig.linesTo("pbx")).toContain("SIP/2.0 482 Loop Detected");
    expect(rig.records).toMatchObject([{ cause: "loop", status: 482 }]);
  });

  test("and not where somebody on the way called another number", () => {
    const rig = new Rig(WIDE);
    const out = callOut(rig, { to: OWN_NUMBER });
    rig.receive("carrier-a", sentBack(out, "carrier-a", "back1"));
    const round = take(rig, "pbx", "INVITE");
    rig.receive("pbx", sentBack(round, "pbx", "back2", "+13035550142"));
    expect(take(rig, "carrier-a", "INVITE").firstLine).toContain("+13035550142");
  });

  test("at once by the trunk that it went to, to the number that it is for: that is no circle yet", () => {
    const rig = new Rig(WIDE);
    rig.receive("carrier-a", sentBack(callOut(rig, { to: OWN_NUMBER }), "carrier-a", "back1"));
    rig.receive("pbx", replyTo(take(rig, "pbx", "INVITE"), 486));
    expect(rig.records.map(({ cause }) => cause)).toEqual(["busy"]);
  });

  test("tags of ours with another Call-ID say nothing", () => {
    const rig = new Rig(WIDE);
    const out = callOut(rig, { to: OWN_NUMBER });
    const text = sentBack(out, "carrier-a", "back1").replace(/^Call-ID: .*$/m, "Call-ID: other@h");
    rig.receive("carrier-a", text);
    const round = take(rig, "pbx", "INVITE");
    rig.receive("pbx", sentBack(round, "pbx", "back2").replace(/^Call-ID: .*$/m, "Call-ID: another@h"));
    expect(take(rig, "carrier-a", "INVITE").firstLine).toContain("+12025550150");
  });

  test("by devices that write everything anew it ends with the hops, each failing once", () => {
    const rig = new Rig(WIDE);
    let sent = 0;
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { to: OWN_NUMBER, maxForwards: 255 }));
    for (let round = 0; round < 200; round += 1) {
      const [peer, invite] = (["carrier-a", "carrier-b", "pbx"] as const)
        .map((name) => [name, rig.sentTo(name).find(({ firstLine }) => firstLine.startsWith("INVITE"))] as const)
        .find(([, found]) => found !== undefined) ?? [null, undefined];
      if (peer === null || invite === undefined) break;
      sent += 1;
      const host = peer === "pbx" ? "10.0.0.20" : peer === "carrier-a" ? "192.0.2.3" : "192.0.2.4";
      const maxForwards = Number(invite.header("Max-Forwards")) - 1;
      const name = `again${round}`;
      const to = peer === "pbx" ? OWN_NUMBER : "sip:+12025550150@127.0.0.2";
      rig.receive(
        peer,
        inviteFrom(host, peer === "pbx" ? 5080 : 5060, {
          to,
          maxForwards,
          callId: `${name}@h`,
          branch: `z9hG4bK${name}`,
        }),
      );
    }
    expect(sent).toBeLessThanOrEqual(35);
    expect(rig.records.map(({ status }) => status)).toContain(483);
  });
});

describe("the failures of a loop", () => {
  test.each([482, 483])("a target's %i is told as 483, and no other target is tried", (status) => {
    const rig = new Rig();
    rig.receive("carrier-a", replyTo(callOut(rig), status));
    expect(rig.linesTo("pbx").at(-1)).toBe("SIP/2.0 483 Too Many Hops");
    expect(rig.linesTo("carrier-b")).toEqual([]);
    expect(rig.records).toMatchObject([{ cause: "loop" }]);
  });
});

describe("how far and how wide", () => {
  test.each([
    [70, "69"],
    [255, "69"],
    [1, "0"],
  ])("Max-Forwards %i goes on as %s", (maxForwards, told) => {
    expect(callOut(new Rig(), { maxForwards }).header("Max-Forwards")).toBe(told);
  });

  test.each([
    ["Max-Breadth: 7\r\n", ["7"]],
    ["Max-Breadth: 4294967295\r\n", ["60"]],
    ["Max-Breadth: many\r\n", []],
    ["", []],
  ])("%j goes on as %j", (extra, told) => {
    expect(callOut(new Rig(), { extra }).headers("Max-Breadth")).toEqual(told);
  });

  test("nowhere at all", () => {
    const rig = new Rig();
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { extra: "Max-Breadth: 0\r\n" }));
    expect(rig.linesTo("pbx").at(-1)).toBe("SIP/2.0 440 Max-Breadth Exceeded");
  });
});

describe("a call that goes out where it came in", () => {
  const BACK: RigOptions = { besides: { routes: [{ name: "back", to: ["pbx"] }] } };

  function usage(rig: Rig) {
    const found = rig.engine.trunkActivity(rig.now).find(({ trunk }) => trunk === "pbx");
    return [found?.ingressCalls, found?.egressCalls, found?.refused];
  }

  test("is one call of its trunk", () => {
    const rig = new Rig({ pbx: { limits: { calls: 1, callsPerSecond: 1 } } }, BACK);
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080));
    const invite = take(rig, "pbx", "INVITE");
    expect(usage(rig)).toEqual([1, 0, 0]);
    rig.receive("pbx", replyTo(invite, 486));
    expect(usage(rig)).toEqual([0, 0, 0]);
    rig.expectNothingLeft();
  });

  test("and a second one is refused at its limit", () => {
    const rig = new Rig({ pbx: { limits: { calls: 1 } } }, BACK);
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080));
    rig.sentTo("pbx");
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { callId: "two@h", branch: "z9hG4bKtwo" }));
    expect(rig.linesTo("pbx").at(-1)).toBe("SIP/2.0 503 Service Unavailable");
    expect(usage(rig)).toEqual([1, 0, 1]);
  });
});

describe("who reads no description (RFC 3261 section 21.4.7)", () => {
  test.each(["Accept: text/plain\r\n", "Accept: application/sdp;q=0\r\n", "Accept: \r\n"])("with %j: 406", (extra) => {
    const rig = new Rig();
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { extra }));
    expect(rig.linesTo("pbx").at(-1)).toBe("SIP/2.0 406 Not Acceptable");
    expect(rig.records).toMatchObject([{ cause: "not-acceptable", status: 406 }]);
  });

  test.each(["Accept: application/*\r\n", "Accept: text/plain\r\nAccept: application/sdp\r\n", "Accept: /\r\n"])(
    "with %j it does",
    (extra) => {
      expect(callOut(new Rig(), { extra }).firstLine).toContain("INVITE");
    },
  );

  test("an emergency call goes on all the same", () => {
    const rig = new Rig();
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { to: "sip:911@127.0.0.1", extra: "Accept: text/plain\r\n" }));
    expect(take(rig, "carrier-a", "INVITE").firstLine).toContain("911");
  });

  test.each([
    ["INVITE", "SIP/2.0 406 Not Acceptable"],
    ["UPDATE", "SIP/2.0 200 OK"],
  ])("a change by %s without an offer: %s", (method, answered) => {
    const rig = new Rig();
    const { ok } = establish(rig);
    const text = followUp(ok, method, { branch: "z9hG4bKchange", sequence: 2, via: "10.0.0.20:5080" });
    rig.receive(
      "pbx",
      text.replace("Content-Length", "Contact: <sip:ann@10.0.0.20:5080>\r\nAccept: text/plain\r\nContent-Length"),
    );
    expect(rig.linesTo("pbx")).toEqual([answered]);
  });
});
