// What NAPTR records say of the ways to a domain's SIP servers (RFC 3263 section 4.1, RFC 3403, RFC 7118 section 10.5).

import { type NaptrRecord, plainName } from "./dns-answers.ts";
import type { TransportName } from "./flow.ts";

/** A name that has SRV records, and what is spoken with the servers that they name. */
export interface SipService {
  readonly name: string;
  readonly transport: TransportName;
}

const SERVICES: Readonly<Record<string, TransportName>> = {
  "sip+d2u": "udp",
  "sip+d2t": "tcp",
  "sips+d2t": "tls",
  "sip+d2w": "ws",
  "sips+d2w": "wss",
};

function transportOf(record: NaptrRecord): TransportName | null {
  const service = record.service.toLowerCase();
  // Only the form that RFC 3263 describes: it leads to SRV records and rewrites nothing.
  if (record.flags.toLowerCase() !== "s" || record.regexp !== "" || plainName(record.replacement) === "") return null;
  return Object.hasOwn(SERVICES, service) ? (SERVICES[service] ?? null) : null;
}

/**
 * The services that both sides can speak, best first: of the lowest order that has any (later orders are not looked at, RFC 3403 section 4.1),
 * by preference. Empty when there is none.
 */
export function servicesOfNaptr(records: readonly NaptrRecord[], supported: ReadonlySet<TransportName>): SipService[] {
  const fitting = records.flatMap((record) => {
    const transport = transportOf(record);
    return transport === null || !supported.has(transport) ? [] : [{ record, transport }];
  });
  const lowest = Math.min(...fitting.map(({ record }) => record.order));
  return fitting
    .filter(({ record }) => record.order === lowest)
    .sort((one, other) => one.record.preference - other.record.preference)
    .map(({ record, transport }) => ({ name: plainName(record.replacement), transport }));
}

const PREFIXES: Readonly<Record<TransportName, string>> = {
  udp: "_sip._udp",
  tcp: "_sip._tcp",
  tls: "_sips._tcp",
  ws: "_sip._ws",
  wss: "_sips._ws",
};

/** Where a domain without NAPTR records lists its servers for a transport (RFC 3263 section 4.1). */
export function serviceOf(domain: string, transport: TransportName): SipService {
  return { name: `${PREFIXES[transport]}.${plainName(domain)}`, transport };
}
