// A phone's part in session timers (RFC 4028), on either side: what it asks for, what it grants, when it refreshes, and when it gives up a call that
// nobody refreshes.

import type { Millis } from "../../base/index.ts";
import {
  type HeaderLine,
  header,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from "../../protocol/sip/index.ts";
import { type PhoneCall, type PhoneMoment, startCallTimer, stopCallTimer } from "./phone-call.ts";
import type { TimerWish } from "./timer-wish.ts";

/** Seconds: the least there is (section 4). */
const LEAST_S = 90;
/** How long before its end a session is given up (section 10): so long, or a third of the interval. */
const MARGIN_MS: Millis = 32_000;
/** How often it asks again for longer. */
const MOST_RAISES = 5;

export function readTimerWish({ headers }: SipRequest): TimerWish {
  const expires = headers.read(header.sessionExpires);
  return {
    seconds: expires?.value ?? null,
    least: headers.read(header.minSe)?.value ?? LEAST_S,
    refresher: expires === null ? null : header.refresherOf(expires),
    speaks: (headers.read(header.supported) ?? []).includes("timer"),
  };
}

/** What a request says of timers: that they are known, and what is wanted or goes on. */
export function timerLines(call: PhoneCall): HeaderLine[] {
  const { timer, script } = call;
  const seconds = timer?.seconds ?? script.timer?.seconds ?? null;
  if (script.timer === null) return [];
  if (seconds === null) return [["Supported", "timer"]];
  const refresher = timer === null ? script.timer.refresher : timer.refresher;
  const named = refresher === null ? "" : `;refresher=${refresher === "us" ? "uac" : "uas"}`;
  return [
    ["Supported", "timer"],
    ["Session-Expires", `${Math.max(seconds, call.leastInterval)}${named}`],
    ["Min-SE", String(Math.max(LEAST_S, call.leastInterval))],
  ];
}

/** Min-SE of the 422 that a request is answered with; null where it asks for enough. */
export function tooSmallFor(call: PhoneCall, { seconds, speaks }: TimerWish): HeaderLine | null {
  const least = call.script.timer?.least ?? 0;
  return speaks && seconds !== null && seconds < least ? ["Min-SE", String(least)] : null;
}

/** Notes what a 422 wants. False where that is no reason to ask again. */
export function raiseInterval(call: PhoneCall, { headers }: SipResponse): boolean {
  const least = headers.read(header.minSe)?.value ?? 0;
  if (least <= call.leastInterval || call.raises >= MOST_RAISES) return false;
  call.raises += 1;
  call.leastInterval = least;
  return true;
}

/** Runs the timer by our 2xx, and gives what it says of it (section 9). */
export function grantTimer(call: PhoneCall, wish: TimerWish, moment: PhoneMoment): HeaderLine[] {
  const { script } = call;
  if (script.timer === null) return [];
  const own = call.timer?.seconds ?? script.timer.seconds;
  const asked = wish.seconds ?? own;
  if (asked === null) {
    stopTimer(call, moment);
    return [];
  }
  const seconds = Math.max(Math.min(asked, script.timer.seconds ?? asked), wish.least);
  const wanted =
    wish.refresher === null ? (call.timer?.refresher ?? script.timer.refresher) : fromTheirs(wish.refresher);
  const refresher = wish.speaks ? (wanted ?? "peer") : "us";
  runTimer(call, { seconds, refresher, moment });
  const expires: HeaderLine = ["Session-Expires", `${seconds};refresher=${refresher === "us" ? "uas" : "uac"}`];
  return refresher === "us" ? [expires] : [["Require", "timer"], expires];
}

/** Who it is that the sender of a request names. */
function fromTheirs(refresher: "uac" | "uas"): "us" | "peer" {
  return refresher === "uac" ? "peer" : "us";
}

/** Runs the timer by the other side's 2xx (section 7.2). */
export function settleTimer(call: PhoneCall, { headers }: SipMessage, moment: PhoneMoment): void {
  const expires = headers.read(header.sessionExpires);
  if (call.script.timer === null || expires === null) {
    stopTimer(call, moment);
    return;
  }
  const refresher = header.refresherOf(expires) === "uas" ? "peer" : "us";
  runTimer(call, { seconds: expires.value, refresher, moment });
}

function runTimer(
  call: PhoneCall,
  terms: { readonly seconds: number; readonly refresher: "us" | "peer"; readonly moment: PhoneMoment },
): void {
  const { seconds, refresher, moment } = terms;
  const intervalMs = seconds * 1000;
  call.timer = { seconds, refresher };
  if (call.script.timer?.refreshes === false) return;
  startCallTimer(call, { name: "expire", afterMs: intervalMs - Math.min(MARGIN_MS, intervalMs / 3) }, moment);
  if (refresher === "us") startCallTimer(call, { name: "refresh", afterMs: intervalMs / 2 }, moment);
  else stopCallTimer(call, "refresh", moment);
}

function stopTimer(call: PhoneCall, moment: PhoneMoment): void {
  call.timer = null;
  stopCallTimer(call, "refresh", moment);
  stopCallTimer(call, "expire", moment);
}
