// Whether the sender of a request understands a kind of body (RFC 3261 section 20.1).

import { accept } from "./headers/accept.ts";
import { preferenceOf } from "./headers/parameterised.ts";
import type { SipRequest } from "./message.ts";

/** What is understood where nothing is said of it. */
const UNSAID = "application/sdp";

/** How closely a media range names a type: 3 by itself, 2 by its half before the slash, 1 by two stars; 0 not at all. */
function closeness(range: string, mediaType: string): number {
  const lower = range.toLowerCase();
  if (lower === mediaType) return 3;
  if (lower === "*/*") return 1;
  return lower.endsWith("/*") && mediaType.startsWith(lower.slice(0, -1)) ? 2 : 0;
}

/**
 * Whether a body of `mediaType` (`type/subtype`, in lower case) may be sent to who sent this request. The closest range counts, and with the
 * preference 0 it says no. A request without Accept takes session descriptions, one with an empty Accept takes nothing, and of one that is
 * malformed nobody knows: it takes what one without takes.
 */
export function accepts(request: SipRequest, mediaType: string): boolean {
  const ranges = request.headers.has("accept") ? request.headers.read(accept) : null;
  if (ranges === null) return mediaType === UNSAID;
  let closest = 0;
  let preference = 0;
  for (const { value, parameters } of ranges) {
    const close = closeness(value, mediaType);
    if (close < closest || close === 0) continue;
    preference = close > closest ? preferenceOf(parameters) : Math.max(preference, preferenceOf(parameters));
    closest = close;
  }
  return preference > 0;
}
