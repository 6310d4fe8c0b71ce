// Measures one operation: medians over many batches, so that a neighbour on the machine moves the figure little.
import { cpus } from "node:os";
import { measure } from "mitata";

export interface Figure {
  readonly name: string;
  /** Nanoseconds per operation: the median, and the quickest batch. */
  readonly medianNs: number;
  readonly bestNs: number;
  /** Operations in one call of the measured function. */
  readonly perCall: number;
}

export interface Operation {
  readonly name: string;
  /** Returns something that depends on the work, so that the work cannot be left out. */
  run(): unknown;
  /** How many operations one `run` does; 1 unless said otherwise. */
  readonly perCall?: number;
}

/** Runs the operation for about a second after a warm-up and prints its line. */
export async function measureOperation(operation: Operation): Promise<Figure> {
  const perCall = operation.perCall ?? 1;
  const stats = await measure(() => operation.run(), { min_cpu_time: 1e9, batch_samples: 1024 });
  const figure = { name: operation.name, medianNs: stats.p50 / perCall, bestNs: stats.min / perCall, perCall };
  printLine(figure.name, `${formatNs(figure.medianNs)}  (best ${formatNs(figure.bestNs)})`);
  return figure;
}

export function printLine(name: string, value: string): void {
  console.log(`  ${name.padEnd(64)} ${value}`);
}

function formatNs(ns: number): string {
  return ns < 10_000 ? `${ns.toFixed(0)} ns`.padStart(9) : `${(ns / 1000).toFixed(1)} µs`.padStart(9);
}

/** The machine, as every table of figures must name it. */
export function describeMachine(): string {
  const cores = cpus();
  return `${cores[0]?.model ?? "unknown processor"}, ${cores.length} cores, Node ${process.version}, ${process.platform}`;
}
