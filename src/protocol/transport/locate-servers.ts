// From a SIP URI's host to the places where its servers listen, in the order to try them (RFC 3263 section 4). A function of the answers that
// DNS gave so far: it names the questions that are left, or the places.

import type { Random } from "../../base/index.ts";
import { parseAddress } from "./address.ts";
import {
  type DnsAnswer,
  type DnsAnswers,
  type DnsQuestion,
  type DnsType,
  isAskable,
  plainName,
  questionKey,
} from "./dns-answers.ts";
import { DEFAULT_PORTS, type TransportName } from "./flow.ts";
import { orderAddresses } from "./locate-address-order.ts";
import { type SipService, serviceOf, servicesOfNaptr } from "./naptr-services.ts";
import { isServiceRefused, orderSrv } from "./srv-order.ts";

/** A transport and an address family that we can call from. */
export interface Reach {
  readonly transport: TransportName;
  readonly family: 4 | 6;
}

export interface LocateQuery {
  /** A host name, or an IP literal without brackets. */
  readonly host: string;
  /** As the URI names it; null when it does not. */
  readonly port: number | null;
  readonly transport: TransportName | null;
  /** A sips URI: nothing but encrypted transports will do. */
  readonly secure: boolean;
  /** What we have listeners for, the preferred ones first. */
  readonly reach: readonly Reach[];
}

/** Where one server listens. */
export interface ServerPlace {
  /** An IP literal without brackets. */
  readonly address: string;
  readonly port: number;
  readonly transport: TransportName;
}

export type Locating =
  | { readonly kind: "ask"; readonly questions: readonly DnsQuestion[] }
  /** At least one place. */
  | { readonly kind: "found"; readonly places: readonly ServerPlace[] }
  | { readonly kind: "failed"; readonly detail: string };

interface Host {
  readonly name: string;
  readonly port: number;
  readonly transport: TransportName;
}

/** Bounds on what one answer can make us ask and try. */
const SERVICE_LIMIT = 8;
const HOST_LIMIT = 16;
const PLACE_LIMIT = 32;

const ENCRYPTED: ReadonlySet<TransportName> = new Set(["tls", "wss"]);

/** Reads the answers that there are and notes the questions without one. */
class Reading {
  readonly missing = new Map<string, DnsQuestion>();
  failure: string | null = null;
  readonly #answers: DnsAnswers;

  constructor(answers: DnsAnswers) {
    this.#answers = answers;
  }

  look(type: DnsType, name: string): DnsAnswer | undefined {
    const question = { type, name: plainName(name) };
    if (!isAskable(question.name)) return { kind: "none" };
    const key = questionKey(question);
    const answer = this.#answers.get(key);
    if (answer === undefined) this.missing.set(key, question);
    // A server that keeps silent on one type must not make a host unreachable whose address it gives: only remembered.
    if (answer?.kind === "failed") this.failure ??= answer.detail;
    return answer;
  }
}

/**
 * From a URI to the places of its servers (RFC 3263), out of the answers so far: the places, the next questions for DNS, or why there are none.
 *
 * @param random shares the servers of one priority by their weights
 */
export function locateServers(query: LocateQuery, answers: DnsAnswers, random: Random): Locating {
  const supported = supportedTransports(query);
  if (supported.length === 0) return { kind: "failed", detail: "no listener of ours speaks a transport of this URI" };
  const reading = new Reading(answers);
  const hosts = hostsOf(query, { supported, reading, random });
  if (hosts === null) return { kind: "ask", questions: [...reading.missing.values()] };
  if (hosts.length === 0) return { kind: "failed", detail: "the domain says that it has no such service" };
  const places = placesOf(hosts, { query, reading });
  if (reading.missing.size > 0) return { kind: "ask", questions: [...reading.missing.values()] };
  if (places.length > 0) return { kind: "found", places };
  return { kind: "failed", detail: reading.failure ?? "the name has no address that we can reach" };
}

