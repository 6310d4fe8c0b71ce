// Parties that come into another call where one side is encrypted: keys are those of its own leg, and new ones in the new call.
import { expect, test } from "vitest";
import { CARRIER, type Established, take } from "./established.ts";
import { audioOf, followUp, inviteFrom, type Message, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

const KEY = Buffer.alloc(30, 0xc3).toString("base64");
const SUITE = "AES_CM_128_HMAC_SHA1_80";

function keysIn({ body }: Message): string[] {
  return [...body.matchAll(/inline:([^|\s]+)/g)].map(([, key = ""]) => key);
}

function secured(body: string, tag: number): string {
  return body
    .replace("RTP/AVP", "RTP/SAVP")
    .replace("a=sendrecv", `a=crypto:${tag} ${SUITE} inline:${KEY}\r\na=sendrecv`);
}

/** Carrier-a takes the line of its suite. */
function answer(rig: Rig, invite: Message, tag: string, port: number): void {
  const [, line] = new RegExp(`a=crypto:(\\d+) ${SUITE} `).exec(invite.body) ?? [];
  const body = secured(audioOf("192.0.2.3", port, "0 101"), Number(line));
  rig.receive("carrier-a", replyTo(invite, 200, { tag, contact: CARRIER, body }));
}

test("a party that is put through has other keys in the new call, and so has the target", () => {
  const rig = new Rig({
    pbx: { signaling: { transfer: "execute" } },
    "carrier-a": { media: { encryption: "sdes" }, limits: { calls: 10 } },
  });
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080));
  const first = take(rig, "carrier-a", "INVITE");
  answer(rig, first, "bob-tag", 7000);
  const ok = take(rig, "pbx", "SIP/2.0 200");
  const established: Established = { invite: first, ok };
  rig.receive("pbx", followUp(ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "10.0.0.20:5080" }));
  const request = followUp(established.ok, "REFER", { branch: "z9hG4bKrefer", sequence: 2, via: "10.0.0.20:5080" });
  const lines = "Contact: <sip:10.0.0.20:5080>\r\nRefer-To: <sip:+14155550177@127.0.0.1>\r\n";
  rig.receive("pbx", request.replace("Content-Length", `${lines}Content-Length`));
  const second = take(rig, "carrier-a", "INVITE");
  answer(rig, second, "target", 7300);
  const asked = take(rig, "carrier-a", "INVITE");
  expect(asked.body).toContain(" RTP/SAVP ");
  answer(rig, asked, "bob-tag", 7000);
  expect(rig.engine.liveCalls().map(({ state }) => state)).toEqual(["ending", "answered"]);
  const keys = [first, second, asked].flatMap(keysIn);
  expect([keys.length, new Set(keys).size]).toEqual([18, 18]);
  const joined = rig.media.findLast(({ kind }) => kind === "answer");
  expect(joined).toMatchObject({ keys: { a: [{ receive: KEY, suite: SUITE }], b: [{ receive: KEY, suite: SUITE }] } });
});

test("a phone that is picked up by an encrypted one: it is answered under the line that it offered", () => {
  const rig = new Rig({ pbx: { media: { encryption: "sdes" } } });
  const from = { to: "sip:+12025550100@127.0.0.2", from: "sip:+14155550111@192.0.2.3" };
  rig.receive("carrier-a", inviteFrom("192.0.2.3", 5060, from));
  const invite = take(rig, "pbx", "INVITE");
  rig.receive("pbx", replyTo(invite, 180, { contact: "sip:10.0.0.20:5080" }));
  const tag = /;tag=([^;]*)/.exec(invite.header("From"))?.[1] ?? "";
  const extra = `Replaces: ${invite.header("Call-ID")};to-tag=${tag};from-tag=bob-tag\r\n`;
  const body = secured(audioOf("10.0.0.20", 4200), 3);
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { callId: "picks", branch: "z9hG4bKpicks", extra, body }));
  const answered = take(rig, "pbx", "SIP/2.0 200");
  expect(answered.body).toMatch(/m=audio \d+ RTP\/SAVP 0 8 101\r\n/);
  expect([...answered.body.matchAll(/^a=crypto:(\d+) (\S+) /gm)].map(([, line, suite]) => [line, suite])).toEqual([
    ["3", SUITE],
  ]);
  const told = take(rig, "carrier-a", "SIP/2.0 200");
  expect(told.body).toMatch(/m=audio \d+ RTP\/AVP 0 8 101\r\n/);
  expect(told.body).not.toContain("crypto");
  const [own = ""] = keysIn(answered);
  expect(keysIn(invite)).not.toContain(own);
  expect(rig.media.findLast(({ kind }) => kind === "answer")).toMatchObject({
    keys: { b: [{ receive: KEY, send: own }] },
  });
});

