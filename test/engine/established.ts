// Brings a call through the border as far as a test wants it, and hands over the messages to go on from.
import { audioOf, followBack, followUp, type InviteOptions, inviteFrom, type Message, replyTo } from "./peer.ts";
import type { PeerName, Rig } from "./rig.ts";

/** The one message sent to a peer that begins so; the others are dropped. */
export function take(rig: Rig, peer: PeerName, begins: string): Message {
  const messages = rig.sentTo(peer);
  const found = messages.find(({ firstLine }) => firstLine.startsWith(begins));
  if (found === undefined)
    throw new Error(`${peer} was sent no ${begins}, but: ${messages.map(({ firstLine }) => firstLine).join(" | ")}`);
  return found;
}

export const CARRIER = "sip:192.0.2.3:5060";

/** The PBX calls out; returns the INVITE that carrier-a has got. */
export function callOut(rig: Rig, options: InviteOptions = {}): Message {
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, options));
  return take(rig, "carrier-a", "INVITE");
}

export interface Established {
  readonly invite: Message;
  /** The 200 that the PBX has got. */
  readonly ok: Message;
}

/** Carrier-a answers; the PBX has not acknowledged yet. */
export function answer(rig: Rig, invite: Message): Established {
  rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "0 101") }));
  return { invite, ok: take(rig, "pbx", "SIP/2.0 200") };
}

export function acknowledge(rig: Rig, established: Established): void {
  rig.receive("pbx", followUp(established.ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "10.0.0.20:5080" }));
}

/** An answered and acknowledged call with nothing left to read. */
export function establish(rig: Rig, options: InviteOptions = {}): Established {
  const established = answer(rig, callOut(rig, options));
  acknowledge(rig, established);
  rig.sentTo("pbx");
  rig.sentTo("carrier-a");
  return established;
}

export function byeFromPbx(rig: Rig, established: Established): void {
  rig.receive("pbx", followUp(established.ok, "BYE", { branch: "z9hG4bKbye1", sequence: 2, via: "10.0.0.20:5080" }));
}

export function byeFromCarrier(rig: Rig, established: Established): void {
  rig.receive(
    "carrier-a",
    followBack(established.invite, "BYE", { branch: "z9hG4bKbye2", sequence: 1, via: "192.0.2.3:5060" }),
  );
}
