// Where in its dialogs a message of a ladder stands: what the next request of either end bears, and how a header names a dialog.
import type { Message } from "../engine/peer.ts";
import type { PeerName } from "../engine/rig.ts";
import { statusOf, tagOf, uriOf } from "./message-eyes.ts";

/** A message that a ladder has a label for. */
export interface Labelled {
  readonly text: string;
  readonly message: Message;
  /** The peer at the other end from Demarc. */
  readonly peer: PeerName;
  /** It was that peer who said it. */
  readonly spoken: boolean;
}

export interface DialogPlace {
  readonly callId: string;
  readonly from: string;
  readonly to: string;
}

/**
 * What a request in the dialog of `it` bears.
 * @param speaker whether it is Demarc who writes it, and its tag where `it` has none of its own yet
 */
export function dialogPlace(it: Labelled, speaker: { readonly demarc: boolean; readonly tag: string }): DialogPlace {
  const { message } = it;
  const mine = it.spoken !== speaker.demarc;
  const request = statusOf(message) === null;
  const [from, to] = [message.header("From"), message.header("To")];
  const callId = message.header("Call-ID");
  if (mine === request) return { callId, from, to };
  return { callId, from: to.includes(";tag=") ? to : `${to};tag=${speaker.tag}`, to: from };
}

/** Demarc's tag and the peer's in the dialog of a message. */
function endsOf({ message, spoken }: Labelled): { readonly demarc: string; readonly peer: string } {
  const fromPeer = spoken === (statusOf(message) === null);
  const [from, to] = [tagOf(message, "From"), tagOf(message, "To")];
  return fromPeer ? { peer: from, demarc: to } : { peer: to, demarc: from };
}

/**
 * Puts in what a header's words refer to: `$replaces(F9)` names the dialog of F9 as Demarc knows it (RFC 3891 section 4), `%replaces(F9)` the
 * same as a header in a URI, `$contact(F9)` the Contact of F9.
 */
export function resolveReferences(text: string, labelled: (label: string) => Labelled): string {
  return text.replaceAll(/([$%])(replaces|contact)\((F\d+)\)/g, (_, sign: string, what: string, label: string) => {
    const it = labelled(label);
    if (what === "contact") return uriOf(it.message, "Contact");
    const { demarc, peer } = endsOf(it);
    const value = `${it.message.header("Call-ID")};to-tag=${demarc};from-tag=${peer}`;
    return sign === "%" ? `Replaces=${encodeURIComponent(value)}` : value;
  });
}
