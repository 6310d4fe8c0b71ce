// What the domain name system says, as values: the locating of servers is a function of these and asks nobody itself.

export type DnsType = "NAPTR" | "SRV" | "A" | "AAAA";

export interface DnsQuestion {
  readonly type: DnsType;
  /** Without the root's dot. */
  readonly name: string;
}

/** RFC 3403 section 4.1. */
export interface NaptrRecord {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly service: string;
  readonly regexp: string;
  readonly replacement: string;
}

/** RFC 2782. */
export interface SrvRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

export type DnsAnswer =
  | { readonly kind: "naptr"; readonly records: readonly NaptrRecord[] }
  | { readonly kind: "srv"; readonly records: readonly SrvRecord[] }
  /** IP literals without brackets, of the family that was asked for. */
  | { readonly kind: "addresses"; readonly addresses: readonly string[] }
  /** The name does not exist, or has no record of this type (RFC 2308). */
  | { readonly kind: "none" }
  /** Nobody who should know has said anything. */
  | { readonly kind: "failed"; readonly detail: string };

/** By `questionKey`. */
export type DnsAnswers = ReadonlyMap<string, DnsAnswer>;

/** Names are compared without regard to case and to the root's dot (RFC 1034 section 3.1). */
export function plainName(name: string): string {
  return (name.endsWith(".") ? name.slice(0, -1) : name).toLowerCase();
}

const ASKABLE = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;

/** Whether a plain name is one that servers are found under. What records point to is a stranger's text until then. */
export function isAskable(name: string): boolean {
  return ASKABLE.test(name);
}

/** The key under which the answer to a question is kept in DnsAnswers. */
export function questionKey({ type, name }: DnsQuestion): string {
  return `${type} ${plainName(name)}`;
}
