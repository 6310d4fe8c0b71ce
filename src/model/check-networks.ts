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
  const { transport, certificate, moreCertificates, peerCertificate, origins, keepAlive } = listener;
  const at = (keys: ConfigurationProblem["path"], message: string, where: "key" | "value" = "value"): void => {
    problems.push({ path: [...path, ...keys], at: where, message });
  };
  const known = Object.keys(configuration.certificates);
  const encrypted = transport === "tls" || transport === "wss";
  const web = transport === "ws" || transport === "wss";
  if (encrypted && certificate === null) {
    at(["certificate"], `missing: a ${transport} listener shows a certificate; name one of those under certificates`);
  }
  const shown = { certificate: certificate !== null, moreCertificates: moreCertificates.length > 0 };
  for (const [key, used] of Object.entries({ ...shown, peerCertificate: peerCertificate !== "none" })) {
    if (!used || encrypted) continue;
    at([key], `a ${transport} listener shows no certificate; remove the key or use ${web ? "wss" : "tls"}`, "key");
  }
  for (const [key, name] of [["certificate", certificate], ...moreCertificates.entries()] as const) {
    if (!encrypted || name === null || Object.hasOwn(configuration.certificates, name)) continue;
    at(typeof key === "string" ? [key] : ["moreCertificates", key], missingName("certificate", name, known));
  }
  if (origins.length > 0 && !web)
    at(["origins"], `web pages do not reach a ${transport} listener; remove the key`, "key");
  if (keepAlive !== null && transport === "udp") {
    at(["keepAlive"], "over udp there is no connection to keep; remove the key", "key");
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
