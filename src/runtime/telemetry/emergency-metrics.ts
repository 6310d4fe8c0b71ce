// What is done about emergency calls, as metrics: who is told, and what came of the tests of their way.

import type { Registry } from "@prometheus-io/client";
import { registerCounter, registerGauge } from "./register.ts";

export interface EmergencySources {
  /** The last test of the way of emergency calls over each trunk: when, as ISO 8601, and whether it was answered. */
  emergencyTests(): readonly { readonly trunk: string; readonly at: string; readonly ok: boolean }[];
  /** Who is told of emergency calls. */
  recipients(): readonly RecipientFigures[];
}

export interface RecipientFigures {
  readonly name: string;
  readonly waiting: number;
  readonly told: number;
  readonly untold: number;
  /** Tries that failed. */
  readonly failures: number;
}

export function registerEmergencies(registry: Registry, sources: EmergencySources): void {
  registerRecipients(registry, sources);
  registerTests(registry, sources);
}

function registerTests(registry: Registry, { emergencyTests }: EmergencySources): void {
  registerGauge(registry, {
    name: "demarc_emergency_test_ok",
    help: "1 where the last test of the way of emergency calls over a trunk was answered, else 0.",
    labelNames: ["trunk"],
    read: (set) => {
      for (const { trunk, ok } of emergencyTests()) set(ok ? 1 : 0, { trunk });
    },
  });
  registerGauge(registry, {
    name: "demarc_emergency_test_timestamp_seconds",
    help: "When the way of emergency calls was last tried over a trunk, as Unix time.",
    labelNames: ["trunk"],
    read: (set) => {
      for (const { trunk, at } of emergencyTests()) set(Date.parse(at) / 1000, { trunk });
    },
  });
}

function registerRecipients(registry: Registry, { recipients }: EmergencySources): void {
  const labelNames = ["recipient"];
  registerGauge(registry, {
    name: "demarc_emergency_notices_waiting",
    help: "Notices of emergency calls that a recipient has not taken yet.",
    labelNames,
    read: (set) => {
      for (const { name, waiting } of recipients()) set(waiting, { recipient: name });
    },
  });
  registerCounter(registry, {
    name: "demarc_emergency_notices_total",
    help: "Notices of emergency calls by their outcome: told, or untold where they were given up.",
    labelNames: [...labelNames, "outcome"],
    read: (set) => {
      for (const { name, told, untold } of recipients()) {
        set(told, { recipient: name, outcome: "told" });
        set(untold, { recipient: name, outcome: "untold" });
      }
    },
  });
  registerCounter(registry, {
    name: "demarc_emergency_notice_failures_total",
    help: "Tries to bring a notice of an emergency call to a recipient that failed.",
    labelNames,
    read: (set) => {
      for (const { name, failures } of recipients()) set(failures, { recipient: name });
    },
  });
}