test("one that offers no keys where there must be some does not pick it up", () => {
  const rig = new Rig({ pbx: { media: { encryption: "sdes" } } });
  const from = { to: "sip:+12025550100@127.0.0.2", from: "sip:+14155550111@192.0.2.3" };
  rig.receive("carrier-a", inviteFrom("192.0.2.3", 5060, from));
  const invite = take(rig, "pbx", "INVITE");
  rig.receive("pbx", replyTo(invite, 180, { contact: "sip:10.0.0.20:5080" }));
  const tag = /;tag=([^;]*)/.exec(invite.header("From"))?.[1] ?? "";
  const extra = `Replaces: ${invite.header("Call-ID")};to-tag=${tag};from-tag=bob-tag\r\n`;
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { callId: "picks", branch: "z9hG4bKpicks", extra }));
  expect(rig.linesTo("pbx").at(-1)).toBe("SIP/2.0 488 Not Acceptable Here");
  expect(rig.engine.liveCalls()).toMatchObject([{ state: "ringing" }]);
});

/** Rings at the PBX, which is encrypted: its INVITE, and what names its dialog. */
function ringsAtPbx(rig: Rig): { readonly invite: Message; readonly replaces: string } {
  const from = { to: "sip:+12025550100@127.0.0.2", from: "sip:+14155550111@192.0.2.3" };
  rig.receive("carrier-a", inviteFrom("192.0.2.3", 5060, from));
  const invite = take(rig, "pbx", "INVITE");
  rig.receive("pbx", replyTo(invite, 180, { contact: "sip:10.0.0.20:5080" }));
  const tag = /;tag=([^;]*)/.exec(invite.header("From"))?.[1] ?? "";
  return { invite, replaces: `${invite.header("Call-ID")};to-tag=${tag};from-tag=bob-tag` };
}

test("a phone that is picked up without an offer: our keys stand in the 2xx, its own in its ACK", () => {
  const rig = new Rig({ pbx: { media: { encryption: "sdes" } } });
  const { invite, replaces } = ringsAtPbx(rig);
  const extra = `Replaces: ${replaces}\r\n`;
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { callId: "picks", branch: "z9hG4bKpicks", extra, body: "" }));
  const offered = take(rig, "pbx", "SIP/2.0 200");
  expect(offered.body).toContain(" RTP/SAVP ");
  const own = keysIn(offered);
  expect(own.length).toBeGreaterThan(0);
  expect(own.filter((key) => keysIn(invite).includes(key))).toEqual([]);
  const [, line] = new RegExp(`a=crypto:(\\d+) ${SUITE} inline:([^|\\s]+)`).exec(offered.body) ?? [];
  const body = secured(audioOf("10.0.0.20", 4200, "0 101"), Number(line));
  rig.receive("pbx", followUp(offered, "ACK", { branch: "z9hG4bKack", sequence: 1, via: "10.0.0.20:5080", body }));
  const told = take(rig, "carrier-a", "SIP/2.0 200");
  expect(told.body).not.toContain("crypto");
  const answered = rig.media.findLast(({ kind }) => kind === "answer");
  expect(answered).toMatchObject({ keys: { b: [{ receive: KEY, suite: SUITE }] } });
  const [sent] = answered?.kind === "answer" ? (answered.keys?.b ?? []) : [];
  expect(own).toContain(sent?.send);
});

test("a place that is taken without an offer: the key that was told goes on, and the other side has its own", () => {
  const rig = new Rig({ pbx: { media: { encryption: "sdes" } } });
  const { invite } = ringsAtPbx(rig);
  const [, line] = new RegExp(`a=crypto:(\\d+) ${SUITE} `).exec(invite.body) ?? [];
  const contact = "sip:10.0.0.20:5080";
  const audio = audioOf("10.0.0.20", 4000, "0 101");
  rig.receive("pbx", replyTo(invite, 200, { tag: "bob-tag", contact, body: secured(audio, Number(line)) }));
  const ok = take(rig, "carrier-a", "SIP/2.0 200");
  rig.receive("carrier-a", followUp(ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "192.0.2.3:5060" }));
  const tag = /;tag=([^;]*)/.exec(invite.header("From"))?.[1] ?? "";
  const extra = `Replaces: ${invite.header("Call-ID")};to-tag=${tag};from-tag=bob-tag\r\n`;
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { callId: "takes", branch: "z9hG4bKtakes", extra, body: "" }));
  const offered = take(rig, "pbx", "SIP/2.0 200");
  const [, other, key] = new RegExp(`a=crypto:(\\d+) ${SUITE} inline:([^|\\s]+)`).exec(offered.body) ?? [];
  const body = secured(audioOf("10.0.0.20", 4200, "0 101"), Number(other));
  rig.receive("pbx", followUp(offered, "ACK", { branch: "z9hG4bKack2", sequence: 1, via: "10.0.0.20:5080", body }));
  const asked = take(rig, "carrier-a", "INVITE");
  expect(asked.body).not.toContain("crypto");
  rig.receive("carrier-a", replyTo(asked, 200, { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "0 101") }));
  expect(rig.engine.liveCalls().map(({ state }) => state)).toEqual(["answered"]);
  expect(rig.media.findLast(({ kind }) => kind === "answer")).toMatchObject({
    keys: { a: [{ receive: KEY, suite: SUITE, send: key }], b: [] },
  });
});

