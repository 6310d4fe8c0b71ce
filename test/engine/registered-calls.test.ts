// Calls of trunks that register: how theirs are told from all others, by which way ours go, and what a registration that failed means for them.
import { afterEach, describe, expect, it } from "vitest";
import { audioOf, cancelOf, followBack, followUp, inviteFrom, replyTo } from "./peer.ts";
import { contactOf, granted, LINE, registered, registerTo, startRegistering, statusOf } from "./registrar-peer.ts";
import type { PeerName, Rig } from "./rig.ts";

let rig: Rig;
afterEach(() => {
  rig.stop();
  rig.expectNothingLeft();
});

const ADDRESSES: Partial<Record<PeerName, string>> = {
  "carrier-a": "192.0.2.3",
  "carrier-b": "192.0.2.4",
  stranger: "192.0.2.99",
};

/** A peer calls a URI; `to` is what it says in To. */
function call(peer: PeerName, uri: string, to = uri, extra = ""): string {
  const text = inviteFrom(ADDRESSES[peer] ?? "", 5060, { to: uri, from: "sip:+13035550142@carrier.example", extra });
  return text.replace(`To: <${uri}>`, `To: <${to}>`);
}

function theInvite(peer: PeerName) {
  const invite = rig.sentTo(peer).find(({ firstLine }) => firstLine.startsWith("INVITE "));
  if (invite === undefined) throw new Error(`no INVITE to ${peer}`);
  return invite;
}

/** From `stranger`, answered by the PBX and hung up by the caller. */
function playFrom(peer: PeerName, text: string): void {
  rig.receive(peer, text);
  const invite = theInvite("pbx");
  rig.receive("pbx", replyTo(invite, 200, { contact: "sip:pbx@10.0.0.20:5080", body: audioOf("10.0.0.20") }));
  const ok = rig.sentTo(peer).find(({ firstLine }) => firstLine.includes(" 200 "));
  if (ok === undefined) throw new Error("no 200");
  const via = `${ADDRESSES[peer]}:5060`;
  const id = ok.header("Call-ID").slice(0, 6);
  rig.receive(peer, followUp(ok, "ACK", { branch: `z9hG4bKack${id}`, sequence: 1, via }));
  rig.receive(peer, followUp(ok, "BYE", { branch: `z9hG4bKbye${id}`, sequence: 2, via }));
  expect(rig.linesTo(peer)).toEqual(["SIP/2.0 200 OK"]);
  const bye = rig.sentTo("pbx").find(({ firstLine }) => firstLine.startsWith("BYE "));
  if (bye !== undefined) rig.receive("pbx", replyTo(bye, 200));
}

describe("calls from the provider", () => {
  it("are known by the contact that was registered, wherever they come from", () => {
    const { rig: one, register } = registered();
    rig = one;
    playFrom("stranger", call("stranger", contactOf(register)));
    expect(rig.records).toMatchObject([{ ingressTrunk: "carrier-a", called: LINE, cause: "normal-clearing" }]);
  });

  it("with a number in place of the line are for that number", () => {
    const { rig: one, register } = registered();
    rig = one;
    playFrom("stranger", call("stranger", contactOf(register).replace(LINE, "+12025550107")));
    expect(rig.records).toMatchObject([{ ingressTrunk: "carrier-a", called: "+12025550107" }]);
  });

  it.each([
    ["in To", "sip:+12025550111@carrier.example", "", "+12025550111"],
    ["in To, as people dial", "sip:2025550111@carrier.example", "", "+12025550111"],
    [
      "in P-Called-Party-ID",
      "sip:+12025550122@x.example",
      "P-Called-Party-ID: <sip:+12025550133@x.example>\r\n",
      "+12025550133",
    ],
    ["in To, which is somebody else's: it was forwarded", "sip:+14085550111@carrier.example", "", LINE],
    ["in To, an emergency number: nobody calls us for that", "sip:911@carrier.example", "", LINE],
  ])("at the line's contact say the number elsewhere: %s", (_name, to, extra, called) => {
    const { rig: one, register } = registered();
    rig = one;
    playFrom("stranger", call("stranger", contactOf(register), to, extra));
    expect(rig.records).toMatchObject([{ ingressTrunk: "carrier-a", called }]);
  });

  it("of all numbers at once are for the number before our address (RFC 6140)", () => {
    const { rig: one, register } = registered(600, { registration: { bulkNumbers: true } });
    rig = one;
    const uri = contactOf(register).replace(";bnc", "").replace("sip:", "sip:+12025550155@");
    playFrom("stranger", call("stranger", uri, "sip:+12025550111@carrier.example"));
    expect(rig.records).toMatchObject([{ ingressTrunk: "carrier-a", called: "+12025550155" }]);
  });

  it("of several trunks behind one address are told apart, and from who is only known by the address", () => {
    const own = { registrar: "sip:192.0.2.3:5060", aor: "sip:+12025550150@carrier.example" };
    rig = startRegistering({ others: { "carrier-b": { registration: own, identify: { addresses: [] } } } });
    const registers = rig.sentTo("carrier-a");
    for (const register of registers) rig.receive("carrier-a", granted(register, 600));
    const [one = "", other = ""] = registers.map(contactOf);
    playFrom("carrier-a", call("carrier-a", other));
    playFrom("carrier-a", call("carrier-a", one).replaceAll("call-1@", "call-2@").replaceAll("invite1", "invite2"));
    const plain = call("carrier-a", "sip:+12025550101@127.0.0.2");
    playFrom("carrier-a", plain.replaceAll("call-1@", "call-3@").replaceAll("invite1", "invite3"));
    expect(rig.records.map(({ ingressTrunk, called }) => [ingressTrunk, called])).toEqual([
      ["carrier-b", "+12025550150"],
      ["carrier-a", LINE],
      ["carrier-a", "+12025550101"],
    ]);
  });

  it("from who does not know the line are a stranger's; so are those in another network", () => {
    const { rig: one, register } = registered();
    rig = one;
    for (const uri of ["sip:+12025550100@127.0.0.2", `sip:+12025550100@127.0.0.2;line=000000000000000000`]) {
      rig.receive("stranger", call("stranger", uri));
      expect(rig.linesTo("stranger")).toEqual(["SIP/2.0 403 Forbidden"]);
    }
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { to: contactOf(register), body: audioOf("10.0.0.20") }));
    rig.receive("pbx", cancelOf(inviteFrom("10.0.0.20", 5080, { to: contactOf(register) })));
    expect(rig.records).toMatchObject([{ ingressTrunk: "pbx" }]);
  });

  it("that are taken back by CANCEL", () => {
    const { rig: one, register } = registered();
    rig = one;
    const text = call("stranger", contactOf(register));
    rig.receive("stranger", text);
    rig.receive("stranger", cancelOf(text));
    expect(rig.linesTo("stranger")).toEqual(["SIP/2.0 100 Trying", "SIP/2.0 200 OK", "SIP/2.0 487 Request Terminated"]);
  });
});

