// The registrar for peers that register with us (RFC 3261 section 10.3): their contacts, all of one REGISTER or none, and what they are told.

import { flatCopy, type Millis, randomToken, SECOND } from "../../base/index.ts";
import type { AcceptedRegistration, Trunk } from "../../model/index.ts";
import {
  cseq,
  displayText,
  formatNameAddress,
  type HeaderLine,
  header,
  isLooseRouter,
  type NameAddress,
  parameterNumber,
  parameterValue,
  parseSipUri,
  preferenceOf,
  type SipRequest,
  to,
  unescapeUser,
} from "../../protocol/sip/index.ts";
import type { TransactionKey } from "../../protocol/transaction/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { type BoundContact, type BoundContacts, contactsOf, dropFlow, isSameContact } from "./bound-contact.ts";
import type { RegistrationTurn } from "./registration.ts";

export interface RegisterArrived {
  readonly request: SipRequest;
  readonly transaction: TransactionKey;
  readonly flow: Flow;
  /** Whose it is for certain: it has proved it by its password. */
  readonly trunk: Trunk;
}

export interface RegistrarTurn extends RegistrationTurn {
  readonly world: RegistrationTurn["world"] & { readonly contacts: BoundContacts };
}

/** How long a flow may be silent before it counts as gone (RFC 5626 section 10). */
const FLOW_TIMER_SECONDS = 120;
const PATH_MOST = 8;
const DOMAIN_TEXT_MOST = 512;

/** What a REGISTER is answered. */
interface Answer {
  readonly status: number;
  readonly headers?: readonly HeaderLine[];
}

/** Whether a REGISTER asks for its flow to be kept, and can have that: no proxy is on the way, or one that keeps it too (RFC 5626 section 6). */
type FlowWish = "none" | "kept" | "impossible";

/** How the peer registers with us; null where it does not. */
export function acceptedRegistrationOf({ registration }: Trunk): AcceptedRegistration | null {
  return registration?.accept === true ? registration : null;
}

export function onRegister(arrived: RegisterArrived, turn: RegistrarTurn): void {
  const { trunk, transaction } = arrived;
  const terms = acceptedRegistrationOf(trunk);
  const { status, headers = [] } =
    terms === null ? { status: 405 } : (objectionTo(arrived, terms) ?? takeContacts(arrived, terms, turn));
  turn.world.layer.respond(transaction, { status, toTag: randomToken(turn.world.random, 16), headers }, turn);
}

/** What there is to say against a REGISTER before its contacts are looked at. */
function objectionTo({ request, trunk }: RegisterArrived, terms: AcceptedRegistration): Answer | null {
  const { headers } = request;
  const known = new Set(["path", "outbound", ...(terms.bulkNumbers ? ["gin"] : [])]);
  const required = headers.has("require") ? (headers.read(header.require) ?? [""]) : [];
  const foreign = required.filter((tag) => !known.has(tag.toLowerCase()));
  if (foreign.length > 0) return { status: 420, headers: [["Unsupported", foreign.join(", ")]] };
  const line = parseSipUri(headers.read(to)?.uri ?? "");
  const wanted = terms.aor === null ? (trunk.credentials?.username ?? "") : userOf(terms.aor);
  // Of another line it may be, it is not this trunk's (RFC 3261 section 10.3, steps 4 and 5).
  if (line === null || unescapeUser(line.user ?? "") !== wanted) return { status: 404 };
  if (headers.has("contact") && headers.read(header.contact) === null) return { status: 400 };
  if (headers.has("path") && headers.read(header.path) === null) return { status: 400 };
  return null;
}

function userOf(aor: string): string {
  return unescapeUser(parseSipUri(aor)?.user ?? "");
}

