// What is said between Demarc and the process of a policy: lines of JSON, each way.

import type { PolicyHook } from "../../engine/index.ts";

/** The hooks, in the order in which a call meets them. */
export const POLICY_HOOKS: readonly PolicyHook[] = ["onCall", "onRoute", "onAnswer", "onEnd"];

/** What went wrong in a policy, and where. */
export interface PolicyFault {
  /** Of the policy, or of a file that it imports; null where nobody knows. */
  readonly file: string | null;
  /** From 1. */
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
}

/** Where a hook is written. */
export interface HookPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface PolicyQuestion {
  readonly ask: number;
  readonly hook: PolicyHook;
  readonly call: unknown;
}

export type PolicyRequest =
  | PolicyQuestion
  /** Nobody waits for what comes of it. */
  | { readonly tell: PolicyHook; readonly call: unknown }
  | { readonly ping: true }
  /** Wants to hear when all that it was told is done with. */
  | { readonly drain: true };

export type Hooks = Readonly<Partial<Record<PolicyHook, HookPlace | null>>>;

export type PolicyReport =
  /** `files`: of the policy and of what it imports, those outside of node_modules. */
  | { readonly kind: "ready"; readonly hooks: Hooks; readonly files: readonly string[] }
  | { readonly kind: "refused"; readonly fault: PolicyFault; readonly files: readonly string[] }
  | { readonly kind: "answer"; readonly id: number; readonly decision: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly fault: PolicyFault }
  /** Of what nobody waited for. */
  | { readonly kind: "fault"; readonly hook: PolicyHook; readonly fault: PolicyFault }
  /** It ends by this. */
  | { readonly kind: "crashed"; readonly fault: PolicyFault }
  | { readonly kind: "pong" }
  | { readonly kind: "drained" };

/** Longer lines are nobody's: a decision is a few words. In characters. */
export const MOST_LINE = 256 * 1024;
/** A decision's JSON, in characters. */
export const MOST_DECISION = 16 * 1024;

/** Cuts what comes into lines. */
export class Lines {
  #rest = "";

  /** The lines that are whole by now; null where one is too long, after which nothing is to be believed. */
  push(text: string): readonly string[] | null {
    const parts = (this.#rest + text).split("\n");
    this.#rest = parts.pop() ?? "";
    return this.#rest.length > MOST_LINE || parts.some(({ length }) => length > MOST_LINE) ? null : parts;
  }
}

type Written = Readonly<Record<string, unknown>>;

function isGroup(value: unknown): value is Written {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNumberOrNull(value: unknown): boolean {
  return value === null || typeof value === "number";
}

function isFault(value: unknown): boolean {
  if (!isGroup(value) || typeof value.message !== "string") return false;
  return (
    (value.file === null || typeof value.file === "string") &&
    isNumberOrNull(value.line) &&
    isNumberOrNull(value.column)
  );
}

function areFiles(value: unknown): boolean {
  return Array.isArray(value) && value.every((file) => typeof file === "string");
}

function areHooks(value: unknown): boolean {
  if (!isGroup(value)) return false;
  return Object.values(value).every((place) => place === null || (isGroup(place) && typeof place.file === "string"));
}

function isReport({ kind, id, hook, hooks, files, fault }: Written): boolean {
  switch (kind) {
    case "ready":
      return areHooks(hooks) && areFiles(files);
    case "refused":
      return isFault(fault) && areFiles(files);
    case "answer":
      return typeof id === "number";
    case "failed":
      return typeof id === "number" && isFault(fault);
    case "fault":
      return isFault(fault) && typeof hook === "string";
    case "crashed":
      return isFault(fault);
    default:
      return kind === "pong" || kind === "drained";
  }
}

function parseLine(line: string): Written | null {
  try {
    const value: unknown = JSON.parse(line);
    return isGroup(value) ? value : null;
  } catch {
    return null;
  }
}

/** Null for what is no report: the policy's own code has the descriptor too. */
export function readReport(line: string): PolicyReport | null {
  const written = parseLine(line);
  return written !== null && isReport(written) ? (written as PolicyReport) : null;
}

/** What Demarc asks; it is believed. */
export function readRequest(line: string): PolicyRequest {
  return JSON.parse(line) as PolicyRequest;
}
