// A small valid configuration for the tests of the model, to be bent, and what became of it.

import { parseConfiguration } from "./parse-configuration.ts";
import { formatPath } from "./problem.ts";

export type Tree = Record<string, unknown>;

export function lan(extra: Tree = {}): Tree {
  return {
    listen: [{ transport: "udp", address: "127.0.0.1", port: 5060 }],
    media: { address: "127.0.0.1", ports: "20000-24999" },
    ...extra,
  };
}

export function wan(extra: Tree = {}): Tree {
  return {
    listen: [{ transport: "udp", address: "127.0.0.2", port: 5060 }],
    media: { address: "127.0.0.2", ports: "30000-34999" },
    ...extra,
  };
}

export function pbx(extra: Tree = {}): Tree {
  return { role: "pbx", network: "lan", targets: [{ uri: "sip:127.0.0.1:5080" }], ...extra };
}

export function carrier(extra: Tree = {}): Tree {
  return { role: "provider", network: "wan", targets: [{ uri: "sip:127.0.0.3:5060" }], ...extra };
}

export function configuration(extra: Tree = {}): Tree {
  return { networks: { lan: lan(), wan: wan() }, trunks: { pbx: pbx(), carrier: carrier() }, ...extra };
}

export function accepted(input: unknown) {
  const result = parseConfiguration(input);
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

/** Each problem as `path: message`, with `!` before the path when the key itself is meant. */
export function refused(input: unknown): readonly string[] {
  const result = parseConfiguration(input);
  if (result.ok) throw new Error("was accepted");
  return result.failure.map(({ path, at, message }) => `${at === "key" ? "!" : ""}${formatPath(path)}: ${message}`);
}
