// Where a call goes by the operator's routes and numbers: targets in order, or why it goes nowhere.

import { type Selection, selectionSchema, type TrunkShare } from "../../model/index.ts";
import { type Rejection, reject } from "../admission/index.ts";
import type { Answers } from "../decide-contract.ts";
import { boundTargets } from "../registration/index.ts";
import {
  type CallTarget,
  chooseRoute,
  type Decision,
  findNumber,
  type Open,
  orderTargets,
  type RoutedCall,
  type SelectionGrounds,
  selectTrunks,
  type TrunkEntry,
} from "../routing/index.ts";
import { trunkNamed } from "./border.ts";
import { callbackTargets } from "./emergency-call.ts";
import { enumTargets, usableUris } from "./enum-targets.ts";
import { type Turn, wallClock } from "./turn.ts";

export interface RoutedTo {
  /** The name of the route that matched; null where none did. */
  readonly route: string | null;
  readonly targets: readonly CallTarget[] | Rejection;
}

export function isRouted(targets: readonly CallTarget[] | Rejection): targets is readonly CallTarget[] {
  return Array.isArray(targets);
}

export function isOpen(routed: RoutedTo | Open): routed is Open {
  return "asks" in routed;
}

function rejectionOf(to: Decision["to"] & { readonly kind: "reject" }): Rejection {
  if (to.why === "rejected") {
    const { status, reason, q850 } = to;
    return reject(status, "rejected", { reason, ...(q850 === null ? {} : { q850 }) });
  }
  if (to.why === "no-decision") return reject(503, to.why, { retryAfterS: 5 });
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

/** Where the call goes, or what somebody outside has to say first: then it is routed again, from the beginning. */
export function routeCall(call: RoutedCall, answers: Answers, turn: Turn): RoutedTo | Open {
  const { border, witness } = turn.world;
  const back = callbackTargets(call, turn);
  if (back !== null) return { route: "emergency-callback", targets: back };
  const decision = chooseRoute(border.routing, call, {
    now: wallClock(turn),
    answers,
    leading: (uris, of) => usableUris(uris, of, turn),
    ...(witness === undefined ? {} : { witness }),
  });
  if ("asks" in decision) return decision;
  const { route, to } = decision;
  const name = route?.name ?? null;
  if (to.kind === "reject") return { route: name, targets: rejectionOf(to) };
  const targets = targetsOf(call, { ...decision, to }, turn);
  // Nobody is there to be asked, and that may be over in a moment (RFC 3261 section 21.4.18).
  if (targets.length === 0)
    return { route: name, targets: reject(480, "target-failure", { reason: "Not Registered" }) };
  return { route: name, targets };
}

function targetsOf(
  call: RoutedCall,
  decision: Decision & { readonly to: { readonly kind: "trunks" | "uris" } },
  turn: Turn,
): readonly CallTarget[] {
  const { random, witness, contacts } = turn.world;
  const { route, called, caller, to, fallback } = decision;
  const name = route?.name ?? null;
  // What an emergency call costs, or who has had one before, is nobody's concern.
  const select = route === null || call.emergency ? IN_ORDER : route.select;
  const grounds = groundsOf({ called, caller }, turn);
  const entries = to.kind === "trunks" ? entriesOf(to.entries, turn) : [];
  const chosen = selectTrunks(entries, { name: name ?? "", select }, grounds);
  witness?.chosen(select.by, chosen);
  const rest = selectTrunks(entriesOf(fallback, turn), { name: name ?? "", select: IN_ORDER }, grounds);
  const trunks = [...chosen, ...rest].map(({ trunk }) => trunk);
  const targets = orderTargets(trunks, random, (trunk) => boundTargets(contacts, trunk, turn.now));
  const isEdited = called !== call.called || caller !== call.caller;
  const ordered = isEdited ? targets.map((one) => ({ ...one, edited: { called, caller } })) : targets;
  return to.kind === "uris"
    ? [...enumTargets(to.uris, { called, caller, trunk: to.trunk }, turn), ...ordered]
    : ordered;
}

/** The trunk that has the number; null where none has it. */
export function ownerOf(number: string, { world: { border } }: Turn) {
  const owner = findNumber(border.routing.numbers, number);
  return owner === null || owner.trunk === null ? null : trunkNamed(border, owner.trunk);
}
