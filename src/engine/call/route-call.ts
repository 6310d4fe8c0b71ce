// Where a call goes by the operator's routes and numbers: targets in order, or why it goes nowhere.

import { type Selection, selectionSchema, type TrunkShare } from "../../model/index.ts";
import { type Rejection, reject } from "../admission/index.ts";
import { boundTargets } from "../registration/index.ts";
import {
  type CallTarget,
  chooseRoute,
  type Decision,
  findNumber,
  orderTargets,
  type RoutedCall,
  type SelectionGrounds,
  selectTrunks,
  type TrunkEntry,
} from "../routing/index.ts";
import { trunkNamed } from "./border.ts";
import { callbackTargets } from "./emergency-call.ts";
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

const IN_ORDER: Selection = selectionSchema.parse("in-order");

function entriesOf(shares: readonly TrunkShare[], { world: { border } }: Turn): TrunkEntry[] {
  return shares.flatMap(({ trunk, weight }) => {
    const found = trunkNamed(border, trunk);
    return found === null ? [] : [{ trunk: found, weight }];
  });
}

function groundsOf(numbers: { readonly called: string; readonly caller: string }, turn: Turn): SelectionGrounds {
  const { border, random, usage, turns, tallies } = turn.world;
  return {
    ...numbers,
    now: wallClock(turn),
    random,
    turns,
    tallies,
    standing: (trunk) => {
      const used = usage.get(trunk);
      return used === undefined ? 0 : used.ingressCalls + used.egressCalls;
    },
    ratesOf: ({ rates }) => (rates === null ? null : (border.routing.rates.get(rates) ?? null)),
  };
}

export function routeCall(call: RoutedCall, turn: Turn): RoutedTo {
  const { border, random, witness, contacts } = turn.world;
  const back = callbackTargets(call, turn);
  if (back !== null) return { route: "emergency-callback", targets: back };
  const by = { now: wallClock(turn), ...(witness === undefined ? {} : { witness }) };
  const { route, called, caller, to, fallback } = chooseRoute(border.routing, call, by);
  const name = route?.name ?? null;
  if (to.kind === "reject") return { route: name, targets: rejectionOf(to) };
  // What an emergency call costs, or who has had one before, is nobody's concern.
  const select = route === null || call.emergency ? IN_ORDER : route.select;
  const grounds = groundsOf({ called, caller }, turn);
  const chosen = selectTrunks(entriesOf(to.entries, turn), { name: name ?? "", select }, grounds);
  witness?.chosen(select.by, chosen);
  const rest = selectTrunks(entriesOf(fallback, turn), { name: name ?? "", select: IN_ORDER }, grounds);
  const trunks = [...chosen, ...rest].map(({ trunk }) => trunk);
  const targets = orderTargets(trunks, random, (trunk) => boundTargets(contacts, trunk, turn.now));
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
