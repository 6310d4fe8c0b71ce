// How a media plane's replies are made.

import type { MediaFailureCause, MediaResult } from "../engine/index.ts";
import type { SessionDescription } from "../protocol/sdp/index.ts";

export type MediaFailure = MediaResult & { readonly ok: false };

export function succeed(description: SessionDescription | null): MediaResult {
  return { ok: true, description, streams: [] };
}

export function fail(cause: MediaFailureCause, detail: string): MediaFailure {
  return { ok: false, cause, detail };
}
