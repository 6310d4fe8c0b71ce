// What people are told of an emergency call: a document for programs, and text that a guard at a desk reads. With 47 CFR 9.16 (Kari's Law) in view: that a
// call was made, a number by which its caller can be called back, and the place that the emergency services are told.

import type { EmergencyPlace } from "../../engine/index.ts";
import type { CivicAddress, EmergencyEvent } from "../../model/index.ts";
import type { EmergencyCall } from "../store/index.ts";

export interface Notice {
  /** The same however often it is sent: by it a receiver knows a repetition. */
  readonly id: string;
  readonly event: EmergencyEvent;
  /** ISO 8601: when it happened. */
  readonly at: string;
  /** `node.name`. */
  readonly node: string;
  readonly call: EmergencyCall;
}

/** Where the number of a house stands before the street. */
const NUMBER_FIRST = new Set(["AU", "CA", "FR", "GB", "IE", "IN", "LU", "NZ", "US", "ZA"]);

function streetOf({ country, street, houseNumber, houseNumberSuffix }: CivicAddress): string | null {
  const number = houseNumber === null ? null : `${houseNumber}${houseNumberSuffix ?? ""}`;
  const parts = country !== null && NUMBER_FIRST.has(country) ? [number, street] : [street, number];
  return joined(parts, " ");
}

function joined(parts: readonly (string | null)[], by: string): string | null {
  const known = parts.filter((part) => part !== null && part !== "");
  return known.length === 0 ? null : known.join(by);
}

function labelled(label: string, value: string | null): string | null {
  return value === null ? null : `${label} ${value}`;
}

/** A place as a person says it, the nearest first: room, floor, building, street, city. */
export function placeText({ address, point }: Pick<EmergencyPlace, "address" | "point">): string {
  const known: (string | null)[] = [];
  if (address !== null) {
    const { name, room, unit, floor, building, additional, city, county, state, postcode, country } = address;
    known.push(
      labelled("room", room),
      labelled("unit", unit),
      labelled("floor", floor),
      labelled("building", building),
      name,
      additional,
      streetOf(address),
      city,
      county,
      joined([state, postcode], " "),
      country,
    );
  }
  if (point !== null) known.push(`${point.latitude}, ${point.longitude} (latitude, longitude)`);
  return joined(known, ", ") ?? "known by its numbers alone";
}

const HEADLINES: Readonly<Record<EmergencyEvent, string>> = {
  began: "Emergency call",
  answered: "Emergency call answered",
  failed: "EMERGENCY CALL FAILED",
  ended: "Emergency call ended",
  interrupted: "EMERGENCY CALL INTERRUPTED",
  "test-failed": "Test of emergency calls FAILED",
};

/** What a caller or its telephone wrote stays on its line. */
function line(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ");
}

function callerText({ caller, callerName }: EmergencyCall): string {
  return callerName === null || callerName === "" ? caller || "unknown" : `${caller || "unknown"} (${callerName})`;
}

/** One line: what happened, who, where. */
export function subjectOf({ event, call }: Notice): string {
  const place = call.location === null ? "" : ` at ${call.location.name}`;
  if (event === "test-failed") return line(`${HEADLINES[event]}: ${outcomeText({ event, call })}`);
  return line(`${HEADLINES[event]}: ${callerText(call)} dialled ${call.called}${place}`);
}

function callBackText({ caller, callback }: EmergencyCall): string {
  if (callback === null) return `${caller || "unknown"} (its own number)`;
  const { number, until } = callback;
  return until === null ? number : `${number} (leads to the caller until ${until})`;
}

function outcomeText({ event, call }: Pick<Notice, "event" | "call">): string {
  const { answeredAt, endedAt, cause, status, endedBy, durationMs, egressTrunk, test } = call;
  const by = egressTrunk === null ? "" : ` by ${egressTrunk}`;
  switch (event) {
    case "began":
      return "The call has just begun.";
    case "answered":
      return `The emergency services answered${by} at ${answeredAt}.`;
    case "failed":
      return `Nobody answered: ${cause} (${status}) at ${endedAt}. See to it that the caller gets help.`;
    case "interrupted":
      return "Demarc ended in the middle of the call. See to it that the caller gets help.";
    case "test-failed": {
      const over = test?.by === "schedule" ? ` over ${test.trunk}` : "";
      return `Nobody answered the test number${over}: ${cause} (${status}). Calls for help may not get through there.`;
    }
    case "ended":
      if (answeredAt === null) return `The caller gave up before anybody answered (${cause}) at ${endedAt}.`;
      return `It was ended by ${endedBy} at ${endedAt}, after ${Math.round(durationMs / 1000)} seconds.`;
  }
}

/** The lines of a mail. */
export function textOf(notice: Notice): string {
  const { call, node } = notice;
  const { location, steps } = call;
  const said = steps.some((step) => step.kind === "begun" && step.said !== null);
  const lines = [
    `${HEADLINES[notice.event]} to ${call.called}`,
    "",
    `Caller:     ${callerText(call)}`,
    `Call back:  ${callBackText(call)}`,
    `Place:      ${location === null ? "not known" : `${location.name}: ${placeText(location)}`}`,
    ...(said ? ["            The caller's telephone told the emergency services a place of its own."] : []),
    `Began:      ${call.startedAt} (UTC)`,
    `Came from:  ${call.ingressTrunk}`,
    `Went to:    ${call.egressTrunk ?? "nobody yet"}`,
    "",
    outcomeText(notice),
    "",
    `Demarc ${node}, call ${call.id}`,
  ];
  return `${lines.map(line).join("\n")}\n`;
}

/** The document that a webhook gets. What is added to it later are further members. */
export function documentOf(notice: Notice) {
  const { id, event, at, node, call } = notice;
  const { location, callback, caller, callerName, called, ingressTrunk, egressTrunk } = call;
  const { startedAt, answeredAt, endedAt, state, status, cause, endedBy, durationMs } = call;
  return {
    id,
    event,
    at,
    node,
    text: subjectOf(notice),
    caller: { number: caller, name: callerName },
    called,
    callback,
    location:
      location === null
        ? null
        : { name: location.name, address: location.address, point: location.point, text: placeText(location) },
    call: { id: call.id, state, startedAt, answeredAt, endedAt, durationMs, status, cause, endedBy },
    ingressTrunk,
    egressTrunk,
  };
}
