// The regular expressions of libphonenumber's metadata, over digits alone, as trees: whether a number that begins so can match, and all that match.

export type DigitPattern =
  | { readonly kind: "digits"; readonly digits: string }
  | { readonly kind: "sequence"; readonly nodes: readonly DigitPattern[] }
  | { readonly kind: "choice"; readonly nodes: readonly DigitPattern[] }
  | { readonly kind: "repeat"; readonly node: DigitPattern; readonly least: number; readonly most: number };

const ALL = "0123456789";

/** @throws Error for anything but digits, `\d`, classes, groups, `|`, `?` and counts: the metadata has nothing else. */
export function parseDigitPattern(source: string): DigitPattern {
  let at = 0;
  const choice = (): DigitPattern => {
    const nodes = [sequence()];
    while (source[at] === "|") {
      at += 1;
      nodes.push(sequence());
    }
    return nodes.length === 1 ? (nodes[0] as DigitPattern) : { kind: "choice", nodes };
  };
  const sequence = (): DigitPattern => {
    const nodes: DigitPattern[] = [];
    while (at < source.length && !"|)".includes(source[at] as string)) nodes.push(repeated());
    return { kind: "sequence", nodes };
  };
  const repeated = (): DigitPattern => {
    const node = atom();
    const [all, least, comma, most] = /^(?:\{(\d+)(,)?(\d*)\}|\?)/.exec(source.slice(at)) ?? [""];
    at += all.length;
    if (all === "") return node;
    if (all === "?") return { kind: "repeat", node, least: 0, most: 1 };
    return { kind: "repeat", node, least: Number(least), most: comma === undefined ? Number(least) : Number(most) };
  };
  const atom = (): DigitPattern => {
    const [all, inner, digit] = /^(?:\((?:\?:)?|\[([\d-]+)\]|\\d|(\d))/.exec(source.slice(at)) ?? [];
    if (all === undefined) throw new Error(`not understood: ${source} at ${at}`);
    at += all.length;
    if (!all.startsWith("("))
      return { kind: "digits", digits: digit ?? (inner === undefined ? ALL : membersOf(inner)) };
    const node = choice();
    at += 1;
    return node;
  };
  const root = choice();
  if (at < source.length) throw new Error(`not understood: ${source} at ${at}`);
  return root;
}

function membersOf(inner: string): string {
  return inner.replace(/(\d)-(\d)/g, (_all, from: string, to: string) => ALL.slice(Number(from), Number(to) + 1));
}

/** Where matches can end that began at the places of `starts`, a bit for each place. Digits behind `prefix` can be any. */
function endsOf(
  node: DigitPattern,
  starts: number,
  text: { readonly prefix: string; readonly length: number },
): number {
  if (node.kind === "digits") {
    let ends = 0;
    for (let at = 0; at < text.length; at += 1) {
      if ((starts & (1 << at)) === 0) continue;
      if (at >= text.prefix.length || node.digits.includes(text.prefix.charAt(at))) ends |= 1 << (at + 1);
    }
    return ends;
  }
  if (node.kind === "sequence") return node.nodes.reduce((reached, inner) => endsOf(inner, reached, text), starts);
  if (node.kind === "choice") return node.nodes.reduce((reached, inner) => reached | endsOf(inner, starts, text), 0);
  let reached = node.least === 0 ? starts : 0;
  let from = starts;
  for (let count = 1; count <= node.most && from !== 0; count += 1) {
    from = endsOf(node.node, from, text);
    if (count >= node.least) reached |= from;
  }
  return reached;
}

/** Whether any number of this many digits that begins so matches as a whole. */
export function canMatch(pattern: DigitPattern, prefix: string, length: number): boolean {
  return (endsOf(pattern, 1, { prefix, length }) & (1 << length)) !== 0;
}

/** The first texts that match, at most `limit`. */
export function expansionsOf(pattern: DigitPattern, limit: number): readonly string[] {
  const walk = (node: DigitPattern): readonly string[] => {
    if (node.kind === "digits") return [...node.digits];
    if (node.kind === "choice") return node.nodes.flatMap(walk);
    const parts = node.kind === "sequence" ? node.nodes : new Array<DigitPattern>(node.most).fill(node.node);
    const least = node.kind === "sequence" ? parts.length : node.least;
    let texts: readonly string[] = [""];
    const found: string[] = least === 0 ? [""] : [];
    for (const [index, part] of parts.entries()) {
      const more = walk(part);
      texts = texts.flatMap((text) => more.map((rest) => text + rest)).slice(0, limit);
      if (index + 1 >= least) found.push(...texts);
    }
    return parts.length === 0 ? [""] : found;
  };
  return walk(pattern).slice(0, limit);
}
