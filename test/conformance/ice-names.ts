// ICE credentials of a ladder, by name: what a peer's lines say (RFC 8839), and which credentials of Demarc's go by which name.
import { createHash } from "node:crypto";

/** `ice=c1`, `ice=c1.lite`, `ice=mismatch`; null for none. */
export type IceWord = { readonly name: string; readonly lite: boolean } | "mismatch" | null;

/** Of the first stream: fragment and password with a colon between; null for none. */
export interface IceSeen {
  readonly credentials: string | null;
  readonly mismatch: boolean;
  readonly lite: boolean;
}

/** @throws Error where it means nothing */
export function readIceWord(text: string): IceWord {
  if (text === "mismatch") return text;
  const [, name = "", kind] = /^(\w+)(\.lite)?$/.exec(text) ?? [];
  if (name === "") throw new Error(`what is "${text}" of ICE?`);
  return { name, lite: kind !== undefined };
}

/** A peer's lines in a section whose audio is wanted at this address and port. */
export function writeIceLines(word: IceWord, place: { readonly address: string; readonly port: number }): string[] {
  if (word === null) return [];
  if (word === "mismatch") return ["a=ice-mismatch"];
  const password = createHash("sha256").update(word.name).digest("hex").slice(0, 24);
  const candidate = `a=candidate:1 1 UDP 2130706431 ${place.address} ${place.port} typ host`;
  return [`a=ice-ufrag:${word.name}frag`, `a=ice-pwd:${password}`, candidate];
}

/** Of the lines of the session part and of one section. */
export function iceSeenIn(session: string, section: string): IceSeen {
  const saidBy = (name: string) => new RegExp(`^a=${name}:(\\S+)\\r$`, "m").exec(section)?.[1];
  const [fragment, password] = [saidBy("ice-ufrag"), saidBy("ice-pwd")];
  return {
    credentials: fragment === undefined || password === undefined ? null : `${fragment}:${password}`,
    mismatch: /^a=ice-mismatch\r$/m.test(section),
    lite: /^a=ice-lite\r$/m.test(session),
  };
}
