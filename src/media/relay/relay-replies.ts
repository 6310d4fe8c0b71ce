// What the relay's words mean to the engine.

import type { MediaEvent, MediaSide } from "../../engine/index.ts";
import { fail, type MediaFailure } from "../media-results.ts";
import type { RelayReport, RelayResult } from "./relay-message.ts";
import type { SessionStream } from "./relay-session.ts";

type StreamReport = Exclude<RelayReport, { id: number } | { event: "timeout" }>;

/** `oneWayMs`: how long a side was silent before that was told. */
export function eventOf(
  report: StreamReport,
  of: { readonly side: MediaSide; readonly stream: number; readonly oneWayMs: number },
): MediaEvent {
  const { side, stream, oneWayMs } = of;
  switch (report.event) {
    case "secured":
      return { kind: report.event, side, stream, suite: report.suite };
    case "unsecured":
      return { kind: report.event, side, stream, fault: report.fault };
    case "tone":
      return { kind: report.event, side, stream, event: report.tone, durationMs: report.durationMs };
    case "first-packet":
      return { kind: report.event, side, stream };
    case "one-way":
      return { kind: report.event, silent: side, stream, afterMs: oneWayMs };
  }
}

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
