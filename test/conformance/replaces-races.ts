// INVITEs with Replaces (RFC 3891) when something comes in between, and by whom they must not be followed.
import { ESTABLISHED, HUNG_UP_BY_CALLEE, HUNG_UP_BY_CALLER, type Ladder, RINGING } from "./ladder-pieces.ts";

const RINGING_AT_PBX = `
  CarrierA -> Demarc: INVITE F1 sdp
  Demarc -> CarrierA: 100 F2 of F1
  Demarc -> PBX: INVITE F3 sdp
  PBX -> Demarc: 180 F5 of F3
  Demarc -> CarrierA: 180 F6 of F1
`;
const ASKED = `
  PBX -> Demarc: INVITE F80 sdp[port=4200] {Replaces: $replaces(F9) | Require: replaces}
  Demarc -> PBX: 100 F81 of F80
  Demarc -> CarrierA: INVITE F90 of F7 sdp
`;
const TAKEN = `
  CarrierA -> Demarc: 200 F91 of F90 sdp
  Demarc -> CarrierA: ACK F92 of F91
  Demarc -> PBX: 200 F82 of F80 sdp
`;
const CALL_ENDS = `
  PBX -> Demarc: BYE F86 of F82
  Demarc -> PBX: 200 F87 of F86
  Demarc -> CarrierA: BYE F88 of F7
  CarrierA -> Demarc: 200 F89 of F88
  record: normal-clearing 200 by caller
`;
function refusedWith(status: number, cause: string): string {
  return `
    Demarc -> PBX: 100 F81 of F80
    Demarc -> PBX: ${status} F82 of F80
    PBX -> Demarc: ACK F83 of F82
    record: ${cause} ${status} by demarc
  `;
}

