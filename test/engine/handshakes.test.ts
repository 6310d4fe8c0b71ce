// DTLS-SRTP on a leg: what comes of a handshake for the call and its record.
import { expect, test } from "vitest";
import type { MediaEvent } from "../../src/engine/index.ts";
import { CARRIER, take } from "./established.ts";
import { audioOf, followUp, inviteFrom, type Message, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

const DTLS = { "carrier-a": { media: { encryption: "dtls" } } } as const;
const PAIRS = Array.from({ length: 32 }, () => "4A").join(":");
const SECURED: MediaEvent = { kind: "secured", side: "b", stream: 0, suite: "AEAD_AES_256_GCM" };
const UNSECURED: MediaEvent = { kind: "unsecured", side: "b", stream: 0, fault: "fingerprint" };

function shaken(body: string): string {
  const lines = `a=setup:active\r\na=fingerprint:sha-256 ${PAIRS}\r\n`;
  return body.replace("RTP/AVP", "UDP/TLS/RTP/SAVP").replace("a=sendrecv", `${lines}a=sendrecv`);
}

function call(rig: Rig): Message {
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080));
  return take(rig, "carrier-a", "INVITE");
}

function answer(rig: Rig, invite: Message): Message {
  const body = shaken(audioOf("192.0.2.3", 7000, "0 101"));
  rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body }));
  const ok = take(rig, "pbx", "SIP/2.0 200");
  rig.receive("pbx", followUp(ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "10.0.0.20:5080" }));
  return ok;
}

function tell(rig: Rig, event: MediaEvent): void {
  const session = rig.media.find(({ kind }) => kind === "offer")?.session ?? "";
  rig.give({ kind: "media-event", session, event });
}

test("what was agreed on stands in the record", () => {
  const rig = new Rig(DTLS);
  const ok = answer(rig, call(rig));
  tell(rig, SECURED);
  rig.receive("pbx", followUp(ok, "BYE", { branch: "z9hG4bKbye1", sequence: 2, via: "10.0.0.20:5080" }));
  expect(rig.records).toMatchObject([{ aLeg: { encryption: null }, bLeg: { encryption: "AEAD_AES_256_GCM" } }]);
});

test.each(["fingerprint", "profile", "silence"] as const)(
  "a handshake that came to nothing ends the call: %s",
  (fault) => {
    const rig = new Rig(DTLS);
    answer(rig, call(rig));
    tell(rig, { ...UNSECURED, fault });
    expect([take(rig, "pbx", "BYE"), take(rig, "carrier-a", "BYE")].length).toBe(2);
    expect(rig.records).toMatchObject([{ cause: "encryption", endedBy: "demarc", bLeg: { encryption: null } }]);
  },
);

test("before the answer it ends nothing: another phone may answer, and what is at fault then is told again", () => {
  const rig = new Rig(DTLS);
  const invite = call(rig);
  rig.receive(
    "carrier-a",
    replyTo(invite, 183, { contact: CARRIER, body: shaken(audioOf("192.0.2.3", 7000, "0 101")) }),
  );
  take(rig, "pbx", "SIP/2.0 183");
  tell(rig, UNSECURED);
  answer(rig, invite);
  expect(rig.records).toEqual([]);
  tell(rig, SECURED);
  tell(rig, UNSECURED);
  expect(rig.records).toMatchObject([{ cause: "encryption", endedBy: "demarc" }]);
});

test("what is told of a call that is over, of a stream or a session that is none, changes nothing", () => {
  const rig = new Rig(DTLS);
  const ok = answer(rig, call(rig));
  tell(rig, { ...SECURED, stream: 7 });
  tell(rig, { ...SECURED, side: "a" });
  rig.give({ kind: "media-event", session: "nobody's", event: UNSECURED });
  rig.receive("pbx", followUp(ok, "BYE", { branch: "z9hG4bKbye1", sequence: 2, via: "10.0.0.20:5080" }));
  tell(rig, UNSECURED);
  expect(rig.records).toMatchObject([{ cause: "normal-clearing", bLeg: { encryption: null } }]);
});

test("fax stays audio on a trunk that must be encrypted by handshake", () => {
  const rig = new Rig({ pbx: { media: { fax: "t38" } }, "carrier-a": { media: { encryption: "dtls", fax: "t38" } } });
  const fax = audioOf("10.0.0.20").replace(/m=audio (\d+) .*/, "m=image $1 udptl t38");
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { body: fax }));
  expect(take(rig, "pbx", "SIP/2.0 488").body).toBe("");
});
