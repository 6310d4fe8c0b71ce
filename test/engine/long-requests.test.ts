// Requests that are too long for a datagram (RFC 3261 section 18.1.1).
import { describe, expect, test } from "vitest";
import { CARRIER, take } from "./established.ts";
import { audioOf, followUp, inviteFrom, type Message, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

const LONG = Array.from(
  { length: 24 },
  (_, index) => `a=rtpmap:${96 + index} opus/48000/2\r\na=fmtp:${96 + index} minptime=10;useinbandfec=1\r\n`,
).join("");
const FORMATS = Array.from({ length: 24 }, (_, index) => String(96 + index)).join(" ");

/** The rig's office with TCP beside UDP towards the carrier. */
function openRig(uri: string, transports: readonly string[] = ["udp", "tcp"], options = {}): Rig {
  const networks = {
    lan: {
      listen: [{ transport: "udp", address: "127.0.0.1", port: 5060 }],
      media: { address: "127.0.0.1", ports: "20000-24999" },
    },
    wan: {
      listen: transports.map((transport) => ({ transport, address: "127.0.0.2", port: 5060 })),
      media: { address: "127.0.0.2", ports: "30000-34999" },
    },
  };
  return new Rig({ "carrier-a": { targets: [{ uri }] } }, { ...options, besides: { networks } });
}

function longOf(host: string, port: number, more = LONG): string {
  return audioOf(host, port, `0 ${FORMATS}`) + more;
}

let calls = 0;

/** The PBX calls with so many codecs that the INVITE grows long; gives what the carrier is sent. */
function callLong(rig: Rig, more = LONG): Message | undefined {
  calls += 1;
  const body = longOf("10.0.0.20", 4000, more);
  const options = { callId: `long-${calls}@inside.pbx`, branch: `z9hG4bKlong${calls}`, body };
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, options));
  return rig.sentTo("carrier-a")[0];
}

const TCP = {
  network: "wan",
  transport: "tcp",
  localAddress: "127.0.0.2",
  localPort: 5060,
  remoteAddress: "192.0.2.3",
  remotePort: 5060,
} as const;

function transportOf(invite: Message | undefined): string {
  return /^SIP\/2\.0\/(\w+) /.exec(invite?.header("Via") ?? "")?.[1] ?? "none";
}

test("go over TCP, Via and Contact saying so", () => {
  const rig = openRig("sip:192.0.2.3:5060");
  const invite = callLong(rig);
  expect(transportOf(invite)).toBe("TCP");
  expect(invite?.header("Contact")).toBe("<sip:127.0.0.2:5060;transport=tcp>");
  expect(invite?.body.length).toBeGreaterThan(1_000);
  rig.give({ kind: "datagram", flow: TCP, text: replyTo(invite as Message, 486) });
  expect(transportOf(rig.sentTo("carrier-a")[0])).toBe("TCP");
  rig.expectNothingLeft();
});

test("go over UDP after all where TCP is refused, and the next ones at once", () => {
  const rig = openRig("sip:192.0.2.3:5060");
  expect(transportOf(callLong(rig))).toBe("TCP");
  rig.give({ kind: "transport-error", flow: TCP, detail: "connect ECONNREFUSED" });
  const again = rig.sentTo("carrier-a")[0];
  expect(transportOf(again)).toBe("UDP");
  expect(again?.header("Contact")).toBe("<sip:127.0.0.2:5060>");
  rig.receive("carrier-a", replyTo(again as Message, 486));
  rig.sentTo("carrier-a");
  expect(rig.linesTo("pbx")).toContain("SIP/2.0 486 Busy Here");
  expect(transportOf(callLong(rig))).toBe("UDP");
  rig.expectNothingLeft();
});

test("go over UDP after all where TCP is silent for as long as a target may be", () => {
  const rig = openRig("sip:192.0.2.3:5060");
  expect(transportOf(callLong(rig))).toBe("TCP");
  rig.pass(2_000);
  expect(transportOf(rig.sentTo("carrier-a").find(({ firstLine }) => firstLine.startsWith("INVITE")))).toBe("UDP");
  rig.expectNothingLeft();
});

