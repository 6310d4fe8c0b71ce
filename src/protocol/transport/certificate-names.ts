// Which SIP domain a certificate speaks for, and whether it is the one that was meant (RFC 5922 sections 7.1 and 7.2).

import { parseAddress, sameAddress } from "./address.ts";

export interface CertificateNames {
  /** Domains in lower case: of the sip: URIs where there are any, else of the DNS names, else the common name. At most NAME_LIMIT. */
  readonly domains: readonly string[];
  readonly addresses: readonly string[];
}

/** What of a certificate names its owner. */
export interface CertificateText {
  /** As `DNS:a.example, URI:sip:b.example, IP Address:192.0.2.1`; entries with unusual characters are JSON strings. Null when there is none. */
  readonly subjectAltName: string | null;
  /** A line for each attribute: `CN=a.example`. */
  readonly subject: string;
}

/** The names of each kind that are looked at: certificates for many customers have some dozens. */
const NAME_LIMIT = 256;

const DOMAIN = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
const ENTRY = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/gy;

/** A domain in the form in which domains are compared; null for anything else, a NUL or a blank in it included. */
function toDomain(text: string): string | null {
  const domain = text.toLowerCase().replace(/\.$/, "");
  return DOMAIN.test(domain.startsWith("*.") ? domain.slice(2) : domain) && parseAddress(domain) === null
    ? domain
    : null;
}

/** The host of `sip:host`; null where there is a user, a port or parameters, which make it another thing than a domain. */
function domainOfUri(uri: string): string | null {
  return /^sip:/i.test(uri) ? toDomain(uri.slice(4)) : null;
}

function unquote(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return "";
  }
}

function present(found: readonly (string | null)[]): string[] {
  return found.filter((domain) => domain !== null);
}

/** The names by which the certificate's owner may be believed. Total; what cannot be read counts for nothing. */
export function readCertificateNames({ subjectAltName, subject }: CertificateText): CertificateNames {
  if (subjectAltName === null) {
    const names = subject.split("\n").filter((line) => line.startsWith("CN="));
    // Two common names leave open which of them somebody vouched for.
    return { domains: names.length === 1 ? present([toDomain(names[0]?.slice(3) ?? "")]) : [], addresses: [] };
  }
  const entries = [...subjectAltName.matchAll(ENTRY)].map(([, type = "", text = ""]) => [type, unquote(text)] as const);
  const of = (wanted: string): string[] => entries.filter(([type]) => type === wanted).map(([, text]) => text);
  const uris = present(of("URI").map(domainOfUri)).filter((domain) => !domain.startsWith("*."));
  return {
    domains: (uris.length > 0 ? uris : present(of("DNS").map(toDomain))).slice(0, NAME_LIMIT),
    addresses: of("IP Address")
      .filter((text) => parseAddress(text) !== null)
      .slice(0, NAME_LIMIT),
  };
}

/**
 * The domains of a certificate by any of which it speaks for `name`, itself a domain; none where it is an address, or no name. `wildcard`: whether
 * a star may stand for its first label (RFC 5922 section 7.2 says no; some providers live by it).
 */
export function namesCovering(name: string, { wildcard }: { wildcard: boolean }): readonly string[] {
  const domain = toDomain(name);
  if (domain === null || domain.startsWith("*.")) return [];
  const parent = domain.slice(domain.indexOf(".") + 1);
  // A star stands for one whole label, and never for all of a top-level domain.
  return wildcard && parent !== domain && parent.includes(".") ? [domain, `*.${parent}`] : [domain];
}

/** Whether the owner may speak for `name`: a domain, or an IP literal without brackets. */
export function certificateCovers(names: CertificateNames, name: string, options: { wildcard: boolean }): boolean {
  if (parseAddress(name) !== null) return names.addresses.some((address) => sameAddress(address, name));
  return namesCovering(name, options).some((domain) => names.domains.includes(domain));
}