function takeContacts(arrived: RegisterArrived, terms: AcceptedRegistration, turn: RegistrarTurn): Answer {
  const { request, trunk } = arrived;
  const { contacts } = turn.world;
  const named = request.headers.read(header.contact) ?? [];
  const before = contactsOf(contacts, trunk.name, turn.now);
  if (named.some(({ uri }) => uri === "*")) {
    const seconds = request.headers.read(header.expires);
    if (named.length > 1 || seconds !== 0) return { status: 400 };
    return keep(arrived, { before, after: [], wish: "none" }, turn);
  }
  if (named.length > terms.maxContacts) return { status: 403 };
  const wish = named.length === 0 ? "none" : flowWishOf(request, named);
  if (wish === "impossible") return { status: 439 };
  let after: readonly BoundContact[] = before;
  for (const address of named) {
    const read = readContact(arrived, address, { terms, wish, turn });
    if ("status" in read) return read;
    const same = after.find((known) => isSameContact(known, read));
    // One that is older than what is known is late (step 7).
    if (same !== undefined && same.callId === read.callId && same.sequence >= read.sequence) return { status: 500 };
    const others = after.filter((known) => known !== same);
    after = read.until <= turn.now ? others : [...others, { ...read, since: same?.since ?? turn.now }];
  }
  // Those that nobody refreshed for longest were left behind by a device that has started anew.
  const latest = [...after].sort((one, other) => other.refreshedAt - one.refreshedAt).slice(0, terms.maxContacts);
  return keep(arrived, { before, after: after.filter((contact) => latest.includes(contact)), wish }, turn);
}

function flowWishOf({ headers }: SipRequest, named: readonly NameAddress[]): FlowWish {
  const supported = (headers.read(header.supported) ?? []).some((tag) => tag.toLowerCase() === "outbound");
  const asks = named.some((address) => header.instanceOf(address) !== null && header.registrationOf(address) !== null);
  if (!supported || !asks) return "none";
  const [edge] = headers.read(header.path) ?? [];
  const through = edge === undefined ? null : parseSipUri(edge.uri);
  if (through !== null) return header.keepsFlow(through) ? "kept" : "impossible";
  return (headers.read(header.via) ?? []).length > 1 ? "impossible" : "kept";
}

interface Reading {
  readonly terms: AcceptedRegistration;
  readonly wish: FlowWish;
  readonly turn: RegistrarTurn;
}

/** The contact with its time: one that is to go has none left. */
function readContact(
  { request, flow }: RegisterArrived,
  address: NameAddress,
  { terms, wish, turn }: Reading,
): BoundContact | Answer {
  const { headers } = request;
  const uri = parseSipUri(address.uri);
  if (uri === null || address.uri.length > DOMAIN_TEXT_MOST || uri.headers !== null) return { status: 400 };
  const bulk = parameterValue(uri.parameters, "bnc") !== undefined;
  const demanded = (headers.read(header.require) ?? []).some((tag) => tag.toLowerCase() === "gin");
  if (bulk && (!terms.bulkNumbers || uri.user !== null)) return { status: 400 };
  // Whoever does not know of it must not be taken for one of a single line (RFC 6140 section 5.1).
  if (bulk !== demanded) return { status: 421, headers: [["Require", "gin"]] };
  const asked =
    parameterNumber(address.parameters, "expires") ?? headers.read(header.expires) ?? terms.expires / SECOND;
  if (asked > 0 && asked * SECOND < terms.minExpires)
    return { status: 423, headers: [["Min-Expires", String(Math.ceil(terms.minExpires / SECOND))]] };
  const { network, transport, localAddress, localPort, remoteAddress, remotePort } = flow;
  const agent = headers.first("user-agent") ?? null;
  return {
    uri: flatCopy(address.uri),
    instance: wish === "kept" ? header.instanceOf(address) : null,
    registration: wish === "kept" ? header.registrationOf(address) : null,
    flow: { network, transport, localAddress, localPort, remoteAddress, remotePort },
    path: pathOf(request),
    callId: flatCopy(headers.first("call-id") ?? ""),
    sequence: headers.read(cseq)?.sequence ?? 0,
    preference: preferenceOf(address.parameters),
    bulk,
    userAgent: agent === null ? null : flatCopy(displayText(agent).slice(0, 128)),
    since: turn.now,
    refreshedAt: turn.now,
    until: turn.now + Math.min(asked * SECOND, terms.expires),
  };
}

/** Strict routers went out of use before Path came in. */
function pathOf({ headers }: SipRequest): string[] {
  const loose = (headers.read(header.path) ?? []).filter(({ uri }) => {
    const parsed = parseSipUri(uri);
    return parsed !== null && isLooseRouter(parsed);
  });
  return loose.slice(0, PATH_MOST).map(({ uri }) => flatCopy(uri));
}

