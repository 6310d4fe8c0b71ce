// Resource-Priority and Accept-Resource-Priority (RFC 4412 sections 3.1 and 3.2).

import { isTokenCharacter } from "../characters.ts";
import { type Grammar, list } from "./grammar.ts";
import { runOf } from "./words.ts";

export interface ResourceValue {
  /** `ets`, `wps`, `dsn`, `esnet` …, compared without case. */
  readonly namespace: string;
  readonly priority: string;
}

const tokenWithoutDot = runOf((code) => code !== 0x2e && isTokenCharacter(code));

const resourceValue: Grammar<ResourceValue> = {
  read(text, from) {
    const namespace = tokenWithoutDot.read(text, from);
    if (namespace === null || text.charCodeAt(namespace.end) !== 0x2e) return null;
    const priority = tokenWithoutDot.read(text, namespace.end + 1);
    return priority && { value: { namespace: namespace.value, priority: priority.value }, end: priority.end };
  },
  format: ({ namespace, priority }) => `${namespace}.${priority}`,
};

export const resourcePriority = list("resource-priority", resourceValue);
export const acceptResourcePriority = list("accept-resource-priority", resourceValue, { orEmpty: true });
