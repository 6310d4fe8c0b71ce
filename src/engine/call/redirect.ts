// 3xx answers (RFC 3261 section 8.1.3.4), by the policy of the trunk that gives them: a failure like any other, followed, or passed on.

import { flatCopy } from "../../base/index.ts";
import {
  header,
  isIpLiteral,
  parameterText,
  parseSipUri,
  preferenceOf,
  type SipResponse,
} from "../../protocol/sip/index.ts";
import { identifyTrunk } from "../admission/index.ts";
import type { Question } from "../decide-contract.ts";
import { isDivertedInCircles, readCalled, redirectionBy, userOf } from "../interop/index.ts";
import { type CallTarget, type Open, orderTargets } from "../routing/index.ts";
import { answersOf } from "./ask-outside.ts";
import { type Attempt, type Call, calledBy } from "./call.ts";
import type { RedirectPlace } from "./deciding.ts";
import type { PlannedTarget } from "./planned-target.ts";
import { isOpen, isRouted, ownerOf, routeCall } from "./route-call.ts";
import { targetAt } from "./target-at.ts";
import { logCall, type Turn } from "./turn.ts";
import { uriHere } from "./uri-here.ts";

/** What a 3xx comes to; or what somebody outside has to say first. */
export type Onward =
  /** In the order to try them; at least one. */
  | { readonly kind: "follow"; readonly targets: readonly PlannedTarget[] }
  /** What the caller is told as Contact. */
  | { readonly kind: "pass"; readonly contacts: string }
  | { readonly kind: "ask"; readonly question: Question };

/** Redirections one after the other that are followed in one call. */
const MOST_HOPS = 5;
/** Contacts that are followed in one call, or passed on in one response. */
const MOST_CONTACTS = 10;
/** The responses that say where else the called party is. 305 names a proxy, 380 a service (RFC 3261 section 21.3). */
const FOLLOWED: ReadonlySet<number> = new Set([300, 301, 302]);

/** Null where it is to be a failure like any other: nothing of the 3xx can be followed. */
export function onwardOf(
  call: Call,
  attempt: Attempt,
  heard: { readonly places: readonly RedirectPlace[]; readonly turn: Turn },
): Onward | null {
  const { places, turn } = heard;
  const { trunk, status } = attempt;
  const isPassed = trunk.signaling.redirect === "pass";
  const onward = isPassed ? passedOn(call, places, turn) : followed(call, attempt, { ...heard, places });
  if (onward === null) {
    const fields = { trunk: trunk.name, status };
    logCall(call, { level: "info", message: "A redirection leads nowhere that this call may go.", fields }, turn);
  }
  return onward;
}

/**
 * The Contacts of a 3xx, preferred ones first. One without a user is another place for the same number. Null where it is a failure like any other: it is
 * no 3xx, or the trunk's redirections are refused.
 */
export function placesOf(
  call: Call,
  attempt: Attempt,
  heard: { readonly response: SipResponse; readonly turn: Turn },
): readonly RedirectPlace[] | null {
  const { response, turn } = heard;
  if (attempt.trunk.signaling.redirect === "refuse" || response.status >= 400) return null;
  if (!FOLLOWED.has(response.status)) return [];
  const { plan, emergencyNumbers } = turn.world.border;
  const { identity } = attempt.trunk;
  const contacts = response.headers.read(header.contact) ?? [];
  const sorted = [...contacts].sort((one, other) => preferenceOf(other.parameters) - preferenceOf(one.parameters));
  const found = sorted.flatMap((address): readonly RedirectPlace[] => {
    const { uri } = address;
    if (parseSipUri(uri) === null && !/^tel:/i.test(uri)) return [];
    const sentOn = { number: calledBy(call, attempt), contact: uri, rang: attempt.rangAt !== null };
    const redirection = redirectionBy(response, sentOn, { identity, plan });
    if (userOf(uri) === "") return [{ address, called: calledBy(call, attempt), redirection }];
    const { called, emergency } = readCalled(uri, { identity, plan, emergencyNumbers });
    // Nobody's calls are sent on to the emergency services.
    return emergency ? [] : [{ address, called: flatCopy(called.slice(0, 128)), redirection }];
  });
  return found.slice(0, MOST_CONTACTS);
}

/** The caller is told numbers that lead here: it calls them by its own rights. */
function passedOn(call: Call, places: readonly RedirectPlace[], turn: Turn): Onward | null {
  const contacts = places.flatMap(({ address, called }): readonly string[] => {
    const uri = called === call.called ? null : uriHere({ called, emergency: false }, call.aLeg, turn);
    const q = parameterText(address.parameters, "q") === null ? "" : `;q=${preferenceOf(address.parameters)}`;
    return uri === null ? [] : [`<${uri}>${q}`];
  });
  return contacts.length === 0 ? null : { kind: "pass", contacts: [...new Set(contacts)].join(", ") };
}

