// A call record, and the beginning of an emergency call, for tests, to be bent.

import type { CallRecord, EmergencyStep } from "../../engine/index.ts";

/** A record of an answered call; `changes` are laid over it. */
export function sampleRecord(changes: Partial<CallRecord> = {}): CallRecord {
  const received = {
    packets: 250,
    bytes: 43_000,
    lost: 1,
    duplicates: 0,
    reordered: 2,
    jitterMs: 0.5,
    rejected: 0,
    unauthentic: 0,
    replayed: 0,
    ssrcChanges: 0,
    dscp: 46,
    path: "user-space" as const,
    firstPacketAt: 1_700_000_000_100,
    lastPacketAt: 1_700_000_005_000,
  };
  const leg = {
    callId: "a84b4c76e66710",
    localTag: "1928301774",
    remoteTag: "314159",
    localAddress: "127.0.0.1:5060",
    remoteAddress: "127.0.0.1:5080",
    codec: "PCMU/8000",
    encryption: null,
  };
  return {
    id: "call-1",
    startedAt: "2026-01-02T03:04:05.678Z",
    ringingAt: "2026-01-02T03:04:06.000Z",
    answeredAt: "2026-01-02T03:04:08.000Z",
    endedAt: "2026-01-02T03:04:13.000Z",
    durationMs: 5000,
    caller: "+12025550100",
    called: "+13035550142",
    ingressTrunk: "pbx",
    egressTrunk: "carrier-a",
    route: "outbound",
    status: 200,
    cause: "normal-clearing",
    endedBy: "caller",
    emergency: false,
    transferredFrom: null,
    tags: [],
    attempts: [
      {
        trunk: "carrier-a",
        target: "sip:127.0.0.3:5060",
        called: "+13035550142",
        startedAt: "2026-01-02T03:04:05.700Z",
        status: 200,
        reason: "OK",
      },
    ],
    quality: [{ stream: 0, a: received, b: received }],
    aLeg: leg,
    bLeg: { ...leg, callId: "b", remoteAddress: "127.0.0.3:5060" },
    ...changes,
  };
}

type Begun = EmergencyStep & { readonly kind: "begun" };

export function sampleBegun(changes: Partial<Begun> = {}): Begun {
  return {
    kind: "begun",
    call: "call-1",
    at: "2026-01-02T03:04:05.678Z",
    caller: "204",
    callerName: "Ann",
    called: "911",
    recognisedBy: "number",
    test: null,
    ingressTrunk: "pbx",
    from: "127.0.0.1:5080",
    location: null,
    said: null,
    ...changes,
  };
}
