// A rig whose carrier-a asks for credentials, and what one looks for in what it is sent.
import { type ChallengeOptions, challengeLine, PASSWORD, REALM, USER } from "./digest-peer.ts";
import { answer, callOut, type Established, take } from "./established.ts";
import { followUp, type Message, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

export const CREDENTIALS = { username: USER, password: PASSWORD, realm: REALM };

export function startWithCredentials(credentials: object | null = CREDENTIALS, carrierA: object = {}): Rig {
  return new Rig({ "carrier-a": { credentials, ...carrierA } });
}

/** Carrier-a challenges a request; what it got for it. */
export function challenge(rig: Rig, request: Message, options: ChallengeOptions = {}): Message[] {
  const status = options.header === "WWW-Authenticate" ? 401 : 407;
  rig.receive("carrier-a", replyTo(request, status, { extra: challengeLine(options) }));
  return rig.sentTo("carrier-a");
}

export function find(messages: readonly Message[], method: string): Message {
  const found = messages.find(({ firstLine }) => firstLine.startsWith(method));
  if (found === undefined) throw new Error(`no ${method} in ${messages.map(({ firstLine }) => firstLine).join(" | ")}`);
  return found;
}

export const firstWords = (messages: readonly Message[]) => messages.map(({ firstLine }) => firstLine.split(" ")[0]);

/** A call that was challenged once, answered and acknowledged. */
export function establishChallenged(rig: Rig, options: ChallengeOptions = {}): Established & { readonly ack: Message } {
  const invite = find(challenge(rig, callOut(rig), options), "INVITE");
  const established = answer(rig, invite);
  const ack = take(rig, "carrier-a", "ACK");
  rig.receive("pbx", followUp(established.ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "10.0.0.20:5080" }));
  rig.sentTo("pbx");
  return { ...established, ack };
}
