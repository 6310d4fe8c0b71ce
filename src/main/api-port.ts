// The API's view of what runs.

import type { ApiPort } from "../api/index.ts";
import type { Configuration } from "../model/index.ts";
import { explainAsking } from "../runtime/index.ts";
import type { Metrics } from "../runtime/telemetry/index.ts";
import type { Parts } from "./open-parts.ts";

export function createApiPort(
  { store, emergencies: { desk, tests }, media, engine, policy, loop, hooks, decider, clock }: Parts,
  metrics: Metrics,
  current: () => Configuration,
): ApiPort {
  return {
    liveCalls: () => engine.liveCalls(),
    trunks: () => {
      const { trunks } = current();
      return engine.trunkActivity(Date.now()).flatMap((activity) => {
        const trunk = trunks[activity.trunk];
        return trunk === undefined ? [] : [{ trunk, activity }];
      });
    },
    numbers: () => current().numbers,
    policy: () => policy.status(),
    explain: async (question, { at: time, live }) => {
      const at = time ?? Date.now();
      return live ? explainAsking(engine, question, { at, decider, clock }) : engine.explain(question, at);
    },
    hooks: () => hooks.status(),
    hangUp: (id) => {
      const live = engine.liveCalls().some((call) => call.id === id);
      if (live) loop.submit({ kind: "hang-up", call: id });
      return live;
    },
    cdrs: (query) => store.cdrs(query),
    cdr: (id) => store.cdr(id),
    emergencyCalls: (query) => store.emergencyCalls(query),
    emergencyCall: (id) => store.emergencyCall(id),
    emergencyRecipients: () => desk.recipients(),
    emergencyTests: () => tests.outcomes(),
    testEmergency: (trunks) => tests.tryNow(trunks),
    // Listeners are all bound or Demarc does not run: `openTransports` opens all or none.
    ready: () => ({ listeners: true, relay: media.up, store: store.state().up, draining: engine.status().draining }),
    metrics: () => metrics.render(),
  };
}
