// What the relay's words mean to the engine.

import type { MediaFailureCause, MediaResult } from "../../engine/index.ts";
import type { SessionDescription } from "../../protocol/sdp/index.ts";
import type { RelayResult } from "./relay-message.ts";
import type { SessionStream } from "./relay-session.ts";

type Failure = MediaResult & { readonly ok: false };

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

export function succeed(description: SessionDescription | null): MediaResult {
  return { ok: true, description, streams: [] };
}

export function fail(cause: MediaFailureCause, detail: string): Failure {
  return { ok: false, cause, detail };
}

export function refusal(result: RelayResult): Failure {
  if (result.kind === "failed") return fail(result.failure, result.detail);
  return fail("unavailable", `the relay answered with ${result.kind}`);
}
