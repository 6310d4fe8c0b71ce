// Kamailio between Demarc and the phones of a carrier: it puts itself into every request's way, and forks.
import { beforeAll, describe, expect, test } from "vitest";
import { type Border, expectHearing, openBorder, type Played } from "./border.ts";
import { PBX, PROXIED, PROXY, RELIABLE_PBX, SECOND_PHONE, WAN } from "./border-peers.ts";
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
  inOrder,
  isAcked,
  isAsked,
  isCalled,
  isHungUp,
  mayHear,
  pracks,
  type Step,
  talks,
  waits,
} from "./sipp-script.ts";

const no = whyNot("sipp", "tshark", "kamailio");
const LISTENS = waits(800);
const AUDIO = "m=audio [1-9][0-9]* RTP/AVP";
const HUNG_UP_BY_CALLER = { status: 200, cause: "normal-clearing", endedBy: "caller" };

/** What Demarc said to the outside: first line and Route of each request, once. */
function requestsOut({ datagrams }: Played): string[] {
  const requests = datagrams
    .filter(({ from }) => from.address === WAN && from.port === 5060)
    .map(({ to, payload }) => ({ to: to.address, text: payload.toString("latin1") }))
    .filter(({ text }) => /^[A-Z]+ sip:/.test(text));
  const lines = requests.map(({ to, text }) => {
    const [method] = text.split(" ");
    const routes = [...text.matchAll(/^Route: (.*)\r$/gm)].flatMap(([, value = ""]) => value.split(","));
    const hosts = routes.map((route) => /sip:([0-9.]+)/.exec(route)?.[1]);
    return `${method} to ${to} along ${hosts.join(" and ") || "nothing"}`;
  });
  return [...new Set(lines)];
}

const ALONG = `to ${PROXY.near} along ${PROXY.near} and ${PROXY.far}`;

/** A change that is asked for and taken. */
const HOLDS = inOrder(asks("INVITE", { sdp: { direction: "sendonly" } }), hears(200, { has: ["a=recvonly"] }), acks());
const IS_HELD = inOrder(
  isAsked("INVITE", { has: ["a=sendonly"] }),
  answers(200, { sdp: { direction: "recvonly" } }),
  isAcked(),
);

