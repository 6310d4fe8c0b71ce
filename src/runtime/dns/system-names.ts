// What this machine knows about names itself: its name servers (resolv.conf) and the names it pins (the hosts file). Both may change at any time.

import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { type Millis, SECOND } from "../../base/index.ts";
import { isAskable, parseAddress, plainName } from "../../protocol/transport/index.ts";
import type { NameServer } from "./ask-server.ts";

export interface SystemNames {
  servers(): readonly NameServer[];
  /** Every address of a name that this machine pins; null for a name that it does not. */
  pinned(name: string): readonly string[] | null;
  /** The names to try for what was written, in order: with the search list where it has few dots. */
  candidates(name: string): readonly string[];
}

export interface SystemNamesOptions {
  readonly clock: () => Millis;
  readonly resolvConf?: string;
  readonly hosts?: string;
}

/** How old what was read of the files may be. */
const KEPT_FOR: Millis = 5 * SECOND;
const DNS_PORT = 53;
/** As many as the C library heeds. */
const SERVER_LIMIT = 3;
const SEARCH_LIMIT = 6;

interface Known {
  readonly servers: readonly NameServer[];
  readonly search: readonly string[];
  /** A name with so many dots is tried as it is first. */
  readonly dots: number;
  readonly pins: ReadonlyMap<string, readonly string[]>;
}

export function createSystemNames(options: SystemNamesOptions): SystemNames {
  const { clock, resolvConf = "/etc/resolv.conf", hosts = "/etc/hosts" } = options;
  let known: Known | null = null;
  let readAt = 0;
  const current = (): Known => {
    const now = clock();
    if (known === null || now >= readAt + KEPT_FOR) {
      readAt = now;
      known = { ...readResolvConf(linesOf(resolvConf)), pins: readHosts(linesOf(hosts)) };
    }
    return known;
  };
  return {
    servers: () => current().servers,
    pinned: (name) => pinnedIn(current().pins, plainName(name)),
    candidates: (name) => candidatesOf(name, current()),
  };
}

/** RFC 6761 section 6.3: localhost is this machine, whoever says otherwise. */
function pinnedIn(pins: Known["pins"], name: string): readonly string[] | null {
  if (name === "localhost" || name.endsWith(".localhost")) return ["127.0.0.1", "::1"];
  return pins.get(name) ?? null;
}

function candidatesOf(name: string, { search, dots }: Known): readonly string[] {
  if (name.endsWith(".")) return [plainName(name)];
  const completed = search.map((domain) => `${name}.${domain}`).filter(isAskable);
  return name.split(".").length - 1 >= dots ? [name, ...completed] : [...completed, name];
}

/** The words of each line, without remarks. A file that cannot be read has none. */
function linesOf(file: string): string[][] {
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  return text.split("\n").map((line) =>
    line
      .replace(/[#;].*$/, "")
      .trim()
      .split(/\s+/),
  );
}

function readResolvConf(lines: readonly string[][]): Omit<Known, "pins"> {
  const servers: NameServer[] = [];
  let search: readonly string[] = [];
  let dots = 1;
  for (const [word = "", ...values] of lines) {
    const [first = ""] = values;
    if (word === "nameserver" && isIP(first) !== 0) servers.push({ address: first, port: DNS_PORT });
    if (word === "search" || word === "domain") search = values.map(plainName).filter((domain) => domain !== "");
    const ndots =
      word === "options" ? values.map((value) => /^ndots:([0-9]{1,2})$/.exec(value)?.[1]).find(Boolean) : undefined;
    if (ndots !== undefined) dots = Number(ndots);
  }
  if (servers.length === 0) servers.push({ address: "127.0.0.1", port: DNS_PORT });
  return { servers: servers.slice(0, SERVER_LIMIT), search: search.slice(0, SEARCH_LIMIT), dots };
}

function readHosts(lines: readonly string[][]): Map<string, string[]> {
  const pins = new Map<string, string[]>();
  for (const [address = "", ...names] of lines) {
    if (parseAddress(address) === null) continue;
    for (const name of names.map(plainName)) pins.set(name, [...(pins.get(name) ?? []), address]);
  }
  return pins;
}
