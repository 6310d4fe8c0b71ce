// Waking a user agent that sleeps (RFC 8599): what its Contact URI says of the push service, and what the network says in Feature-Caps.

import { type Parameters, parameterValue } from "../parameters.ts";
import type { SipUri } from "../uri.ts";
import { uriParameterText } from "../uri-parameters.ts";
import type { NameAddress } from "./name-address.ts";
import { parameterNumber, parameterText } from "./parameterised.ts";

/** Texts are without escapes; null for what is not said. Whoever knows the identifier can wake the device: it goes to nobody else. */
export interface PushTarget {
  /** The service, by its registered name. Null is the question which there are (section 4.1.1). */
  readonly provider: string | null;
  /** The identifier of the device and application at the service. */
  readonly id: string | null;
  /** What the service wants besides. */
  readonly parameter: string | null;
}

/** Null for a URI that says nothing of push. */
export function pushTargetOf(uri: SipUri): PushTarget | null {
  if (parameterValue(uri.parameters, "pn-provider") === undefined) return null;
  const text = (name: string): string | null => uriParameterText(uri, name);
  return { provider: text("pn-provider"), id: text("pn-prid"), parameter: text("pn-param") };
}

/** By which the network finds the binding of a request inside a dialog (`pn-purr`, section 6); null when there is none. */
export function pushReferenceOf(uri: SipUri): string | null {
  return uriParameterText(uri, "pn-purr");
}

/** Whether the user agent refreshes its registration without being woken (section 4.1.4). */
export function refreshesItself({ parameters }: NameAddress): boolean {
  return parameterValue(parameters, "+sip.pnsreg") !== undefined;
}

/** What an element of Feature-Caps says of push. */
export interface PushSupport {
  /** The service whose notifications it asks for. */
  readonly provider: string;
  /** How long before its end the registration is to be refreshed by who wakes by itself, in seconds; null where it is not said. */
  readonly refreshSeconds: number | null;
  /** See `pushReferenceOf`. */
  readonly reference: string | null;
}

/** Null for an element that says nothing of push. */
export function pushSupportOf({ parameters }: { readonly parameters: Parameters }): PushSupport | null {
  const provider = parameterText(parameters, "+sip.pns") ?? "";
  if (provider === "") return null;
  return {
    provider,
    refreshSeconds: parameterNumber(parameters, "+sip.pnsreg"),
    reference: parameterText(parameters, "+sip.pnspurr"),
  };
}
