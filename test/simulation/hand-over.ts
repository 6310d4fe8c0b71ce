// An engine that is another one every so often, which goes on from what the one before wrote down.
import type { Engine } from "../../src/engine/index.ts";

/** `every` so many inputs; each engine comes from `create`. */
export function handedOver(create: () => Engine, every: number): Engine {
  let current = create();
  let inputs = 0;
  const handOver = (): void => {
    const next = create();
    next.restore(JSON.parse(JSON.stringify(current.snapshot())));
    current = next;
  };
  return {
    handle: (input, now) => {
      inputs += 1;
      if (inputs % every === 0) handOver();
      return current.handle(input, now);
    },
    snapshot: () => current.snapshot(),
    restore: (snapshot) => current.restore(snapshot),
    liveCalls: () => current.liveCalls(),
    trunkActivity: (now) => current.trunkActivity(now),
    status: () => current.status(),
    explain: (question, now, answers) => current.explain(question, now, answers),
  };
}
