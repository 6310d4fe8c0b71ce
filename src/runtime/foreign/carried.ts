// What is carried over from another system's configuration, and what is not: each with the line where it stands.

export interface LeftBehind {
  readonly line: number;
  /** What stands there and why it is not carried over, or what is to be done about it. */
  readonly message: string;
}

/** As the configuration file would say it, keys in the order of its documents. */
export type WrittenTrunk = Readonly<Record<string, unknown>>;

export interface Carried {
  readonly trunks: Readonly<Record<string, WrittenTrunk>>;
  readonly left: readonly LeftBehind[];
}

/** A name that a trunk may bear, close to what the other system calls it; told apart from those that are taken. */
export function trunkName(written: string, taken: ReadonlySet<string>): string {
  const plain = written.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "");
  const base = (plain === "" || plain in {} ? `trunk-${plain}` : plain).slice(0, 56);
  let name = base;
  for (let count = 2; taken.has(name); count += 1) name = `${base}-${count}`;
  return name;
}

/** The variable that a trunk's password is read from: what was read in clear is not written on. */
export function passwordVariable(trunk: string): string {
  return `${trunk.toUpperCase().replace(/[^A-Z0-9]+/g, "_")}_PASSWORD`;
}

const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])$/;

/** `sip:host:port;transport=tls` of a URI or of a bare host; null for what is neither. A user, and parameters that a target has not, are left out. */
export function targetUri(written: string, transport: string | null = null): string | null {
  const [, scheme = "sip", rest = ""] = /^(?:(sips?):)?(.*)$/i.exec(written.trim()) ?? [];
  const [address = "", ...parameters] = rest.slice(rest.lastIndexOf("@") + 1).split(";");
  const [, host = "", port] = /^(\[[^\]]*\]|[^:]*)(?::([0-9]{1,5}))?$/.exec(address) ?? [];
  if (!HOST.test(host)) return null;
  const named = parameters
    .map((one) => /^transport=(udp|tcp|tls|ws|wss)$/i.exec(one)?.[1])
    .find((one) => one !== undefined);
  const over = (named ?? transport)?.toLowerCase() ?? null;
  const secure = scheme.toLowerCase() === "sips" ? "tls" : null;
  const suffix = over ?? secure;
  return `sip:${host}${port === undefined ? "" : `:${port}`}${suffix === null || suffix === "udp" ? "" : `;transport=${suffix}`}`;
}

/** Without what is empty. */
export function trunkOf(parts: Readonly<Record<string, unknown>>): WrittenTrunk {
  const filled = Object.entries(parts).filter(([, value]) => {
    if (value === null || value === undefined) return false;
    return typeof value !== "object" || Object.keys(value).length > 0;
  });
  return Object.fromEntries(filled);
}
