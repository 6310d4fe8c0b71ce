// Sessions that change while they stand, with SIPp on both sides: hold, ports, codecs, offers from either end, refusals, glare.
import { beforeAll, describe, expect, test } from "vitest";
import { type Border, expectHearing, openBorder, type Played } from "./border.ts";
import { CARRIER, EARLY_CARRIER, FAX_CARRIER, FAX_PBX, LAN, PBX, WAN } from "./border-peers.ts";
import { EXPIRED, REFRESHED } from "./border-timed-calls.ts";
import { whyNot } from "./programs.ts";
import { getsThrough, takesCall } from "./sipp-calls.ts";
import type { Description } from "./sipp-messages.ts";
import {
  acks,
  acksRefusal,
  answers,
  asks,
  calls,
  hangsUp,
  hears,
  hushes,
  inOrder,
  isAcked,
  isAsked,
  isCalled,
  isHungUp,
  type Step,
  talks,
  waits,
} from "./sipp-script.ts";

const no = whyNot("sipp", "tshark");
/** Long enough that what is heard can be told, and that a caller has acknowledged: before that its callee can change nothing. */
const LISTENS = waits(800);
const AUDIO = "m=audio [1-9][0-9]* RTP/AVP";
const FAX = "m=image [1-9][0-9]* udptl t38";
const BETWEEN = { from: PBX, to: CARRIER };
const HUNG_UP_BY_CALLER = { status: 200, cause: "normal-clearing", endedBy: "caller" };

/** Changes the session; `told` must stand in the answer. */
function changes(sdp: Description, ...told: readonly string[]): Step {
  return inOrder(asks("INVITE", { sdp }), hears(200, { has: told }), acks());
}

/** Is asked for a change, in which `asked` must stand, and takes it. */
function takesChange(sdp: Description, ...asked: readonly string[]): Step {
  return inOrder(isAsked("INVITE", { has: asked }), answers(200, { sdp }), isAcked());
}

interface Hold {
  readonly by: "caller" | "callee";
  readonly offer: Description;
  /** What the other side is asked with. */
  readonly asked: string;
  readonly answer: Description;
  readonly told: string;
  /** What who holds hears meanwhile of who talks on: nothing where it gave no address. */
  readonly silent?: boolean;
}

