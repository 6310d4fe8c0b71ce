// A carrier that asks for credentials, written by hand: it reads what it is sent as text and hashes for itself, so that no code of ours checks itself.
import { createHash } from "node:crypto";
import type { Message } from "./peer.ts";

export const USER = "trunk-0100";
export const PASSWORD = "Circle of Life";
export const REALM = "carrier.example";

export type PeerHash = "MD5" | "SHA-256";

export interface ChallengeOptions {
  readonly nonce?: string;
  readonly realm?: string;
  readonly algorithm?: PeerHash;
  readonly stale?: boolean;
  readonly qop?: string | null;
  readonly header?: "WWW-Authenticate" | "Proxy-Authenticate";
}

/** A whole header line. */
export function challengeLine(options: ChallengeOptions = {}): string {
  const { nonce = "nonce-1", realm = REALM, algorithm = "MD5", stale = false, qop = "auth" } = options;
  const rest = `${stale ? ", stale=true" : ""}${qop === null ? "" : `, qop="${qop}"`}`;
  const header = options.header ?? "Proxy-Authenticate";
  return `${header}: Digest realm="${realm}", nonce="${nonce}", opaque="opaque-1", algorithm=${algorithm}${rest}\r\n`;
}

/** A parameter of a credentials line; quotes gone, empty when absent. */
export function parameterIn(line: string, name: string): string {
  return (
    new RegExp(`[ ,]${name}=(?:"([^"]*)"|([^,]*))`)
      .exec(line)
      ?.slice(1)
      .find((text) => text !== undefined) ?? ""
  );
}

/** Whether a credentials line is right for the request it came with: RFC 7616 section 3.4, worked out once more. */
export function isRight(line: string, request: Message, password = PASSWORD): boolean {
  const of = (name: string) => parameterIn(line, name);
  const kind = of("algorithm") === "SHA-256" ? "sha256" : "md5";
  const h = (text: string) => createHash(kind).update(text, "utf8").digest("hex");
  const [method, uri] = request.firstLine.split(" ");
  const body = of("qop") === "auth-int" ? `:${h(request.body)}` : "";
  const secret = h(`${USER}:${of("realm")}:${password}`);
  const between = of("qop") === "" ? of("nonce") : [of("nonce"), of("nc"), of("cnonce"), of("qop")].join(":");
  const expected = h(`${secret}:${between}:${h(`${method}:${uri}${body}`)}`);
  return of("username") === USER && of("uri") === uri && of("response") === expected;
}
