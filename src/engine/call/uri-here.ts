// A number as a URI that leads here, for a peer that is to call it itself.

import { type Reader, writeCalled } from "../interop/index.ts";
import { hostPortTowards } from "../own-addresses.ts";
import type { Leg } from "./call.ts";
import type { Turn } from "./turn.ts";

/** In the form that the leg's peer knows numbers in; null where nothing of it may be shown. */
export function uriHere(
  number: { readonly called: string; readonly emergency: boolean },
  { trunk, flow, contact, peerAddress }: Leg,
  { world: { border } }: Turn,
): string | null {
  const reader: Reader = { trunk, plan: border.plan, ownHost: hostPortTowards(border, flow), peerHost: peerAddress };
  const written = writeCalled(number.called, number.emergency, reader);
  return written === null ? null : `${contact.replace(/^(sips?:)(?:[^@]*@)?/, `$1${written.user}@`)}${written.kind}`;
}
