// REFER inside a call (RFC 3515): a party asks for the other one to be put through to somebody else (RFC 5589 sections 6 and 7).

import { header, methodOf, type Parameterised, parseSipUri, type SipRequest } from "../../protocol/sip/index.ts";
import { readCalled, userOf } from "../interop/index.ts";
import { joinCalls } from "./attended-transfer.ts";
import { otherLeg } from "./call.ts";
import { contactLines } from "./contact-lines.ts";
import type { LegRequestArrived } from "./find-leg.ts";
import { moveTarget } from "./modify.ts";
import { passRefer } from "./pass-refer.ts";
import { replacesIn } from "./replaced-dialog.ts";
import { respondInCall } from "./respond-in-call.ts";
import { type Referral, transferTo } from "./transfer.ts";
import type { Turn } from "./turn.ts";

interface Asked extends Referral {
  /** Names another call of who asks, whose other party is the target; null where the target is to be called. */
  readonly replaces: Parameterised | null;
}

interface Refusal {
  readonly status: number;
  readonly headers?: readonly (readonly [string, string])[];
}

const NO_SUBSCRIPTION = "norefersub";

export function onRefer(arrived: LegRequestArrived, turn: Turn): void {
  const { call, leg, dialog, transaction } = arrived;
  const toTag = dialog.localTag;
  const asked = readReferral(arrived, turn);
  if ("status" in asked) {
    respondInCall(transaction, { ...asked, toTag }, turn);
    return;
  }
  const { replaces } = asked;
  if (leg.trunk.signaling.transfer === "pass") {
    const refusal = passRefer(arrived, { referral: asked, replaces }, turn);
    if (refusal !== null) respondInCall(transaction, { status: refusal, toTag }, turn);
    return;
  }
  moveTarget(arrived, turn);
  leg.referred = true;
  const silent = asked.subscription === null;
  const headers = [...contactLines(leg), ...(silent ? [["Refer-Sub", "false"] as const] : [])];
  respondInCall(transaction, { status: silent ? 200 : 202, toTag, headers }, turn);
  if (replaces === null) transferTo(call, leg, { referral: asked, turn });
  else joinCalls(call, leg, { referral: asked, replaces, turn });
}

/** What is asked for, or why it is not done. */
function readReferral(arrived: LegRequestArrived, turn: Turn): Asked | Refusal {
  const { call, leg, request } = arrived;
  if (leg.trunk.signaling.transfer === "refuse") return { status: 603 };
  const foreign = (request.headers.read(header.require) ?? []).filter((tag) => tag.toLowerCase() !== NO_SUBSCRIPTION);
  if (foreign.length > 0) return { status: 420, headers: [["Unsupported", foreign.join(", ")]] };
  const target = readTarget(request, arrived, turn);
  if ("status" in target) return target;
  const other = otherLeg(call, leg);
  // One at a time, and not before both talk (RFC 3261 section 21.4.27). Of one that the other party took on, no end need be told.
  const free = call.transfer === null && call.referral?.asked !== true && call.answeredAt !== null && call.end === null;
  if (!free || other === null || other.state === "ended" || other.agreed === null) return { status: 491 };
  if (turn.world.calls.full) return { status: 503, headers: [["Retry-After", "5"]] };
  return { ...target, names: request.headers.has("referred-by"), subscription: subscriptionOf(arrived) };
}

/** RFC 4488 section 4: who asks may do without being told. */
function subscriptionOf({ request, leg, sequence }: LegRequestArrived): Referral["subscription"] {
  const wanted = request.headers.read(header.referSub);
  if (wanted !== null && !header.isSubscribed(wanted)) return null;
  // The first one of a dialog need not be named (RFC 3515 section 2.4.6), and many peers know no other.
  return { id: leg.referred ? sequence : null, waiting: false, told: 0, next: null };
}

/** Whom Refer-To names (RFC 3515 section 2.4.2 wants exactly one). */
function readTarget(
  { headers }: SipRequest,
  { leg }: LegRequestArrived,
  turn: Turn,
): Pick<Asked, "called" | "emergency" | "replaces"> | Refusal {
  const target = headers.all("refer-to").length === 1 ? headers.read(header.referTo) : null;
  if (target === null) return { status: 400 };
  const uri = parseSipUri(target.uri);
  if (uri === null && !/^(?:tel:|urn:service:sos(?:[.]|$))/i.test(target.uri)) return { status: 416 };
  // Only calls are made for anybody.
  if (uri !== null && (methodOf(uri) ?? "INVITE").toUpperCase() !== "INVITE") return { status: 400 };
  if (uri !== null && userOf(target.uri) === "") return { status: 400 };
  const replaces = replacesIn(uri);
  if (replaces === null) return { status: 400 };
  const { plan, emergencyNumbers } = turn.world.border;
  const called = readCalled(target.uri, { identity: leg.trunk.identity, plan, emergencyNumbers });
  return { ...called, replaces: replaces === false ? null : replaces };
}
