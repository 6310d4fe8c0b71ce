// Writes down what has become of a call.

import type { SrtpSuite } from "../../protocol/sdp/index.ts";
import { formatHostPort } from "../../protocol/sip/index.ts";
import type { AttemptRecord, CallRecord, LegRecord } from "../call-record.ts";
import { type Attempt, type Call, type CallEnd, calledBy, type Leg } from "./call.ts";
import { isForHelp } from "./emergency-call.ts";

function iso(unixMs: number): string {
  return new Date(unixMs).toISOString();
}

function isoOrNull(unixMs: number | null): string | null {
  return unixMs === null ? null : iso(unixMs);
}

function recordOfAttempt(call: Call, attempt: Attempt): AttemptRecord {
  const { trunk, target, startedAt, status, reason } = attempt;
  const called = calledBy(call, attempt);
  return { trunk: trunk.name, target: target.uri, called, startedAt: iso(startedAt), status, reason };
}

function recordOfLeg(leg: Leg): LegRecord {
  const { flow } = leg;
  return {
    callId: leg.callId,
    localTag: leg.localTag,
    remoteTag: leg.dialog?.remoteTag ?? "",
    localAddress: formatHostPort(flow.localAddress, flow.localPort),
    remoteAddress: formatHostPort(flow.remoteAddress, flow.remotePort),
    codec: leg.codec,
    encryption: suiteOf(leg),
  };
}

/** Of the first stream that has one. */
function suiteOf({ keys }: Leg): SrtpSuite | null {
  const suites = keys.rings.map(({ agreed, handshake }) => agreed?.suite ?? handshake?.suite ?? null);
  return suites.find((suite) => suite !== null) ?? null;
}

export function recordOf(call: Call, end: CallEnd): CallRecord {
  const tried = call.attempts.findLast((attempt) => attempt.leg !== null) ?? null;
  const answered = call.answeredAt;
  const endedAt = call.endedAt ?? call.startedAt;
  return {
    id: call.id,
    startedAt: iso(call.startedAt),
    ringingAt: isoOrNull(call.ringingAt),
    answeredAt: isoOrNull(answered),
    endedAt: iso(endedAt),
    durationMs: answered === null ? 0 : Math.max(0, endedAt - answered),
    caller: call.caller,
    called: call.called,
    ingressTrunk: call.ingress.name,
    egressTrunk: tried?.trunk.name ?? null,
    route: call.route,
    status: end.status,
    cause: end.cause,
    endedBy: end.endedBy,
    emergency: isForHelp(call),
    transferredFrom: call.comesFrom,
    tags: call.marks.tags,
    attempts: call.attempts.map((attempt) => recordOfAttempt(call, attempt)),
    quality: call.statistics,
    aLeg: recordOfLeg(call.aLeg),
    bLeg: tried === null || tried.leg === null ? null : recordOfLeg(tried.leg),
  };
}
