// Measures one operation by the processor time of the whole process, so that a neighbour on the machine moves the figure little.
import { cpus } from "node:os";
import { do_not_optimize, measure } from "mitata";

export interface Figure {
  readonly name: string;
  /** Nanoseconds per operation: the median, and the quickest sample. */
  readonly medianNs: number;
  readonly bestNs: number;
}

export interface Operation {
  readonly name: string;
  /** Returns something that depends on the work, so that the work cannot be left out. */
  run(): unknown;
  /** How many operations one `run` does; 1 unless said otherwise. */
  readonly perCall?: number;
}

/** Operations in one sample: processor time is counted in microseconds, so a sample has to take milliseconds. */
const REPEATS = 2000;

/** Runs the operation for about a second after a warm-up and prints its line. */
export async function measureOperation(operation: Operation): Promise<Figure> {
  const figure = await sampleOperation(operation);
  printLine(figure.name, `${formatNs(figure.medianNs)}  (best ${formatNs(figure.bestNs)})`);
  return figure;
}

/** The same, and prints nothing. */
export async function sampleOperation(operation: Operation): Promise<Figure> {
  const perCall = operation.perCall ?? 1;
  const repeats = perCall === 1 ? REPEATS : 1;
  const sample = (): void => {
    for (let turn = 0; turn < repeats; turn += 1) do_not_optimize(operation.run());
  };
  const stats = await measure(sample, { min_cpu_time: 1e9, now: processorNs });
  const operations = perCall * repeats;
  return { name: operation.name, medianNs: stats.p50 / operations, bestNs: stats.min / operations };
}

/** Garbage collection on other threads included: it is paid for as well. */
function processorNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

export function printLine(name: string, value: string): void {
  console.log(`  ${name.padEnd(64)} ${value}`);
}

export function formatNs(ns: number): string {
  return ns < 10_000 ? `${ns.toFixed(0)} ns`.padStart(9) : `${(ns / 1000).toFixed(1)} µs`.padStart(9);
}

/** The machine, as every table of figures must name it. */
export function describeMachine(): string {
  const cores = cpus();
  return `${cores[0]?.model ?? "unknown processor"}, ${cores.length} cores, Node ${process.version}, ${process.platform}`;
}
