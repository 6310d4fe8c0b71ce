// The contacts of a trunk that registers with us as targets of its calls.

import type { Millis } from "../../base/index.ts";
import type { Trunk } from "../../model/index.ts";
import { parameterValue, parseSipUri } from "../../protocol/sip/index.ts";
import type { CallTarget } from "../routing/index.ts";
import { type BoundContacts, contactsOf } from "./bound-contact.ts";
import { acceptedRegistrationOf } from "./registrar.ts";

/** In the order to try them; none where nothing is registered. */
export function boundTargets(contacts: BoundContacts, trunk: Trunk, now: Millis): readonly CallTarget[] {
  const terms = acceptedRegistrationOf(trunk);
  if (terms === null) return [];
  return contactsOf(contacts, trunk.name, now).map(({ uri, flow, path, bulk }) => {
    const parsed = parseSipUri(uri);
    const named = parsed === null ? null : parameterValue(parsed.parameters, "transport");
    const target = {
      uri,
      host: parsed?.host ?? flow.remoteAddress,
      port: parsed?.port ?? null,
      transport: named === undefined || named === null ? null : flow.transport,
      priority: 0,
      weight: 1,
    };
    const withNumber = bulk || terms.requestUri === "number";
    return { trunk, target, lastResort: false, bound: { uri, flow, path, withNumber } };
  });
}
