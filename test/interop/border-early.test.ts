// Calls before their answer, with SIPp on both sides: early media, forks, reliable responses (RFC 3262), UPDATE (RFC 3311).
import { beforeAll, describe, expect, test } from "vitest";
import { type Border, expectHearing, openBorder, type Played } from "./border.ts";
import { CARRIER, DEMANDING_CARRIER, FORKING_PBX, PBX, RELIABLE_CARRIER, RELIABLE_PBX } from "./border-peers.ts";
import { whyNot } from "./programs.ts";
import {
  acks,
  answers,
  asks,
  calls,
  hangsUp,
  hears,
  isAcked,
  isAsked,
  isCalled,
  isHungUp,
  pracks,
  talks,
  waits,
} from "./sipp-script.ts";

const no = whyNot("sipp", "tshark");
const LISTENS = waits(800);
const AUDIO = "m=audio [1-9][0-9]* RTP/AVP";
const BETWEEN = { from: PBX, to: CARRIER };
const SUPPORTED = { headers: ["Supported: 100rel"] };
const REQUIRED = { reliable: true, has: ["Require: 100rel"] };
const HUNG_UP_BY_CALLER = { status: 200, cause: "normal-clearing", endedBy: "caller" };

describe.skipIf(no)(`calls before their answer, with SIPp on both sides ${no ?? ""}`, () => {
  let border: Border;
  beforeAll(async () => {
    border = await openBorder();
    return border.close;
  });

  test("early media is heard, ringing comes after it, then the answer", async () => {
    const played = await border.play({
      ...BETWEEN,
      caller: [
        calls(),
        hears(183, { has: [AUDIO] }),
        hears(180, { lacks: ["m=audio"] }),
        hears(200, { has: [AUDIO] }),
        acks(),
        talks(),
        LISTENS,
        hangsUp(),
      ],
      callee: [
        isCalled(),
        answers(183, { sdp: {} }),
        talks(),
        LISTENS,
        answers(180),
        waits(200),
        answers(200, { sdp: {} }),
        isAcked(),
        isHungUp(),
      ],
    });
    expect(played.record).toMatchObject(HUNG_UP_BY_CALLER);
    expectHearing(played, { listener: "caller", during: ["caller INVITE 1", "caller ACK 1"], toneHz: CARRIER.toneHz });
    expectHearing(played, { listener: "callee", during: ["caller ACK 1", "caller BYE 2"], toneHz: PBX.toneHz });
  });

  /** The one phone plays something, the other rings and is answered. */
  const twoPhones = [
    isCalled(),
    answers(183, { sdp: { port: "other" }, phone: "-one" }),
    answers(180, { phone: "-two" }),
    waits(200),
    answers(200, { sdp: {}, phone: "-two" }),
    isAcked({ has: ["To:[^\r\n]*-two"] }),
    talks(),
    isHungUp(),
  ];
  const callsTwoPhones = [
    calls(),
    hears(183, { has: [AUDIO] }),
    hears(180),
    hears(200, { has: [AUDIO] }),
    acks(),
    talks(),
    LISTENS,
    hangsUp(),
  ];

  /** The tags that the caller was told, one after the other. */
  function tagsTold({ datagrams, caller }: Played): string[] {
    return datagrams
      .filter(({ to }) => to.address === caller.address && to.port === caller.port)
      .map(({ payload }) => payload.toString("latin1"))
      .filter((text) => /^SIP\/2\.0 (18[0-9]|200) /.test(text) && /^CSeq: 1 INVITE\r$/m.test(text))
      .map((text) => /^To:.*;tag=([^;\r]+)/m.exec(text)?.[1] ?? "");
  }

  test("one phone plays, another is answered: the caller sees one dialog, and hears who answered", async () => {
    const played = await border.play({ ...BETWEEN, caller: callsTwoPhones, callee: twoPhones });
    expect(new Set(tagsTold(played)).size).toBe(1);
    const during = ["caller ACK 1", "caller BYE 2"] as const;
    expectHearing(played, { listener: "caller", during, toneHz: CARRIER.toneHz });
    expectHearing(played, { listener: "callee", during, toneHz: PBX.toneHz });
  });

  test("one phone plays, another is answered: each its own dialog for a caller that takes several", async () => {
    const played = await border.play({ ...BETWEEN, from: FORKING_PBX, caller: callsTwoPhones, callee: twoPhones });
    const [first, second, ...rest] = tagsTold(played);
    expect(first).not.toBe(second);
    expect(rest.length).toBeGreaterThan(0);
    expect(new Set(rest)).toEqual(new Set([second]));
    const during = ["caller ACK 1", "caller BYE 2"] as const;
    expectHearing(played, { listener: "caller", during, toneHz: CARRIER.toneHz });
    expectHearing(played, { listener: "callee", during, toneHz: FORKING_PBX.toneHz });
  });

  test("reliably to the caller alone: ringing with PRACK, of a callee that knows nothing of it", async () => {
    const played = await border.play({
      ...BETWEEN,
      from: RELIABLE_PBX,
      allow: ["PRACK"],
      caller: [calls(SUPPORTED), hears(180, REQUIRED), pracks(), hears(200), hears(200), acks(), hangsUp()],
      callee: [
        isCalled({ lacks: ["100rel"] }),
        answers(180),
        waits(300),
        answers(200, { sdp: {} }),
        isAcked(),
        isHungUp(),
      ],
    });
    expect(played.record).toMatchObject(HUNG_UP_BY_CALLER);
  });

  test.each([
    ["supported", RELIABLE_CARRIER, "Supported:[^\r\n]*100rel"],
    ["required", DEMANDING_CARRIER, "Require: 100rel"],
  ])(
    "reliably from the callee alone (%s): early media with PRACK, and a caller that sees nothing of it",
    async (...row) => {
      const [, to, asked] = row;
      const played = await border.play({
        from: PBX,
        to,
        allow: ["PRACK"],
        caller: [
          calls(),
          hears(183, { has: [AUDIO], lacks: ["RSeq", "Require"] }),
          hears(200, { has: [AUDIO] }),
          acks(),
          talks(),
          LISTENS,
          hangsUp(),
        ],
        callee: [
          isCalled({ has: [asked] }),
          answers(183, { sdp: {}, rseq: 4711 }),
          isAsked("PRACK", { has: ["RAck: 4711 1 INVITE"] }),
          answers(200),
          talks(),
          LISTENS,
          answers(200, { to: "call" }),
          isAcked(),
          isHungUp(),
        ],
      });
      expect(played.record).toMatchObject(HUNG_UP_BY_CALLER);
      expectHearing(played, { listener: "caller", during: ["caller INVITE 1", "caller ACK 1"], toneHz: to.toneHz });
      expectHearing(played, { listener: "callee", during: ["caller ACK 1", "caller BYE 2"], toneHz: PBX.toneHz });
    },
  );

  test("reliably on both sides, and an UPDATE before the answer: the other codec is agreed", async () => {
    const played = await border.play({
      from: RELIABLE_PBX,
      to: RELIABLE_CARRIER,
      allow: ["PRACK", "UPDATE"],
      caller: [
        calls(SUPPORTED),
        hears(183, { ...REQUIRED, has: [AUDIO] }),
        pracks(),
        hears(200),
        asks("UPDATE", { sdp: { codecs: [8, 101] } }),
        hears(200, { has: ["RTP/AVP 8 101"] }),
        hears(200),
        acks(),
        talks("PCMA"),
        LISTENS,
        hangsUp(),
      ],
      callee: [
        isCalled(),
        answers(183, { sdp: {}, rseq: 1 }),
        isAsked("PRACK"),
        answers(200),
        isAsked("UPDATE", { has: ["RTP/AVP 8 101"] }),
        answers(200, { sdp: { codecs: [8, 101] } }),
        answers(200, { to: "call" }),
        isAcked(),
        talks("PCMA"),
        isHungUp(),
      ],
    });
    expect(played.record).toMatchObject({ ...HUNG_UP_BY_CALLER, aLeg: { codec: "PCMA/8000" } });
    const during = ["caller ACK 1", "caller BYE 4"] as const;
    expectHearing(played, { listener: "caller", during, toneHz: RELIABLE_CARRIER.toneHz, codec: 8 });
    expectHearing(played, { listener: "callee", during, toneHz: RELIABLE_PBX.toneHz, codec: 8 });
  });

  test("an UPDATE before the answer, of a callee that cannot be asked: answered with what it had said", async () => {
    const played = await border.play({
      from: RELIABLE_PBX,
      to: CARRIER,
      allow: ["PRACK", "UPDATE"],
      caller: [
        calls(SUPPORTED),
        hears(183, { ...REQUIRED, has: [AUDIO] }),
        pracks(),
        hears(200),
        asks("UPDATE", { sdp: { port: "other" } }),
        hears(200, { has: [AUDIO] }),
        hears(200),
        acks(),
        LISTENS,
        hangsUp(),
      ],
      callee: [
        isCalled(),
        answers(183, { sdp: {} }),
        waits(500),
        answers(200, { sdp: {} }),
        isAcked(),
        talks(),
        isHungUp(),
      ],
    });
    const during = ["caller ACK 1", "caller BYE 4"] as const;
    expectHearing(played, { listener: "caller", during, toneHz: CARRIER.toneHz, port: "other" });
  });

  test("and in all of it nothing is malformed, and nothing of one side is seen on the other", async () => {
    await border.inspect();
  });
});
