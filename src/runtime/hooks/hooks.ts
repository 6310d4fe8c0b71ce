// All hooks of the configuration. One that stays as it was keeps its connections and what is known of it.

import type { Millis } from "../../base/index.ts";
import type { Answer, CallSummary } from "../../engine/index.ts";
import type { Configuration } from "../../model/index.ts";
import { HookClient, type HookParts, type HookQuestion, type HookStatus } from "./hook.ts";

interface AskedAbout {
  readonly call: CallSummary;
  readonly until: Millis;
  /** Whether nobody makes this call: it is only explained. */
  readonly trial?: boolean;
}

export interface Hooks {
  /** From now on by this configuration. Questions under way end as they were asked. */
  apply(configuration: Configuration): void;
  /** Never rejects: what goes wrong is an answer. */
  ask(question: HookQuestion, about: AskedAbout): Promise<Answer>;
  status(): readonly HookStatus[];
  /** Ends what is kept open. */
  close(): void;
}

export function createHooks(first: Configuration, parts: HookParts): Hooks {
  const clients = new Map<string, HookClient>();
  let configuration = first;
  const apply = (next: Configuration): void => {
    configuration = next;
    for (const [name, client] of clients) {
      const settings = Object.hasOwn(next.hooks, name) ? next.hooks[name] : undefined;
      if (settings !== undefined && client.isLike(settings)) continue;
      client.close();
      clients.delete(name);
    }
    for (const [name, settings] of Object.entries(next.hooks))
      if (!clients.has(name)) clients.set(name, new HookClient(name, settings, parts));
  };
  apply(first);
  return {
    apply,
    ask: (question, about) => {
      const client = clients.get(question.hook);
      if (client === undefined)
        return Promise.resolve({ kind: "none", detail: `hook ${question.hook}: it is configured no more` });
      return client.ask(question, { ...about, configuration });
    },
    status: () => [...clients.values()].map((client) => client.status()),
    close: () => {
      for (const client of clients.values()) client.close();
    },
  };
}
