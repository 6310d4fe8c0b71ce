// Routes that ask somebody outside, a call that comes to them, and the answer to it.
import type { Answer } from "../../src/engine/index.ts";
import type { HookAnswer } from "../../src/model/index.ts";
import { inviteFrom } from "./peer.ts";
import type { PeerName, Rig, Settings } from "./rig.ts";

export const TO_A = [{ trunk: "carrier-a", weight: null }];
const EVERY_CARRIER = ["carrier-a", "carrier-b"];
export const ROUTES = [
  { name: "emergency", match: { emergency: true }, to: EVERY_CARRIER },
  { name: "inbound", match: { from: EVERY_CARRIER }, to: "numbers" },
  { name: "asked", match: { called: "+1303*" }, to: { hook: "crm" } },
  { name: "looked-up", match: { called: "+44*" }, to: { enum: "e164.arpa" }, fallback: ["carrier-b"] },
  { name: "fallen", match: { called: "+1720*" }, to: { hook: "crm" }, fallback: ["carrier-b"] },
  { name: "strict", match: { called: "+1721*" }, to: { hook: "strict" } },
  { name: "rest", match: { called: "+1303*" }, to: ["carrier-b"] },
];
export const OFFICE: Settings = {
  hooks: {
    crm: { url: "https://crm.example/route", deadline: "800ms", inviteHeaders: ["X-Line", "Subject"] },
    strict: { url: "https://crm.example/strict", onFailure: { reject: 480, reason: "Ask Later" } },
  },
  routes: ROUTES,
};

export function decision(more: Partial<HookAnswer> = {}): Answer {
  return { kind: "hook", decision: { to: null, called: null, caller: null, ...more } };
}

export const TO_CARRIER_A = decision({ to: { kind: "trunks", entries: TO_A } });

export function call(rig: Rig, to = "+13035550142", extra = ""): string {
  const text = inviteFrom("10.0.0.20", 5080, { to: `sip:${to}@127.0.0.1`, extra });
  rig.receive("pbx", text);
  return text;
}

/** Answers the question that waits. */
export function decide(rig: Rig, answer: Answer): string {
  const asked = rig.deciding.shift();
  if (asked === undefined) throw new Error("nobody was asked");
  rig.give({ kind: "decided", token: asked.token, answer });
  return asked.token;
}

export const NOBODY: Answer = { kind: "none", detail: "the connection was refused" };

export function last(rig: Rig, peer: PeerName): string | undefined {
  return rig.linesTo(peer).at(-1);
}
