// A target that a URI names, which nobody has configured.

import { flatCopy } from "../../base/index.ts";
import type { Target } from "../../model/index.ts";
import { formatHostPort, type SipUri, transportOf } from "../../protocol/sip/index.ts";
import type { TransportName } from "../../protocol/transport/index.ts";

const TRANSPORTS: ReadonlySet<string> = new Set(["udp", "tcp", "tls", "ws", "wss"]);

export function targetAt(uri: SipUri): Target {
  const { host, port, scheme } = uri;
  const named = transportOf(uri)?.toLowerCase() ?? "";
  const secure = scheme === "sips";
  const transport = TRANSPORTS.has(named) ? (named as TransportName) : secure ? "tls" : null;
  const parameter = TRANSPORTS.has(named) ? `;transport=${named}` : "";
  const text = flatCopy(`${secure ? "sips" : "sip"}:${formatHostPort(host, port)}${parameter}`);
  return { uri: text, host: flatCopy(host), port, transport, priority: 0, weight: 1 };
}
