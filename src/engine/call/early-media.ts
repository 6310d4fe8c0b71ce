// Everything before the answer: 100, 18x, and what is heard while it rings (RFC 3960).

import { dialogOfResponse } from "../../protocol/dialog/index.ts";
import type { Body, SipResponse } from "../../protocol/sip/index.ts";
import type { MediaResult } from "../media-contract.ts";
import type { Attempt, Call } from "./call.ts";
import { contactLines } from "./contact-lines.ts";
import { cancelAttempt } from "./give-up-attempt.ts";
import { answerThrough, bodyOf, noteSent, readDescription } from "./negotiate-media.ts";
import { tellCaller } from "./tell.ts";
import { logCall, stopCallTimer, type Turn, wallClock } from "./turn.ts";

/** Statuses that mean the same to every caller; any other 18x becomes 183. */
const PASSED: ReadonlySet<number> = new Set([180, 181, 182, 183]);

export function onProvisional(
  call: Call,
  attempt: Attempt,
  heard: { readonly response: SipResponse; readonly turn: Turn },
): void {
  const { response, turn } = heard;
  if (attempt.state === "given-up") {
    cancelAttempt(call, attempt, turn);
    return;
  }
  if (attempt.state !== "calling" && attempt.state !== "proceeding") return;
  attempt.state = "proceeding";
  stopCallTimer(call, "attempt", turn);
  if (response.status === 100 || call.end !== null) return;
  attempt.rang = true;
  const status = PASSED.has(response.status) ? response.status : 183;
  const reading = readDescription(response);
  const { seed, leg } = attempt;
  if (
    reading.kind === "description" &&
    seed !== null &&
    leg !== null &&
    call.offer !== null &&
    dialogOfResponse(seed, response, "") !== null
  ) {
    const purpose = { kind: "media-early", attempt: attempt.index, status } as const;
    const { offer, aLeg } = call;
    const { description } = reading;
    if (answerThrough(call, { from: leg, to: aLeg, description, purpose, offer }, turn)) return;
    logCall(
      call,
      { level: "warn", message: "The target's early media does not answer the offer; it is not passed on." },
      turn,
    );
  }
  ring(call, { status, turn });
}

/** The plane knows where the early media comes from: the caller may hear it. */
export function onEarlyMedia(
  call: Call,
  attempt: Attempt,
  reply: { readonly result: MediaResult; readonly status: number; readonly turn: Turn },
): void {
  const { result, status, turn } = reply;
  if (attempt.state !== "proceeding" || call.end !== null) return;
  const description = result.ok && result.description !== null ? noteSent(call.aLeg, result.description) : null;
  ring(call, { status, turn, body: bodyOf(description) });
}

function ring(
  call: Call,
  ringing: {
    readonly status: number;
    readonly turn: Turn;
    readonly body?: Body | null;
  },
): void {
  const { status, turn, body = null } = ringing;
  if (call.state === "routing") call.state = "ringing";
  call.ringingAt ??= wallClock(turn);
  const { aLeg } = call;
  const headers = tellCaller(call, status, contactLines(aLeg));
  turn.world.layer.respond(call.aTransaction, { status, toTag: aLeg.localTag, headers, body, dialog: true }, turn);
}
