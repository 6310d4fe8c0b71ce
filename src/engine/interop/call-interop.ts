// What a call keeps of what its two sides say of themselves, as far as it may cross: plain data.

import type { Random } from "../../base/index.ts";
import type { Configuration } from "../../model/index.ts";
import type { HeaderFields, HeaderLine, SipRequest } from "../../protocol/sip/index.ts";
import { crossableIn, crossingLines } from "./crossing.ts";
import type { CallerIdentity, IdentityReading } from "./read-caller.ts";
import { type HeardReason, readReasons } from "./reasons.ts";
import { type Redirection, readRedirections } from "./redirections.ts";
import { newSessionName, readSessionName, type SessionNames } from "./session-names.ts";

/** The last that a side said. */
export interface Heard {
  /** Lines that some trunk may be shown. */
  readonly lines: readonly HeaderLine[];
  /** Why it ends the call, or does not take it. */
  readonly reasons: readonly HeardReason[];
}

export interface CallInterop {
  /** Whether the caller does not want to be known to the called person. */
  readonly withheld: boolean;
  /** A wish for privacy that we cannot grant and must refuse; null for none. */
  readonly unmetPrivacy: string | null;
  /** Who sent the call on before it came here, the first first. */
  readonly redirections: readonly Redirection[];
  /** Null where no trunk wants it. */
  readonly sessions: SessionNames | null;
  caller: Heard;
  callee: Heard;
}

const NOTHING: Heard = { lines: [], reasons: [] };

/** The lines of a message that some trunk may be shown. */
export function linesHeard(headers: HeaderFields, configuration: Configuration): readonly HeaderLine[] {
  return crossingLines(headers, crossableIn(configuration));
}

function heardIn(headers: HeaderFields, configuration: Configuration): Heard {
  const lines = linesHeard(headers, configuration);
  const reasons = readReasons(headers);
  return lines.length === 0 && reasons.length === 0 ? NOTHING : { lines, reasons };
}

/** What the INVITE that begins a call says. */
export function readInterop(
  request: SipRequest,
  caller: CallerIdentity,
  by: IdentityReading & { readonly configuration: Configuration; readonly random: Random },
): CallInterop {
  const { headers } = request;
  const { withheld, unmetPrivacy } = caller;
  const { configuration, random } = by;
  const sessions = crossableIn(configuration).sessions
    ? { own: newSessionName(random), caller: readSessionName(headers), callee: null }
    : null;
  const heard = { ...heardIn(headers, configuration), reasons: [] };
  const redirections = readRedirections(request, by);
  return { withheld, unmetPrivacy, redirections, sessions, caller: heard, callee: NOTHING };
}

/** Of a call that a transfer makes: its caller is a party of the call before, in which it may have wished not to be known. */
export function interopOfTransfer({ withheld }: CallInterop, wasCaller: boolean): CallInterop {
  return {
    withheld: wasCaller && withheld,
    unmetPrivacy: null,
    redirections: [],
    sessions: null,
    caller: NOTHING,
    callee: NOTHING,
  };
}

/** Notes what a later message of a side says. A response or a request that ends the call; never one that goes on. */
export function noteHeard(
  interop: CallInterop,
  side: "caller" | "callee",
  message: { readonly headers: HeaderFields; readonly configuration: Configuration },
): void {
  const { headers, configuration } = message;
  interop[side] = heardIn(headers, configuration);
  const name = interop.sessions === null ? null : readSessionName(headers);
  if (interop.sessions !== null && name !== null) interop.sessions[side] = name;
}
