// Tells what is done for an emergency call, step by step, for its audit record and for whoever is notified. Of other calls nothing is told.

import { displayText, formatHostPort, type HeaderLine } from "../../protocol/sip/index.ts";
import type { EmergencyDeed, RecognisedBy } from "../emergency-step.ts";
import { numberShown } from "../interop/index.ts";
import type { Attempt, Call } from "./call.ts";
import { placeOf } from "./emergency-call.ts";
import { type Turn, wallClock } from "./turn.ts";

/** Of a text that a peer has written: a record is for reading, and nobody is to fill a disk by it. */
const CHARACTERS_TOLD = 1024;
/** Of the targets that are told: more would be read by nobody. */
const TARGETS_TOLD = 50;

function tell(call: Call, deed: EmergencyDeed, turn: Turn): void {
  const at = new Date(wallClock(turn)).toISOString();
  turn.actions.push({ kind: "emergency", step: { ...deed, call: call.id, at } });
}

function textOf(wire: string): string {
  return displayText(wire.slice(0, CHARACTERS_TOLD));
}

export function tellBegun(call: Call, recognisedBy: RecognisedBy, turn: Turn): void {
  if (!call.emergency) return;
  const { caller, callerName, called, ingress, location: said, aLeg } = call;
  const placed = placeOf(call, turn);
  tell(
    call,
    {
      kind: "begun",
      test: call.test,
      caller: textOf(caller),
      callerName: callerName === null ? null : callerName.slice(0, CHARACTERS_TOLD),
      called,
      recognisedBy,
      ingressTrunk: ingress.name,
      from: formatHostPort(aLeg.flow.remoteAddress, aLeg.flow.remotePort),
      location:
        placed === null
          ? null
          : { name: placed.name, address: placed.place.address, point: placed.place.point, by: placed.by },
      said: said === null ? null : displayText(said),
    },
    turn,
  );
}

export function tellRouted(call: Call, turn: Turn): void {
  if (!call.emergency) return;
  const targets = call.targets.slice(0, TARGETS_TOLD).map(({ trunk, target }) => {
    return { trunk: trunk.name, target: target.uri };
  });
  tell(call, { kind: "routed", route: call.route, targets }, turn);
}

/** @param lines what the INVITE says of the place */
export function tellTried(call: Call, attempt: Attempt, sent: { lines: readonly HeaderLine[]; turn: Turn }): void {
  const { leg, identity, trunk, target, location } = attempt;
  if (!call.emergency || leg === null || identity === null) return;
  const { lines, turn } = sent;
  const caller = attempt.shown ?? attempt.edited?.caller ?? call.caller;
  const shown = numberShown({ caller, emergency: true }, trunk.identity);
  const callback = turn.world.callbacks.get(shown);
  const bound = callback?.caller === call.caller && callback.trunk === call.ingress.name ? callback.until : null;
  const conveys = location === null ? "nothing" : location === call.location ? "said" : "configured";
  const headers = [["From", identity.from], ["To", identity.to], ...identity.lines, ...lines] as const;
  tell(
    call,
    {
      kind: "tried",
      trunk: trunk.name,
      target: target.uri,
      to: formatHostPort(leg.flow.remoteAddress, leg.flow.remotePort),
      uri: identity.uri,
      headers: headers.map(([name, value]) => textOf(`${name}: ${value}`)),
      shown: textOf(shown),
      callbackUntil: bound === null ? null : new Date(bound).toISOString(),
      conveys,
      document: conveys === "configured" ? displayText(location ?? "") : null,
    },
    turn,
  );
}

export function tellFailed(call: Call, { trunk, target, status, reason }: Attempt, turn: Turn): void {
  if (!call.emergency) return;
  tell(call, { kind: "failed", trunk: trunk.name, target: target.uri, status, reason: textOf(reason) }, turn);
}

export function tellAnswered(call: Call, turn: Turn): void {
  if (call.emergency) tell(call, { kind: "answered", trunk: call.bLeg?.trunk.name ?? null }, turn);
}

export function tellEnded(call: Call, durationMs: number, turn: Turn): void {
  if (!call.emergency || call.end === null) return;
  const { status, cause, endedBy } = call.end;
  tell(call, { kind: "ended", status, cause, endedBy, durationMs }, turn);
}
