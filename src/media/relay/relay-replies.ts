// What the relay's words mean to the engine.

import { fail, type MediaFailure } from "../media-results.ts";
import type { RelayResult } from "./relay-message.ts";
import type { SessionStream } from "./relay-session.ts";

/** The streams with the ports that the relay gave them. */
export function withPorts(
  planned: readonly (SessionStream | null)[],
  ports: readonly (readonly [number, number])[],
): (SessionStream | null)[] {
  let next = 0;
  return planned.map((stream) => {
    if (stream === null) return null;
    const [a = 0, b = 0] = ports[next] ?? [];
    next += 1;
    return { slot: stream.slot, a: { ...stream.a, port: a }, b: { ...stream.b, port: b } };
  });
}

export function refusal(result: RelayResult): MediaFailure {
  if (result.kind === "failed") return fail(result.failure, result.detail);
  return fail("unavailable", `the relay answered with ${result.kind}`);
}