describe.skipIf(no)(`a proxy in front that stays in the way ${no ?? ""}`, () => {
  let border: Border;
  beforeAll(async () => {
    border = await openBorder({ proxied: true });
    return border.close;
  });

  test("a call out: changes from either side and BYE follow its route", async () => {
    const played = await border.play({
      from: PBX,
      to: PROXIED,
      caller: [getsThrough(), HOLDS, IS_HELD, LISTENS, hangsUp()],
      callee: [takesCall(), IS_HELD, LISTENS, HOLDS, isHungUp()],
    });
    expect(played.record).toMatchObject(HUNG_UP_BY_CALLER);
    expect(requestsOut(played)).toEqual([
      `INVITE to ${PROXY.near} along nothing`,
      `ACK ${ALONG}`,
      `INVITE ${ALONG}`,
      `BYE ${ALONG}`,
    ]);
    expectHearing(played, { listener: "caller", during: ["caller ACK 1", "caller BYE 3"], toneHz: PROXIED.toneHz });
    expectHearing(played, { listener: "callee", during: ["caller ACK 1", "caller BYE 3"], toneHz: PBX.toneHz });
  });

  test("a call in: changes from either side and BYE follow its route", async () => {
    const played = await border.play({
      from: PROXIED,
      to: PBX,
      caller: [getsThrough(), HOLDS, IS_HELD, isHungUp()],
      callee: [takesCall(), IS_HELD, LISTENS, HOLDS, LISTENS, hangsUp()],
    });
    expect(played.record).toMatchObject({ ...HUNG_UP_BY_CALLER, endedBy: "callee" });
    expect(requestsOut(played)).toEqual([`INVITE ${ALONG}`, `ACK ${ALONG}`, `BYE ${ALONG}`]);
  });

  test("PRACK and UPDATE before the answer follow the route of the early dialog", async () => {
    const played = await border.play({
      from: RELIABLE_PBX,
      to: PROXIED,
      allow: ["PRACK", "UPDATE"],
      caller: [
        calls({ headers: ["Supported: 100rel"] }),
        hears(183, { reliable: true, has: [AUDIO] }),
        pracks(),
        hears(200),
        asks("UPDATE", { sdp: { codecs: [8, 101] } }),
        hears(200, { has: ["RTP/AVP 8 101"] }),
        hears(200),
        acks(),
        hangsUp(),
      ],
      callee: [
        isCalled(),
        answers(183, { sdp: {}, rseq: 1 }),
        isAsked("PRACK"),
        answers(200),
        isAsked("UPDATE"),
        answers(200, { sdp: { codecs: [8, 101] } }),
        answers(200, { to: "call" }),
        isAcked(),
        isHungUp(),
      ],
    });
    expect(played.record).toMatchObject(HUNG_UP_BY_CALLER);
    expect(requestsOut(played)).toEqual([
      `INVITE to ${PROXY.near} along nothing`,
      `PRACK ${ALONG}`,
      `UPDATE ${ALONG}`,
      `ACK ${ALONG}`,
      `BYE ${ALONG}`,
    ]);
  });

  test("a call that is taken back, and one that is refused", async () => {
    const taken = await border.play({
      from: PBX,
      to: PROXIED,
      caller: [calls(), hears(180), cancels(), hears(200), hears(487), acksRefusal()],
      callee: [isCalled(), answers(180), isAsked("CANCEL"), answers(200), answers(487, { to: "call" }), isAcked()],
    });
    expect(taken.record).toMatchObject({ cause: "cancelled" });
    const refused = await border.play({
      from: PBX,
      to: PROXIED,
      caller: [calls(), mayHear(180), hears(486), acksRefusal()],
      callee: [isCalled(), answers(486), isAcked()],
    });
    expect(refused.record).toMatchObject({ cause: "busy", status: 486 });
  });

  /** Rings until the proxy takes the call back, as the other phone was answered. */
  const isLeft: readonly Step[] = [
    isCalled(),
    answers(180),
    isAsked("CANCEL"),
    answers(200),
    answers(487, { to: "call" }),
    isAcked(),
  ];
  const isAnswered: readonly Step[] = [
    isCalled(),
    answers(180),
    waits(500),
    answers(200, { sdp: {} }),
    isAcked(),
    talks(),
    isHungUp(),
  ];
  const getsOne: readonly Step[] = [
    calls(),
    hears(180),
    hears(200, { has: [AUDIO] }),
    acks(),
    talks(),
    LISTENS,
    hangsUp(),
  ];

  test("two phones ring at once: the one that answers is heard, the other stops", async () => {
    const other = await border.answerAt(PROXIED, isLeft);
    const played = await border.play({ from: PBX, to: SECOND_PHONE, caller: getsOne, callee: isAnswered });
    await other.succeeded(10_000);
    expect(played.record).toMatchObject(HUNG_UP_BY_CALLER);
    expectHearing(played, {
      listener: "caller",
      during: ["caller ACK 1", "caller BYE 2"],
      toneHz: SECOND_PHONE.toneHz,
    });
  });

  test("both answer: the first is talked to, the second is acknowledged and hung up", async () => {
    const other = await border.answerAt(PROXIED, [
      isCalled(),
      answers(180),
      isAsked("CANCEL"),
      answers(200),
      answers(200, { to: "call", sdp: {} }),
      isAcked(),
      isHungUp(),
    ]);
    const played = await border.play({ from: PBX, to: SECOND_PHONE, caller: getsOne, callee: isAnswered });
    await other.succeeded(10_000);
    expect(played.record).toMatchObject(HUNG_UP_BY_CALLER);
    expectHearing(played, {
      listener: "caller",
      during: ["caller ACK 1", "caller BYE 2"],
      toneHz: SECOND_PHONE.toneHz,
    });
  });

  test("and in all of it nothing is malformed, and nothing of one side is seen on the other", async () => {
    await border.inspect();
  });
});
