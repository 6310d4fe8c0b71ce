// Whether two SIP URIs are the same one (RFC 3261 section 19.1.4). Not transitive, by that section: parameters in only one of them may be
// ignored. So it finds the same resource, and is no key of a table.

import { headerName } from "./header-names.ts";
import type { Parameters } from "./parameters.ts";
import type { SipUri } from "./uri.ts";
import { normalizeEscapes } from "./uri-escapes.ts";
import { parseUriHeaders } from "./uri-headers.ts";

/** They never match their absence, not even with the value that is the default. */
const NEVER_IGNORED = ["user", "ttl", "method", "maddr", "transport"];

/** The 8 groups of an IPv6 address in one spelling; the text in lower case where it is a name or cannot be read as one. */
function normalizeHost(host: string): string {
  const lower = host.toLowerCase();
  if (!lower.includes(":")) return lower;
  const tail = /^(.*:)(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(lower);
  const octets = tail === null ? [] : tail.slice(2).map(Number);
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  const text = tail === null ? lower : `${tail[1]}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  // A third colon before a dotted tail is what the grammar of RFC 3261 once asked for (RFC 5118 section 4.10).
  const halves = text.replace(":::", "::").split("::");
  const [head = [], end = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - head.length - end.length;
  const groups = halves.length === 2 ? [...head, ...new Array<string>(Math.max(missing, 0)).fill("0"), ...end] : head;
  const fits = halves.length <= 2 && groups.length === 8 && groups.every((group) => /^[0-9a-f]{1,4}$/.test(group));
  return fits && octets.every((octet) => octet < 256)
    ? groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")
    : lower;
}

/** Whether two hosts are the same name or address; addresses by value (RFC 5954 section 4.2). */
export function isSameHost(one: string, other: string): boolean {
  return one === other || normalizeHost(one) === normalizeHost(other);
}

function isSameText(one: string | null, other: string | null): boolean {
  return one === null || other === null ? one === other : normalizeEscapes(one) === normalizeEscapes(other);
}

/** By name in lower case. A name that is there twice, which it may not be, has all its values. */
function parametersByName(parameters: Parameters): Map<string, string> {
  const byName = new Map<string, string>();
  for (const { name, value } of parameters) {
    const key = normalizeEscapes(name).toLowerCase();
    const text = value === null ? "" : `=${normalizeEscapes(value).toLowerCase()}`;
    byName.set(key, `${byName.get(key) ?? ""};${text}`);
  }
  return byName;
}

function areSameParameters(one: Parameters, other: Parameters): boolean {
  if (one.length === 0 && other.length === 0) return true;
  const [ours, theirs] = [parametersByName(one), parametersByName(other)];
  if (NEVER_IGNORED.some((name) => ours.get(name) !== theirs.get(name))) return false;
  for (const [name, value] of ours) if ((theirs.get(name) ?? value) !== value) return false;
  return true;
}

/** In one order and spelling. Values are compared as they are: which of them go without case is each header's own matter. */
function headersInOrder(text: string): string {
  const headers = parseUriHeaders(text);
  if (headers === null) return text;
  return JSON.stringify(headers.map(({ name, value }) => [headerName(name), value]).sort(byText));
}

function byText(one: readonly string[], other: readonly string[]): number {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
  return a < b ? -1 : Number(a > b);
}

function areSameHeaders(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return one === other;
  return one === other || headersInOrder(one) === headersInOrder(other);
}

/** Whether both mean the same resource, reached the same way. User and password with case, all else without. */
export function isSameSipUri(one: SipUri, other: SipUri): boolean {
  return (
    one.scheme === other.scheme &&
    one.port === other.port &&
    isSameText(one.user, other.user) &&
    isSameText(one.password, other.password) &&
    isSameHost(one.host, other.host) &&
    areSameParameters(one.parameters, other.parameters) &&
    areSameHeaders(one.headers, other.headers)
  );
}
