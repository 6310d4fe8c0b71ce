// The call that somebody asks about, as its trunk would send it; and what answers it in the place of the outside world.

import type { Configuration, Trunk } from "../model/index.ts";
import {
  formatDescription,
  type Origin,
  parseDescription,
  type SessionDescription,
  voiceDescription,
} from "../protocol/sdp/index.ts";
import { escapeUser, formatHostPort, formatRequest, type HeaderLine, wireText } from "../protocol/sip/index.ts";
import { DEFAULT_PORTS, type Flow, type LocateQuery, parseAddress } from "../protocol/transport/index.ts";
import type { ResolveResult } from "./inputs.ts";
import type { MediaCommand, MediaResult } from "./media-contract.ts";

export interface ExplainQuestion {
  /** The trunk that the call would come from. */
  readonly from: string;
  /** As its caller dials it. */
  readonly to: string;
  /** As the trunk writes it; null for a number that lives behind it, or nobody. */
  readonly caller: string | null;
  /** Further headers of its INVITE. */
  readonly headers: readonly HeaderLine[];
}

/** Documentation addresses (RFC 5737, RFC 3849) stand for servers that would be looked up. */
const SOMEWHERE = { 4: "192.0.2.1", 6: "2001:db8::1" } as const;
const CALLER_PORT = 4000;
const CODECS = ["PCMU", "PCMA", "G722"];

/** An address from which the trunk's requests could come; null where it is known by none and by no certificate. */
function addressOf(trunk: Trunk, family: 4 | 6): string | null {
  const { identify, targets } = trunk;
  for (const block of identify.addresses) {
    const [address = ""] = block.split("/");
    if (parseAddress(address)?.family === family) return address;
  }
  const literal = targets.find(({ host }) => parseAddress(host)?.family === family);
  return identify.tlsNames.length > 0 || isKnownByMore(trunk) ? (literal?.host ?? SOMEWHERE[family]) : null;
}

/** Whether a trunk's requests may come from anywhere, and are known by a password or by the line that we registered. */
export function isKnownByMore({ identify, registration }: Trunk): boolean {
  return (
    identify.addresses.length === 0 && identify.tlsNames.length === 0 && (identify.digest || registration !== null)
  );
}

/** How the trunk's requests would come; null where none could: it is not known by anything, or by nothing that reaches its network. */
export function flowFrom(trunk: Trunk, configuration: Configuration): Flow | null {
  const listeners = configuration.networks[trunk.network]?.listen ?? [];
  const wanted =
    trunk.identify.tlsNames.length > 0 && trunk.identify.addresses.length === 0
      ? listeners.filter(({ transport }) => transport === "tls")
      : listeners;
  for (const { transport, address, port } of wanted) {
    const remoteAddress = addressOf(trunk, address.includes(":") ? 6 : 4);
    if (remoteAddress === null) continue;
    const flow = {
      network: trunk.network,
      transport,
      localAddress: address,
      localPort: port,
      remoteAddress,
      remotePort: trunk.targets[0]?.port ?? DEFAULT_PORTS[transport],
    };
    const [name] = trunk.identify.tlsNames;
    return name === undefined || trunk.identify.addresses.length > 0
      ? flow
      : { ...flow, proof: { domains: [name], addresses: [], fingerprint: "" } };
  }
  return null;
}

function originAt(address: string): Origin {
  return {
    username: "-",
    sessionId: "1",
    sessionVersion: "1",
    addressType: address.includes(":") ? "IP6" : "IP4",
    address,
  };
}

function offerOf({ media }: Trunk, address: string): SessionDescription {
  const offer = voiceDescription(originAt(address), media.codecs ?? CODECS);
  return at(offer, address, CALLER_PORT);
}

function at(description: SessionDescription, address: string, port: number): SessionDescription {
  const media = description.media.map((section) => {
    return { ...section, port: section.port === 0 ? 0 : port, connection: null };
  });
  return { ...description, connection: { addressType: address.includes(":") ? "IP6" : "IP4", address }, media };
}

/** The INVITE. Its numbers are written as they were given: how they are read is part of the answer. */
export function inviteOf(question: ExplainQuestion, trunk: Trunk, flow: Flow): string {
  const to = wireText(question.to);
  const caller = question.caller === null ? null : wireText(question.caller);
  const { headers } = question;
  const host = formatHostPort(flow.localAddress, flow.localPort);
  const peer = formatHostPort(flow.remoteAddress, flow.remotePort);
  const uri = /^(?:sips?|tel|urn):/i.test(to) ? to : `sip:${escapeUser(to)}@${host}`;
  const from = caller === null ? "sip:anonymous@anonymous.invalid" : `sip:${escapeUser(caller)}@${peer}`;
  return formatRequest({
    method: "INVITE",
    uri,
    headers: [
      ["Via", `SIP/2.0/${flow.transport.toUpperCase()} ${peer};branch=z9hG4bKexplain`],
      ["Max-Forwards", "70"],
      ["From", `<${from}>;tag=explain`],
      ["To", `<${uri}>`],
      ["Call-ID", "explain"],
      ["CSeq", "1 INVITE"],
      ["Contact", `<sip:explain@${peer}>`],
      ...headers.map(([name, value]): HeaderLine => [name, wireText(value)]),
    ],
    body: { contentType: "application/sdp", text: formatDescription(offerOf(trunk, flow.remoteAddress)) },
  });
}

/** Where a name might lead. */
export function resolveSomewhere({ port, transport, secure, reach }: LocateQuery): ResolveResult {
  const way = reach.find((one) =>
    transport === null ? !secure || one.transport === "tls" : one.transport === transport,
  );
  if (way === undefined) return { ok: false, detail: "no listener reaches it" };
  const named = port ?? DEFAULT_PORTS[way.transport];
  return { ok: true, places: [{ address: SOMEWHERE[way.family], port: named, transport: way.transport }] };
}

/** What the media plane would answer, with the first port of each network. */
export function mediaSomewhere(
  command: MediaCommand,
  networks: { readonly a: string; readonly b: string },
  configuration: Configuration,
): MediaResult {
  if (command.kind !== "offer" && command.kind !== "answer") return { ok: true, description: null, streams: [] };
  const network = configuration.networks[command.from === "a" ? networks.b : networks.a];
  if (network === undefined) return { ok: false, cause: "unknown-network", detail: "there is no such network" };
  const { media, advertise } = network;
  return { ok: true, description: at(command.description, advertise ?? media.address, media.ports.from), streams: [] };
}

/** The 200 of a target that takes the first codec that it is offered: the description in it. */
export function answerTo(body: string, address: string): string | null {
  const parsed = parseDescription(body);
  if (!parsed.ok) return null;
  return formatDescription(at({ ...parsed.value, origin: originAt(address) }, address, CALLER_PORT));
}
