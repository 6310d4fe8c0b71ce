// What is agreed on with a peer about session timers (RFC 4028), each leg by itself: what we ask for, what we grant, what its answers settle. The
// timers run by it; what happens when they fire is in session-timer.ts.

import type { Trunk } from "../../model/index.ts";
import { type HeaderLine, header, type SipRequest, type SipResponse } from "../../protocol/sip/index.ts";
import type { Call, Leg } from "./call.ts";
import type { SessionTimer, SessionWish } from "./leg-exchanges.ts";
import { startCallTimer, stopCallTimer, type Turn } from "./turn.ts";

/** Seconds: the least interval there is (section 4), and for how long we take one at most. */
const LEAST_S = 90;
const MOST_S = 30 * 24 * 3600;
/** How often a peer may ask for a longer interval: it has no reason to do so twice. */
const MOST_RAISES = 5;
/** How long before its end a session that was not refreshed is given up (section 10): so long, or a third of the interval. */
const MARGIN_MS = 32_000;

function secondsOf(ms: number): number {
  return Math.ceil(ms / 1000);
}

/** What the trunk wants; null for no timer. */
function wantedOf({ signaling }: Trunk): number | null {
  return signaling.sessionExpires === null ? null : secondsOf(signaling.sessionExpires);
}

/** The least that the leg may be asked for and asks for. */
function leastOf(leg: Leg): number {
  return Math.max(secondsOf(leg.trunk.signaling.minSessionExpires), leg.leastSession);
}

/** Of an INVITE or UPDATE. */
export function readWish({ headers }: SipRequest): SessionWish {
  const expires = headers.has("session-expires") ? headers.read(header.sessionExpires) : null;
  const least = headers.has("min-se") ? headers.read(header.minSe) : null;
  const supported = headers.has("supported") ? (headers.read(header.supported) ?? []) : [];
  return {
    seconds: expires?.value ?? null,
    refresher: expires === null ? null : header.refresherOf(expires),
    least: Math.min(Math.max(least?.value ?? LEAST_S, LEAST_S), MOST_S),
    speaks: supported.some((tag) => tag.toLowerCase() === "timer"),
  };
}

/** What a request must be refused with (422, section 6) for the interval that it asks for; null where it may stand. Who knows no timers cannot ask for another one. */
export function tooSmallLines({ signaling }: Trunk, wish: SessionWish): HeaderLine[] | null {
  const least = secondsOf(signaling.minSessionExpires);
  const small = wish.speaks && wish.seconds !== null && wish.seconds < least;
  return small ? [["Min-SE", String(least)]] : null;
}

function intervalLines(least: number, expires: string): HeaderLine[] {
  return [
    ["Min-SE", String(least)],
    ["Session-Expires", expires],
  ];
}

/** What the INVITE of a new dialog asks for (section 7.1). That we know timers it says in any case. */
export function askingLines(leg: Leg): HeaderLine[] {
  const wanted = wantedOf(leg.trunk);
  const least = leastOf(leg);
  return wanted === null ? [] : intervalLines(least, String(Math.max(wanted, least)));
}

/** What an INVITE or UPDATE of ours in a standing dialog says (section 7.4): who refreshes goes on to do so. */
export function refreshingLines(leg: Leg): HeaderLine[] {
  const { session } = leg;
  if (session === null) return [["Supported", "timer"]];
  const least = leastOf(leg);
  const refresher = session.refresher === "us" ? "uac" : "uas";
  const expires = `${Math.max(session.seconds, least)};refresher=${refresher}`;
  return [["Supported", "timer"], ...intervalLines(least, expires)];
}

const LINES = new Set(["Supported", "Min-SE", "Session-Expires"]);

/** The headers of a request in a dialog for when it goes out again with a longer interval. */
export function raisedLines(leg: Leg, lines: readonly HeaderLine[]): HeaderLine[] {
  return [...lines.filter(([name]) => !LINES.has(name)), ...refreshingLines(leg)];
}

/** Notes what a 422 asks for. False where it is nothing that a second request could be sent with (section 7.3). */
export function raiseInterval(leg: Leg, { headers }: SipResponse): boolean {
  const asked = leg.session?.seconds ?? wantedOf(leg.trunk);
  const least = headers.read(header.minSe)?.value ?? 0;
  if (asked === null || leg.raises >= MOST_RAISES) return false;
  if (least <= Math.max(asked, leastOf(leg)) || least > MOST_S) return false;
  leg.raises += 1;
  leg.leastSession = least;
  return true;
}