export const REPLACES_RACES: readonly Ladder[] = [
  {
    name: "the other party does not take it: the call stands",
    text: `
    ${ESTABLISHED}
    ${ASKED}
    CarrierA -> Demarc: 488 F91 of F90
    Demarc -> CarrierA: ACK F92 of F91
    Demarc -> PBX: 488 F82 of F80
    PBX -> Demarc: ACK F83 of F82
    record: not-acceptable 488 by demarc
    media: PBX <-> CarrierA
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "the other party hangs up while it is asked",
    text: `
    ${ESTABLISHED}
    ${ASKED}
    CarrierA -> Demarc: BYE F93 of F7
    Demarc -> CarrierA: 200 F94 of F93
    Demarc -> PBX: BYE F95 of F9
    Demarc -> PBX: 480 F82 of F80
    PBX -> Demarc: 200 F96 of F95
    PBX -> Demarc: ACK F83 of F82
    CarrierA -> Demarc: 487 F91 of F90
    Demarc -> CarrierA: ACK F92 of F91
    record: normal-clearing 200 by callee
    record: normal-clearing 480 by callee
    `,
  },
  {
    name: "who is replaced hangs up meanwhile: the new one goes on",
    text: `
    ${ESTABLISHED}
    ${ASKED}
    PBX -> Demarc: BYE F93 of F9
    Demarc -> PBX: 200 F94 of F93
    record: replaced 200 by caller
    ${TAKEN}
    PBX -> Demarc: ACK F83 of F82
    ${CALL_ENDS}
    `,
  },
  {
    name: "the new one gives up while the other party is asked, which takes it: it is shown the old one again",
    text: `
    ${ESTABLISHED}
    ${ASKED}
    PBX -> Demarc: CANCEL F93 of F80
    Demarc -> PBX: 200 F94 of F93
    Demarc -> PBX: 487 F82 of F80
    PBX -> Demarc: ACK F83 of F82
    record: cancelled 487 by caller
    CarrierA -> Demarc: 200 F91 of F90 sdp
    Demarc -> CarrierA: ACK F92 of F91
    Demarc -> CarrierA: INVITE F95 of F7 sdp
    CarrierA -> Demarc: 200 F96 of F95 sdp
    Demarc -> CarrierA: ACK F97 of F96
    media: PBX <-> CarrierA
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "the callee's place is taken",
    text: `
    ${ESTABLISHED}
    CarrierA -> Demarc: INVITE F80 sdp[port=7300] {Replaces: $replaces(F7)}
    Demarc -> CarrierA: 100 F81 of F80
    Demarc -> PBX: INVITE F90 of F9 sdp
    PBX -> Demarc: 200 F91 of F90 sdp
    Demarc -> PBX: ACK F92 of F91
    Demarc -> CarrierA: 200 F82 of F80 sdp
    Demarc -> CarrierA: BYE F84 of F7
    CarrierA -> Demarc: ACK F83 of F82
    CarrierA -> Demarc: 200 F85 of F84
    record: replaced 200 by demarc
    media: PBX <-> CarrierA:7300
    PBX -> Demarc: BYE F86 of F9
    Demarc -> PBX: 200 F87 of F86
    Demarc -> CarrierA: BYE F88 of F82
    CarrierA -> Demarc: 200 F89 of F88
    record: normal-clearing 200 by callee
    `,
  },
  {
    name: "a phone that rings: picked up by another one (RFC 5359 section 2.16)",
    text: `
    ${RINGING_AT_PBX}
    PBX -> Demarc: INVITE F80 sdp[port=4200] {Replaces: $replaces(F5);early-only | Require: replaces}
    Demarc -> PBX: 100 F81 of F80
    Demarc -> PBX: 200 F83 of F80 sdp
    Demarc -> PBX: CANCEL F82 of F3
    Demarc -> CarrierA: 200 F9 of F1 sdp
    CarrierA -> Demarc: ACK F10 of F9
    PBX -> Demarc: ACK F84 of F83
    PBX -> Demarc: 200 F85 of F82
    PBX -> Demarc: 487 F86 of F3
    Demarc -> PBX: ACK F87 of F86
    record: picked-up 200 by demarc
    media: PBX:4200 <-> CarrierA
    PBX -> Demarc: BYE F88 of F83
    Demarc -> PBX: 200 F89 of F88
    Demarc -> CarrierA: BYE F90 of F9
    CarrierA -> Demarc: 200 F91 of F90
    record: normal-clearing 200 by callee
    `,
  },
  {
    name: "a phone that rings, and answers just then: its answer is acknowledged and ended",
    text: `
    ${RINGING_AT_PBX}
    PBX -> Demarc: INVITE F80 sdp[port=4200] {Replaces: $replaces(F5)}
    Demarc -> PBX: 100 F81 of F80
    Demarc -> PBX: 200 F83 of F80 sdp
    Demarc -> PBX: CANCEL F82 of F3
    Demarc -> CarrierA: 200 F9 of F1 sdp
    CarrierA -> Demarc: ACK F10 of F9
    PBX -> Demarc: ACK F84 of F83
    PBX -> Demarc: 200 F86 of F3 sdp
    Demarc -> PBX: ACK F87 of F86
    Demarc -> PBX: BYE F92 of F86
    PBX -> Demarc: 200 F85 of F82
    PBX -> Demarc: 200 F93 of F92
    record: picked-up 200 by demarc
    CarrierA -> Demarc: BYE F88 of F9
    Demarc -> CarrierA: 200 F89 of F88
    Demarc -> PBX: BYE F90 of F83
    PBX -> Demarc: 200 F91 of F90
    record: normal-clearing 200 by caller
    `,
  },
  {
    name: "a phone that calls: 481, as RFC 3891 section 3 has it of dialogs that it began",
    text: `
    ${RINGING}
    PBX -> Demarc: INVITE F80 sdp[port=4200] {Replaces: $replaces(F6)}
    ${refusedWith(481, "bad-request")}
    CarrierA -> Demarc: 486 F90 of F3
    Demarc -> CarrierA: ACK F91 of F90
    Demarc -> PBX: 486 F92 of F1
    PBX -> Demarc: ACK F93 of F92
    record: busy 486 by callee
    `,
  },
  {
    name: "two at once: the second one has to wait",
    text: `
    ${ESTABLISHED}
    PBX -> Demarc: INVITE F70 sdp[port=4300] {Replaces: $replaces(F9)}
    Demarc -> PBX: 100 F71 of F70
    Demarc -> CarrierA: INVITE F90 of F7 sdp
    PBX -> Demarc: INVITE F80 sdp[port=4200] {Replaces: $replaces(F9)}
    ${refusedWith(491, "bad-request")}
    CarrierA -> Demarc: 200 F91 of F90 sdp
    Demarc -> CarrierA: ACK F92 of F91
    Demarc -> PBX: 200 F72 of F70 sdp
    Demarc -> PBX: BYE F93 of F9
    PBX -> Demarc: ACK F73 of F72
    PBX -> Demarc: 200 F94 of F93
    record: replaced 200 by demarc
    ${CALL_ENDS.replace("F86 of F82", "F86 of F72")}
    `,
  },
  {
    name: "the tags of another trunk's dialog: 481, as if it were not there",
    text: `
    ${ESTABLISHED}
    CarrierB -> Demarc: INVITE F80 sdp {Replaces: $replaces(F7)}
    ${refusedWith(481, "bad-request").replaceAll("PBX", "CarrierB")}
    CarrierA -> Demarc: INVITE F180 sdp {Replaces: $replaces(F9)}
    Demarc -> CarrierA: 100 F181 of F180
    Demarc -> CarrierA: 481 F182 of F180
    CarrierA -> Demarc: ACK F183 of F182
    record: bad-request 481 by demarc
    ${HUNG_UP_BY_CALLEE}
    `,
  },
  {
    name: "two of them, or one that cannot be read: 400",
    text: `
    ${ESTABLISHED}
    PBX -> Demarc: INVITE F80 sdp {Replaces: $replaces(F9) | Replaces: nobody;to-tag=a;from-tag=b}
    ${refusedWith(400, "bad-request")}
    PBX -> Demarc: INVITE F180 sdp {Replaces: nobody;to-tag=a}
    Demarc -> PBX: 100 F181 of F180
    Demarc -> PBX: 400 F182 of F180
    PBX -> Demarc: ACK F183 of F182
    record: bad-request 400 by demarc
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "without an offer: it gets that of the party that stays, which is shown what it answers (RFC 3261 section 13.2.1)",
    text: `
    ${ESTABLISHED}
    PBX -> Demarc: INVITE F80 {Replaces: $replaces(F9)}
    Demarc -> PBX: 100 F81 of F80
    Demarc -> PBX: 200 F82 of F80 sdp
    PBX -> Demarc: ACK F83 of F82 sdp[port=4200]
    Demarc -> CarrierA: INVITE F90 of F7 sdp
    CarrierA -> Demarc: 200 F91 of F90 sdp
    Demarc -> CarrierA: ACK F92 of F91
    Demarc -> PBX: BYE F84 of F9
    PBX -> Demarc: 200 F85 of F84
    record: replaced 200 by demarc
    media: PBX:4200 <-> CarrierA
    ${CALL_ENDS}
    `,
  },
  {
    name: "without an offer, and the ACK has no answer: the old call stands",
    text: `
    ${ESTABLISHED}
    PBX -> Demarc: INVITE F80 {Replaces: $replaces(F9)}
    Demarc -> PBX: 100 F81 of F80
    Demarc -> PBX: 200 F82 of F80 sdp
    PBX -> Demarc: ACK F83 of F82
    Demarc -> PBX: BYE F84 of F82
    PBX -> Demarc: 200 F85 of F84
    record: not-acceptable 200 by demarc
    media: PBX <-> CarrierA
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "without an offer, and the other party does not take it: the old call stands",
    text: `
    ${ESTABLISHED}
    PBX -> Demarc: INVITE F80 {Replaces: $replaces(F9)}
    Demarc -> PBX: 100 F81 of F80
    Demarc -> PBX: 200 F82 of F80 sdp
    PBX -> Demarc: ACK F83 of F82 sdp[port=4200]
    Demarc -> CarrierA: INVITE F90 of F7 sdp
    CarrierA -> Demarc: 488 F91 of F90
    Demarc -> CarrierA: ACK F92 of F91
    Demarc -> PBX: BYE F84 of F82
    PBX -> Demarc: 200 F85 of F84
    record: not-acceptable 200 by demarc
    media: PBX <-> CarrierA
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "without an offer, and the other party hangs up before the ACK",
    text: `
    ${ESTABLISHED}
    PBX -> Demarc: INVITE F80 {Replaces: $replaces(F9)}
    Demarc -> PBX: 100 F81 of F80
    Demarc -> PBX: 200 F82 of F80 sdp
    CarrierA -> Demarc: BYE F93 of F7
    Demarc -> CarrierA: 200 F94 of F93
    Demarc -> PBX: BYE F95 of F9
    PBX -> Demarc: 200 F96 of F95
    PBX -> Demarc: ACK F83 of F82 sdp[port=4200]
    Demarc -> PBX: BYE F84 of F82
    PBX -> Demarc: 200 F85 of F84
    record: normal-clearing 200 by callee
    record: normal-clearing 200 by callee
    `,
  },
  {
    name: "a phone that rings, picked up without an offer: it gets the caller's, and its answer is the caller's",
    text: `
    ${RINGING_AT_PBX}
    PBX -> Demarc: INVITE F80 {Replaces: $replaces(F5) | Require: replaces}
    Demarc -> PBX: 100 F81 of F80
    Demarc -> PBX: 200 F83 of F80 sdp
    Demarc -> PBX: CANCEL F82 of F3
    PBX -> Demarc: 200 F85 of F82
    PBX -> Demarc: 487 F86 of F3
    Demarc -> PBX: ACK F87 of F86
    record: picked-up 200 by demarc
    PBX -> Demarc: ACK F84 of F83 sdp[port=4200]
    Demarc -> CarrierA: 200 F9 of F1 sdp
    CarrierA -> Demarc: ACK F10 of F9
    media: PBX:4200 <-> CarrierA
    PBX -> Demarc: BYE F88 of F83
    Demarc -> PBX: 200 F89 of F88
    Demarc -> CarrierA: BYE F90 of F9
    CarrierA -> Demarc: 200 F91 of F90
    record: normal-clearing 200 by callee
    `,
  },
  {
    name: "a phone that rings, picked up without an offer by who then answers nothing",
    text: `
    ${RINGING_AT_PBX}
    PBX -> Demarc: INVITE F80 {Replaces: $replaces(F5)}
    Demarc -> PBX: 100 F81 of F80
    Demarc -> PBX: 200 F83 of F80 sdp
    Demarc -> PBX: CANCEL F82 of F3
    PBX -> Demarc: 200 F85 of F82
    PBX -> Demarc: 487 F86 of F3
    Demarc -> PBX: ACK F87 of F86
    record: picked-up 200 by demarc
    PBX -> Demarc: ACK F84 of F83
    Demarc -> PBX: BYE F88 of F83
    Demarc -> CarrierA: 488 F9 of F1
    CarrierA -> Demarc: ACK F10 of F9
    PBX -> Demarc: 200 F89 of F88
    record: not-acceptable 488 by demarc
    `,
  },
];
