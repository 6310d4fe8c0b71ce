// Overload control in Via (RFC 7339 section 4, RFC 7415 section 3): what a client offers, and what a server asks of it in return.

import { type Parameter, parameterValue, parseDigits, unquote, type Via } from "../sip/index.ts";

export type OverloadAlgorithm = "loss" | "rate";

export interface OverloadReport {
  readonly algorithm: OverloadAlgorithm;
  /** Of `loss` the percentage of requests to leave out, 0 to 100; of `rate` the requests a second that may come. */
  readonly value: number;
  /** For so long it holds; 0 ends the control, or says that there is none now (section 4.3). */
  readonly validityMs: number;
  /** Grows from report to report of one server; an older one is not heeded (section 4.4). Null where the server gives none, as it must. */
  readonly sequence: number | null;
}

const DEFAULT_VALIDITY_MS = 500;
/** A mistaken validity must not throttle a trunk for an hour. */
const LONGEST_VALIDITY_MS = 60_000;
/** Section 9 has a fraction, section 4.4 an integer. */
const SEQUENCE = /^[0-9]{1,12}(?:\.[0-9]{1,5})?$/;

/** What is added to the Via of a request, so that its server may answer with a report: all algorithms, the preferred one first. */
export const OVERLOAD_OFFER = ';oc;oc-algo="loss,rate"';

/** Whether the sender of a request thins its traffic by loss when asked to, as every client must that offers at all (section 4.2). */
export function offersOverloadControl({ parameters }: Via): boolean {
  if (parameterValue(parameters, "oc") !== null) return false;
  const algorithms = unquote(parameterValue(parameters, "oc-algo") ?? "loss").split(",");
  return algorithms.some((name) => name.trim().toLowerCase() === "loss");
}

function isOverloadParameter({ name }: Parameter): boolean {
  return /^oc(?:-algo|-validity|-seq)?$/i.test(name);
}

/** The Via of a client without what it offered, for a report to be added to it. */
export function withoutOverloadOffer(via: Via): Via {
  return { ...via, parameters: via.parameters.filter((parameter) => !isOverloadParameter(parameter)) };
}

/** What is added to the Via of a response: to a client that offered, and to no other. */
export function formatOverloadReport({ algorithm, value, validityMs, sequence }: OverloadReport): string {
  const order = sequence === null ? "" : `;oc-seq=${sequence.toFixed(5)}`;
  return `;oc=${value};oc-algo="${algorithm}";oc-validity=${validityMs}${order}`;
}

/** What the server says in the Via of our own; null when it says nothing that can be obeyed. */
export function readOverloadReport({ parameters }: Via): OverloadReport | null {
  const text = (name: string): string => unquote(parameterValue(parameters, name) ?? "");
  const algorithm = (text("oc-algo") || "loss").toLowerCase();
  if (algorithm !== "loss" && algorithm !== "rate") return null;
  const validity = text("oc-validity") === "" ? DEFAULT_VALIDITY_MS : parseDigits(text("oc-validity"));
  const order = text("oc-seq");
  if (validity === null || (order !== "" && !SEQUENCE.test(order))) return null;
  const sequence = order === "" ? null : Number(order);
  // Whoever ends the control need not say what it was (section 5.7).
  const value = validity === 0 ? 0 : parseDigits(text("oc"));
  if (value === null || (algorithm === "loss" && value > 100)) return null;
  return { algorithm, value, validityMs: Math.min(validity, LONGEST_VALIDITY_MS), sequence };
}