/** Settles the timer by our 2xx, and gives what that says of it (section 9). */
export function grantSession(
  call: Call,
  leg: Leg,
  asked: { readonly wish: SessionWish; readonly turn: Turn },
): HeaderLine[] {
  const { wish, turn } = asked;
  const seconds = grantedSeconds(leg, wish);
  if (seconds === null) {
    stopSession(call, leg, turn);
    return [];
  }
  const refresher = refresherFor(leg, wish);
  const agreed = wish.speaks || wish.seconds !== null;
  // What is said before the answer is of no session yet.
  if (leg.state !== "inviting") runSession(call, leg, { seconds, refresher, agreed, turn });
  const expires: HeaderLine = ["Session-Expires", `${seconds};refresher=${refresher === "peer" ? "uac" : "uas"}`];
  return refresher === "peer" ? [["Require", "timer"], expires] : [expires];
}

/** What is asked for, or less where the trunk wants less: never more (section 9). Where nothing is asked for, what was agreed or the trunk wants. */
function grantedSeconds(leg: Leg, { seconds, least }: SessionWish): number | null {
  const wanted = wantedOf(leg.trunk);
  if (seconds === null) {
    const own = leg.session?.seconds ?? wanted;
    return own === null ? null : Math.max(own, least);
  }
  const most = Math.min(seconds, MOST_S);
  return most < LEAST_S ? null : Math.min(most, Math.max(wanted ?? most, least));
}

/** Who knows no timers cannot refresh; who names nobody goes on as before, and does it itself at first. */
function refresherFor({ session }: Leg, { speaks, refresher }: SessionWish): SessionTimer["refresher"] {
  if (!speaks || refresher === "uas") return "us";
  return refresher === "uac" ? "peer" : (session?.refresher ?? "peer");
}

/** Settles the timer by a 2xx of the peer's (section 7.2). Where it says nothing and the trunk wants one, we refresh of our own accord. */
export function settleSession(
  call: Call,
  leg: Leg,
  answered: { readonly response: SipResponse; readonly turn: Turn },
): void {
  const { response, turn } = answered;
  // Before the answer there is no session that could expire.
  if (leg.state === "inviting") return;
  const expires = response.headers.has("session-expires") ? response.headers.read(header.sessionExpires) : null;
  const wanted = wantedOf(leg.trunk);
  if (expires !== null) {
    const seconds = Math.min(Math.max(expires.value, LEAST_S), MOST_S);
    const refresher = header.refresherOf(expires) === "uas" ? "peer" : "us";
    runSession(call, leg, { seconds, refresher, agreed: true, turn });
  } else if (wanted === null) stopSession(call, leg, turn);
  else runSession(call, leg, { seconds: Math.max(wanted, leastOf(leg)), refresher: "us", agreed: false, turn });
}

function timerOf(word: "refresh" | "expire", leg: Leg): string {
  return `${word}.${leg.localTag}`;
}

function runSession(call: Call, leg: Leg, terms: Omit<SessionTimer, "endsAt"> & { readonly turn: Turn }): void {
  const { seconds, refresher, agreed, turn } = terms;
  const intervalMs = seconds * 1000;
  const afterMs = intervalMs - Math.min(MARGIN_MS, intervalMs / 3);
  leg.session = { seconds, refresher, agreed, endsAt: turn.now + afterMs };
  startCallTimer(call, timerOf("expire", leg), { afterMs, turn });
  if (refresher === "us") refreshAfter(call, leg, { afterMs: intervalMs / 2, turn });
  else stopCallTimer(call, timerOf("refresh", leg), turn);
}

/** The next refresh of ours. */
export function refreshAfter(call: Call, leg: Leg, timing: { readonly afterMs: number; readonly turn: Turn }): void {
  startCallTimer(call, timerOf("refresh", leg), timing);
}

/** The peer has shown that it is there, although it refuses: where it knows of no timer nothing else was asked of it. */
export function renewSession(call: Call, leg: Leg, turn: Turn): void {
  if (leg.session !== null) runSession(call, leg, { ...leg.session, turn });
}

/** The leg leaves a call, with the timer that it has; `resumeSession` goes on with it. */
export function leaveSession(call: Call, leg: Leg, turn: Turn): void {
  stopCallTimer(call, timerOf("refresh", leg), turn);
  stopCallTimer(call, timerOf("expire", leg), turn);
}

/** In the call that the leg has come to. */
export function resumeSession(call: Call, leg: Leg, turn: Turn): void {
  const { session } = leg;
  if (session === null) return;
  const leftMs = Math.max(0, session.endsAt - turn.now);
  startCallTimer(call, timerOf("expire", leg), { afterMs: leftMs, turn });
  if (session.refresher === "us")
    refreshAfter(call, leg, { afterMs: Math.min(leftMs, session.seconds * 1000) / 2, turn });
}

/** No timer runs any more. */
export function stopSession(call: Call, leg: Leg, turn: Turn): void {
  if (leg.session === null) return;
  leg.session = null;
  stopCallTimer(call, timerOf("refresh", leg), turn);
  stopCallTimer(call, timerOf("expire", leg), turn);
}
