// Where a call goes by the operator's routes and numbers: targets in order, or why it goes nowhere.

import { type Rejection, reject } from "../admission/index.ts";
import { boundTargets } from "../registration/index.ts";
import {
  type CallTarget,
  chooseRoute,
  type Decision,
  findNumber,
  orderTargets,
  type RoutedCall,
} from "../routing/index.ts";
import { trunkNamed } from "./border.ts";
import { type Turn, wallClock } from "./turn.ts";

export interface RoutedTo {
  /** The name of the route that matched; null where none did. */
  readonly route: string | null;
  readonly targets: readonly CallTarget[] | Rejection;
}

export function isRouted(targets: readonly CallTarget[] | Rejection): targets is readonly CallTarget[] {
  return Array.isArray(targets);
}

function rejectionOf(to: Decision["to"] & { readonly kind: "reject" }): Rejection {
  if (to.why === "rejected") {
    const { status, reason, q850 } = to;
    return reject(status, "rejected", { reason, ...(q850 === null ? {} : { q850 }) });
  }
  return to.why === "forbidden"
    ? reject(403, "rejected", { reason: "Not Allowed By Class Of Service" })
    : reject(404, to.why);
}

export function routeCall(call: RoutedCall, turn: Turn): RoutedTo {
  const { border, random, witness, contacts } = turn.world;
  const by = { now: wallClock(turn), ...(witness === undefined ? {} : { witness }) };
  const { route, called, caller, to, fallback } = chooseRoute(border.routing, call, by);
  const name = route?.name ?? null;
  if (to.kind === "reject") return { route: name, targets: rejectionOf(to) };
  const targets = [to.entries, fallback].flatMap((shares) => {
    const entries = shares.flatMap(({ trunk, weight }) => {
      const found = trunkNamed(border, trunk);
      return found === null ? [] : [{ trunk: found, weight }];
    });
    return orderTargets(entries, random, (trunk) => boundTargets(contacts, trunk, turn.now));
  });
  // Nobody is there to be asked, and that may be over in a moment (RFC 3261 section 21.4.18).
  if (targets.length === 0)
    return { route: name, targets: reject(480, "target-failure", { reason: "Not Registered" }) };
  const isEdited = called !== call.called || caller !== call.caller;
  return { route: name, targets: isEdited ? targets.map((one) => ({ ...one, edited: { called, caller } })) : targets };
}

/** The trunk that has the number; null where none has it. */
export function ownerOf(number: string, { world: { border } }: Turn) {
  const owner = findNumber(border.routing.numbers, number);
  return owner === null || owner.trunk === null ? null : trunkNamed(border, owner.trunk);
}
