// Attended transfers when something comes in between. The PBX has a call with CarrierA on hold (F9, F7), and one with another phone there (F85, F83).
import { changed, ESTABLISHED, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";

const CONSULTED = `
  trunk PBX: signaling.transfer=execute
  ${ESTABLISHED}
  ${changed({ at: 60, offer: "sdp[sendonly]", answer: "sdp[recvonly]" })}
  PBX -> Demarc: INVITE F80 sdp to +14155550177
  Demarc -> PBX: 100 F81 of F80
  Demarc -> CarrierA: INVITE F82 sdp to +14155550177
  CarrierA -> Demarc: 200 F83 of F82 sdp[port=7300]
  Demarc -> CarrierA: ACK F84 of F83
  Demarc -> PBX: 200 F85 of F80 sdp
  PBX -> Demarc: ACK F86 of F85
`;
const REFERRED = `
  PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+14155550177@127.0.0.1?%replaces(F85)>}
  Demarc -> PBX: 202 F21 of F20
  Demarc -> PBX: NOTIFY F22 of F9 sipfrag 100 {Event: refer | Subscription-State: active*}
  Demarc -> CarrierA: INVITE F24 of F7 sdp
  PBX -> Demarc: 200 F23 of F22
`;
const KEPT_TOOK = `
  CarrierA -> Demarc: 200 F25 of F24 sdp
  Demarc -> CarrierA: ACK F26 of F25
  Demarc -> CarrierA: INVITE F27 of F83 sdp
`;
const TARGET_TOOK = `
  CarrierA -> Demarc: 200 F28 of F27 sdp[port=7300]
  Demarc -> CarrierA: ACK F29 of F28
`;
const TOLD_OF_SUCCESS = `
  Demarc -> PBX: NOTIFY F40 of F9 sipfrag 200 {Event: refer | Subscription-State: terminated;reason=noresource}
  PBX -> Demarc: 200 F41 of F40
`;
const CALL_ENDS = `
  CarrierA -> Demarc: BYE F50 of F83
  Demarc -> CarrierA: 200 F51 of F50
  Demarc -> CarrierA: BYE F52 of F7
  CarrierA -> Demarc: 200 F53 of F52
  record: normal-clearing 200 by callee
`;
const CONSULTATION_ENDS = `
  PBX -> Demarc: BYE F87 of F85
  Demarc -> PBX: 200 F88 of F87
  Demarc -> CarrierA: BYE F89 of F83
  CarrierA -> Demarc: 200 F90 of F89
  record: normal-clearing 200 by caller
`;
function toldOf(status: number): string {
  return `
    Demarc -> PBX: NOTIFY F40 of F9 sipfrag ${status} {Event: refer | Subscription-State: terminated;reason=noresource}
    PBX -> Demarc: 200 F41 of F40
  `;
}

export const ATTENDED_RACES: readonly Ladder[] = [
  {
    name: "the kept party does not take it: both calls stand",
    text: `
    ${CONSULTED}
    ${REFERRED}
    CarrierA -> Demarc: 488 F25 of F24
    Demarc -> CarrierA: ACK F26 of F25
    ${toldOf(488)}
    record: not-acceptable 488 by demarc
    media: PBX <-> CarrierA:7300
    ${CONSULTATION_ENDS}
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "the target does not take it: the kept party is given back, and both calls stand",
    text: `
    ${CONSULTED}
    ${REFERRED}
    ${KEPT_TOOK}
    CarrierA -> Demarc: 488 F28 of F27
    Demarc -> CarrierA: ACK F29 of F28
    Demarc -> PBX: NOTIFY F40 of F9 sipfrag 488 {Event: refer | Subscription-State: terminated;reason=noresource}
    PBX -> Demarc: 200 F41 of F40
    wait 10ms
    Demarc -> CarrierA: INVITE F56 of F7 sdp[sendonly]
    CarrierA -> Demarc: 200 F57 of F56 sdp[recvonly]
    Demarc -> CarrierA: ACK F58 of F57
    record: not-acceptable 488 by demarc
    media: PBX <-> CarrierA:7300
    ${CONSULTATION_ENDS}
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "the transferor hangs up both its calls at once",
    text: `
    ${CONSULTED}
    ${REFERRED}
    PBX -> Demarc: BYE F42 of F9
    Demarc -> PBX: 200 F43 of F42
    record: transferred 200 by caller
    PBX -> Demarc: BYE F44 of F85
    Demarc -> PBX: 200 F45 of F44
    record: transferred 200 by caller
    ${KEPT_TOOK}
    ${TARGET_TOOK}
    ${CALL_ENDS}
    `,
  },
  {
    name: "the transferor hangs up the consultation while the target is asked",
    text: `
    ${CONSULTED}
    ${REFERRED}
    ${KEPT_TOOK}
    PBX -> Demarc: BYE F44 of F85
    Demarc -> PBX: 200 F45 of F44
    record: transferred 200 by caller
    ${TARGET_TOOK}
    ${TOLD_OF_SUCCESS}
    Demarc -> PBX: BYE F42 of F9
    PBX -> Demarc: 200 F43 of F42
    record: transferred 200 by demarc
    ${CALL_ENDS}
    `,
  },
  {
    name: "the kept party hangs up while the target is asked: the consultation stands",
    text: `
    ${CONSULTED}
    ${REFERRED}
    ${KEPT_TOOK}
    CarrierA -> Demarc: BYE F44 of F7
    Demarc -> CarrierA: 200 F45 of F44
    Demarc -> PBX: BYE F46 of F9
    PBX -> Demarc: 200 F47 of F46
    CarrierA -> Demarc: 200 F28 of F27 sdp[port=7300]
    Demarc -> CarrierA: ACK F29 of F28
    Demarc -> CarrierA: INVITE F56 of F83 sdp
    CarrierA -> Demarc: 200 F57 of F56 sdp[port=7300]
    Demarc -> CarrierA: ACK F58 of F57
    record: normal-clearing 480 by caller
    record: normal-clearing 200 by callee
    media: PBX <-> CarrierA:7300
    ${CONSULTATION_ENDS}
    `,
  },
  {
    name: "the target hangs up while the kept party is asked: the first call stands",
    text: `
    ${CONSULTED}
    ${REFERRED}
    CarrierA -> Demarc: BYE F44 of F83
    Demarc -> CarrierA: 200 F45 of F44
    Demarc -> PBX: BYE F46 of F85
    Demarc -> PBX: NOTIFY F40 of F9 sipfrag 487 {Event: refer | Subscription-State: terminated;reason=noresource}
    PBX -> Demarc: 200 F47 of F46
    PBX -> Demarc: 200 F41 of F40
    CarrierA -> Demarc: 488 F25 of F24
    Demarc -> CarrierA: ACK F26 of F25
    record: normal-clearing 200 by callee
    record: cancelled 487 by callee
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "nobody is told who does not want to be: both legs are hung up at once",
    text: `
    ${CONSULTED}
    PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+14155550177@127.0.0.1?%replaces(F85)> | Refer-Sub: false}
    Demarc -> PBX: 200 F21 of F20 {Refer-Sub: false}
    Demarc -> CarrierA: INVITE F24 of F7 sdp
    ${KEPT_TOOK}
    ${TARGET_TOOK}
    Demarc -> PBX: BYE F42 of F9
    Demarc -> PBX: BYE F44 of F85
    PBX -> Demarc: 200 F43 of F42
    PBX -> Demarc: 200 F45 of F44
    record: transferred 200 by demarc
    record: transferred 200 by demarc
    ${CALL_ENDS}
    `,
  },
  {
    name: "the call that is named is the one that the REFER is in",
    text: `
    trunk PBX: signaling.transfer=execute
    ${ESTABLISHED}
    PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+14155550177@127.0.0.1?%replaces(F9)>}
    Demarc -> PBX: 202 F21 of F20
    Demarc -> PBX: NOTIFY F22 of F9 sipfrag 100 {Event: refer | Subscription-State: active*}
    PBX -> Demarc: 200 F23 of F22
    ${toldOf(481)}
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "the transferor was called by the target: it is the callee of its second call",
    text: `
    trunk PBX: signaling.transfer=execute
    ${ESTABLISHED}
    ${changed({ at: 60, offer: "sdp[sendonly]", answer: "sdp[recvonly]" })}
    CarrierA -> Demarc: INVITE F80 sdp[port=7300]
    Demarc -> CarrierA: 100 F81 of F80
    Demarc -> PBX: INVITE F82 sdp
    PBX -> Demarc: 200 F84 of F82 sdp[port=4100]
    Demarc -> PBX: ACK F85 of F84
    Demarc -> CarrierA: 200 F83 of F80 sdp
    CarrierA -> Demarc: ACK F86 of F83
    PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+13035550142@127.0.0.1?%replaces(F84)>}
    Demarc -> PBX: 202 F21 of F20
    Demarc -> PBX: NOTIFY F22 of F9 sipfrag 100 {Event: refer | Subscription-State: active*}
    Demarc -> CarrierA: INVITE F24 of F7 sdp
    PBX -> Demarc: 200 F23 of F22
    ${KEPT_TOOK}
    ${TARGET_TOOK}
    ${TOLD_OF_SUCCESS}
    Demarc -> PBX: BYE F42 of F9
    Demarc -> PBX: BYE F44 of F84
    PBX -> Demarc: 200 F43 of F42
    PBX -> Demarc: 200 F45 of F44
    record: transferred 200 by demarc
    record: transferred 200 by demarc
    media: CarrierA <-> CarrierA:7300
    ${CALL_ENDS}
    `,
  },
];
