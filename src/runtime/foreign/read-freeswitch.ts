// FreeSWITCH's gateways (mod_sofia): `<gateway name="…"><param name="…" value="…"/></gateway>`, in a file of their own or within a profile.

import { type Carried, type LeftBehind, passwordVariable, targetUri, trunkName, trunkOf } from "./carried.ts";

interface Parameter {
  readonly line: number;
  readonly value: string;
}

interface Gateway {
  readonly name: string;
  readonly line: number;
  readonly parameters: Map<string, Parameter>;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(/&(lt|gt|amp|quot|apos);/g, (_all, name: string) => ENTITIES[name] ?? "");
}

function attribute(tag: string, name: string): string | null {
  const match = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(tag);
  return match === null ? null : decode(match[1] ?? match[2] ?? "");
}

/** Comments as blanks, so that what stands behind them keeps its line. */
function withoutComments(text: string): string {
  let cleaned = "";
  let at = 0;
  for (let open = text.indexOf("<!--"); open >= 0; open = text.indexOf("<!--", at)) {
    const close = text.indexOf("-->", open + 4);
    const end = close < 0 ? text.length : close + 3;
    cleaned += text.slice(at, open) + text.slice(open, end).replace(/[^\n]/g, " ");
    at = end;
  }
  return cleaned + text.slice(at);
}

function gatewaysIn(text: string, left: LeftBehind[]): readonly Gateway[] {
  const gateways: Gateway[] = [];
  let open: Gateway | null = null;
  let line = 1;
  let seen = 0;
  const cleaned = withoutComments(text);
  for (const match of cleaned.matchAll(/<[^<>]*>/g)) {
    for (; seen < match.index; seen += 1) if (cleaned[seen] === "\n") line += 1;
    const [tag] = match;
    const kind = /^<\/?\s*([A-Za-z0-9_-]+)/.exec(tag)?.[1]?.toLowerCase();
    if (kind === "gateway" && tag.startsWith("</")) open = null;
    else if (kind === "gateway") {
      open = { name: attribute(tag, "name") ?? "", line, parameters: new Map() };
      gateways.push(open);
      if (tag.endsWith("/>")) open = null;
    } else if (kind === "param" && open !== null) {
      const name = attribute(tag, "name");
      if (name !== null) open.parameters.set(name.toLowerCase(), { line, value: attribute(tag, "value") ?? "" });
    } else if (kind === "x-pre-process")
      left.push({ line, message: "X-PRE-PROCESS is not carried out: give the file as it is after it" });
  }
  return gateways;
}

const TRUE = /^(?:true|yes|on|1)$/i;
/** What there says only how FreeSWITCH goes about it. */
const OF_NO_MATTER = new Set([
  "name",
  "extension",
  "context",
  "retry-seconds",
  "register-proxy-port",
  "extension-in-contact",
]);

/** What a gateway's parameters become; those that are taken are removed. */
class Taking {
  readonly #gateway: Gateway;
  readonly #left: LeftBehind[];
  readonly #taken = new Set<string>();

  constructor(gateway: Gateway, left: LeftBehind[]) {
    this.#gateway = gateway;
    this.#left = left;
  }

  /** Null where it is not said, or said by a variable that only FreeSWITCH knows. */
  take(name: string): string | null {
    const parameter = this.#gateway.parameters.get(name);
    if (parameter === undefined || this.#taken.has(name)) return parameter?.value ?? null;
    this.#taken.add(name);
    const { line, value } = parameter;
    if (!value.includes("$${")) return value.trim();
    this.#left.push({ line, message: `${name} is a variable of FreeSWITCH (${value}): write its value` });
    return null;
  }

  /** What nobody took. */
  leaveRest(): void {
    for (const [name, { line, value }] of this.#gateway.parameters) {
      if (this.#taken.has(name) || OF_NO_MATTER.has(name)) continue;
      this.#left.push({ line, message: `${name}=${value} has nothing that it would be here` });
    }
  }
}

function seconds(text: string | null): string | null {
  return text !== null && /^[0-9]{1,6}$/.test(text) && Number(text) >= 30 && Number(text) <= 86_400
    ? `${Number(text)}s`
    : null;
}

function carryGateway(gateway: Gateway, by: { network: string; name: string; left: LeftBehind[] }) {
  const { network, name, left } = by;
  const taking = new Taking(gateway, left);
  const realm = taking.take("realm");
  const transport = taking.take("register-transport");
  const proxy = taking.take("outbound-proxy") ?? taking.take("proxy") ?? realm ?? gateway.name;
  const uri = targetUri(proxy, transport);
  if (uri === null) {
    left.push({ line: gateway.line, message: `gateway ${gateway.name} is left out: ${proxy} is no host` });
    return null;
  }
  const username = taking.take("username");
  const password = taking.take("password");
  const registers = TRUE.test(taking.take("register") ?? "true") && username !== null;
  const registrar = targetUri(taking.take("register-proxy") ?? proxy, transport);
  const domain = taking.take("from-domain");
  const host = domain ?? realm ?? proxy;
  if (password !== null)
    left.push({
      line: gateway.line,
      message: `the password of ${gateway.name} is not written on: set ${passwordVariable(name)} where Demarc is started`,
    });
  const expires = seconds(taking.take("expire-seconds"));
  const ping = seconds(taking.take("ping"));
  const fromUser = taking.take("from-user");
  if (TRUE.test(taking.take("caller-id-in-from") ?? "false") && fromUser !== null) {
    left.push({
      line: gateway.line,
      message: `from-user=${fromUser} is not carried over: callers are shown by their own numbers`,
    });
  }
  const bare = /^[A-Za-z0-9.-]+$/.test(host);
  const registration =
    registers && registrar !== null && bare ? trunkOf({ registrar, aor: `sip:${username}@${host}`, expires }) : null;
  const trunk = trunkOf({
    role: "provider",
    network,
    targets: [{ uri }],
    registration,
    credentials:
      username === null || password === null
        ? null
        : trunkOf({ username, password: `\${${passwordVariable(name)}}`, realm }),
    identity: trunkOf({ domain: domain !== null && /^[A-Za-z0-9.-]+$/.test(domain) ? domain : null }),
    health: trunkOf({ optionsEvery: ping }),
  });
  taking.leaveRest();
  return trunk;
}

export function readFreeswitch(text: string, network: string): Carried {
  const left: LeftBehind[] = [];
  const trunks: Record<string, ReturnType<typeof trunkOf>> = {};
  for (const gateway of gatewaysIn(text, left)) {
    const name = trunkName(gateway.name, new Set(Object.keys(trunks)));
    const trunk = carryGateway(gateway, { network, name, left });
    if (trunk !== null) trunks[name] = trunk;
  }
  return { trunks, left };
}