function keep(
  { request, trunk }: RegisterArrived,
  change: {
    readonly before: readonly BoundContact[];
    readonly after: readonly BoundContact[];
    readonly wish: FlowWish;
  },
  turn: RegistrarTurn,
): Answer {
  const { before, after, wish } = change;
  const { contacts } = turn.world;
  if (after.length > 0) contacts.set(trunk.name, [...after]);
  else contacts.delete(trunk.name);
  watch(trunk.name, turn);
  tellOfChange(trunk.name, { before: before.length, after }, turn);
  const lines = after.map((contact): HeaderLine => ["Contact", contactLine(contact, turn.now)]);
  const { headers } = request;
  const knowsPath = (headers.read(header.supported) ?? []).some((tag) => tag.toLowerCase() === "path");
  const path = knowsPath ? headers.all("path").map((value): HeaderLine => ["Path", value]) : [];
  const flows: readonly HeaderLine[] =
    wish === "kept"
      ? [
          ["Require", "outbound"],
          ["Flow-Timer", String(FLOW_TIMER_SECONDS)],
        ]
      : [];
  return { status: 200, headers: [...lines, ...path, ...flows, ["Date", header.date.format(Math.round(turn.now))]] };
}

function contactLine({ uri, until, instance, registration, preference }: BoundContact, now: Millis): string {
  const parameters = [{ name: "expires", value: String(Math.max(1, Math.round((until - now) / SECOND))) }];
  if (preference < 1) parameters.push({ name: "q", value: String(preference) });
  if (instance !== null) parameters.push({ name: "+sip.instance", value: `"<${instance}>"` });
  if (registration !== null) parameters.push({ name: "reg-id", value: String(registration) });
  return formatNameAddress({ displayName: null, uri, parameters });
}

/** Looks again when the first of a trunk's contacts runs out. */
function watch(trunk: string, turn: RegistrarTurn): void {
  const untils = (turn.world.contacts.get(trunk) ?? []).map(({ until }) => until);
  const key = `contacts|${trunk}`;
  if (untils.length === 0) turn.actions.push({ kind: "stop-timer", key });
  else turn.actions.push({ kind: "start-timer", key, at: Math.min(...untils) });
}

/** A peer that can be called now, or no more, is news. */
function tellOfChange(
  trunk: string,
  { before, after }: { readonly before: number; readonly after: readonly BoundContact[] },
  turn: RegistrarTurn,
): void {
  if (before > 0 === after.length > 0) return;
  const flow = after[0]?.flow;
  const fields = flow === undefined ? { trunk } : { trunk, address: `${flow.remoteAddress}:${flow.remotePort}` };
  const message =
    flow === undefined ? "The trunk is not registered with us any more." : "The trunk has registered with us.";
  turn.actions.push({ kind: "log", level: flow === undefined ? "warn" : "info", message, call: null, fields });
}

/** Whether a timer is about contacts. */
export function isOfContacts(key: string): boolean {
  return key.startsWith("contacts|");
}

/** A contact of a trunk has run out: `contacts|<trunk>`. */
export function onContactsTimer(key: string, turn: RegistrarTurn): void {
  const trunk = key.slice("contacts|".length);
  const { contacts } = turn.world;
  const before = contacts.get(trunk)?.length ?? 0;
  const after = (contacts.get(trunk) ?? []).filter(({ until }) => until > turn.now);
  if (after.length > 0) contacts.set(trunk, after);
  else contacts.delete(trunk);
  if (before === 0) return;
  watch(trunk, turn);
  tellOfChange(trunk, { before, after }, turn);
}

/** A connection is gone. */
export function onContactFlowLost(flow: Flow, turn: RegistrarTurn): void {
  for (const trunk of dropFlow(turn.world.contacts, flow)) {
    watch(trunk, turn);
    tellOfChange(trunk, { before: 1, after: turn.world.contacts.get(trunk) ?? [] }, turn);
  }
}

/** Drops what trunks have registered that do not register any more. */
export function keepContacts(trunks: Readonly<Record<string, Trunk>>, turn: RegistrarTurn): void {
  for (const name of [...turn.world.contacts.keys()]) {
    const trunk = Object.hasOwn(trunks, name) ? trunks[name] : undefined;
    if (trunk !== undefined && acceptedRegistrationOf(trunk) !== null) continue;
    turn.world.contacts.delete(name);
    watch(name, turn);
  }
}

/** The timers that another engine goes on with. */
export function contactTimers(contacts: BoundContacts): { readonly key: string; readonly at: Millis }[] {
  return [...contacts].map(([trunk, list]) => ({
    key: `contacts|${trunk}`,
    at: Math.min(...list.map(({ until }) => until)),
  }));
}
