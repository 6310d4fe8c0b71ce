// The lab as it is cast: the office calls each lab number of a carrier, and a carrier calls the office, phone to phone.

import { expect, test } from "vitest";
import { seededRandom } from "../base/index.ts";
import type { Agent, LabAction } from "./agent.ts";
import { createAudioPorts } from "./audio-ports.ts";
import { createCarrier, createPbx, userCallScript } from "./cast.ts";
import { callScript } from "./phone/script.ts";
import { type SentMessage, VirtualNetwork } from "./virtual-network.ts";

const PBX = "10.0.0.1";
const CARRIER = "10.0.0.2";

function createLab(failing = false) {
  const random = seededRandom(1);
  const audioPorts = createAudioPorts(20_000, 20_999);
  const reports: string[] = [];
  const audio: string[] = [];
  const sent: SentMessage[] = [];
  const acted = (node: string, action: LabAction) => {
    if (action.kind === "report") reports.push(`${node} ${Object.values(action.event).join(" ")}`);
    if (action.kind === "audio" && action.operation === "open") audio.push(`${node} ${action.mode}`);
  };
  const network = new VirtualNetwork({ random, observer: { acted, sent: (message) => sent.push(message) } });
  const listener = (address: string) =>
    ({ network: "net", transport: "udp", localAddress: address, localPort: 5060 }) as const;
  const add = (name: string, agent: Agent, address: string) =>
    network.addNode({ name, agent, listeners: [{ network: "net", transport: "udp", address, port: 5060 }] });
  add("pbx", createPbx({ name: "pbx", listener: listener(PBX), random, audioPorts }), PBX);
  add("carrier", createCarrier({ name: "carrier", listener: listener(CARRIER), random, audioPorts, failing }), CARRIER);
  return { network, reports, audio, sent };
}

function dial(called: string, failing = false) {
  const lab = createLab(failing);
  const to = { address: CARRIER, port: 5060 };
  const script = userCallScript({ id: "call", user: 1001, called, to, hangUpAfterMs: 10_000 });
  lab.network.schedule("pbx", 0, { kind: "place-call", script });
  lab.network.schedule("pbx", 60_000, { kind: "hang-up", call: "call" });
  expect(lab.network.runUntilIdle(600_000)).toBe(true);
  return lab;
}

test.each([
  ["+13035550100", "pbx ended us", ["carrier echo", "pbx tone"]],
  ["+13035550101", "pbx failed 486", []],
  ["+13035550102", "pbx failed 487", []],
  ["+13035550105", "pbx ended us", ["carrier tone", "pbx tone"]],
  ["+13035550106", "pbx ended peer", ["carrier tone", "pbx tone"]],
  ["+13035550107", "pbx failed 404", []],
  ["911", "pbx ended us", ["carrier tone", "pbx tone"]],
])("dialling %s: %s", (called, last, audio) => {
  const lab = dial(called);
  expect(lab.reports.filter((line) => line.startsWith("pbx")).at(-1)).toBe(last);
  expect(lab.audio).toEqual(audio);
});

test("0103 fails on the failing carrier, and is answered on the other", () => {
  expect(dial("+13035550103", true).reports).toContain("pbx failed 503");
  expect(dial("+13035550103").reports).toContain("pbx answered");
});

test("0104 is heard before it is answered", () => {
  const { reports } = dial("+13035550104");
  expect(reports.indexOf("pbx early-media")).toBeLessThan(reports.indexOf("pbx answered"));
  expect(reports).toContain("pbx early-media");
});

test("0106 hangs up after 5 s", () => {
  const { sent } = dial("+13035550106");
  const at = (start: string) => sent.find(({ text }) => text.startsWith(start))?.at ?? 0;
  expect(at("BYE") - at("ACK")).toBeGreaterThan(4900);
  expect(at("BYE") - at("ACK")).toBeLessThan(5100);
});

test("user 1001 calls from the second number of the office", () => {
  expect(dial("+13035550100").sent[0]?.text).toMatch(/^From: "Lab \+12025550101" <sip:\+12025550101@/m);
});

test("the office answers its numbers: even ones echo, odd ones send a tone", () => {
  for (const [called, mode] of [
    ["+12025550100", "echo"],
    ["+12025550101", "tone"],
  ] as const) {
    const lab = createLab();
    const to = { address: PBX, port: 5060 };
    const script = callScript({ id: "in", to, called, caller: "+442079460000", hangUpAfterMs: 1000 });
    lab.network.schedule("carrier", 0, { kind: "place-call", script });
    expect(lab.network.runUntilIdle(600_000)).toBe(true);
    expect(lab.audio).toContain(`pbx ${mode}`);
    expect(lab.reports).toContain("carrier answered");
  }
});
