// Where an attempt goes first, and what is asked where that is a name: everything RFC 3263 needs to know of its URI and of our own listeners.

import type { TargetUri } from "../../model/index.ts";
import { parseSipUri } from "../../protocol/sip/index.ts";
import type { LocateQuery } from "../../protocol/transport/index.ts";
import { reachOf } from "../own-addresses.ts";
import type { Border } from "./border.ts";
import type { Attempt } from "./call.ts";
import { transportOf } from "./dialog-way.ts";

/** The first of the proxies that the provider wants to be asked through (RFC 3608), else the target itself. */
export function firstHopOf({ route, target }: Attempt): TargetUri {
  const [uri] = route;
  const hop = uri === undefined ? null : parseSipUri(uri);
  if (uri === undefined || hop === null) return target;
  return { uri, host: hop.host, port: hop.port, transport: transportOf(hop) ?? null };
}

export function locateQueryOf(hop: TargetUri, network: string, border: Border): LocateQuery {
  const { host, port, transport, uri } = hop;
  return { host, port, transport, secure: /^sips:/i.test(uri), reach: reachOf(border, network) };
}
