// SRTP on a leg: what is offered when nothing is said of suites, and that keys are nowhere but where they must be.
import { expect, test } from "vitest";
import { CARRIER, type Established, take } from "./established.ts";
import { audioOf, followUp, inviteFrom, type Message, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

const KEY = Buffer.alloc(30, 0xc3).toString("base64");
const SDES = { "carrier-a": { media: { encryption: "sdes" } } } as const;

function keysIn(message: Message): string[] {
  return [...message.body.matchAll(/inline:([^|\s]+)/g)].map(([, key = ""]) => key);
}

function secured(body: string, tag: number): string {
  const line = `a=crypto:${tag} AES_CM_128_HMAC_SHA1_80 inline:${KEY}\r\n`;
  return body.replace("RTP/AVP", "RTP/SAVP").replace("a=sendrecv", `${line}a=sendrecv`);
}

function establish(rig: Rig): Established & { readonly keys: readonly string[] } {
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080));
  const invite = take(rig, "carrier-a", "INVITE");
  const [, tag] = /a=crypto:(\d+) AES_CM_128_HMAC_SHA1_80/.exec(invite.body) ?? [];
  const body = secured(audioOf("192.0.2.3", 7000, "0 101"), Number(tag));
  rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body }));
  const ok = take(rig, "pbx", "SIP/2.0 200");
  rig.receive("pbx", followUp(ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "10.0.0.20:5080" }));
  return { invite, ok, keys: [KEY, ...keysIn(invite)] };
}

test("all suites are offered, the strongest first, each with a whole key of its own, under RTP/SAVP", () => {
  const rig = new Rig(SDES);
  const { invite } = establish(rig);
  expect(invite.body).toContain("m=audio 30000 RTP/SAVP 0 8 101\r\n");
  const suites = [...invite.body.matchAll(/^a=crypto:(\d) (\S+)/gm)].map(([, tag, suite]) => `${tag} ${suite}`);
  expect(suites).toEqual([
    "1 AEAD_AES_256_GCM",
    "2 AEAD_AES_128_GCM",
    "3 AES_256_CM_HMAC_SHA1_80",
    "4 AES_CM_128_HMAC_SHA1_80",
    "5 AES_256_CM_HMAC_SHA1_32",
    "6 AES_CM_128_HMAC_SHA1_32",
  ]);
  expect(keysIn(invite).map((key) => Buffer.from(key, "base64").length)).toEqual([44, 28, 46, 30, 46, 30]);
  expect(new Set(keysIn(invite)).size).toBe(6);
});

test("feedback (RTP/AVPF) is between each side and us: the callee is offered none, the caller has its own profile in the answer", () => {
  const rig = new Rig(SDES);
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { body: audioOf("10.0.0.20").replace("RTP/AVP", "RTP/AVPF") }));
  const invite = take(rig, "carrier-a", "INVITE");
  expect(invite.body).toContain(" RTP/SAVP ");
  rig.receive(
    "carrier-a",
    replyTo(invite, 200, { contact: CARRIER, body: secured(audioOf("192.0.2.3", 7000, "0 101"), 4) }),
  );
  expect(take(rig, "pbx", "SIP/2.0 200").body).toContain(" RTP/AVPF ");
});

test("a refused stream stays under the profile that it was offered with", () => {
  const rig = new Rig({ pbx: { media: { encryption: "sdes" } } });
  const video = "m=video 4100 RTP/SAVP 96\r\n";
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { body: `${secured(audioOf("10.0.0.20"), 1)}${video}` }));
  const invite = take(rig, "carrier-a", "INVITE");
  const body = `${audioOf("192.0.2.3", 7000, "0 101")}m=video 0 RTP/AVP 96\r\n`;
  // It copies our m= line, as RFC 3264 has it.
  const copied = body.replace("m=video 0 RTP/AVP", /m=video 0 \S+/.exec(invite.body)?.[0] ?? "");
  rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body: copied }));
  const ok = take(rig, "pbx", "SIP/2.0 200");
  expect(ok.body).toMatch(/m=audio 20000 RTP\/SAVP /);
  expect(ok.body).toContain("m=video 0 RTP/SAVP 96\r\n");
});

test("the record says what a leg was encrypted with; keys are in no record, log or view, and go with the record", () => {
  const rig = new Rig(SDES);
  const established = establish(rig);
  const views = () => JSON.stringify([rig.records, rig.logs, rig.engine.status(), rig.engine.liveCalls()]);
  const everything = views();
  rig.receive("pbx", followUp(established.ok, "BYE", { branch: "z9hG4bKbye1", sequence: 2, via: "10.0.0.20:5080" }));
  expect(rig.records).toMatchObject([
    { aLeg: { encryption: null }, bLeg: { encryption: "AES_CM_128_HMAC_SHA1_80" }, cause: "normal-clearing" },
  ]);
  const call = JSON.stringify(rig.engine.snapshot().calls.map(({ written }) => callIn(written)));
  expect(call).toContain("nextKeys");
  for (const key of established.keys) {
    expect(everything + views()).not.toContain(key);
    expect(call).not.toContain(key);
  }
  rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "BYE"), 200));
  rig.expectNothingLeft();
});

/** What is kept of a call itself; its transactions keep the messages that they may have to repeat. */
function callIn(written: unknown): unknown {
  return (written as { call: unknown }).call;
}

test("two calls under one trunk have no key in common", () => {
  const rig = new Rig(SDES);
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { callId: "one", branch: "z9hG4bK1" }));
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { callId: "two", branch: "z9hG4bK2" }));
  const keys = rig.sentTo("carrier-a").flatMap(keysIn);
  expect([keys.length, new Set(keys).size]).toEqual([12, 12]);
});
