// A notice for tests, to be bent.

import type { EmergencyCall } from "../store/index.ts";
import type { Notice } from "./notice.ts";

export function sampleNotice(changes: Partial<Omit<Notice, "call">> = {}, call: Partial<EmergencyCall> = {}): Notice {
  return {
    id: "n-1",
    event: "began",
    at: "2026-01-02T03:04:05.000Z",
    node: "edge-1",
    ...changes,
    call: {
      id: "call-1",
      startedAt: "2026-01-02T03:04:05.000Z",
      state: "calling",
      test: null,
      caller: "204",
      callerName: "Ann",
      called: "911",
      recognisedBy: "number",
      ingressTrunk: "pbx",
      egressTrunk: "carrier-a",
      location: {
        name: "hq",
        by: "trunk",
        point: null,
        address: {
          country: "US",
          state: "DC",
          county: null,
          city: "Washington",
          street: "Ann Street",
          houseNumber: "16",
          houseNumberSuffix: "b",
          building: null,
          floor: "2",
          unit: null,
          room: "214",
          name: "Example Corp",
          additional: "behind the lift",
          postcode: "20500",
        },
      },
      callback: { number: "+12025550190", until: "2026-01-02T06:04:05.000Z" },
      answeredAt: null,
      endedAt: null,
      durationMs: 0,
      status: null,
      cause: null,
      endedBy: null,
      steps: [],
      ...call,
    },
  };
}
