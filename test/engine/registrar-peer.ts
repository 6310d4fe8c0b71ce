// A provider's registrar written by hand, and a rig whose carrier-a wants a registration.
import { type Message, type ReplyOptions, replyTo } from "./peer.ts";
import { type PeerName, Rig, type RigOptions, type Settings } from "./rig.ts";

export const LINE = "+12025550100";
export const AOR = `sip:${LINE}@carrier.example`;
export const REGISTRATION = { registrar: "sip:192.0.2.3:5060", aor: AOR, expires: "600s" };

export interface RegisteringRig {
  readonly registration?: Settings;
  readonly more?: Settings;
  readonly others?: Partial<Record<PeerName, Settings>>;
  readonly options?: RigOptions;
}

/** `carrier-a` with a registration, and what it sends for a start. */
export function startRegistering({
  registration = {},
  more = {},
  others = {},
  options = {},
}: RegisteringRig = {}): Rig {
  const rig = new Rig(trunksWith({ registration, more, others }), options);
  rig.start();
  return rig;
}

export function trunksWith({ registration = {}, more = {}, others = {} }: Omit<RegisteringRig, "options">) {
  return { "carrier-a": { registration: { ...REGISTRATION, ...registration }, ...more }, ...others };
}

/** The one REGISTER that the peer has been sent since it was last asked. */
export function registerTo(rig: Rig, peer: PeerName = "carrier-a"): Message {
  const found = rig.sentTo(peer).filter(({ firstLine }) => firstLine.startsWith("REGISTER "));
  if (found.length !== 1) throw new Error(`${found.length} REGISTERs to ${peer}`);
  return found[0] as Message;
}

/** Lets time pass until the peer is sent a REGISTER. */
export function nextRegister(rig: Rig, withinMs: number, peer: PeerName = "carrier-a"): Message {
  for (let passed = 0; passed < withinMs; passed += 500) {
    rig.pass(500);
    const register = rig.sentTo(peer).find(({ firstLine }) => firstLine.startsWith("REGISTER "));
    if (register !== undefined) return register;
  }
  throw new Error(`no REGISTER to ${peer} within ${withinMs} ms`);
}

export const contactOf = (register: Message) => /<([^>]*)>/.exec(register.header("Contact"))?.[1] ?? "";
export const lineIn = (register: Message) => /;line=([0-9a-z]+)/.exec(register.header("Contact"))?.[1] ?? "";

/** A 200 with what is registered, for so many seconds. */
export function granted(register: Message, seconds: number, extra = ""): string {
  return replyTo(register, 200, { extra: `Contact: <${contactOf(register)}>;expires=${seconds}\r\n${extra}` });
}

/** Answers the REGISTER that waits. */
export function answerRegister(rig: Rig, status: number, options: ReplyOptions & { from?: PeerName } = {}): Message {
  const { from = "carrier-a", ...rest } = options;
  const register = registerTo(rig, from);
  rig.receive(from, replyTo(register, status, rest));
  return register;
}

/** Registers at once. */
export function registered(seconds = 600, options: RegisteringRig & { readonly extra?: string } = {}) {
  const rig = startRegistering(options);
  const register = registerTo(rig);
  rig.receive("carrier-a", granted(register, seconds, options.extra));
  return { rig, register };
}

export function statusOf(rig: Rig) {
  const status = rig.engine.trunkActivity(rig.now).find(({ trunk }) => trunk === "carrier-a")?.registration;
  if (status === null || status === undefined) throw new Error("no registration");
  return status;
}
