// What knip says in our gate: how many files it looked at, then one line for each thing that nobody uses.
const COUNTED = /^Looked at (\d+) files$/m;

export default function report({ counters, issues }) {
  console.log(`Looked at ${counters.processed} files`);
  for (const [kind, found] of Object.entries(issues)) {
    if (kind === "_files") continue;
    for (const [path, symbols] of Object.entries(found)) {
      for (const { symbol } of Object.values(symbols)) console.log(`${kind}: ${path}: ${symbol}`);
    }
  }
}

/** The number of files in what `report` printed; 0 where it printed none. */
export function countLookedAt(output) {
  return Number(COUNTED.exec(output)?.[1] ?? 0);
}