test("are not sent to an overloaded server a second time", () => {
  const rig = openRig("sip:192.0.2.3:5060");
  const invite = callLong(rig);
  rig.give({ kind: "datagram", flow: TCP, text: replyTo(invite as Message, 503) });
  expect(rig.linesTo("carrier-a").filter((line) => line.startsWith("INVITE"))).toEqual([]);
  rig.expectNothingLeft();
});

test.each([
  ["the URI says udp", "sip:192.0.2.3:5060;transport=udp", ["udp", "tcp"], LONG],
  ["the network has no TCP listener", "sip:192.0.2.3:5060", ["udp"], LONG],
  ["it is short", "sip:192.0.2.3:5060", ["udp", "tcp"], ""],
])("stay with UDP where %s", (_why, uri, transports, more) => {
  const rig = openRig(uri, transports);
  expect(transportOf(callLong(rig, more))).toBe("UDP");
});

describe.each([
  ["", {}],
  [", handed from engine to engine", { handOver: true }],
])("inside a call%s", (_how, options) => {
  /** A short call with the carrier, whose Contact is this; returns the 200 that the PBX has got. */
  function establishShort(rig: Rig, contact = CARRIER): Message {
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080));
    const body = audioOf("192.0.2.3", 7000, "0 101");
    rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "INVITE"), 200, { contact, body }));
    const ok = take(rig, "pbx", "SIP/2.0 200");
    rig.receive("pbx", followUp(ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "10.0.0.20:5080" }));
    rig.sentTo("pbx");
    expect(transportOf(take(rig, "carrier-a", "ACK"))).toBe("UDP");
    return ok;
  }

  /** The PBX changes the session; a body of its own or none. */
  function change(ok: Message, sequence: number, body: string | null): string {
    const request = followUp(ok, "INVITE", { branch: `z9hG4bKmore${sequence}`, sequence, via: "10.0.0.20:5080" });
    const contact = "Contact: <sip:ann@10.0.0.20:5080>\r\n";
    const rest = `Content-Type: application/sdp\r\nContent-Length: ${body?.length ?? 0}\r\n\r\n${body ?? ""}`;
    return request.replace(/Content-Length: 0\r\n\r\n$/, contact + rest);
  }

  function hangUp(rig: Rig, ok: Message): void {
    rig.receive("pbx", followUp(ok, "BYE", { branch: "z9hG4bKbye", sequence: 9, via: "10.0.0.20:5080" }));
    const bye = take(rig, "carrier-a", "BYE");
    expect(transportOf(bye)).toBe("UDP");
    rig.receive("carrier-a", replyTo(bye, 200));
    rig.expectNothingLeft();
  }

  const refuse = (rig: Rig): void => rig.give({ kind: "transport-error", flow: TCP, detail: "connect ECONNREFUSED" });

  test("a change goes over TCP and is answered there, its ACK and what is short go over UDP", () => {
    const rig = openRig(CARRIER, undefined, options);
    const ok = establishShort(rig);
    rig.receive("pbx", change(ok, 2, longOf("10.0.0.20", 4000)));
    const asked = take(rig, "carrier-a", "INVITE");
    expect(transportOf(asked)).toBe("TCP");
    const answer = { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "0") };
    rig.give({ kind: "datagram", flow: TCP, text: replyTo(asked, 200, answer) });
    rig.receive("pbx", followUp(ok, "ACK", { branch: "z9hG4bKack2", sequence: 2, via: "10.0.0.20:5080" }));
    expect(rig.linesTo("pbx")).toContain("SIP/2.0 200 OK");
    expect(transportOf(take(rig, "carrier-a", "ACK"))).toBe("UDP");
    hangUp(rig, ok);
  });

  test("a change goes over UDP after all where TCP is refused, and the next at once", () => {
    const rig = openRig(CARRIER, undefined, options);
    const ok = establishShort(rig);
    rig.receive("pbx", change(ok, 2, longOf("10.0.0.20", 4000)));
    const first = take(rig, "carrier-a", "INVITE");
    refuse(rig);
    const again = take(rig, "carrier-a", "INVITE");
    expect([transportOf(first), transportOf(again)]).toEqual(["TCP", "UDP"]);
    expect(again.body).toBe(first.body);
    rig.receive("carrier-a", replyTo(again, 488));
    expect(rig.linesTo("pbx").filter((line) => !line.includes("100"))).toEqual(["SIP/2.0 488 Not Acceptable Here"]);
    rig.receive("pbx", followUp(ok, "ACK", { branch: "z9hG4bKmore2", sequence: 2, via: "10.0.0.20:5080" }));
    rig.sentTo("carrier-a");
    rig.receive("pbx", change(ok, 3, longOf("10.0.0.20", 4000)));
    const next = take(rig, "carrier-a", "INVITE");
    expect(transportOf(next)).toBe("UDP");
    rig.receive("carrier-a", replyTo(next, 488));
    rig.receive("pbx", followUp(ok, "ACK", { branch: "z9hG4bKmore3", sequence: 3, via: "10.0.0.20:5080" }));
    rig.sentTo("carrier-a");
    hangUp(rig, ok);
  });

  test("nothing is asked over UDP of a peer that hung up while TCP was tried", () => {
    const rig = openRig(CARRIER, undefined, options);
    const ok = establishShort(rig);
    rig.receive("pbx", change(ok, 2, longOf("10.0.0.20", 4000)));
    expect(transportOf(take(rig, "carrier-a", "INVITE"))).toBe("TCP");
    rig.receive("pbx", followUp(ok, "BYE", { branch: "z9hG4bKbye", sequence: 9, via: "10.0.0.20:5080" }));
    rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "BYE"), 200));
    refuse(rig);
    expect(rig.linesTo("carrier-a").filter((line) => line.startsWith("INVITE"))).toEqual([]);
    rig.expectNothingLeft();
  });

  test("an ACK that has to be long goes over TCP, and over UDP when the 2xx comes again", () => {
    const rig = openRig(CARRIER, undefined, options);
    const ok = establishShort(rig);
    rig.receive("pbx", change(ok, 2, null));
    const asked = take(rig, "carrier-a", "INVITE");
    expect(transportOf(asked)).toBe("UDP");
    const accepted = replyTo(asked, 200, { contact: CARRIER, body: longOf("192.0.2.3", 7000) });
    rig.receive("carrier-a", accepted);
    const ack = followUp(ok, "ACK", { branch: "z9hG4bKack2", sequence: 2, via: "10.0.0.20:5080" });
    const body = longOf("10.0.0.20", 4000);
    const rest = `Content-Type: application/sdp\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    rig.receive("pbx", ack.replace(/Content-Length: 0\r\n\r\n$/, rest));
    const first = take(rig, "carrier-a", "ACK");
    refuse(rig);
    rig.receive("carrier-a", accepted);
    const again = take(rig, "carrier-a", "ACK");
    expect([transportOf(first), transportOf(again)]).toEqual(["TCP", "UDP"]);
    expect(again.body).toBe(first.body);
    hangUp(rig, ok);
  });

  test.each([
    ["the peer's Contact says udp", `${CARRIER};transport=udp`, undefined],
    ["its Contact asks for the way that it came", `${CARRIER};ob`, undefined],
    ["its Contact is not where it is reached", "sip:gw@[2001:db8::9]:5060", undefined],
    ["the network has no TCP listener", CARRIER, ["udp"]],
  ])("a change stays with UDP where %s", (_why, contact, transports) => {
    const rig = openRig(CARRIER, transports, options);
    const ok = establishShort(rig, contact);
    rig.receive("pbx", change(ok, 2, longOf("10.0.0.20", 4000)));
    const asked = rig.everything.findLast(({ text }) => text.startsWith("INVITE"));
    expect(asked?.text).toContain("Via: SIP/2.0/UDP");
    expect(asked?.text.length).toBeGreaterThan(1_300);
  });
});
