// Whom a new call from a provider that we register with is for: it may call the line's contact and say the number elsewhere.

import type { Trunk } from "../../model/index.ts";
import { header, parseSipUri, type SipRequest, to, unescapeUser } from "../../protocol/sip/index.ts";
import { readCalled } from "../interop/index.ts";
import { ownRegistrationOf } from "../registration/index.ts";
import { findNumber } from "../routing/index.ts";
import type { Turn } from "./turn.ts";

/**
 * The URI that names the called: mostly the Request-URI. Where that is the contact of a single line (RFC 3261 section 16.6), the number that was dialled
 * stands in P-Called-Party-ID (RFC 7315 section 4.2) or in To. To may also be whom the call was for before it was sent on: it is only believed
 * where it is one of our numbers.
 */
export function calledUri(request: SipRequest, trunk: Trunk, { world }: Turn): string {
  const own = ownRegistrationOf(trunk);
  const line = own === null || own.bulkNumbers ? null : (parseSipUri(own.aor)?.user ?? null);
  const user = request.sipUri?.user ?? null;
  if (line === null || user === null || unescapeUser(user) !== unescapeUser(line)) return request.uri;
  const { plan, emergencyNumbers, routing } = world.border;
  const { identity } = trunk;
  const named = [request.headers.read(header.calledPartyId)?.uri, request.headers.read(to)?.uri];
  const ours = named.find((uri) => {
    if (uri === undefined) return false;
    const { called, emergency } = readCalled(uri, { identity, plan, emergencyNumbers });
    return !emergency && findNumber(routing.numbers, called) !== null;
  });
  return ours ?? request.uri;
}