/** The targets that the Contacts lead to, none of them twice in one call. An emergency call goes where its route says and nowhere else. */
function followed(
  call: Call,
  attempt: Attempt,
  heard: { readonly places: readonly RedirectPlace[]; readonly turn: Turn },
): Onward | null {
  const { places, turn } = heard;
  const depth = (attempt.redirected?.depth ?? 0) + 1;
  if (call.emergency || depth > MOST_HOPS) return null;
  const before = attempt.redirected?.redirections ?? call.interop.redirections;
  const known = new Set(call.targets.map((target) => nameOf(call, target)));
  const targets: PlannedTarget[] = [];
  let contact = Math.max(0, ...call.targets.map(({ redirected }) => redirected?.contact ?? 0));
  for (const { address, called, redirection } of places) {
    const redirections = [...before, redirection];
    if (contact >= MOST_CONTACTS || isDivertedInCircles(redirections)) break;
    contact += 1;
    const leading = leadsTo(call, attempt, { uri: address.uri, called, turn });
    if ("asks" in leading) return { kind: "ask", question: leading.asks };
    const { found, by } = leading;
    for (const target of found) {
      const planned = { ...target, redirected: { contact, depth, called, redirections, by } };
      const name = nameOf(call, planned);
      if (!known.has(name)) targets.push(planned);
      known.add(name);
    }
  }
  if (targets.length === 0) return null;
  // What an earlier redirection named is tried after this one; what is left of the route is not: the called party has spoken.
  const earlier = call.targets.slice(call.attempts.length).filter(({ redirected }) => redirected !== undefined);
  return { kind: "follow", targets: [...call.targets.slice(0, call.attempts.length), ...targets, ...earlier] };
}

/** What makes a target one that was tried before. */
function nameOf(call: Call, { trunk, target, redirected }: PlannedTarget): string {
  const { host, port } = target;
  return `${trunk.name}|${redirected?.called ?? call.called}|${host.toLowerCase()}|${port ?? ""}`;
}

/**
 * Where a Contact leads: to a host of the trunk itself, to the trunk's own numbers there; anywhere else by the routes, as a call that this trunk
 * makes, so that it reaches nothing that it could not have called. A provider's host is asked for what the caller may call there and for nothing else:
 * the call is paid for, and the Contact may be the called person's word.
 */
function leadsTo(
  call: Call,
  attempt: Attempt,
  onward: { readonly uri: string; readonly called: string; readonly turn: Turn },
): { readonly found: readonly CallTarget[]; readonly by: Attempt["trunk"] | null } | Open {
  const { called, turn } = onward;
  const { trunk } = attempt;
  const uri = parseSipUri(onward.uri);
  const { caller, ingress } = call;
  const answers = answersOf(call, turn);
  if (uri !== null && isHostOf(attempt, uri.host, turn)) {
    const asked = called === calledBy(call, attempt) || trunk.role !== "provider";
    if (!asked) {
      const routed = routeCall({ from: ingress.name, called, caller, emergency: false }, answers, turn);
      if (isOpen(routed)) return routed;
      const { targets } = routed;
      const allowed = isRouted(targets) && targets.some((target) => target.trunk.name === trunk.name);
      if (!allowed) return { found: [], by: null };
    }
    return { found: [{ trunk, target: targetAt(uri), lastResort: false }], by: null };
  }
  if (ownerOf(called, turn)?.name === trunk.name) {
    return { found: orderTargets([trunk], turn.world.random), by: null };
  }
  const routed = routeCall({ from: trunk.name, called, caller, emergency: false }, answers, turn);
  if (isOpen(routed)) return routed;
  return { found: isRouted(routed.targets) ? routed.targets : [], by: trunk };
}

function isHostOf({ trunk }: Attempt, host: string, { world: { border } }: Turn): boolean {
  if (trunk.targets.some((target) => target.host.toLowerCase() === host.toLowerCase())) return true;
  const there = { network: trunk.network, remoteAddress: host };
  return isIpLiteral(host) && identifyTrunk(border.identification, there) === trunk.name;
}

/**
 * After a failure: whether the redirection that led to it has another Contact. Each is tried in its turn, whatever the failure (RFC 3261 section
 * 8.1.3.4), unless it speaks for all of them (section 21.6). What else there is of the one that failed is left out.
 */
export function turnToNextContact(call: Call, attempt: Attempt): boolean {
  const { redirected, status } = attempt;
  if (redirected === null || (status ?? 0) >= 600) return false;
  const rest = call.targets
    .slice(call.attempts.length)
    .filter((target) => target.redirected !== undefined && target.redirected.contact !== redirected.contact);
  if (rest.length === 0) return false;
  call.targets = [...call.targets.slice(0, call.attempts.length), ...rest];
  return true;
}
