// Transfers to a call that still rings (RFC 5589 section 7.6). The PBX has a call with CarrierA (F9, F7), and calls another phone there, which rings (F85, F83).
import { changed, ESTABLISHED, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";

const RINGS = `
  trunk PBX: signaling.transfer=execute
  ${ESTABLISHED}
  ${changed({ at: 60, offer: "sdp[sendonly]", answer: "sdp[recvonly]" })}
  PBX -> Demarc: INVITE F80 sdp to +14155550177
  Demarc -> PBX: 100 F81 of F80
  Demarc -> CarrierA: INVITE F82 sdp to +14155550177
  CarrierA -> Demarc: 180 F83 of F82
  Demarc -> PBX: 180 F85 of F80
`;
const REFERRED = `
  PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+14155550177@127.0.0.1?%replaces(F85)>}
  Demarc -> PBX: 202 F21 of F20
  Demarc -> PBX: NOTIFY F22 of F9 sipfrag 100 {Event: refer | Subscription-State: active*}
  PBX -> Demarc: 200 F23 of F22
  Demarc -> PBX: NOTIFY F24 of F9 sipfrag 180 {Event: refer | Subscription-State: active*}
  PBX -> Demarc: 200 F25 of F24
`;
const TARGET_ANSWERS = `
  CarrierA -> Demarc: 200 F86 of F82 sdp[port=7300]
  Demarc -> CarrierA: ACK F87 of F86
`;
const KEPT_TOOK = `
  Demarc -> CarrierA: INVITE F30 of F7 sdp
  CarrierA -> Demarc: 200 F31 of F30 sdp
  Demarc -> CarrierA: ACK F32 of F31
`;
const TARGET_TOOK = `
  Demarc -> CarrierA: INVITE F33 of F86 sdp
  CarrierA -> Demarc: 200 F34 of F33 sdp[port=7300]
  Demarc -> CarrierA: ACK F35 of F34
`;
const GIVEN_UP = `
  PBX -> Demarc: CANCEL F70 of F80
  Demarc -> PBX: 200 F71 of F70
  Demarc -> PBX: 487 F72 of F80
  PBX -> Demarc: ACK F73 of F72
`;
function toldOf(status: number): string {
  return `
    Demarc -> PBX: NOTIFY F40 of F9 sipfrag ${status} {Event: refer | Subscription-State: terminated;reason=noresource}
    PBX -> Demarc: 200 F41 of F40
  `;
}
const LEFT = `
  Demarc -> PBX: BYE F42 of F9
  PBX -> Demarc: 200 F43 of F42
  record: transferred 200 by demarc
`;
const CALL_ENDS = `
  media: CarrierA <-> CarrierA:7300
  CarrierA -> Demarc: BYE F50 of F86
  Demarc -> CarrierA: 200 F51 of F50
  Demarc -> CarrierA: BYE F52 of F7
  CarrierA -> Demarc: 200 F53 of F52
  record: normal-clearing 200 by callee
`;

export const SEMI_ATTENDED: readonly Ladder[] = [
  {
    name: "the transferor waits: the two are joined once the target answers, and its own INVITE is ended",
    text: `
    ${RINGS}
    ${REFERRED}
    ${TARGET_ANSWERS}
    ${KEPT_TOOK}
    ${TARGET_TOOK}
    Demarc -> PBX: NOTIFY F40 of F9 sipfrag 200 {Event: refer | Subscription-State: terminated;reason=noresource}
    Demarc -> PBX: 487 F88 of F80
    PBX -> Demarc: ACK F89 of F88
    record: transferred 487 by demarc
    PBX -> Demarc: 200 F41 of F40
    ${LEFT}
    ${CALL_ENDS}
    `,
  },
  {
    name: "the transferor gives its call up: it rings on",
    text: `
    ${RINGS}
    ${REFERRED}
    ${GIVEN_UP}
    wait 5s
    ${TARGET_ANSWERS}
    ${KEPT_TOOK}
    ${TARGET_TOOK}
    record: transferred 487 by demarc
    ${toldOf(200)}
    ${LEFT}
    ${CALL_ENDS}
    `,
  },
  {
    name: "the transferor hangs up both its calls: it rings on for the party that is left",
    text: `
    ${RINGS}
    ${REFERRED}
    PBX -> Demarc: BYE F42 of F9
    Demarc -> PBX: 200 F43 of F42
    record: transferred 200 by caller
    ${GIVEN_UP}
    ${TARGET_ANSWERS}
    ${KEPT_TOOK}
    ${TARGET_TOOK}
    record: transferred 487 by demarc
    ${CALL_ENDS}
    `,
  },
  {
    name: "the target is busy: both are told, and the first call stands",
    text: `
    ${RINGS}
    ${REFERRED}
    CarrierA -> Demarc: 486 F86 of F82
    Demarc -> CarrierA: ACK F87 of F86
    Demarc -> PBX: 486 F88 of F80
    ${toldOf(486)}
    PBX -> Demarc: ACK F89 of F88
    record: busy 486 by callee
    record: busy 486 by callee
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "the kept party hangs up while the target rings: that is the transferor's again",
    text: `
    ${RINGS}
    ${REFERRED}
    CarrierA -> Demarc: BYE F44 of F7
    Demarc -> CarrierA: 200 F45 of F44
    Demarc -> PBX: BYE F46 of F9
    PBX -> Demarc: 200 F47 of F46
    record: cancelled 487 by caller
    record: normal-clearing 200 by callee
    ${TARGET_ANSWERS}
    Demarc -> PBX: 200 F88 of F80 sdp
    PBX -> Demarc: ACK F89 of F88
    media: PBX <-> CarrierA:7300
    PBX -> Demarc: BYE F90 of F88
    Demarc -> PBX: 200 F91 of F90
    Demarc -> CarrierA: BYE F92 of F86
    CarrierA -> Demarc: 200 F93 of F92
    record: normal-clearing 200 by caller
    `,
  },
  {
    name: "the kept party hangs up after the transferor has given the ringing call up: it rings no more",
    text: `
    ${RINGS}
    ${REFERRED}
    ${GIVEN_UP}
    CarrierA -> Demarc: BYE F44 of F7
    Demarc -> CarrierA: 200 F45 of F44
    Demarc -> PBX: BYE F46 of F9
    Demarc -> CarrierA: CANCEL F48 of F82
    PBX -> Demarc: 200 F47 of F46
    CarrierA -> Demarc: 200 F49 of F48
    CarrierA -> Demarc: 487 F54 of F82
    Demarc -> CarrierA: ACK F55 of F54
    record: cancelled 487 by caller
    record: normal-clearing 200 by callee
    record: cancelled 487 by caller
    `,
  },
  {
    name: "the kept party does not take it: the transferor's call is answered after all",
    text: `
    ${RINGS}
    ${REFERRED}
    ${TARGET_ANSWERS}
    Demarc -> CarrierA: INVITE F30 of F7 sdp
    CarrierA -> Demarc: 488 F31 of F30
    Demarc -> CarrierA: ACK F32 of F31
    ${toldOf(488)}
    record: not-acceptable 488 by demarc
    wait 10ms
    Demarc -> PBX: 200 F88 of F80 sdp
    PBX -> Demarc: ACK F89 of F88
    media: PBX <-> CarrierA:7300
    PBX -> Demarc: BYE F90 of F88
    Demarc -> PBX: 200 F91 of F90
    Demarc -> CarrierA: BYE F92 of F86
    CarrierA -> Demarc: 200 F93 of F92
    record: normal-clearing 200 by caller
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "the call is given up first, and its number referred to: a blind transfer (RFC 5589 section 7.6)",
    text: `
    ${RINGS}
    PBX -> Demarc: CANCEL F70 of F80
    Demarc -> PBX: 200 F71 of F70
    Demarc -> PBX: 487 F72 of F80
    Demarc -> CarrierA: CANCEL F74 of F82
    PBX -> Demarc: ACK F73 of F72
    CarrierA -> Demarc: 200 F75 of F74
    CarrierA -> Demarc: 487 F76 of F82
    Demarc -> CarrierA: ACK F77 of F76
    record: cancelled 487 by caller
    PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+14155550177@127.0.0.1>}
    Demarc -> PBX: 202 F21 of F20
    Demarc -> PBX: NOTIFY F22 of F9 sipfrag 100 {Event: refer | Subscription-State: active*}
    Demarc -> CarrierA: INVITE F95 sdp to +14155550177
    PBX -> Demarc: 200 F23 of F22
    CarrierA -> Demarc: 200 F86 of F95 sdp[port=7300]
    Demarc -> CarrierA: ACK F87 of F86
    ${KEPT_TOOK}
    ${toldOf(200)}
    PBX -> Demarc: BYE F42 of F9
    Demarc -> PBX: 200 F43 of F42
    record: transferred 200 by caller
    ${CALL_ENDS}
    `,
  },
  {
    name: "a phone of the transferor's that rings is no target: 481",
    text: `
    trunk PBX: signaling.transfer=execute
    ${ESTABLISHED}
    CarrierA -> Demarc: INVITE F80 sdp[port=7300]
    Demarc -> CarrierA: 100 F81 of F80
    Demarc -> PBX: INVITE F82 sdp
    PBX -> Demarc: 180 F83 of F82
    Demarc -> CarrierA: 180 F84 of F80
    PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+13035550142@127.0.0.1?%replaces(F83)>}
    Demarc -> PBX: 202 F21 of F20
    Demarc -> PBX: NOTIFY F22 of F9 sipfrag 100 {Event: refer | Subscription-State: active*}
    PBX -> Demarc: 200 F23 of F22
    ${toldOf(481)}
    PBX -> Demarc: 486 F86 of F82
    Demarc -> PBX: ACK F87 of F86
    Demarc -> CarrierA: 486 F88 of F80
    CarrierA -> Demarc: ACK F89 of F88
    record: busy 486 by callee
    ${HUNG_UP_BY_CALLER}
    `,
  },
];
