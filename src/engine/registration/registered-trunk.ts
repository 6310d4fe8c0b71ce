// What calls need of a trunk's registration: whether it stands, by which contact the provider knows us, by which proxies it wants to be asked, and
// whose an incoming request is that was sent to such a contact.

import type { Trunk } from "../../model/index.ts";
import { parameterValue, type SipUri } from "../../protocol/sip/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { registeredContact } from "./register-request.ts";
import { type Grant, ownRegistrationOf, type Registration, type RegistrationTurn } from "./registration.ts";

/** What stands of a trunk's registration; null where nothing does. */
export function grantOf(trunk: Trunk, { world, now }: RegistrationTurn): Grant | null {
  const grant = world.registrations.byTrunk.get(trunk.name)?.grant ?? null;
  return grant === null || grant.until <= now ? null : grant;
}

/** Whether the trunk should be registered and is not: its provider will hardly take a call. */
export function lacksRegistration(trunk: Trunk, turn: RegistrationTurn): boolean {
  return ownRegistrationOf(trunk) !== null && grantOf(trunk, turn) === null;
}

/** Our contact for a trunk that registers, over a flow; null for one that does not. */
export function lineContact(trunk: Trunk, flow: Flow, turn: RegistrationTurn): string | null {
  const registration = turn.world.registrations.byTrunk.get(trunk.name);
  return registration === undefined ? null : registeredContact(registration, flow, turn);
}

/** The trunk whose contact a Request-URI is, by the line that was registered with it; null where it is none. */
export function lineOf(uri: SipUri | null, { world }: Pick<RegistrationTurn, "world">): Registration | null {
  if (world.registrations.byLine.size === 0 || uri === null) return null;
  const line = parameterValue(uri.parameters, "line");
  return typeof line === "string" ? (world.registrations.byLine.get(line) ?? null) : null;
}
