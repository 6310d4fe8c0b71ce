// What a phone is told to do: how to place a call, and how to answer one.

import type { Millis } from "../../base/index.ts";
import type { HeaderLine } from "../../protocol/sip/index.ts";
import type { TimerScript } from "./timer-wish.ts";

/** What a phone plays into a call. A tone is a sine of 1004 Hz, the milliwatt of the telephone network. */
export type AudioMode = "echo" | "tone" | "silence";

/** What a phone does in a standing call, and how it goes about it. */
export type MidCallDeed =
  /** It hears nothing any more, and sends what it likes (RFC 3264 section 8.4). */
  | "hold"
  /** Neither speaks. */
  | "mute"
  | "resume"
  /** Its audio is at another port from now on. */
  | "move"
  /** It offers one codec alone, and which that is changes each time. */
  | "recode"
  /** It says again what it has said: nothing changes. */
  | "repeat"
  /** It asks without an offer; the other side makes one (RFC 3261 section 14.1). */
  | "ask"
  /** It keeps the session from expiring: by UPDATE without a description, or as repeat (RFC 4028 section 7.4). */
  | "refresh"
  /** It asks for the other party to be put through to somebody else. */
  | "refer"
  /** INFO with a tone. */
  | "info"
  /** OPTIONS. */
  | "options";

export interface MidCallStep {
  /** Counted from the answer, or from the step before; later where something else is still open. */
  readonly afterMs: Millis;
  readonly deed: MidCallDeed;
  /** UPDATE where the other side allows it, else a re-INVITE. */
  readonly update: boolean;
  /** Of a REFER. */
  readonly refer?: ReferWish;
}

export interface ReferWish {
  /** The number to which the other party is put through. */
  readonly to: string;
  /** The id of another call of this phone, or the number that it is to: its other party is the one instead. Null: the number is called. */
  readonly joins: string | null;
  readonly leaves: "at-once" | "when-told" | "never";
  /** Whether it wants to be told what becomes of it (RFC 4488). */
  readonly told: boolean;
}

export interface CallScript {
  /** Names the call in reports and to `hang-up`. Unique while the call lives. */
  readonly id: string;
  /** Where the INVITE is sent, whatever its Request-URI says: the outbound proxy. */
  readonly to: { readonly address: string; readonly port: number };
  /** The user part of the Request-URI and To. */
  readonly called: string;
  /** The user part of From. */
  readonly caller: string;
  /** The display name of From; empty for none. Default: one that every call of the lab has. */
  readonly callerName?: string;
  /** Further lines of the INVITE. Default none. */
  readonly headers?: readonly HeaderLine[];
  readonly mode: AudioMode;
  /** Sends CANCEL when there is no answer by then (as soon as a CANCEL may be sent). Null: rings on. */
  readonly cancelAfterMs: Millis | null;
  /** Counted from the answer. Null: waits for the other side. */
  readonly hangUpAfterMs: Millis | null;
  /** False: the INVITE has no offer, the ACK brings the answer (RFC 3261 section 13.2.1). */
  readonly offers: boolean;
  /** False: a 2xx is never acknowledged. Not what the RFC says; what a dying phone does. */
  readonly acknowledges: boolean;
  /** Takes reliable provisional responses (RFC 3262). */
  readonly reliable: boolean;
  /** The id of a call of this phone, or the number that it is to, whose place this one takes (RFC 3891); null for none. */
  readonly replaces: string | null;
  /** Null: it knows no session timers. */
  readonly timer: TimerScript | null;
  readonly deeds: readonly MidCallStep[];
}

export interface AnswerStep {
  /** Counted from the step before. */
  readonly afterMs: Millis;
  readonly status: number;
  /** Whether a provisional response brings a session description: early media. A 2xx always does. */
  readonly description: boolean;
  /** Sent reliably where the caller takes that (RFC 3262); what follows waits for the PRACK. Default false. */
  readonly reliable?: boolean;
  /** Of a 3xx: where the caller should try, as `number` here or `number@host`. */
  readonly contacts?: readonly string[];
}

export interface AnswerScript {
  /** Nothing is ever said; no step counts. */
  readonly silent: boolean;
  /** In order. Without a final status in the last one it rings until it is cancelled. */
  readonly steps: readonly AnswerStep[];
  readonly mode: AudioMode;
  /** Counted from the answer. Null: waits for the other side. */
  readonly hangUpAfterMs: Millis | null;
  /** Answers with 200 when the CANCEL comes: the race of RFC 3261 section 9.2, lost by the caller. */
  readonly answersCancel: boolean;
  /** Answers a second time, in a dialog of its own, as if a proxy had forked the call (RFC 3261 section 13.2.2.4). */
  readonly forks: boolean;
  /** Null: it knows no session timers. */
  readonly timer: TimerScript | null;
  readonly deeds: readonly MidCallStep[];
}

const ANSWER: AnswerScript = {
  silent: false,
  steps: [],
  mode: "tone",
  hangUpAfterMs: null,
  answersCancel: false,
  forks: false,
  timer: null,
  deeds: [],
};

export const SILENT: AnswerScript = { ...ANSWER, silent: true };

/** Rings at once until it is cancelled. */
export const RING: AnswerScript = { ...ANSWER, steps: [{ afterMs: 0, status: 180, description: false }] };

/** Rings at once, and answers after `afterMs`. */
export function answerAfter(afterMs: Millis, rest: Partial<AnswerScript> = {}): AnswerScript {
  return { ...ANSWER, steps: [...RING.steps, { afterMs, status: 200, description: true }], ...rest };
}

/** 183 with a description at once, and answers after `afterMs`. */
export function earlyMediaThenAnswer(afterMs: Millis, rest: Partial<AnswerScript> = {}): AnswerScript {
  const early = { afterMs: 0, status: 183, description: true };
  return { ...ANSWER, steps: [early, { afterMs, status: 200, description: true }], ...rest };
}

/** Fails with a status from 300 after `afterMs`. */
export function failWith(status: number, afterMs: Millis = 0): AnswerScript {
  return { ...ANSWER, steps: [{ afterMs, status, description: false }] };
}

const CALL: Omit<CallScript, "id" | "to" | "called" | "caller"> = {
  mode: "tone",
  cancelAfterMs: null,
  hangUpAfterMs: null,
  offers: true,
  acknowledges: true,
  reliable: false,
  replaces: null,
  timer: null,
  deeds: [],
};

/** A call with an offer, as the RFC wants it, that waits for the other side to hang up. */
export function callScript(
  call: Pick<CallScript, "id" | "to" | "called" | "caller"> & Partial<CallScript>,
): CallScript {
  return { ...CALL, ...call };
}

/** Sends the caller elsewhere after `afterMs`. */
export function redirectTo(contacts: readonly string[], afterMs: Millis = 0): AnswerScript {
  return { ...ANSWER, steps: [{ afterMs, status: 302, description: false, contacts }] };
}
