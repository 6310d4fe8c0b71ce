// Calls under a session timer (RFC 4028) of 90 s, the least that the product and the RFC allow. They take a minute, and are played beside others.
import type { Flow } from "./border.ts";
import { FORGETFUL_CARRIER, PBX, TIMED_CARRIER } from "./border-peers.ts";
import { getsThrough } from "./sipp-calls.ts";
import { answers, hangsUp, isAcked, isAsked, isCalled, isHungUp, waits } from "./sipp-script.ts";

/** Less than until the refresh, and than until the end of a session that is not refreshed; the rest is waited for. */
const BEFORE_REFRESH_MS = 35_000;
const BEFORE_END_MS = 50_000;

function agrees(refresher: "uac" | "uas"): { readonly headers: readonly string[] } {
  return { headers: ["Require: timer", `Session-Expires: 90;refresher=${refresher}`] };
}

/** Refreshed by Demarc after half of it, by UPDATE as the callee allows that. */
export const REFRESHED: Flow = {
  from: PBX,
  to: TIMED_CARRIER,
  allow: ["UPDATE"],
  caller: [getsThrough(), waits(BEFORE_REFRESH_MS), isHungUp()],
  callee: [
    isCalled({ has: ["Session-Expires: 90"] }),
    answers(180),
    answers(200, { sdp: {}, ...agrees("uac") }),
    isAcked(),
    waits(BEFORE_REFRESH_MS),
    isAsked("UPDATE", { has: ["Session-Expires: 90;refresher=uac"], lacks: ["m=audio"] }),
    answers(200, agrees("uac")),
    hangsUp(),
  ],
};

/** The callee should refresh it and does not: ended a third before its end. */
export const EXPIRED: Flow = {
  from: PBX,
  to: FORGETFUL_CARRIER,
  caller: [getsThrough(), waits(BEFORE_END_MS), isHungUp()],
  callee: [
    isCalled({ has: ["Session-Expires: 90"] }),
    answers(180),
    answers(200, { sdp: {}, ...agrees("uas") }),
    isAcked(),
    waits(BEFORE_END_MS),
    isHungUp(),
  ],
};