describe.skipIf(no)(`sessions that change, with SIPp on both sides ${no ?? ""}`, () => {
  let border: Border;
  let timed: Promise<readonly [Played, Played]>;
  beforeAll(async () => {
    border = await openBorder();
    timed = Promise.all([border.playAside(REFRESHED), border.playAside(EXPIRED)]);
    // Told by the test that waits for them.
    timed.catch(() => null);
    return border.close;
  });

  test.each<[string, Hold]>([
    [
      "the caller holds with sendonly",
      {
        by: "caller",
        offer: { direction: "sendonly" },
        asked: "a=sendonly",
        answer: { direction: "recvonly" },
        told: "a=recvonly",
      },
    ],
    [
      "the callee holds with sendonly, and is answered sendrecv, as many do",
      { by: "callee", offer: { direction: "sendonly" }, asked: "a=sendonly", answer: {}, told: "a=recvonly" },
    ],
    [
      "the callee holds with inactive",
      {
        by: "callee",
        offer: { direction: "inactive" },
        asked: "a=inactive",
        answer: { direction: "inactive" },
        told: "a=inactive",
      },
    ],
    [
      "the caller holds with an address of zeros, which the other side is not shown",
      {
        by: "caller",
        offer: { address: "zeros" },
        asked: `c=IN IP4 ${WAN}.*a=sendonly`,
        answer: { direction: "recvonly" },
        told: "a=recvonly",
        silent: true,
      },
    ],
    [
      "the callee holds with an address of zeros and inactive",
      {
        by: "callee",
        offer: { address: "zeros", direction: "inactive" },
        asked: `c=IN IP4 ${LAN}.*a=inactive`,
        answer: { direction: "inactive" },
        told: "a=inactive",
        silent: true,
      },
    ],
  ])("%s, and comes back: both are heard again", async (_, { by, offer, asked, answer, told, silent = false }) => {
    const meanwhile = by === "callee" || silent ? [LISTENS] : [];
    const holder = [...meanwhile, changes(offer, told), ...meanwhile, changes({}, "a=sendrecv"), LISTENS, hangsUp()];
    const held = [takesChange(answer, asked), takesChange({}, "a=sendrecv"), isHungUp()];
    const [caller, callee] = by === "caller" ? [holder, held] : [held, holder];
    const played = await border.play({
      ...BETWEEN,
      caller: [getsThrough(), ...caller],
      callee: [takesCall(), ...callee],
    });
    expect(played.record).toMatchObject({ ...HUNG_UP_BY_CALLER, endedBy: by });
    const first = by === "caller" ? 2 : 1;
    const onHold = [`${by} ACK ${first}`, `${by} INVITE ${first + 1}`] as const;
    const after = [`${by} ACK ${first + 1}`, `${by} BYE ${first + 2}`] as const;
    if (silent) expectHearing(played, { listener: by, during: onHold, toneHz: null });
    expectHearing(played, { listener: "caller", during: after, toneHz: CARRIER.toneHz });
    expectHearing(played, { listener: "callee", during: after, toneHz: PBX.toneHz });
  });

  test("the music of who holds with sendonly is heard by who is held", async () => {
    const played = await border.play({
      ...BETWEEN,
      caller: [getsThrough(), changes({ direction: "sendonly" }, "a=recvonly"), LISTENS, hangsUp()],
      callee: [takesCall(), hushes(), takesChange({ direction: "recvonly" }, "a=sendonly"), isHungUp()],
    });
    expectHearing(played, { listener: "callee", during: ["caller ACK 2", "caller BYE 3"], toneHz: PBX.toneHz });
  });

  test("the caller moves to another port: what it hears comes there, and the other side has nothing to do", async () => {
    const played = await border.play({
      ...BETWEEN,
      // SIPp streams from one port only.
      caller: [getsThrough(), LISTENS, hushes(), changes({ port: "other" }, AUDIO), LISTENS, hangsUp()],
      callee: [takesCall(), takesChange({}, AUDIO), isHungUp()],
    });
    const during = ["caller ACK 2", "caller BYE 3"] as const;
    expectHearing(played, { listener: "caller", during, toneHz: CARRIER.toneHz, port: "other" });
    expectHearing(played, { listener: "caller", during, toneHz: null });
  });

  test("the callee asks for another codec: both speak it", async () => {
    const played = await border.play({
      ...BETWEEN,
      caller: [
        getsThrough(),
        takesChange({ codecs: [8, 101] }, "RTP/AVP 8 101"),
        talks("PCMA"),
        isAsked("BYE"),
        hushes(),
        answers(200),
      ],
      callee: [takesCall(), LISTENS, changes({ codecs: [8, 101] }, "RTP/AVP 8 101"), talks("PCMA"), LISTENS, hangsUp()],
    });
    expect(played.record.aLeg.codec).toBe("PCMA/8000");
    const during = ["callee ACK 1", "callee BYE 2"] as const;
    expectHearing(played, { listener: "callee", during, toneHz: PBX.toneHz, codec: 8 });
    expectHearing(played, { listener: "caller", during, toneHz: CARRIER.toneHz, codec: 8 });
  });

  test("a change is refused with 488: the session stands as it was", async () => {
    const played = await border.play({
      ...BETWEEN,
      caller: [
        getsThrough(),
        LISTENS,
        asks("INVITE", { sdp: { port: "other", codecs: [8, 101] } }),
        hears(488),
        acksRefusal(),
        LISTENS,
        hangsUp(),
      ],
      callee: [takesCall(), isAsked("INVITE"), answers(488), isAcked(), isHungUp()],
    });
    expect(played.record).toMatchObject(HUNG_UP_BY_CALLER);
    const during = ["caller ACK 2", "caller BYE 3"] as const;
    expectHearing(played, { listener: "caller", during, toneHz: CARRIER.toneHz });
    expectHearing(played, { listener: "callee", during, toneHz: PBX.toneHz });
  });

  test("both change at once: each is told 491, and the one that tries again gets through", async () => {
    const played = await border.play({
      ...BETWEEN,
      caller: [
        getsThrough(),
        asks("INVITE", { sdp: { direction: "sendonly" } }),
        hears(491),
        acksRefusal(),
        waits(300),
        changes({ direction: "sendonly" }, "a=recvonly"),
        hangsUp(),
      ],
      callee: [
        takesCall(),
        isAsked("INVITE", { name: "theirs" }),
        asks("INVITE", { sdp: { direction: "inactive" } }),
        hears(491),
        acksRefusal(),
        answers(491, { to: "theirs" }),
        isAcked(),
        takesChange({ direction: "recvonly" }, "a=sendonly"),
        isHungUp(),
      ],
    });
    expect(played.record).toMatchObject(HUNG_UP_BY_CALLER);
  });

  test("an INVITE without an offer: the callee's offer is answered in the ACK", async () => {
    const played = await border.play({
      ...BETWEEN,
      caller: [
        calls({ sdp: null }),
        hears(180),
        hears(200, { has: [AUDIO] }),
        acks({ sdp: {} }),
        talks(),
        LISTENS,
        hangsUp(),
      ],
      callee: [
        isCalled({ lacks: ["m=audio"] }),
        answers(180),
        answers(200, { sdp: {} }),
        isAcked({ has: [AUDIO] }),
        talks(),
        isHungUp(),
      ],
    });
    expect(played.record).toMatchObject(HUNG_UP_BY_CALLER);
    const during = ["caller ACK 1", "caller BYE 2"] as const;
    expectHearing(played, { listener: "caller", during, toneHz: CARRIER.toneHz });
    expectHearing(played, { listener: "callee", during, toneHz: PBX.toneHz });
  });

  test("an INVITE without an offer for a carrier that wants one: it gets ours", async () => {
    const played = await border.play({
      from: PBX,
      to: EARLY_CARRIER,
      caller: [
        calls({ sdp: null }),
        hears(180),
        hears(200, { has: [AUDIO] }),
        acks({ sdp: { codecs: [0, 101] } }),
        talks(),
        LISTENS,
        hangsUp(),
      ],
      callee: [
        isCalled({ has: [AUDIO] }),
        answers(180),
        answers(200, { sdp: { codecs: [0, 101] } }),
        isAcked({ lacks: ["m=audio"] }),
        talks(),
        isHungUp(),
      ],
    });
    const during = ["caller ACK 1", "caller BYE 2"] as const;
    expectHearing(played, { listener: "caller", during, toneHz: EARLY_CARRIER.toneHz });
    expectHearing(played, { listener: "callee", during, toneHz: PBX.toneHz });
  });

  test("a change without an offer, by the callee: the caller offers, and is answered in the ACK", async () => {
    const played = await border.play({
      ...BETWEEN,
      caller: [
        getsThrough(),
        hushes(),
        isAsked("INVITE", { lacks: ["m=audio"] }),
        answers(200, { sdp: { port: "other" } }),
        isAcked({ has: [AUDIO] }),
        isHungUp(),
      ],
      callee: [
        takesCall(),
        LISTENS,
        asks("INVITE"),
        hears(200, { has: [AUDIO] }),
        acks({ sdp: {} }),
        LISTENS,
        hangsUp(),
      ],
    });
    const during = ["callee ACK 1", "callee BYE 2"] as const;
    expectHearing(played, { listener: "caller", during, toneHz: CARRIER.toneHz, port: "other" });
  });

  test("a change without an offer towards a carrier that wants one: what stands is offered, and nobody is asked", async () => {
    const played = await border.play({
      from: PBX,
      to: EARLY_CARRIER,
      caller: [getsThrough(), asks("INVITE"), hears(200, { has: [AUDIO] }), acks({ sdp: {} }), LISTENS, hangsUp()],
      callee: [takesCall(), isHungUp()],
    });
    expect(played.record).toMatchObject(HUNG_UP_BY_CALLER);
    const during = ["caller ACK 2", "caller BYE 3"] as const;
    expectHearing(played, { listener: "caller", during, toneHz: EARLY_CARRIER.toneHz });
    expectHearing(played, { listener: "callee", during, toneHz: PBX.toneHz });
  });

  test("hold by UPDATE, where both allow it, and back", async () => {
    const played = await border.play({
      ...BETWEEN,
      allow: ["UPDATE"],
      caller: [
        getsThrough(),
        asks("UPDATE", { sdp: { direction: "sendonly" } }),
        hears(200, { has: ["a=recvonly"] }),
        asks("UPDATE", { sdp: {} }),
        hears(200, { has: ["a=sendrecv"] }),
        hangsUp(),
      ],
      callee: [
        takesCall(),
        isAsked("UPDATE", { has: ["a=sendonly"] }),
        answers(200, { sdp: { direction: "recvonly" } }),
        isAsked("UPDATE", { has: ["a=sendrecv"] }),
        answers(200, { sdp: {} }),
        isHungUp(),
      ],
    });
    expect(played.record).toMatchObject(HUNG_UP_BY_CALLER);
  });

  test("an UPDATE becomes a re-INVITE for a callee that does not allow it", async () => {
    const played = await border.play({
      ...BETWEEN,
      caller: [
        getsThrough(),
        asks("UPDATE", { sdp: { direction: "sendonly" } }),
        hears(200, { has: ["a=recvonly"] }),
        hangsUp(),
      ],
      callee: [takesCall(), takesChange({ direction: "recvonly" }, "a=sendonly"), isHungUp()],
    });
    expect(played.record).toMatchObject(HUNG_UP_BY_CALLER);
  });

  test("the switch to fax, where both trunks have it, and back", async () => {
    const played = await border.play({
      from: FAX_PBX,
      to: FAX_CARRIER,
      caller: [getsThrough(), takesChange({ fax: true }, FAX), takesChange({}, AUDIO), isHungUp()],
      callee: [takesCall(), LISTENS, changes({ fax: true }, FAX), LISTENS, changes({}, AUDIO), LISTENS, hangsUp()],
    });
    const during = ["callee ACK 2", "callee BYE 3"] as const;
    expectHearing(played, { listener: "caller", during, toneHz: FAX_CARRIER.toneHz });
    expectHearing(played, { listener: "callee", during, toneHz: FAX_PBX.toneHz });
  });

  test("the switch to fax, where the other trunk has none: 488, and the audio goes on", async () => {
    const played = await border.play({
      from: PBX,
      to: FAX_CARRIER,
      caller: [getsThrough(), isHungUp()],
      callee: [
        takesCall(),
        LISTENS,
        ...[asks("INVITE", { sdp: { fax: true } }), hears(488), acksRefusal(), LISTENS, hangsUp()],
      ],
    });
    const during = ["callee ACK 1", "callee BYE 2"] as const;
    expectHearing(played, { listener: "caller", during, toneHz: FAX_CARRIER.toneHz });
  });

  test("a session of 90 s is refreshed by Demarc after half of it; one that its peer does not refresh is ended", async () => {
    const [refreshed, expired] = await timed;
    expect(refreshed.record).toMatchObject({ cause: "normal-clearing", endedBy: "callee" });
    expect(refreshed.record.durationMs).toBeGreaterThan(44_000);
    expect(expired.record).toMatchObject({ cause: "session-expired", endedBy: "demarc" });
  });

  test("and in all of it nothing is malformed, and nothing of one side is seen on the other", async () => {
    await border.inspect();
  });
});
