// From a telephone number to its SIP URIs (ENUM, RFC 6116, over the rules of RFC 3402 and RFC 3403). A function of the answers that DNS gave so far:
// it names the questions that are left, or the URIs.

import { compilePattern, runPattern } from "../../base/index.ts";
import {
  type DnsAnswers,
  type DnsQuestion,
  isAskable,
  type NaptrRecord,
  plainName,
  questionKey,
} from "./dns-answers.ts";

export interface NumberQuery {
  /** `+` and digits (RFC 6116 section 2.2, the Application Unique String). */
  readonly number: string;
  /** The domain under which numbers stand, such as e164.arpa. */
  readonly suffix: string;
}

export type LocatingNumber =
  | { readonly kind: "ask"; readonly questions: readonly DnsQuestion[] }
  /** In the order to try them; none where the number has no SIP URI. */
  | { readonly kind: "found"; readonly uris: readonly string[] }
  | { readonly kind: "failed"; readonly detail: string };

/** Bounds on what one number can make us ask and try. */
const RECORD_LIMIT = 32;
const URI_LIMIT = 10;
const URI_CHARACTERS = 512;
/** Rules that lead to another domain, one behind the other (RFC 6116 section 5.2.1 speaks of five). */
const HOP_LIMIT = 5;
/** Domains that are looked at for one number in all. */
const DOMAIN_LIMIT = 8;

/** The domain of a number (RFC 6116 section 3.2): its digits from the last to the first, a label each. */
export function domainOfNumber({ number, suffix }: NumberQuery): string {
  const digits = number.replaceAll(/[^0-9]/g, "");
  return `${[...digits].reverse().join(".")}.${plainName(suffix)}`;
}

interface Search {
  readonly number: string;
  readonly answers: DnsAnswers;
  readonly missing: DnsQuestion[];
  /** Domains that were looked at. */
  readonly seen: Set<string>;
  failure: string | null;
}

/**
 * From a number to its SIP URIs (RFC 6116), out of the answers so far: the URIs, the next questions for DNS, or why nobody said. What the answers' rules
 * write is a stranger's text: it begins as a SIP URI does, has no blanks, and is at most 512 characters long.
 */
export function locateNumber(query: NumberQuery, answers: DnsAnswers): LocatingNumber {
  const search: Search = { number: query.number, answers, missing: [], seen: new Set(), failure: null };
  const uris = urisUnder(search, domainOfNumber(query), HOP_LIMIT);
  if (search.missing.length > 0) return { kind: "ask", questions: search.missing };
  if (uris.length > 0) return { kind: "found", uris: [...new Set(uris)].slice(0, URI_LIMIT) };
  return search.failure === null ? { kind: "found", uris: [] } : { kind: "failed", detail: search.failure };
}

/**
 * The URIs of one domain's rules: those of the lowest order that gives any (RFC 3403 section 4.1), by preference. Rules that lead on are followed in their
 * place.
 */
function urisUnder(search: Search, domain: string, hopsLeft: number): readonly string[] {
  if (hopsLeft < 0 || search.seen.has(domain) || search.seen.size >= DOMAIN_LIMIT || !isAskable(domain)) return [];
  search.seen.add(domain);
  const question: DnsQuestion = { type: "NAPTR", name: domain };
  const answer = search.answers.get(questionKey(question));
  if (answer === undefined) search.missing.push(question);
  if (answer?.kind === "failed") search.failure ??= answer.detail;
  if (answer?.kind !== "naptr") return [];
  const rules = [...answer.records]
    .sort((one, other) => one.order - other.order || one.preference - other.preference)
    .slice(0, RECORD_LIMIT);
  const found: string[] = [];
  let order: number | null = null;
  for (const rule of rules) {
    if (order !== null && rule.order !== order) break;
    const uris = urisOf(search, rule, hopsLeft);
    found.push(...uris);
    // What is behind a rule that is being asked about is looked at when that is known.
    if (search.missing.length > 0) break;
    if (uris.length > 0) order = rule.order;
  }
  return found;
}

function urisOf(search: Search, rule: NaptrRecord, hopsLeft: number): readonly string[] {
  const flags = rule.flags.toLowerCase();
  if (flags === "") return urisUnder(search, plainName(nextDomain(search, rule)), hopsLeft - 1);
  if (flags !== "u" || !isSip(rule.service)) return [];
  const uri = rewrite(search.number, rule.regexp);
  return uri !== null && /^sips?:[!-~]+$/i.test(uri) && uri.length <= URI_CHARACTERS ? [uri] : [];
}

/** Either of them names it (RFC 3403 section 4.1). */
function nextDomain({ number }: Search, { regexp, replacement }: NaptrRecord): string {
  return regexp === "" ? replacement : (rewrite(number, regexp) ?? "");
}

/** `E2U+sip`, among others in any order (RFC 6116 section 3.4.3, RFC 3764). */
function isSip(service: string): boolean {
  const [protocol, ...services] = service.toLowerCase().split("+");
  return protocol === "e2u" && services.some((one) => one === "sip" || one.startsWith("sip:"));
}

/** Carries out `!expression!replacement!flags` (RFC 3402 section 3.2); null where it does not match, or is no such rule. */
function rewrite(number: string, rule: string): string | null {
  const delimiter = rule.charAt(0);
  if (delimiter === "" || /[0-9\\i]/i.test(delimiter)) return null;
  const parts = splitAt(rule.slice(1), delimiter);
  const [expression, replacement, flags] = parts;
  if (parts.length !== 3 || expression === undefined || replacement === undefined) return null;
  if (flags !== "" && flags !== "i") return null;
  const pattern = compilePattern(expression, flags === "i");
  const match = pattern.ok ? runPattern(pattern.value, number).match : null;
  if (match === null) return null;
  const by = replacement.replaceAll(/\\(.)/g, (_all, next: string) =>
    /[0-9]/.test(next) ? (match.groups[Number(next)] ?? "") : next,
  );
  // What the expression leaves of the number stands beside the replacement.
  return number.slice(0, match.from) + by + number.slice(match.to);
}

/** A delimiter with a backslash before it stands for itself. */
function splitAt(text: string, delimiter: string): string[] {
  const parts = [""];
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    const next = text.charAt(at + 1);
    const last = parts.length - 1;
    if (character === "\\" && next !== "") {
      parts[last] += next === delimiter ? next : character + next;
      at += 1;
    } else if (character === delimiter) parts.push("");
    else parts[last] += character;
  }
  return parts;
}
