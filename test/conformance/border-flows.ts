// What goes on between two sides beyond the plain call: early media, failover, messages that cross or come twice.
import { bothWays, ESTABLISHED, HUNG_UP_BY_CALLEE, HUNG_UP_BY_CALLER, type Ladder, RINGING } from "./ladder-pieces.ts";

export const EARLY_MEDIA: readonly Ladder[] = [
  ...bothWays(
    "a 183 with audio, ringing after it, the same answer in the 200 (RFC 3960)",
    `
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp
    CarrierA -> Demarc: 183 F5 of F3 sdp
    Demarc -> PBX: 183 F6 of F1 sdp
    CarrierA -> Demarc: 180 F15 of F3
    Demarc -> PBX: 180 F16 of F1
    CarrierA -> Demarc: 200 F7 of F3 sdp
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a 200 without SDP goes by what the 183 said",
    `
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp
    CarrierA -> Demarc: 183 F5 of F3 sdp
    Demarc -> PBX: 183 F6 of F1 sdp
    CarrierA -> Demarc: 200 F7 of F3
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays(
    "the announcement of a failure, then the failure",
    `
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp
    CarrierA -> Demarc: 183 F4 of F3 sdp
    Demarc -> PBX: 183 F5 of F1 sdp
    wait 5s
    CarrierA -> Demarc: 404 F6 of F3
    Demarc -> CarrierA: ACK F7 of F6
    Demarc -> PBX: 404 F8 of F1
    PBX -> Demarc: ACK F9 of F8
    record: unknown-number 404 by callee
    `,
  ),
];

export const FAILOVER: readonly Ladder[] = [
  {
    name: "the first carrier has no service, the second takes the call (RFC 3665 section 3.4 in spirit)",
    text: `
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp
    CarrierA -> Demarc: 503 F4 of F3
    Demarc -> CarrierA: ACK F5 of F4
    Demarc -> CarrierB: INVITE F6 sdp
    CarrierB -> Demarc: 180 F7 of F6
    Demarc -> PBX: 180 F8 of F1
    CarrierB -> Demarc: 200 F9 of F6 sdp
    Demarc -> CarrierB: ACK F10 of F9
    Demarc -> PBX: 200 F11 of F1 sdp
    PBX -> Demarc: ACK F12 of F11
    CarrierB -> Demarc: BYE F13 of F6
    Demarc -> CarrierB: 200 F14 of F13
    Demarc -> PBX: BYE F15
    PBX -> Demarc: 200 F16 of F15
    record: normal-clearing 200 by callee
    `,
  },
  {
    name: "the first carrier is silent, the second takes the emergency call, the first is cancelled when it wakes up",
    text: `
    PBX -> Demarc: INVITE F1 sdp to 911
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp to 911
    wait 1900ms
    Demarc -> CarrierA: INVITE F3 again x2
    wait 200ms
    Demarc -> CarrierB: INVITE F4 sdp to 911
    CarrierB -> Demarc: 180 F5 of F4
    Demarc -> PBX: 180 F6 of F1
    CarrierA -> Demarc: 180 F7 of F3
    Demarc -> CarrierA: CANCEL F8 of F3
    CarrierA -> Demarc: 200 F9 of F8
    CarrierA -> Demarc: 487 F10 of F3
    Demarc -> CarrierA: ACK F11 of F10
    CarrierB -> Demarc: 200 F12 of F4 sdp
    Demarc -> CarrierB: ACK F13 of F12
    Demarc -> PBX: 200 F14 of F1 sdp
    PBX -> Demarc: ACK F15 of F14
    PBX -> Demarc: BYE F16 of F14
    Demarc -> PBX: 200 F17 of F16
    Demarc -> CarrierB: BYE F18
    CarrierB -> Demarc: 200 F19 of F18
    record: normal-clearing 200 by caller
    `,
  },
  {
    name: "busy is what the called person is, not the carrier: nobody else is asked",
    text: `
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp
    CarrierA -> Demarc: 503 F4 of F3
    Demarc -> CarrierA: ACK F5 of F4
    Demarc -> CarrierB: INVITE F6 sdp
    CarrierB -> Demarc: 486 F7 of F6
    Demarc -> CarrierB: ACK F8 of F7
    Demarc -> PBX: 486 F9 of F1
    PBX -> Demarc: ACK F10 of F9
    record: busy 486 by callee
    `,
  },
  {
    name: "what has rung is not rung again elsewhere",
    text: `
    ${RINGING}
    CarrierA -> Demarc: 503 F7 of F3
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 500 F9 of F1
    PBX -> Demarc: ACK F10 of F9
    record: target-failure 500 by callee
    `,
  },
];

export const CANCEL_RACES: readonly Ladder[] = [
  ...bothWays(
    "CANCEL before the target has said a word waits for one (RFC 3261 section 9.1)",
    `
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp
    PBX -> Demarc: CANCEL F4 of F1
    Demarc -> PBX: 200 F5 of F4
    Demarc -> PBX: 487 F6 of F1
    PBX -> Demarc: ACK F7 of F6
    wait 600ms
    Demarc -> CarrierA: INVITE F3 again
    CarrierA -> Demarc: 100 F8 of F3
    Demarc -> CarrierA: CANCEL F9 of F3
    CarrierA -> Demarc: 200 F10 of F9
    CarrierA -> Demarc: 487 F11 of F3
    Demarc -> CarrierA: ACK F12 of F11
    record: cancelled 487 by caller
    `,
  ),
  ...bothWays(
    "the 200 crosses the CANCEL: acknowledged and ended (RFC 3261 section 15)",
    `
    ${RINGING}
    PBX -> Demarc: CANCEL F7 of F1
    Demarc -> PBX: 200 F8 of F7
    Demarc -> PBX: 487 F9 of F1
    Demarc -> CarrierA: CANCEL F10 of F3
    CarrierA -> Demarc: 200 F11 of F3 sdp
    Demarc -> CarrierA: ACK F12 of F11
    Demarc -> CarrierA: BYE F13
    CarrierA -> Demarc: 200 F14 of F10
    CarrierA -> Demarc: 200 F15 of F13
    PBX -> Demarc: ACK F16 of F9
    record: cancelled 487 by caller
    `,
  ),
  ...bothWays(
    "CANCEL after the answer changes nothing (RFC 3261 section 9.2)",
    `
    ${RINGING}
    CarrierA -> Demarc: 200 F7 of F3 sdp
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: CANCEL F20 of F1
    Demarc -> PBX: 200 F21 of F20
    PBX -> Demarc: ACK F10 of F9
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "the target refuses while the CANCEL is on its way",
    `
    ${RINGING}
    PBX -> Demarc: CANCEL F7 of F1
    Demarc -> PBX: 200 F8 of F7
    Demarc -> PBX: 487 F9 of F1
    Demarc -> CarrierA: CANCEL F10 of F3
    CarrierA -> Demarc: 486 F11 of F3
    Demarc -> CarrierA: ACK F12 of F11
    CarrierA -> Demarc: 481 F13 of F10
    PBX -> Demarc: ACK F14 of F9
    record: cancelled 487 by caller
    `,
  ),
  ...bothWays(
    "a CANCEL that comes twice is answered twice",
    `
    ${RINGING}
    PBX -> Demarc: CANCEL F7 of F1
    Demarc -> PBX: 200 F8 of F7
    Demarc -> PBX: 487 F9 of F1
    Demarc -> CarrierA: CANCEL F10 of F3
    PBX -> Demarc: CANCEL F7 again
    Demarc -> PBX: 200 F8 again
    PBX -> Demarc: ACK F11 of F9
    CarrierA -> Demarc: 200 F12 of F10
    CarrierA -> Demarc: 487 F13 of F3
    Demarc -> CarrierA: ACK F14 of F13
    record: cancelled 487 by caller
    `,
  ),
];

export const REPETITIONS: readonly Ladder[] = [
  ...bothWays(
    "BYEs that cross",
    `
    ${ESTABLISHED}
    PBX -> Demarc: BYE F11 of F9
    Demarc -> PBX: 200 F12 of F11
    Demarc -> CarrierA: BYE F13
    CarrierA -> Demarc: BYE F14 of F3
    Demarc -> CarrierA: 200 F15 of F14
    CarrierA -> Demarc: 200 F16 of F13
    record: normal-clearing 200 by caller
    `,
  ),
  ...bothWays(
    "a lost ACK: the 200 comes again, and so does the ACK",
    `
    ${RINGING}
    CarrierA -> Demarc: 200 F7 of F3 sdp
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    CarrierA -> Demarc: 200 F7 again
    Demarc -> CarrierA: ACK F8 again
    wait 600ms
    Demarc -> PBX: 200 F9 again
    PBX -> Demarc: ACK F10 of F9
    PBX -> Demarc: ACK F10 again
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays(
    "the callee hangs up before the caller has acknowledged: its BYE waits (RFC 3261 section 15)",
    `
    ${RINGING}
    CarrierA -> Demarc: 200 F7 of F3 sdp
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    CarrierA -> Demarc: BYE F10 of F3
    Demarc -> CarrierA: 200 F11 of F10
    PBX -> Demarc: ACK F12 of F9
    Demarc -> PBX: BYE F13
    PBX -> Demarc: 200 F14 of F13
    record: normal-clearing 200 by callee
    `,
  ),
  ...bothWays(
    "a second fork answers too: acknowledged and ended, the call goes on (RFC 3261 section 13.2.2.4)",
    `
    ${ESTABLISHED}
    CarrierA -> Demarc: 200 F20 of F3 sdp tag other-fork
    Demarc -> CarrierA: ACK F21 of F20
    Demarc -> CarrierA: BYE F22
    CarrierA -> Demarc: 200 F23 of F22
    ${HUNG_UP_BY_CALLER}
    `,
  ),
];
