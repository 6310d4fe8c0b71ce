// Which trunk of a route a call goes to, as callers and carriers notice it, and what calls tell of their trunks.
import { expect, it } from "vitest";
import { acknowledge, byeFromPbx, take } from "./established.ts";
import { audioOf, cancelOf, inviteFrom, type Message, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

const CARRIERS = ["carrier-a", "carrier-b"] as const;
type Carrier = (typeof CARRIERS)[number];

const ADDRESSES = { "carrier-a": "192.0.2.3", "carrier-b": "192.0.2.4" } as const;
const LIMITS = { limits: { calls: 1000, emergencyReserve: 0 } };

function rigWith(select: unknown, { handOver = false } = {}): Rig {
  const routes = [{ name: "out", to: CARRIERS, select }];
  return new Rig({ "carrier-a": LIMITS, "carrier-b": LIMITS }, { besides: { routes }, handOver });
}

let calls = 0;

/** A new call; whose trunk was asked, and with what. */
function place(rig: Rig, to = "sip:+13035550142@127.0.0.1"): { readonly carrier: Carrier; readonly invite: Message } {
  calls += 1;
  const branch = `z9hG4bKselect${calls}`;
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { to, branch, callId: `select-${calls}@10.0.0.20` }));
  for (const carrier of CARRIERS) {
    const invite = rig.sentTo(carrier).find(({ firstLine }) => firstLine.startsWith("INVITE"));
    if (invite !== undefined) return { carrier, invite };
  }
  throw new Error("nobody was asked");
}

function refuse(rig: Rig, { carrier, invite }: ReturnType<typeof place>): void {
  rig.receive(carrier, replyTo(invite, 486));
  rig.sentTo("pbx");
  rig.sentTo(carrier);
}

/** Answered, hung up at once. */
function talk(rig: Rig, { carrier, invite }: ReturnType<typeof place>): void {
  const contact = `sip:${ADDRESSES[carrier]}:5060`;
  rig.receive(carrier, replyTo(invite, 200, { contact, body: audioOf(ADDRESSES[carrier], 7000, "0 101") }));
  const established = { invite, ok: take(rig, "pbx", "SIP/2.0 200") };
  acknowledge(rig, established);
  byeFromPbx(rig, established);
  rig.receive(carrier, replyTo(take(rig, carrier, "BYE"), 200));
  rig.sentTo("pbx");
}

it.each([false, true])("takes turns, also where another engine goes on (%s)", (handOver) => {
  const rig = rigWith("round-robin", { handOver });
  const asked = Array.from({ length: 5 }, () => {
    const placed = place(rig);
    refuse(rig, placed);
    return placed.carrier;
  });
  expect(asked).toEqual(["carrier-a", "carrier-b", "carrier-a", "carrier-b", "carrier-a"]);
  rig.expectNothingLeft();
});

it("the least loaded is asked first", () => {
  const rig = rigWith("least-loaded");
  const [one, other] = [place(rig), place(rig)];
  expect([one.carrier, other.carrier]).toEqual(CARRIERS);
  refuse(rig, one);
  expect(place(rig).carrier).toBe("carrier-a");
});

it.each([false, true])("one whose calls are not answered goes behind the others (%s)", (handOver) => {
  const rig = rigWith({ least: { answerPercent: 40, calls: 4 } }, { handOver });
  for (let call = 0; call < 4; call += 1) {
    const placed = place(rig);
    expect(placed.carrier).toBe("carrier-a");
    refuse(rig, placed);
  }
  // Four calls of just now are not quite four any more.
  const fifth = place(rig);
  refuse(rig, fifth);
  const placed = place(rig);
  expect([fifth.carrier, placed.carrier]).toEqual(["carrier-b", "carrier-b"]);
  talk(rig, placed);
  rig.expectNothingLeft();
});

it("the one that rings sooner is asked first where as many are answered", () => {
  const rig = rigWith({ by: "quality" });
  const [first, second] = [place(rig), null];
  expect([first.carrier, second]).toEqual(["carrier-a", null]);
  rig.pass(1500);
  rig.receive("carrier-a", replyTo(first.invite, 180, { contact: "sip:192.0.2.3:5060" }));
  rig.pass(1000);
  talk(rig, first);
  // Nothing is known of the other: it counts as one that answers half and rings at once.
  expect(place(rig).carrier).toBe("carrier-a");
});

it("an emergency call goes to the trunks as they are written", () => {
  const routes = [{ name: "sos", match: { emergency: true }, to: CARRIERS, select: "round-robin" }];
  const rig = new Rig({}, { besides: { routes } });
  const asked = [1, 2].map(() => place(rig, "sip:911@127.0.0.1").carrier);
  expect(asked).toEqual(["carrier-a", "carrier-a"]);
});

it("a call that the caller gives up while it rings counts as not answered, once", () => {
  const rig = rigWith({ least: { answerPercent: 60, calls: 2 } });
  const text = inviteFrom("10.0.0.20", 5080, { branch: "z9hG4bKgivenup", callId: "given-up@10.0.0.20" });
  rig.receive("pbx", text);
  const invite = take(rig, "carrier-a", "INVITE");
  rig.receive("carrier-a", replyTo(invite, 180, { contact: "sip:192.0.2.3:5060" }));
  rig.receive("pbx", cancelOf(text));
  rig.receive("carrier-a", replyTo(invite, 487));
  rig.sentTo("carrier-a");
  rig.sentTo("pbx");
  const second = place(rig);
  // Of one call too little is known; of two, one answered, enough.
  expect(second.carrier).toBe("carrier-a");
  talk(rig, second);
  expect(place(rig).carrier).toBe("carrier-b");
});
