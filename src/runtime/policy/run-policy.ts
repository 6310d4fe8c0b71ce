// A policy as the process that runs it and the test kit have it: what a module gives, checked, and a hook of it called.

import type { Policy, PolicyHook } from "../../engine/index.ts";
import { MOST_DECISION, POLICY_HOOKS } from "./policy-message.ts";

/** What keeps the default export of a module from being a policy; null where nothing does. */
export function faultOfPolicy(exported: unknown): string | null {
  if (typeof exported !== "object" || exported === null)
    return "a policy is an object of hooks: export default definePolicy({ onCall(call) { … } })";
  for (const [name, hook] of Object.entries(exported)) {
    if (!(POLICY_HOOKS as readonly string[]).includes(name))
      return `unknown hook "${name}"; known: ${POLICY_HOOKS.join(", ")}`;
    if (hook !== undefined && typeof hook !== "function") return `${name} is no function`;
  }
  return null;
}

/** The hooks that a policy has. */
export function hooksOf(policy: Policy): readonly PolicyHook[] {
  return POLICY_HOOKS.filter((hook) => policy[hook] !== undefined);
}

/**
 * What a hook says of a call, as JSON: what it keeps of its answer cannot change it any more. Rejects with what the hook throws, and with a
 * RangeError where what it says is too long.
 */
export async function runHook(policy: Policy, hook: PolicyHook, call: unknown): Promise<string> {
  const asked: ((call: never) => unknown) | undefined = policy[hook];
  // Called as the policy's own: hooks may share what it has.
  const said = asked === undefined ? null : await asked.call(policy, call as never);
  const text = JSON.stringify(said) ?? "null";
  if (text.length <= MOST_DECISION) return text;
  throw new RangeError(`${hook} answers with ${text.length} characters; a decision has at most ${MOST_DECISION}`);
}

/** The same within so many milliseconds of real time; rejects where they are over. What never gives the processor back is not ended by it. */
export async function runHookWithin(
  policy: Policy,
  asked: { readonly hook: PolicyHook; readonly call: unknown; readonly withinMs: number },
): Promise<string> {
  const { hook, call, withinMs } = asked;
  let timer: NodeJS.Timeout | null = null;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${hook} did not decide within ${withinMs} ms`)), withinMs);
  });
  try {
    return await Promise.race([runHook(policy, hook, call), late]);
  } finally {
    if (timer !== null) clearTimeout(timer);
  }
}
