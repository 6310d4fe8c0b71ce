// The configuration as calls look things up in it: compiled once, replaced whole, never changed.

import type { Configuration, Listener, NumberPlan, Trunk } from "../../model/index.ts";
import { numberPlanOf } from "../../model/index.ts";
import { formatHostPort } from "../../protocol/sip/index.ts";
import {
  DEFAULT_PORTS,
  type Flow,
  OVERLOAD_OFFER,
  type Reach,
  type TransportName,
} from "../../protocol/transport/index.ts";
import { compileIdentification, type Identification, identifyTrunk } from "../admission/index.ts";
import { compileRouting, type Routing } from "../routing/index.ts";

export interface Border {
  readonly configuration: Configuration;
  readonly identification: Identification;
  readonly routing: Routing;
  readonly plan: NumberPlan | null;
  readonly emergencyNumbers: ReadonlySet<string>;
  /** Whose the flow asked about last is: nothing that could be looked up is changed by it. */
  readonly lastSpeaker: { flow: Flow | null; trunk: Trunk | null };
}

export function compileBorder(configuration: Configuration): Border {
  return {
    configuration,
    identification: compileIdentification(configuration),
    routing: compileRouting(configuration),
    plan: configuration.country === null ? null : numberPlanOf(configuration.country),
    emergencyNumbers: new Set(configuration.emergencyNumbers),
    lastSpeaker: { flow: null, trunk: null },
  };
}

export function trunkNamed(border: Border, name: string): Trunk | null {
  const { trunks } = border.configuration;
  return Object.hasOwn(trunks, name) ? (trunks[name] ?? null) : null;
}

/** The trunk that speaks on this flow; null for a stranger. */
export function trunkOfFlow(border: Border, flow: Flow): Trunk | null {
  // Asked several times of one message, by the same flow object.
  const { lastSpeaker } = border;
  if (lastSpeaker.flow === flow) return lastSpeaker.trunk;
  const name = identifyTrunk(border.identification, flow);
  lastSpeaker.flow = flow;
  lastSpeaker.trunk = name === null ? null : trunkNamed(border, name);
  return lastSpeaker.trunk;
}

export interface Destination {
  /** An IP literal without brackets. */
  readonly address: string;
  readonly port: number | null;
  readonly transport: TransportName | null;
}

function listenerFor(listeners: readonly Listener[], destination: Destination): Listener | undefined {
  const family = destination.address.includes(":");
  const fits = (listener: Listener): boolean => listener.address.includes(":") === family;
  if (destination.transport !== null) {
    return listeners.find((listener) => fits(listener) && listener.transport === destination.transport);
  }
  return listeners.find((listener) => fits(listener) && listener.transport === "udp") ?? listeners.find(fits);
}

/** What a network has listeners for, in the order of its configuration. */
export function reachOf(border: Border, network: string): Reach[] {
  const listeners = border.configuration.networks[network]?.listen ?? [];
  return listeners.map(({ transport, address }) => ({ transport, family: address.includes(":") ? 6 : 4 }));
}

/** How a network reaches a destination; null when it has no listener of that transport and address family. */
export function flowTo(border: Border, network: string, destination: Destination): Flow | null {
  const listeners = border.configuration.networks[network]?.listen ?? [];
  const listener = listenerFor(listeners, destination);
  if (listener === undefined) return null;
  return {
    network,
    transport: listener.transport,
    localAddress: listener.address,
    localPort: listener.port,
    remoteAddress: destination.address,
    remotePort: destination.port ?? DEFAULT_PORTS[listener.transport],
  };
}

/** The host that peers of a flow's network are told: the advertised address, or the listener's own. */
export function hostTowards(border: Border, flow: Flow): string {
  return border.configuration.networks[flow.network]?.advertise ?? flow.localAddress;
}

/** `host:port` of ours as the peers of this flow are told it. */
export function hostPortTowards(border: Border, flow: Flow): string {
  return formatHostPort(hostTowards(border, flow), flow.localPort);
}

/** Our Contact URI towards the peers of this flow. */
export function contactTowards(border: Border, flow: Flow): string {
  const parameter = flow.transport === "udp" ? "" : `;transport=${flow.transport}`;
  return `sip:${hostPortTowards(border, flow)}${parameter}`;
}

/**
 * A Via value of ours for a request to a trunk. Over TLS the peer may send its requests on the same connection (RFC 5923 section 5). Every request
 * offers overload control, where one does (RFC 7339 section 4.1).
 */
export function viaTowards(
  border: Border,
  to: { readonly trunk: Trunk; readonly flow: Flow; readonly branch: string },
): string {
  const { trunk, flow, branch } = to;
  const alias = flow.transport === "tls" ? ";alias" : "";
  const offer = trunk.signaling.overloadControl ? OVERLOAD_OFFER : "";
  return `SIP/2.0/${flow.transport.toUpperCase()} ${hostPortTowards(border, flow)};rport;branch=${branch}${alias}${offer}`;
}
