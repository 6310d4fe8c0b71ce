// What crosses on its way, and what does not arrive, with SIPp on both sides: CANCEL, BYE, ACK.
import { beforeAll, describe, expect, test } from "vitest";
import { type Border, expectHearing, openBorder, type Played } from "./border.ts";
import { CARRIER, HASTY_PBX, PBX } from "./border-peers.ts";
import { whyNot } from "./programs.ts";
import { getsThrough, takesCall } from "./sipp-calls.ts";
import {
  acks,
  acksRefusal,
  answers,
  asks,
  calls,
  cancels,
  hangsUp,
  hears,
  hushes,
  isAcked,
  isAsked,
  isCalled,
  isHungUp,
  talks,
  waits,
} from "./sipp-script.ts";

const no = whyNot("sipp", "tshark");
const BETWEEN = { from: PBX, to: CARRIER };
const HUNG_UP_BY_CALLER = { status: 200, cause: "normal-clearing", endedBy: "caller" };

/** How often a party was told this. */
function times(played: Played, party: "caller" | "callee", first: string, cseq: string): number {
  const { address, port } = played[party];
  return played.datagrams.filter(({ to, payload }) => {
    const text = payload.toString("latin1");
    return (
      to.address === address && to.port === port && text.startsWith(first) && text.includes(`\r\nCSeq: ${cseq}\r\n`)
    );
  }).length;
}

describe.skipIf(no)(`what crosses and what is lost, with SIPp on both sides ${no ?? ""}`, () => {
  let border: Border;
  beforeAll(async () => {
    border = await openBorder();
    return border.close;
  });

  test("the callee answers while the CANCEL is on its way: acknowledged, and ended with BYE", async () => {
    const played = await border.play({
      ...BETWEEN,
      caller: [calls(), hears(180), cancels(), hears(200), hears(487), acksRefusal()],
      callee: [
        isCalled(),
        answers(180),
        isAsked("CANCEL"),
        answers(200),
        answers(200, { to: "call", sdp: {} }),
        isAcked(),
        isHungUp(),
      ],
    });
    expect(played.record).toMatchObject({ status: 487, cause: "cancelled", endedBy: "caller", answeredAt: null });
  });

  test("the caller cancels what was answered: the call stands", async () => {
    const played = await border.play({
      ...BETWEEN,
      caller: [calls(), hears(180), hears(200), cancels(), hears(200), acks(), hangsUp()],
      callee: [takesCall(), isHungUp()],
    });
    expect(played.record).toMatchObject(HUNG_UP_BY_CALLER);
  });

  test("the caller hangs up while its change is open: 487 to the change, BYE to the other", async () => {
    const played = await border.play({
      ...BETWEEN,
      caller: [
        getsThrough(),
        asks("INVITE", { sdp: { direction: "sendonly" } }),
        hears(100),
        // Until the callee was asked.
        waits(500),
        hushes(),
        asks("BYE"),
        hears(200),
        hears(487),
        acksRefusal(),
      ],
      callee: [
        takesCall(),
        isAsked("INVITE", { name: "change" }),
        // Else it is asked again, perhaps when it is hung up.
        answers(100, { to: "change" }),
        isHungUp(),
        answers(487, { to: "change" }),
        isAcked(),
      ],
    });
    expect(played.record).toMatchObject(HUNG_UP_BY_CALLER);
  });

  test("the callee hangs up instead of answering a change", async () => {
    const played = await border.play({
      ...BETWEEN,
      caller: [
        getsThrough(),
        asks("INVITE", { sdp: { direction: "sendonly" } }),
        hears(487),
        acksRefusal(),
        isHungUp(),
      ],
      callee: [
        takesCall(),
        isAsked("INVITE", { name: "change" }),
        answers(100, { to: "change" }),
        hangsUp(),
        answers(487, { to: "change" }),
        isAcked(),
      ],
    });
    expect(played.record).toMatchObject({ ...HUNG_UP_BY_CALLER, endedBy: "callee" });
  });

  test("the caller's ACK is lost: its 200 comes again, and is acknowledged then", async () => {
    const played = await border.play({
      ...BETWEEN,
      from: HASTY_PBX,
      caller: [calls(), hears(180), hears(200), waits(300), acks(), talks(), waits(500), hangsUp()],
      callee: [takesCall(), isHungUp()],
    });
    expect(played.record).toMatchObject(HUNG_UP_BY_CALLER);
    expect(times(played, "caller", "SIP/2.0 200", "1 INVITE")).toBeGreaterThan(1);
    const during = ["caller ACK 1", "caller BYE 2"] as const;
    expectHearing(played, { listener: "caller", during, toneHz: CARRIER.toneHz });
  });

  test("no ACK ever comes: both sides are hung up", async () => {
    const played = await border.play({
      ...BETWEEN,
      from: HASTY_PBX,
      caller: [calls(), hears(180), hears(200), isAsked("BYE"), answers(200)],
      callee: [takesCall(), isHungUp()],
    });
    expect(played.record).toMatchObject({ status: 200, cause: "lost-peer", endedBy: "demarc" });
    expect(times(played, "caller", "SIP/2.0 200", "1 INVITE")).toBeGreaterThan(5);
  });

  test("and in all of it nothing is malformed, and nothing of one side is seen on the other", async () => {
    await border.inspect();
  });
});
