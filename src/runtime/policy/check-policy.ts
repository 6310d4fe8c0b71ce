// Whether a policy loads: for a configuration that is validated, which runs nothing.

import { PolicyChild } from "./policy-child.ts";
import type { PolicyFault } from "./policy-message.ts";

/** What keeps the policy from being used, with its place; null where nothing does. `file`: its absolute path. Never rejects. */
export async function checkPolicy(file: string): Promise<PolicyFault | null> {
  const nothing = (): void => undefined;
  const start = await PolicyChild.start({
    file,
    stuckAfterMs: 1000,
    onWritten: nothing,
    onFault: nothing,
    onEnd: nothing,
  });
  if (!start.ok) return start.fault;
  start.child.end("it was only tried");
  return null;
}
