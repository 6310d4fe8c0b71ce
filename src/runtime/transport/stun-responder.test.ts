import { expect, test } from "vitest";
import { StunResponder } from "./stun-responder.ts";

const REQUEST = Buffer.from("000100002112a442b7e7a701bc34d686fa87dfae", "hex").toString("latin1");

test("two hundred answers a second, and none to port 0", () => {
  let now = 0;
  const responder = new StunResponder(() => now);
  const ask = (times: number): number =>
    Array.from({ length: times }, () => responder.answer(REQUEST, { address: "192.0.2.1", port: 5060 })).filter(
      (answer) => answer !== null,
    ).length;
  expect(responder.answer(REQUEST, { address: "192.0.2.1", port: 0 })).toBeNull();
  expect(ask(300)).toBe(200);
  now = 999;
  expect(ask(1)).toBe(0);
  now = 1_000;
  expect(ask(300)).toBe(200);
});
