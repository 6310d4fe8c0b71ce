// CSeq (RFC 3261 section 20.16).
import { expect, test } from "vitest";
import { cseq } from "./cseq.ts";

test.each([
  ["4711 INVITE", 4711, "INVITE"],
  ["0009\tINVITE", 9, "INVITE"],
  ["0 X-a.b!%*_+`'~", 0, "X-a.b!%*_+`'~"],
  ["2147483647  BYE", 2147483647, "BYE"],
  ["00000000000000000001 BYE", 1, "BYE"],
])("reads %j", (value, sequence, method) => {
  expect(cseq.parse(value)).toEqual({ sequence, method });
  expect(cseq.format({ sequence, method })).toBe(`${sequence} ${method}`);
});

test.each([
  "",
  "1",
  "INVITE",
  "1INVITE",
  " 1 INVITE",
  "-1 INVITE",
  "+1 INVITE",
  "0x1 INVITE",
  "1.0 INVITE",
  "1 IN VITE",
  "1 INV<ITE",
  "1 INVITE ",
  "2147483648 INVITE",
  "4294967297 INVITE",
  "36893488147419103232 INVITE",
  `${"9".repeat(4000)} INVITE`,
  "1 \xc3\x89",
])("refuses %j", (value) => expect(cseq.parse(value)).toBeNull());
