// What must agree between networks, certificates and the API: nobody wants the same socket, each certificate exists.

import { parseAddress, sameAddress, type TransportName } from "../protocol/transport/index.ts";
import type { Configuration } from "./configuration.ts";
import { missingName } from "./missing-name.ts";
import type { Listener, Network } from "./network.ts";
import type { ConfigurationProblem } from "./problem.ts";

interface Socket {
  readonly owner: string;
  readonly layer: "udp" | "tcp";
  readonly address: string;
  readonly port: number;
}

function layerOf(transport: TransportName): "udp" | "tcp" {
  return transport === "udp" ? "udp" : "tcp";
}

function covers(one: string, other: string): boolean {
  const wildcard = one === "0.0.0.0" || one === "::";
  const families = [parseAddress(one)?.family, parseAddress(other)?.family];
  return sameAddress(one, other) || (wildcard && (one === "::" || families[0] === families[1]));
}

function checkListener(listener: Listener, path: ConfigurationProblem["path"], configuration: Configuration) {
  const problems: ConfigurationProblem[] = [];
  const encrypted = listener.transport === "tls" || listener.transport === "wss";
  if (encrypted && listener.certificate === null) {
    const message = `missing: a ${listener.transport} listener shows a certificate; name one of those under certificates`;
    problems.push({ path: [...path, "certificate"], at: "value", message });
  } else if (!encrypted && listener.certificate !== null) {
    const message = `a ${listener.transport} listener shows no certificate; remove the key or use tls`;
    problems.push({ path: [...path, "certificate"], at: "key", message });
  } else if (listener.certificate !== null && !Object.hasOwn(configuration.certificates, listener.certificate)) {
    const message = missingName("certificate", listener.certificate, Object.keys(configuration.certificates));
    problems.push({ path: [...path, "certificate"], at: "value", message });
  }
  return problems;
}

function checkListeners(configuration: Configuration): readonly ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  const taken: Socket[] = [{ owner: "api.listen", layer: "tcp", ...configuration.api.listen }];
  for (const [name, network] of Object.entries(configuration.networks)) {
    for (const [index, listener] of network.listen.entries()) {
      const path = ["networks", name, "listen", index];
      problems.push(...checkListener(listener, path, configuration));
      const layer = layerOf(listener.transport);
      const { address, port } = listener;
      const other = taken.find(
        (socket) => port !== 0 && socket.port === port && socket.layer === layer && covers(socket.address, address),
      );
      if (other !== undefined) {
        const message = `${layer} port ${port} of ${address} is already taken by ${other.owner}`;
        problems.push({ path: [...path, "port"], at: "value", message });
      }
      taken.push({ owner: `networks.${name}.listen[${index}]`, layer, address, port });
    }
  }
  return problems;
}

/** Two networks may share an address, or a range, but not both; and no listener may sit among the media ports. */
function checkMedia(configuration: Configuration): readonly ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  const networks: readonly (readonly [string, Network])[] = Object.entries(configuration.networks);
  for (const [index, [name, { media }]] of networks.entries()) {
    const path = ["networks", name, "media", "ports"];
    for (const [otherName, other] of networks.slice(0, index)) {
      const overlap = media.ports.from <= other.media.ports.to && other.media.ports.from <= media.ports.to;
      if (overlap && sameAddress(media.address, other.media.address)) {
        const message = `these ports of ${media.address} overlap those of networks.${otherName}; give each its own`;
        problems.push({ path, at: "value", message });
      }
    }
    for (const [otherName, other] of networks) {
      const inside = other.listen.find(
        ({ transport, address, port }) =>
          transport === "udp" &&
          port >= media.ports.from &&
          port <= media.ports.to &&
          sameAddress(address, media.address),
      );
      if (inside !== undefined) {
        const message = `the range contains port ${inside.port}, on which networks.${otherName} listens for SIP`;
        problems.push({ path, at: "value", message });
      }
    }
  }
  return problems;
}

export function checkNetworks(configuration: Configuration): readonly ConfigurationProblem[] {
  const none: ConfigurationProblem[] = [];
  if (Object.keys(configuration.networks).length === 0) {
    none.push({ path: ["networks"], at: "key", message: "no network: name at least one side of the border" });
  }
  return [...none, ...checkListeners(configuration), ...checkMedia(configuration)];
}
