// A PBX that registers with us, written by hand: it hashes for itself, so that no code of ours checks itself.
import { createHash } from "node:crypto";
import { parameterIn } from "./digest-peer.ts";
import type { Message } from "./peer.ts";
import { type PeerName, Rig, type RigOptions, type Settings } from "./rig.ts";

export const OFFICE_LOGIN = { username: "office", password: "Circle of Life" };
const PLACES: Partial<Record<PeerName, string>> = { pbx: "10.0.0.20:5080", stranger: "192.0.2.99:5060" };

/** The office's rig, whose PBX is known by its password alone. */
export function rigWithRegistrar(registration: Settings = {}, more: Settings = {}, options: RigOptions = {}): Rig {
  const pbx = {
    registration: { accept: true, ...registration },
    credentials: OFFICE_LOGIN,
    identify: { addresses: [] },
    targets: [],
    ...more,
  };
  const rig = new Rig({ pbx }, options);
  rig.start();
  return rig;
}

export interface RegisterOptions {
  readonly contact?: string;
  readonly sequence?: number;
  readonly callId?: string;
  readonly aor?: string;
  readonly expires?: number | null;
  /** Whole header lines, each with its line end. */
  readonly extra?: string;
  readonly vias?: number;
  readonly password?: string;
  readonly username?: string;
}

/** A REGISTER as text, with an Authorization line or none. */
export function registerText(peer: PeerName, options: RegisterOptions, authorization: string): string {
  const { contact = `<sip:office@${PLACES[peer]}>`, sequence = 1, callId = "reg-1", vias = 1 } = options;
  const { aor = "sip:office@demarc.example", expires = null, extra = "" } = options;
  const branch = `z9hG4bKreg${callId}${sequence}${authorization === "" ? "" : "a"}${contact.length}`;
  const further = vias > 1 ? "Via: SIP/2.0/UDP 10.9.9.9:5060;branch=z9hG4bKinner\r\n" : "";
  return (
    `REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP ${PLACES[peer]};branch=${branch}\r\n${further}Max-Forwards: 70\r\n` +
    `From: <${aor}>;tag=pbx-tag\r\nTo: <${aor}>\r\nCall-ID: ${callId}\r\nCSeq: ${sequence} REGISTER\r\n` +
    `${contact === "" ? "" : `Contact: ${contact}\r\n`}${expires === null ? "" : `Expires: ${expires}\r\n`}${authorization}${extra}Content-Length: 0\r\n\r\n`
  );
}

const md5 = (text: string) => createHash("md5").update(text, "utf8").digest("hex");

/** The Authorization line that answers a challenge, with its line end. */
export function authorizationFor(
  challenge: Message,
  request: { readonly method: string; readonly uri: string },
  { username = OFFICE_LOGIN.username, password = OFFICE_LOGIN.password, count = 1 } = {},
): string {
  const line = challenge.headers("WWW-Authenticate").find((value) => value.includes("algorithm=MD5")) ?? "";
  const [realm, nonce] = [parameterIn(line, "realm"), parameterIn(line, "nonce")];
  const nc = count.toString(16).padStart(8, "0");
  const response = md5(
    `${md5(`${username}:${realm}:${password}`)}:${nonce}:${nc}:c:auth:${md5(`${request.method}:${request.uri}`)}`,
  );
  return (
    `Authorization: Digest username="${username}", realm="${realm}", nonce="${nonce}", uri="${request.uri}", ` +
    `response="${response}", algorithm=MD5, cnonce="c", qop=auth, nc=${nc}\r\n`
  );
}

/** The last response to the peer. */
export function lastTo(rig: Rig, peer: PeerName): Message {
  const last = rig.sentTo(peer).at(-1);
  if (last === undefined) throw new Error(`nothing was sent to ${peer}`);
  return last;
}

/** Registers: the challenge is answered. Gives the final response. */
export function register(rig: Rig, options: RegisterOptions = {}, peer: PeerName = "pbx"): Message {
  rig.receive(peer, registerText(peer, options, ""));
  const challenge = lastTo(rig, peer);
  if (!challenge.firstLine.includes(" 401 ")) return challenge;
  const login = { ...OFFICE_LOGIN, ...options };
  const authorization = authorizationFor(challenge, { method: "REGISTER", uri: "sip:127.0.0.1" }, login);
  rig.receive(peer, registerText(peer, { ...options, sequence: (options.sequence ?? 1) + 1 }, authorization));
  return lastTo(rig, peer);
}

export function contactsOf(rig: Rig) {
  return rig.engine.trunkActivity(rig.now).find(({ trunk }) => trunk === "pbx")?.contacts ?? [];
}
