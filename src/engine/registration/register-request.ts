// The REGISTER of a trunk (RFC 3261 section 10.2), with what RFC 5626, 5627, 3327 and 6140 add to it.

import { flatCopy, invariant, type Millis } from "../../base/index.ts";
import {
  formatHostPort,
  formatRequest,
  type HeaderLine,
  header,
  isSameSipUri,
  type NameAddress,
  parameterNumber,
  parameterValue,
  parseSipUri,
  type SipResponse,
} from "../../protocol/sip/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { loginLines } from "../credentials/index.ts";
import { contactTowards, hostTowards, viaTowards } from "../own-addresses.ts";
import {
  type Grant,
  ownRegistrationOf,
  type RegistrarPlace,
  type Registration,
  type RegistrationTurn,
} from "./registration.ts";

/** Proxies that a registrar may send our requests through: more is a mistake of its. */
const ROUTES_MOST = 8;
/** Between two keep-alives over UDP (RFC 5626 section 4.4.2: 24 to 29 seconds). */
const KEEP_ALIVE: Millis = 25_000;

/** The user part of the contact: that of the line, so that a call to it says whom it is for. None for all numbers (RFC 6140 section 5.1). */
function contactUser({ trunk }: Registration): string {
  const own = ownRegistrationOf(trunk);
  const user = own === null || own.bulkNumbers ? null : (parseSipUri(own.aor)?.user ?? null);
  return user === null ? "" : `${user}@`;
}

/** Where we are for the registrar, and for whoever calls through it, over a flow. A URI. */
export function registeredContact(registration: Registration, flow: Flow, { world }: RegistrationTurn): string {
  const plain = contactTowards(world.border, flow);
  return `${plain.replace(":", `:${contactUser(registration)}`)};line=${registration.line}`;
}

/** The user agent's name for good (RFC 5626 section 4.1), made of what it is configured as: a UUID of RFC 9562's version 8. */
function instanceUrn({ trunk }: Registration, { world }: RegistrationTurn): string {
  const name = `${world.border.configuration.node.name} ${trunk.name} ${ownRegistrationOf(trunk)?.aor ?? ""}`;
  const hex = world.hash.hash("sha256", name);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return `urn:uuid:${parts.join("-")}`;
}

export interface Registering {
  readonly place: RegistrarPlace;
  readonly contact: string;
  readonly branch: string;
  /** 0 takes it back. */
  readonly seconds: number;
}

/** The text of the next REGISTER, one CSeq further. */
export function formatRegister(registration: Registration, asked: Registering, turn: RegistrationTurn): string {
  const { place, contact, branch, seconds } = asked;
  const { trunk, login } = registration;
  const own = ownRegistrationOf(trunk);
  invariant(own !== null, "a trunk that registers says with whom");
  const { host, port, uri: configured } = place.registrar;
  const uri = `${/^sips:/i.test(configured) ? "sips" : "sip"}:${formatHostPort(host, port)}`;
  const request = { method: "REGISTER", uri, body: "" };
  const { credentials } = trunk;
  const known =
    login === null || credentials === null ? [] : loginLines(login, { credentials, request }, turn.world.hash);
  registration.sequence += 1;
  const address = own.bulkNumbers ? `<${contact};bnc>` : `<${contact}>`;
  const flows = registration.plain ? "" : `;+sip.instance="<${instanceUrn(registration, turn)}>";reg-id=1`;
  return formatRequest({
    method: "REGISTER",
    uri,
    headers: [
      ["Via", viaTowards(turn.world.border, { trunk, flow: place.flow, branch })],
      ["Max-Forwards", "70"],
      ["From", `<${own.aor}>;tag=${registration.localTag}`],
      ["To", `<${own.aor}>`],
      ["Call-ID", registration.callId],
      ["CSeq", `${registration.sequence} REGISTER`],
      ...known,
      ["Contact", `${address};expires=${seconds}${flows}`],
      ["Expires", String(seconds)],
      ...bulkLines(own.bulkNumbers),
      ["Supported", registration.plain ? "path, gruu" : "path, outbound, gruu"],
      ["User-Agent", "Demarc"],
    ],
    body: null,
  });
}

/** A registrar that does not know of bulk registration, or a proxy before it, must not take it for one of a single line (RFC 6140 section 5.1). */
function bulkLines(bulkNumbers: boolean): readonly HeaderLine[] {
  return bulkNumbers
    ? [
        ["Require", "gin"],
        ["Proxy-Require", "gin"],
      ]
    : [];
}

/** Among the contacts of a 200 the one that we registered. */
function ownContact(response: SipResponse, contact: string, line: string): NameAddress | undefined {
  const contacts = response.headers.read(header.contact) ?? [];
  const ours = parseSipUri(contact);
  const uris = contacts.map((address) => ({ address, uri: parseSipUri(address.uri) }));
  const marked = uris.find(({ uri }) => uri !== null && parameterValue(uri.parameters, "line") === line);
  return (marked ?? uris.find(({ uri }) => uri !== null && ours !== null && isSameSipUri(uri, ours)))?.address;
}

/** Whether a NAT stands before the registrar: it saw us elsewhere than we said (RFC 3581), or speaks of flows and wants them alive. */
function keepAliveOf(response: SipResponse, flow: Flow, turn: RegistrationTurn): Millis | null {
  if (flow.transport !== "udp") return null;
  const [via] = response.headers.read(header.via) ?? [];
  const received = via === undefined ? null : parameterValue(via.parameters, "received");
  const moved = typeof received === "string" && received !== "" && received !== hostTowards(turn.world.border, flow);
  const flows = (response.headers.read(header.require) ?? []).some((tag) => tag.toLowerCase() === "outbound");
  const timer = response.headers.read(header.flowTimer);
  if (timer !== null) return Math.max(10_000, Math.min(timer * 800, KEEP_ALIVE));
  return moved || flows ? KEEP_ALIVE : null;
}

/** What a 200 grants; null where it grants nothing. */
export function readGrant(
  registration: Registration,
  answer: { readonly response: SipResponse; readonly place: RegistrarPlace; readonly contact: string },
  turn: RegistrationTurn,
): Grant | null {
  const { response, place, contact } = answer;
  const { headers } = response;
  const ours = ownContact(response, contact, registration.line);
  const said = ours === undefined ? null : parameterNumber(ours.parameters, "expires");
  const seconds = said ?? headers.read(header.expires) ?? registration.seconds;
  if (seconds <= 0) return null;
  const gruu = (read: (address: NameAddress) => string | null): string | null => {
    const text = ours === undefined ? null : read(ours);
    return text === null ? null : flatCopy(text.slice(0, 512));
  };
  return {
    ...place,
    contact,
    grantedAt: turn.now,
    // No registrar grants more than was asked for (RFC 3261 section 10.3); one that does gets its registration refreshed as asked.
    until: turn.now + Math.min(seconds, registration.seconds) * 1000,
    serviceRoute: (headers.read(header.serviceRoute) ?? []).slice(0, ROUTES_MOST).map(({ uri }) => flatCopy(uri)),
    publicGruu: gruu(header.publicGruuOf),
    temporaryGruu: gruu(header.temporaryGruuOf),
    keepAliveMs: keepAliveOf(response, place.flow, turn),
  };
}
