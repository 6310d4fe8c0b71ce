// A call to which nothing has happened yet.

import type { Call } from "./call.ts";
import { NO_MARKS } from "./deciding.ts";

type Beginning = Omit<
  Call,
  | "id"
  | "ingress"
  | "emergency"
  | "caller"
  | "called"
  | "callerName"
  | "interop"
  | "maxForwards"
  | "aLeg"
  | "aTransaction"
  | "inviteSequence"
  | "inviteWish"
>;

/** @param startedAt Unix milliseconds */
export function newCall(startedAt: number): Beginning {
  return {
    state: "routing",
    route: null,
    maxBreadth: null,
    test: null,
    location: null,
    offer: null,
    lateOffer: null,
    reliable: false,
    provisionals: [],
    negotiated: false,
    answerSaid: false,
    answerDue: false,
    told: null,
    callerTags: [],
    bLeg: null,
    deciding: null,
    judging: null,
    marks: NO_MARKS,
    targets: [],
    attempts: [],
    counted: false,
    countedNumbers: [],
    mediaOpened: false,
    statistics: [],
    change: null,
    transfer: null,
    referral: null,
    joining: null,
    comesFrom: null,
    referredBy: null,
    changes: 0,
    timers: [],
    startedAt,
    ringingAt: null,
    answeredAt: null,
    endedAt: null,
    end: null,
    recorded: false,
  };
}
