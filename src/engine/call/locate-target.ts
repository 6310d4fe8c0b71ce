// What is asked about a target that is a name: everything RFC 3263 needs to know of its URI and of our own listeners.

import type { Target } from "../../model/index.ts";
import type { LocateQuery } from "../../protocol/transport/index.ts";
import { reachOf } from "../own-addresses.ts";
import type { Border } from "./border.ts";

export function locateQueryOf(target: Target, network: string, border: Border): LocateQuery {
  const { host, port, transport, uri } = target;
  return { host, port, transport, secure: /^sips:/i.test(uri), reach: reachOf(border, network) };
}
