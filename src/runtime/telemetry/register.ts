// How a figure becomes a metric that is read when it is asked for. The client library is known here, where metrics are put together, and nowhere else.

import { Counter, Gauge, type Registry } from "@prometheus-io/client";

export type Setter = (value: number, labels?: Readonly<Record<string, string>>) => void;

interface GaugeParts {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
  readonly read: (set: Setter) => void;
}

export function registerGauge(registry: Registry, { name, help, labelNames = [], read }: GaugeParts): void {
  new Gauge({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      read((value, labels) => (labels === undefined ? this.set(value) : this.set({ ...labels }, value)));
    },
  });
}

/** A counter that somebody else keeps: set to where it stands when it is asked for. */
export function registerCounter(registry: Registry, { name, help, labelNames = [], read }: GaugeParts): void {
  new Counter({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset();
      read((value, labels) => (labels === undefined ? this.inc(value) : this.inc({ ...labels }, value)));
    },
  });
}
