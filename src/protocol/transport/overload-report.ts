// Overload control in Via (RFC 7339 section 4, RFC 7415 section 3): what a client offers, and what a server asks of it in return.

import { type Parameter, parameterValue, parseDigits, unquote, type Via } from "../sip/index.ts";

export type OverloadAlgorithm = "loss" | "rate";

export interface OverloadReport {
  readonly algorithm: OverloadAlgorithm;
  /** Of `loss` the percentage of requests to leave out, 0 to 100; of `rate` the requests a second that may come. */
  readonly value: number;
  /** For so long it holds; 0 ends the control (section 4.3). */
  readonly validityMs: number;
  /** Grows from report to report of one server; an older one is not heeded (section 4.4). */
  readonly sequence: number;
}

const DEFAULT_VALIDITY_MS = 500;
/** A mistaken validity must not throttle a trunk for an hour. */
const LONGEST_VALIDITY_MS = 60_000;
const SEQUENCE = /^[0-9]{1,12}\.[0-9]{1,5}$/;

/** What is added to the Via of a request, so that its server may answer with a report. */
export const OVERLOAD_OFFER = ';oc;oc-algo="loss,rate"';

/** Whether the sender of a request thins its traffic by loss when asked to, as every client must that offers at all. */
export function offersOverloadControl(via: Via): boolean {
  return via.parameters.some(({ name, value }) => name.toLowerCase() === "oc" && value === null);
}

function isOverloadParameter({ name }: Parameter): boolean {
  return /^oc(?:-algo|-validity|-seq)?$/i.test(name);
}

/** The Via of a response to a client that offered: with the report in place of the offer. */
export function withOverloadReport(via: Via, report: OverloadReport): Via {
  const { algorithm, value, validityMs, sequence } = report;
  const kept = via.parameters.filter((parameter) => !isOverloadParameter(parameter));
  const own: readonly Parameter[] = [
    { name: "oc", value: String(value) },
    { name: "oc-algo", value: `"${algorithm}"` },
    { name: "oc-validity", value: String(validityMs) },
    { name: "oc-seq", value: sequence.toFixed(3) },
  ];
  return { ...via, parameters: [...kept, ...own] };
}

/** What the server says in the Via of our own; null when it says nothing that can be obeyed. */
export function readOverloadReport(via: Via): OverloadReport | null {
  const text = (name: string): string => unquote(parameterValue(via.parameters, name) ?? "");
  const value = parseDigits(text("oc"));
  const algorithm = (text("oc-algo") || "loss").toLowerCase();
  if (value === null || (algorithm !== "loss" && algorithm !== "rate")) return null;
  if (algorithm === "loss" && value > 100) return null;
  const validity = text("oc-validity") === "" ? DEFAULT_VALIDITY_MS : parseDigits(text("oc-validity"));
  const sequence = text("oc-seq");
  if (validity === null || !SEQUENCE.test(sequence)) return null;
  return { algorithm, value, validityMs: Math.min(validity, LONGEST_VALIDITY_MS), sequence: Number(sequence) };
}
