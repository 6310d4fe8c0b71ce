// A phone that asks for its party to be put through, and one whose INVITE names a dialog to be replaced: what they write, and what they do when told.

import { expect, test } from "vitest";
import { createPair, ladder, place } from "./phone-pair.ts";
import { answerAfter, type MidCallStep, type ReferWish, redirectTo } from "./script.ts";

const WISH: ReferWish = { to: "300", joins: null, leaves: "never", told: true };

function refer(wish: Partial<ReferWish> = {}): MidCallStep {
  return { afterMs: 1000, deed: "refer", update: false, refer: { ...WISH, ...wish } };
}

function headerOf(text: string, name: string): string {
  return new RegExp(`^${name}: (.*)\r$`, "m").exec(text)?.[1] ?? "";
}

test("REFER names the number at the other end's address; whatever comes of it, the call goes on", () => {
  const pair = createPair(answerAfter(0));
  place(pair, { deeds: [refer()], hangUpAfterMs: 5000 });
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  const sent = pair.sent.find(({ text }) => text.startsWith("REFER "))?.text ?? "";
  expect(headerOf(sent, "Refer-To")).toBe("<sip:300@10.0.0.2:5060>");
  expect(headerOf(sent, "Refer-Sub")).toBe("");
  expect(ladder(pair).slice(-2)).toEqual(["alice BYE", "bob 200 BYE"]);
  expect(pair.leftOver()).toBe(0);
});

test("without being told, and gone at once", () => {
  const pair = createPair(answerAfter(0));
  place(pair, { deeds: [refer({ told: false, leaves: "at-once" })] });
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  const sent = pair.sent.find(({ text }) => text.startsWith("REFER "))?.text ?? "";
  expect(headerOf(sent, "Refer-Sub")).toBe("false");
  expect(ladder(pair)).toContain("alice BYE");
  expect(pair.leftOver()).toBe(0);
});

test("the dialog of another call is named as its other end knows it; an INVITE names it too", () => {
  const pair = createPair(answerAfter(0));
  place(pair, { id: "one", deeds: [{ ...refer({ joins: "two" }), afterMs: 2000 }], hangUpAfterMs: 5000 });
  place(pair, { id: "two", hangUpAfterMs: 6000 });
  place(pair, { id: "three", replaces: "two", hangUpAfterMs: 1000 }, 1000);
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  const invites = pair.sent.filter(({ from, text }) => from === "alice" && text.startsWith("INVITE "));
  const second = headerOf(invites[1]?.text ?? "", "Call-ID");
  const answer = pair.sent.find(
    ({ from, text }) => from === "bob" && / 200 /.test(text) && headerOf(text, "Call-ID") === second,
  );
  const tagOf = (name: string): string => headerOf(answer?.text ?? "", name).split("tag=")[1] ?? "";
  const named = `${second};to-tag=${tagOf("To")};from-tag=${tagOf("From")}`;
  expect(headerOf(invites[2]?.text ?? "", "Replaces")).toBe(named);
  expect(headerOf(invites[2]?.text ?? "", "Require")).toBe("replaces");
  const sent = pair.sent.find(({ text }) => text.startsWith("REFER "))?.text ?? "";
  expect(headerOf(sent, "Refer-To")).toBe(`<sip:300@10.0.0.2:5060?Replaces=${encodeURIComponent(named)}>`);
  expect(pair.leftOver()).toBe(0);
});

test("a number is sent elsewhere: to others here, or at a host that is named", () => {
  const pair = createPair(redirectTo(["300", "400@192.0.2.1"]));
  place(pair);
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  const moved = pair.sent.find(({ text }) => text.startsWith("SIP/2.0 302"))?.text ?? "";
  expect(moved.split("\r\n").filter((line) => line.startsWith("Contact:"))).toEqual([
    "Contact: <sip:300@10.0.0.2:5060>, <sip:400@192.0.2.1>",
  ]);
  expect(pair.leftOver()).toBe(0);
});

test("half of the phones that are asked take it on, and tell at once that it came to nothing", () => {
  const outcomes = Array.from({ length: 12 }, (_, seed) => {
    const pair = createPair(answerAfter(0), { seed });
    place(pair, { deeds: [refer({ leaves: "when-told" })], hangUpAfterMs: 5000 });
    expect(pair.network.runUntilIdle(600_000)).toBe(true);
    expect(pair.leftOver()).toBe(0);
    return ladder(pair)
      .filter((line) => / REFER$|NOTIFY/.test(line))
      .join(", ");
  });
  expect(new Set(outcomes)).toEqual(
    new Set(["alice REFER, bob 603 REFER", "alice REFER, bob 202 REFER, bob NOTIFY, alice 200 NOTIFY"]),
  );
});
