// Looks from time to time whether the two phones of each call and the media plane believe the same of its audio, where nothing is open.

import type { LiveCall } from "../../src/engine/index.ts";
import type { PhoneSession } from "../../src/lab/index.ts";
import { PEER_NAMES, type Peer, type World } from "./world.ts";

const EVERY_MS = 500;
/** So long after the last message of a call nothing of it is on its way: a message takes 30 ms, the media plane 5. */
const QUIET_MS = 200;

const MIRRORED = { sendrecv: "sendrecv", sendonly: "recvonly", recvonly: "sendonly", inactive: "inactive" } as const;

/** Watches until `untilMs`. */
export function watchSessions(world: World, untilMs: number): void {
  const { network } = world;
  let read = 0;
  const lastAt = new Map<string, number>();
  const look = (): void => {
    const { trace } = world.checkers;
    for (; read < trace.length; read += 1) {
      const sent = trace[read];
      const callId = /^Call-ID: (.*)\r$/m.exec(sent?.text ?? "")?.[1];
      if (sent !== undefined && callId !== undefined) lastAt.set(callId, sent.at);
    }
    const quiet = ({ settled, callId }: PhoneSession): boolean =>
      settled && network.now - (lastAt.get(callId) ?? 0) >= QUIET_MS;
    compareAll(world, quiet);
  };
  for (let at = EVERY_MS; at < untilMs; at += EVERY_MS) network.scheduleRun(at, look);
}

function compareAll(world: World, quiet: (session: PhoneSession) => boolean): void {
  const sessions = Object.fromEntries(PEER_NAMES.map((name) => [name, world.phones[name].sessions()])) as Record<
    Peer,
    PhoneSession[]
  >;
  for (const call of world.engine.liveCalls()) {
    if (call.state !== "answered") continue;
    const pair = call.transferredFrom === null ? pairOf(call, sessions) : pairOfPlane(world, call, sessions);
    if (pair === null || !pair.every(quiet)) continue;
    const complaint = disagreement(world, call, pair);
    if (complaint === null) continue;
    const { now: at } = world.network;
    world.checkers.violations.push({ rule: "agreement", at, detail: complaint, callId: pair[0].callId });
  }
}

/** The caller's view and the callee's; null where there is not exactly one of each. */
function pairOf(
  call: LiveCall,
  sessions: Readonly<Record<Peer, readonly PhoneSession[]>>,
): readonly [PhoneSession, PhoneSession] | null {
  const index = String(Number(call.caller.slice(5)));
  const callers = sessions[call.ingressTrunk as Peer].filter((one) => one.call === index);
  const egress = call.egressTrunk === null ? [] : sessions[call.egressTrunk as Peer];
  const callees = egress.filter((one) => one.call.startsWith(`${call.called}#`) && !one.call.endsWith("-fork"));
  const [caller] = callers;
  const [callee] = callees;
  if (caller === undefined || callee === undefined || callers.length + callees.length !== 2) return null;
  return [caller, callee];
}

/** Of a call whose parties came out of others: the phones that the plane sends to. */
function pairOfPlane(
  world: World,
  call: LiveCall,
  sessions: Readonly<Record<Peer, readonly PhoneSession[]>>,
): readonly [PhoneSession, PhoneSession] | null {
  const all = Object.values(sessions).flat();
  const [caller, callee] = (["a", "b"] as const).map((side) => {
    const remote = world.plane.remoteOf(call.id, 0, side);
    return all.find(({ local }) => local.address === remote?.address && local.port === remote.port);
  });
  return caller === undefined || callee === undefined ? null : [caller, callee];
}

function disagreement(
  world: World,
  call: LiveCall,
  [caller, callee]: readonly [PhoneSession, PhoneSession],
): string | null {
  if (caller.direction !== MIRRORED[callee.direction])
    return `the caller's audio is ${caller.direction}, the callee's ${callee.direction}`;
  if (caller.payloadType !== callee.payloadType)
    return `the caller speaks format ${caller.payloadType}, the callee ${callee.payloadType}`;
  const ends = [
    ["a", caller],
    ["b", callee],
  ] as const;
  for (const [side, { local }] of ends) {
    const remote = world.plane.remoteOf(call.id, 0, side);
    const where = remote === null ? "nowhere" : `${remote.address}:${remote.port}`;
    if (where !== `${local.address}:${local.port}`)
      return `the plane sends side ${side} its audio to ${where}, the phone is at ${local.address}:${local.port}`;
  }
  return null;
}
