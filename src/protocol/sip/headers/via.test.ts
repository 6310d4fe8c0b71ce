// Via: blanks around its slashes, IPv6, what the receiver notes in it (RFC 3581), several in one line.
import { describe, expect, test } from "vitest";
import type { Parameters } from "../parameters.ts";
import { branchOf, formatVia, topVia, type Via, via, viasBehindFirst } from "./via.ts";

const expected = (transport: string, host: string, port: number | null, parameters: Parameters = []): Via => ({
  protocol: "SIP/2.0",
  transport,
  host,
  port,
  parameters,
});
const BRANCH = { name: "branch", value: "z9hG4bKa" };

describe("topVia", () => {
  test.each<[string, Via]>([
    ["SIP/2.0/UDP h", expected("UDP", "h", null)],
    ["SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa", expected("UDP", "192.0.2.1", 5060, [BRANCH])],
    ["SIP/2.0/TLS  h : 5061 ; branch = z9hG4bKa", expected("TLS", "h", 5061, [BRANCH])],
    ["SIP / 2.0\t/ UDP h;branch=z9hG4bKa", expected("UDP", "h", null, [BRANCH])],
    ["SIP/2.0/UDP\th;branch=z9hG4bKa", expected("UDP", "h", null, [BRANCH])],
    ["sip/2.0/tcp h", expected("tcp", "h", null)],
    ["SIP/2.0/ UDP h", expected("UDP", "h", null)],
    ["SIP/7.0/UDP h", { ...expected("UDP", "h", null), protocol: "SIP/7.0" }],
    ["sip / 2.00 / UDP h", { ...expected("UDP", "h", null), protocol: "sip/2.00" }],
    ["HTTP/1.1/TCP h;branch=z9hG4bKa", { ...expected("TCP", "h", null, [BRANCH]), protocol: "HTTP/1.1" }],
    ["SIP/2.0/UNKNOWN h", expected("UNKNOWN", "h", null)],
    ["SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKa", expected("UDP", "2001:db8::9:1", null, [BRANCH])],
    ["SIP/2.0/UDP [2001:db8::9:1]:5070", expected("UDP", "2001:db8::9:1", 5070)],
    ["SIP/2.0/UDP [::ffff:192.0.2.2]", expected("UDP", "::ffff:192.0.2.2", null)],
    ["SIP/2.0/UDP h;rport", expected("UDP", "h", null, [{ name: "rport", value: null }])],
    [
      "SIP/2.0/UDP h;received=2001:db8::9:255",
      expected("UDP", "h", null, [{ name: "received", value: "2001:db8::9:255" }]),
    ],
    [
      "SIP/2.0/UDP h;received=[2001:db8::9:255]",
      expected("UDP", "h", null, [{ name: "received", value: "[2001:db8::9:255]" }]),
    ],
    ["SIP/2.0/UDP h;branch=z9hG4bKa, SIP/2.0/UDP i", expected("UDP", "h", null, [BRANCH])],
    ["SIP/2.0/UDP h,SIP/2.0/UDP i", expected("UDP", "h", null)],
  ])("reads %j", (value, expected) => expect(topVia.parse(value)).toEqual(expected));

  test.each([
    "",
    "SIP/2.0/UDP",
    "SIP/2.0/UDP ",
    "SIP/2.0/ h",
    "SIP/2.0 h",
    "SIP/2 0/UDP h",
    "SIP//UDP h",
    "S<P/2.0/UDP h",
    `${"a".repeat(300)}/2.0/UDP h`,
    "SIP/2.0/U,P h",
    "SIP/2.0/UDP,h",
    "SIP/2.0/UDP h h",
    "SIP/2.0/UDP h:",
    "SIP/2.0/UDP h:x",
    "SIP/2.0/UDP h:65536",
    "SIP/2.0/UDP 2001:db8::1",
    "SIP/2.0/UDP [2001:db8::1",
    "SIP/2.0/UDP [h;x]",
    "SIP/2.0/UDP ;branch=x",
    "SIP/2.0/UDP h;",
    "SIP/2.0/UDP h;;branch=x",
    "SIP/2.0/UDP h;branch=",
    "SIP/2.0/UDP h;=x",
    "SIP/2.0/UDP <h>",
    "SIP/2.0/UDP h\xa0",
    ";;,;,,",
    `SIP/2.0/UDP h${";a".repeat(65)}`,
  ])("refuses %j", (value) => expect(topVia.parse(value)).toBeNull());

  test("writes what it reads", () => {
    for (const value of [
      "SIP/2.0/UDP h",
      "SIP/7.0/UDP h;rport",
      'SIP/2.0/TLS [::1]:5061;branch=z9hG4bKa;rport;x="a,b"',
    ]) {
      expect(formatVia(topVia.parse(value) as Via)).toBe(value);
    }
  });
});

test.each([
  ["SIP/2.0/UDP h;branch=b", "b"],
  ["SIP/2.0/UDP h;BRANCH=b", "b"],
  ["SIP/2.0/UDP h;branch", ""],
  ["SIP/2.0/UDP h", ""],
])("the branch of %s is %j", (value, branch) => expect(branchOf(topVia.parse(value) as Via)).toBe(branch));

test.each([
  ["SIP/2.0/UDP h", ""],
  ['SIP/2.0/UDP h ,  SIP/2.0/UDP  i;x=","', ',  SIP/2.0/UDP  i;x=","'],
  ['SIP/2.0/UDP h;x="a,\\",b";y , SIP/2.0/UDP i', ", SIP/2.0/UDP i"],
  ['SIP/2.0/UDP h;x="a,b"', ""],
])("behind the first of %j stands %j", (value, rest) => expect(viasBehindFirst(value)).toBe(rest));

test("all Vias of a line are read, the topmost first, and written again", () => {
  const line = 'SIP/2.0/UDP a;x="1,2", SIP/2.0/TCP [::1]:5061;branch=z9hG4bKb';
  const vias = via.parse(line.replace(", SIP", " ,\tSIP / ").replace("/ /2.0/", "/ 2.0 / "));
  expect(vias?.map(({ transport, host }) => `${transport} ${host}`)).toEqual(["UDP a", "TCP ::1"]);
  expect(via.format(vias ?? [])).toBe(line);
  for (const broken of ["SIP/2.0/UDP a,", "SIP/2.0/UDP a, x", "SIP/2.0/UDP a SIP/2.0/UDP b", ""]) {
    expect(via.parse(broken)).toBeNull();
  }
});
