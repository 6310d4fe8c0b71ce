// What the engine answers to the messages of RFC 4475 and RFC 5118 when a trunk sends them: one answer each, and never a fault.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sampleRequest } from "../../src/protocol/sip/sample-messages.ts";
import { Rig } from "../engine/rig.ts";
import { FIXTURES } from "./fixtures.ts";
import { OTHER_ANSWERS, RFC_4475, RFC_5118 } from "./verdicts.ts";

const SHARED = new URL("../../../shared/data/torture/", import.meta.url);

/** The final status that the sender gets, `passed on`, or `nothing`. Repetitions count once. */
function answerTo(text: string): string {
  const rig = new Rig();
  rig.receive("pbx", text);
  rig.pass(400);
  const { faults, malformed, strangers } = rig.engine.status();
  expect([faults, strangers]).toEqual([0, 0]);
  expect(malformed).toBeLessThanOrEqual(1);
  const { everything } = rig;
  const toCarriers = everything.filter(({ to }) => to !== "pbx");
  const lines = everything.filter(({ to }) => to === "pbx").map((message) => message.text.slice(0, 11));
  const finals = new Set(lines.filter((line) => line !== "SIP/2.0 100").map((line) => line.slice(8)));
  expect(finals.size).toBeLessThanOrEqual(1);
  if (toCarriers.length === 0) return [...finals][0] ?? "nothing";
  expect(toCarriers.every((message) => message.text.startsWith("INVITE "))).toBe(true);
  expect(finals.size).toBe(0);
  return "passed on";
}

const VERDICTS = [...RFC_4475, ...RFC_5118];

test.each(VERDICTS)("$name ($section): $answers", ({ name, answers }) => {
  expect(answerTo(FIXTURES[name] ?? "")).toBe(answers);
});

test("what an answer must name", () => {
  const rig = new Rig();
  rig.receive("pbx", FIXTURES.bext01 ?? "");
  expect(rig.sentTo("pbx")[0]?.headers("Unsupported")).toEqual(["unheard-of, unheard-of-2"]);
  rig.receive("pbx", FIXTURES.invut ?? "");
  expect(rig.sentTo("pbx").at(-1)?.header("Accept")).toBe("application/sdp");
  rig.receive("pbx", FIXTURES.intmeth ?? "");
  expect(rig.sentTo("pbx").at(-1)?.header("Allow")).toContain("INVITE");
});

test("a Via of another protocol is repeated as it was written", () => {
  const rig = new Rig();
  rig.receive("pbx", FIXTURES.badvers ?? "");
  expect(rig.sentTo("pbx")[0]?.headers("Via")).toEqual([
    "SIP/7.0/UDP 192.0.2.9;branch=z9hG4bKkdjuw;received=10.0.0.20",
  ]);
  rig.receive("pbx", sampleRequest("OPTIONS", { change: { Via: "TCP/1.0/UDP 10.0.0.20;rport;branch=z9hG4bKa" } }));
  const [answer] = rig.sentTo("pbx");
  expect(answer?.firstLine).toBe("SIP/2.0 505 Version Not Supported");
  expect(answer?.header("Via")).toBe("TCP/1.0/UDP 10.0.0.20;rport=5080;branch=z9hG4bKa;received=10.0.0.20");
  rig.receive("pbx", sampleRequest("ACK", { change: { Via: "SIP/7.0/UDP 10.0.0.20;branch=z9hG4bKa" } }));
  expect(rig.sentTo("pbx")).toEqual([]);
});

interface Index {
  readonly messages: readonly { readonly name: string; readonly file: string }[];
  readonly variants?: Index["messages"];
}

describe("the RFCs' own messages, in ../shared/data/torture", () => {
  const absent = !existsSync(SHARED);
  test.for([
    ["RFC 4475", "", RFC_4475],
    ["RFC 5118", "rfc5118/", RFC_5118],
  ] as const)("%s: each gets the answer that we state", ([_rfc, folder, verdicts], { skip }) => {
    if (absent) skip("../shared/data/torture is absent: only the messages of our own were answered");
    const base = new URL(folder, SHARED);
    const index = JSON.parse(readFileSync(new URL("index.json", base), "utf8")) as Index;
    const files = new Map([...index.messages, ...(index.variants ?? [])].map(({ name, file }) => [name, file]));
    expect(files.size).toBe(verdicts.length);
    const said = verdicts.map(({ name }) => [
      name,
      answerTo(readFileSync(new URL(files.get(name) ?? "", base), "latin1")),
    ]);
    expect(said).toEqual(verdicts.map(({ name, answers }) => [name, OTHER_ANSWERS[name]?.[0] ?? answers]));
  });
});
