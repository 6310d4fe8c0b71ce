// What the records must be: one of each call, and true.

import type { Millis } from "../base/index.ts";
import type { CallRecord, EmergencyStep } from "../engine/index.ts";
import { parseMessage, tagOf, to, validateMessage } from "../protocol/sip/index.ts";
import type { Accuse } from "./violation.ts";

export interface RecordBook {
  /** Calls that peers have brought to the border, by Call-ID: when the INVITE was heard first. */
  readonly brought: Map<string, Millis>;
  /** By the Call-ID of the leg that came in. Where a transfer made a call of such a leg, the record of the call before. */
  readonly records: Map<string, CallRecord>;
  /** All of them, by their id. */
  readonly all: Map<string, CallRecord>;
  /** What was told of emergency calls, by the call's id. */
  readonly steps: Map<string, EmergencyStep["kind"][]>;
}

export function createRecordBook(): RecordBook {
  return { brought: new Map(), records: new Map(), all: new Map(), steps: new Map() };
}

/** A peer's INVITE outside of dialogs, as the border hears it. */
export function noteInvite(book: RecordBook, text: string, now: Millis): void {
  if (!text.startsWith("INVITE ")) return;
  const parsed = parseMessage(text);
  if (!parsed.ok || validateMessage(parsed.value) !== null) return;
  const { headers } = parsed.value;
  const address = headers.read(to);
  const callId = headers.first("call-id") ?? "";
  if (address === null || tagOf(address) !== null || book.brought.has(callId)) return;
  book.brought.set(callId, now);
}

export function checkRecord(
  book: RecordBook,
  record: CallRecord,
  found: { readonly now: Millis; readonly accuse: Accuse; readonly broughtAgain: ReadonlySet<string> },
): void {
  const { callId } = record.aLeg;
  const accuse = (detail: string) => found.accuse({ rule: "record", at: found.now, detail, callId });
  if (book.all.has(record.id)) accuse(`record ${record.id} was written before`);
  book.all.set(record.id, record);
  const before = book.records.get(callId) ?? null;
  const moved = record.transferredFrom !== null;
  if (before?.transferredFrom === null && !moved && !found.broughtAgain.has(callId))
    accuse("a second record of the same call");
  if (!book.brought.has(callId) && !moved) accuse("a record of a call that never came in");
  // A party that was transferred has a record of each call that it was in.
  const earlier = before === null || (before.transferredFrom !== null && before.startedAt > record.startedAt);
  if (!moved || earlier) book.records.set(callId, record);
  const { startedAt, ringingAt, answeredAt, endedAt } = record;
  const times = [startedAt, ringingAt ?? startedAt, endedAt];
  if (times.some((time, index) => index > 0 && Date.parse(time) < Date.parse(times[index - 1] ?? ""))) {
    accuse(`its times are not in order: ${times.join(", ")}`);
  }
  const durationMs = answeredAt === null ? 0 : Date.parse(endedAt) - Date.parse(answeredAt);
  if (record.durationMs !== durationMs) accuse(`it lasted ${durationMs} ms, not ${record.durationMs}`);
  if ((answeredAt !== null) !== (record.status === 200))
    accuse(`answered at ${answeredAt} with status ${record.status}`);
  for (const attempt of record.attempts) {
    if (attempt.status !== null && attempt.status < 200) accuse(`an attempt ended with ${attempt.status}`);
  }
}

export function noteStep({ steps }: RecordBook, { call, kind }: EmergencyStep): void {
  steps.set(call, [...(steps.get(call) ?? []), kind]);
}

/** When all is over: of each emergency call its beginning and its end were told, once each, and of no other. */
function checkSteps({ all, steps }: RecordBook, found: { now: Millis; accuse: Accuse }): void {
  for (const { id, emergency, answeredAt, aLeg } of all.values()) {
    const told = steps.get(id) ?? [];
    const wanted = emergency ? ["begun", ...(answeredAt === null ? [] : ["answered"]), "ended"] : [];
    const marks = told.filter((kind) => kind === "begun" || kind === "answered" || kind === "ended");
    if (marks.join() === wanted.join() && (!emergency || (told[0] === "begun" && told.at(-1) === "ended"))) continue;
    const detail = `of call ${id} was told: ${told.join(", ") || "nothing"}`;
    found.accuse({ rule: "audit", at: found.now, detail, callId: aLeg.callId });
  }
}

/** When all is over: each call that came in has its record, and the record has the status that the caller was sent. */
export function checkRecordsComplete(
  book: RecordBook,
  finals: ReadonlyMap<string, number>,
  found: { now: Millis; accuse: Accuse },
): void {
  checkSteps(book, found);
  for (const { transferredFrom, aLeg } of book.all.values()) {
    if (transferredFrom === null || book.all.has(transferredFrom)) continue;
    const detail = `its record says that it came out of ${transferredFrom}, which has none`;
    found.accuse({ rule: "record", at: found.now, detail, callId: aLeg.callId });
  }
  for (const [callId] of book.brought) {
    const record = book.records.get(callId);
    const accuse = (detail: string) => found.accuse({ rule: "record", at: found.now, detail, callId });
    if (record === undefined) {
      accuse("there is no record of the call");
      continue;
    }
    const sent = finals.get(callId);
    if (sent === undefined) accuse("the caller was never sent a final response");
    else if (sent !== record.status) accuse(`the caller was sent ${sent}, the record says ${record.status}`);
  }
}