const PAIRS = Array.from({ length: 32 }, () => "4A").join(":");

function shaken(body: string): string {
  const lines = `a=setup:active\r\na=fingerprint:sha-256 ${PAIRS}\r\n`;
  return body.replace("RTP/AVP", "UDP/TLS/RTP/SAVP").replace("a=sendrecv", `${lines}a=sendrecv`);
}

test("a place that is taken without an offer by who makes handshakes: it begins the one that it was offered", () => {
  const rig = new Rig({ pbx: { media: { encryption: "dtls" } } });
  const { invite } = ringsAtPbx(rig);
  const audio = (port: number) => shaken(audioOf("10.0.0.20", port, "0 101"));
  rig.receive("pbx", replyTo(invite, 200, { tag: "bob-tag", contact: "sip:10.0.0.20:5080", body: audio(4000) }));
  const ok = take(rig, "carrier-a", "SIP/2.0 200");
  rig.receive("carrier-a", followUp(ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "192.0.2.3:5060" }));
  const tag = /;tag=([^;]*)/.exec(invite.header("From"))?.[1] ?? "";
  const extra = `Replaces: ${invite.header("Call-ID")};to-tag=${tag};from-tag=bob-tag\r\n`;
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { callId: "takes", branch: "z9hG4bKtakes", extra, body: "" }));
  const offered = take(rig, "pbx", "SIP/2.0 200");
  expect(offered.body).toContain("a=setup:actpass");
  const via = "10.0.0.20:5080";
  rig.receive("pbx", followUp(offered, "ACK", { branch: "z9hG4bKack2", sequence: 1, via, body: audio(4200) }));
  const asked = take(rig, "carrier-a", "INVITE");
  expect(asked.body).toContain(" RTP/AVP ");
  rig.receive("carrier-a", replyTo(asked, 200, { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "0 101") }));
  expect(rig.engine.liveCalls().map(({ state }) => state)).toEqual(["answered"]);
  expect(rig.media.findLast(({ kind }) => kind === "answer")).toMatchObject({
    dtls: { a: [{ role: "server" }], b: [] },
  });
});

test("a target that makes handshakes is heard while it rings, and goes on with the same one when it answers", () => {
  const rig = new Rig({
    pbx: { signaling: { transfer: "execute" } },
    "carrier-a": { media: { encryption: "dtls" }, limits: { calls: 10 } },
  });
  const via = "10.0.0.20:5080";
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080));
  const first = take(rig, "carrier-a", "INVITE");
  const audio = (port: number) => shaken(audioOf("192.0.2.3", port, "0 101"));
  rig.receive("carrier-a", replyTo(first, 200, { tag: "bob-tag", contact: CARRIER, body: audio(7000) }));
  const ok = take(rig, "pbx", "SIP/2.0 200");
  rig.receive("pbx", followUp(ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via }));
  const refer = followUp(ok, "REFER", { branch: "z9hG4bKrefer", sequence: 2, via });
  const lines = "Contact: <sip:10.0.0.20:5080>\r\nRefer-To: <sip:+14155550177@127.0.0.1>\r\n";
  rig.receive("pbx", refer.replace("Content-Length", `${lines}Content-Length`));
  const second = take(rig, "carrier-a", "INVITE");
  rig.receive("pbx", followUp(ok, "BYE", { branch: "z9hG4bKbye", sequence: 3, via }));
  rig.receive("carrier-a", replyTo(second, 183, { tag: "target", contact: CARRIER, body: audio(7300) }));
  const asked = take(rig, "carrier-a", "INVITE");
  rig.receive("carrier-a", replyTo(asked, 200, { contact: CARRIER, body: audio(7000) }));
  const heard = rig.media.findLast(({ kind }) => kind === "answer");
  expect(heard).toMatchObject({ dtls: { a: [{ role: "server" }], b: [{ role: "server" }] } });
  rig.receive("carrier-a", replyTo(second, 200, { tag: "target", contact: CARRIER, body: audio(7300) }));
  expect(rig.engine.liveCalls().map(({ state }) => state)).toEqual(["answered"]);
  expect(rig.media.findLast(({ kind }) => kind === "answer")).toBe(heard);
});
