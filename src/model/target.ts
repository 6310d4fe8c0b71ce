// A target: one SIP URI of a trunk, with its place in the order of trying.

import { z } from "zod";
import { parseAddress, type TransportName } from "../protocol/transport/index.ts";
import { group } from "./group.ts";
import { wholeNumber } from "./text.ts";

/** Where a SIP URI without a user leads. */
export interface TargetUri {
  /** As configured. */
  readonly uri: string;
  /** A host name, or an IP literal without brackets. */
  readonly host: string;
  /** Null when the URI names none: then the transport's own, or what DNS says (RFC 3263). */
  readonly port: number | null;
  /** Null when the URI names none. `sips:` means tls. */
  readonly transport: TransportName | null;
}

const EXPECTED =
  'expected the SIP URI of a peer, such as "sip:10.0.0.20:5060" or "sip:sip.carrier.example;transport=tls"';
const TARGET_URI = /^(sips?):(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+))(?::([0-9]{1,5}))?(;.*)?$/i;
export const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\.?$/;
const TRANSPORTS: Readonly<Record<string, TransportName>> = {
  udp: "udp",
  tcp: "tcp",
  tls: "tls",
  ws: "ws",
  wss: "wss",
};

/** The transport that the parameters name; null when none does; undefined when there is anything else among them. */
function transportOf(parameters: string): TransportName | null | undefined {
  if (parameters === "") return null;
  const name = /^;transport=([a-z]+)$/i.exec(parameters)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(TRANSPORTS, name) ? TRANSPORTS[name] : undefined;
}

/** What keeps the text from being a target's URI, or null. */
function faultOfUri(text: string): string | null {
  if (/^sips?:[^@;]*@/i.test(text)) return "this is a host, not a user: leave out what stands before the @";
  const [, scheme = "", bracketed, plain = "", portText, parameters = ""] = TARGET_URI.exec(text) ?? [];
  if (scheme === "") return EXPECTED;
  if (portText !== undefined && (Number(portText) < 1 || Number(portText) > 65_535)) return "a port is 1 to 65535";
  const looksNumeric = bracketed !== undefined || /^[0-9.]+$/.test(plain);
  if (looksNumeric ? parseAddress(bracketed ?? plain) === null : !HOST_NAME.test(plain)) return EXPECTED;
  const transport = transportOf(parameters);
  if (transport === undefined) {
    return "the only parameter taken here is ;transport=udp, tcp, tls, ws or wss";
  }
  if (scheme.toLowerCase() === "sips" && transport !== null && transport !== "tls" && transport !== "wss") {
    return `sips: asks for encryption and transport=${transport} has none`;
  }
  return null;
}

/** The URI of a peer that is a host: a target, a registrar. */
export const peerUriSchema = z.string({ error: EXPECTED }).transform((text, context): TargetUri => {
  const fault = faultOfUri(text);
  if (fault !== null) {
    context.addIssue({ code: "custom", message: fault });
    return z.NEVER;
  }
  const [, scheme = "", bracketed, plain = "", portText, parameters = ""] = TARGET_URI.exec(text) ?? [];
  const secure = scheme.toLowerCase() === "sips";
  return {
    uri: text,
    host: bracketed ?? plain,
    port: portText === undefined ? null : Number(portText),
    transport: transportOf(parameters) ?? (secure ? "tls" : null),
  };
});

/** Like SRV records (RFC 2782): the lowest priority first; among equals, shared by weight. */
export const targetSchema = group({
  uri: peerUriSchema,
  /** Default 10, so that a backup can be put behind and a preferred one before without touching the rest. */
  priority: wholeNumber("a priority", 0, 65_535).default(10),
  /** Default 100: targets that say nothing share evenly. */
  weight: wholeNumber("a weight", 1, 65_535).default(100),
}).transform(({ uri, priority, weight }) => ({ ...uri, priority, weight }));

export type Target = Readonly<z.output<typeof targetSchema>>;
