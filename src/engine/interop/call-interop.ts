// What a call keeps of what its two sides say of themselves, as far as it may cross: plain data.

import type { SipRequest } from "../../protocol/sip/index.ts";
import type { CallerIdentity, IdentityReading } from "./read-caller.ts";
import { type Redirection, readRedirections } from "./redirections.ts";

export interface CallInterop {
  /** Whether the caller does not want to be known to the called person. */
  readonly withheld: boolean;
  /** A wish for privacy that we cannot grant and must refuse; null for none. */
  readonly unmetPrivacy: string | null;
  /** Who sent the call on before it came here, the first first. */
  readonly redirections: readonly Redirection[];
}

/** What the INVITE that begins a call says. */
export function readInterop(request: SipRequest, caller: CallerIdentity, reading: IdentityReading): CallInterop {
  const { withheld, unmetPrivacy } = caller;
  return { withheld, unmetPrivacy, redirections: readRedirections(request, reading) };
}
