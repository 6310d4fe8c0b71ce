// What a line of a ladder says of a message of Demarc's, held against the message: body and headers. What it does not say of a
// body must not be there.
import type { Message } from "../engine/peer.ts";
import { type Labelled, resolveReferences } from "./dialog-place.ts";
import type { KeyNames } from "./key-names.ts";
import type { HeaderWord, MessageStep } from "./ladder-script.ts";
import { hasDescription } from "./message-eyes.ts";
import { differencesOf } from "./sdp-words.ts";

export interface Known {
  readonly labelled: (label: string) => Labelled;
  readonly keys: KeyNames;
  /** The description that Demarc gave last in a call. */
  readonly lastDescription: (callId: string) => string | null;
}

export function differencesOfMessage(step: MessageStep, message: Message, known: Known): string[] {
  const found = differencesOfBody(step, message, known);
  for (const word of step.headers) {
    const value = word.value === null ? null : resolveReferences(word.value, (label) => known.labelled(label));
    if (isThere(message, word.name, value) === word.absent) found.push(complaintAbout(word, message));
  }
  return found;
}

function differencesOfBody(step: MessageStep, message: Message, known: Known): string[] {
  const { body } = message;
  const told = step.sdp !== null || step.fragment !== null || step.payload !== null;
  if ((body !== "") !== told) return [`with a body: ${body !== ""}`];
  if (step.fragment !== null) return body.startsWith(`SIP/2.0 ${step.fragment} `) ? [] : [`body ${body}`];
  if (step.payload !== null) return body === step.payload.text ? [] : [`body ${body}`];
  if (step.sdp === null) return [];
  if (!hasDescription(message)) return [`a body of ${message.header("Content-Type")}`];
  if (step.sdp.same)
    return body === known.lastDescription(message.header("Call-ID")) ? [] : ["not the same description"];
  return differencesOf(body, step.sdp, known.keys);
}

function isThere(message: Message, name: string, value: string | null): boolean {
  const values = message.headers(name);
  if (value === null) return values.length > 0;
  if (value.endsWith("*")) return values.some((one) => one.startsWith(value.slice(0, -1)));
  return values.some((one) => one === value || one.split(",").some((token) => token.trim() === value));
}

function complaintAbout({ name, value, absent }: HeaderWord, message: Message): string {
  const has = message.headers(name).join(", ");
  return `${name} is ${has === "" ? "not there" : has}, not ${absent ? "left out" : (value ?? "there")}`;
}