/** The transports that may be used, best first; one where the URI decides it (RFC 3263 section 4.1). */
function supportedTransports({ transport, secure, reach }: LocateQuery): TransportName[] {
  const ours = [...new Set(reach.map((each) => each.transport))];
  return ours.filter((each) => (transport === null || each === transport) && (!secure || ENCRYPTED.has(each)));
}

/** What is spoken with a host about which nothing says more: UDP, or TLS for sips (RFC 3263 section 4.1). */
function plainTransport(supported: readonly TransportName[], secure: boolean): TransportName {
  const usual = secure ? "tls" : "udp";
  return supported.includes(usual) ? usual : (supported[0] ?? usual);
}

interface Means {
  readonly supported: readonly TransportName[];
  readonly reading: Reading;
  readonly random: Random;
}

/** The hosts to try, in order; null while answers are missing; empty when the domain refuses the service. */
function hostsOf(query: LocateQuery, means: Means): Host[] | null {
  const { supported, reading, random } = means;
  const transport = plainTransport(supported, query.secure);
  const port = query.port ?? DEFAULT_PORTS[transport];
  const itself: Host = { name: query.host, port, transport };
  if (query.port !== null || parseAddress(query.host) !== null) return [itself];
  const services = servicesFor(query, means);
  if (services === null) return null;
  const answered = services.map((service) => ({ service, answer: reading.look("SRV", service.name) }));
  if (reading.missing.size > 0) return null;
  const listed = answered.flatMap(({ service, answer }) => (answer?.kind === "srv" ? [{ service, ...answer }] : []));
  // Without any SRV record the host itself is the server (section 4.2).
  if (listed.length === 0) return [{ ...itself, ...(services.length === 1 ? standardPlace(services[0]) : {}) }];
  return listed
    .filter(({ records }) => !isServiceRefused(records))
    .flatMap(({ service, records }) => {
      return orderSrv(records, random).map(({ target, port }) => ({
        name: target,
        port,
        transport: service.transport,
      }));
    });
}

function standardPlace(service: SipService | undefined): Partial<Host> {
  return service === undefined ? {} : { transport: service.transport, port: DEFAULT_PORTS[service.transport] };
}

/** Whose SRV records to look at: those that NAPTR names, else each transport's own. Null while the answer is missing. */
function servicesFor(query: LocateQuery, { supported, reading }: Means): SipService[] | null {
  const own = supported.map((transport) => serviceOf(query.host, transport));
  // With the transport given there is nothing to choose, except the way of sips, which may lead elsewhere.
  if (query.transport !== null && !query.secure) return own;
  const answer = reading.look("NAPTR", query.host);
  if (answer === undefined) return null;
  const named = answer.kind === "naptr" ? servicesOfNaptr(answer.records, new Set(supported)) : [];
  return (named.length > 0 ? named : own).slice(0, SERVICE_LIMIT);
}

function placesOf(hosts: readonly Host[], { query, reading }: { query: LocateQuery; reading: Reading }): ServerPlace[] {
  const places = new Map<string, ServerPlace>();
  for (const { name, port, transport } of hosts.slice(0, HOST_LIMIT)) {
    const families = query.reach.filter((each) => each.transport === transport).map(({ family }) => family);
    for (const address of orderAddresses(addressesOf(name, new Set(families), reading))) {
      places.set(`${transport} ${address} ${port}`, { address, port, transport });
    }
  }
  return [...places.values()].slice(0, PLACE_LIMIT);
}

function addressesOf(name: string, families: ReadonlySet<4 | 6>, reading: Reading): string[] {
  const literal = parseAddress(name);
  if (literal !== null) return families.has(literal.family) ? [name] : [];
  return [...families].flatMap((family) => {
    const answer = reading.look(family === 4 ? "A" : "AAAA", name);
    return answer?.kind === "addresses" ? answer.addresses : [];
  });
}