describe("calls to the provider", () => {
  const dial = (options = {}) => rig.receive("pbx", inviteFrom("10.0.0.20", 5080, options));

  it("say the contact that was registered, inside the dialog too", () => {
    const { rig: one, register } = registered();
    rig = one;
    dial();
    const invite = theInvite("carrier-a");
    expect(invite.header("Contact")).toBe(`<${contactOf(register)}>`);
    rig.receive("carrier-a", replyTo(invite, 200, { contact: "sip:192.0.2.3:5060", body: audioOf("192.0.2.3") }));
    const ok = rig.sentTo("pbx").find(({ firstLine }) => firstLine.includes(" 200 "));
    expect(ok?.header("Contact")).toBe("<sip:127.0.0.1:5060>");
    if (ok !== undefined)
      rig.receive("pbx", followUp(ok, "ACK", { branch: "z9hG4bKa", sequence: 1, via: "10.0.0.20:5080" }));
    rig.sentTo("stranger");
    // From another of the provider's machines.
    rig.receive("stranger", followBack(invite, "BYE", { branch: "z9hG4bKb", sequence: 1, via: "192.0.2.99:5060" }));
    expect(rig.linesTo("stranger")).toEqual(["SIP/2.0 200 OK"]);
    expect(rig.records).toMatchObject([{ egressTrunk: "carrier-a", cause: "normal-clearing", endedBy: "callee" }]);
  });

  it("take the proxies that the registrar names (RFC 3608), CANCEL and ACK as well", () => {
    const extra = "Service-Route: <sip:192.0.2.4:5060;lr>, <sip:orig@core.carrier.example;lr>\r\n";
    rig = registered(600, { extra }).rig;
    expect(statusOf(rig).serviceRoute).toEqual(["sip:192.0.2.4:5060;lr", "sip:orig@core.carrier.example;lr"]);
    dial();
    const invite = theInvite("carrier-b");
    expect(invite.firstLine).toBe("INVITE sip:+13035550142@192.0.2.3:5060 SIP/2.0");
    const route = ["<sip:192.0.2.4:5060;lr>", "<sip:orig@core.carrier.example;lr>"];
    expect(invite.headers("Route")).toEqual(route);
    rig.receive("carrier-b", replyTo(invite, 180));
    rig.receive("pbx", cancelOf(inviteFrom("10.0.0.20", 5080)));
    const [cancel] = rig.sentTo("carrier-b");
    expect([cancel?.firstLine.slice(0, 6), cancel?.headers("Route")]).toEqual(["CANCEL", route]);
    if (cancel !== undefined) rig.receive("carrier-b", replyTo(cancel, 200));
    rig.receive("carrier-b", replyTo(invite, 487));
    expect(rig.sentTo("carrier-b")[0]?.headers("Route")).toEqual(route);
  });

  it("go to other trunks first while the registration has failed, and out in the end", () => {
    rig = startRegistering();
    rig.receive("carrier-a", replyTo(registerTo(rig), 403));
    dial();
    expect(rig.linesTo("carrier-a")).toEqual([]);
    rig.receive("carrier-b", replyTo(theInvite("carrier-b"), 503));
    rig.sentTo("carrier-b");
    rig.receive("carrier-a", replyTo(theInvite("carrier-a"), 486));
    expect(rig.records).toMatchObject([{ status: 486 }]);
    expect(rig.records[0]?.attempts.map(({ trunk, reason }) => [trunk, reason])).toEqual([
      ["carrier-a", "The trunk is not registered: others are asked first"],
      ["carrier-b", "inside-phrase"],
      ["carrier-a", "inside-phrase"],
    ]);
  });

  it("for the emergency services go out at once though the registration has failed", () => {
    rig = startRegistering();
    rig.receive("carrier-a", replyTo(registerTo(rig), 403));
    dial({ to: "sip:911@127.0.0.1" });
    const invite = theInvite("carrier-a");
    expect(invite.firstLine).toContain("sip:911@");
    expect(rig.linesTo("carrier-b")).toEqual([]);
    rig.receive("carrier-a", replyTo(invite, 486));
    rig.receive("carrier-b", replyTo(theInvite("carrier-b"), 486));
    expect(rig.records).toMatchObject([
      { emergency: true, attempts: [{ trunk: "carrier-a" }, { trunk: "carrier-b" }] },
    ]);
  });
});
