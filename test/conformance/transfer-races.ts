// Blind transfers when something comes in between: what either party, the target or the network does before the parties are joined.
import { changed, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";
import {
  ANSWERED,
  ASKED,
  CANCELLED,
  DONE_HERE,
  LEFT,
  NEW_CALL_ENDS,
  REFERRED,
  TAKEN,
  TOLD_OF_SUCCESS,
  toldOf,
} from "./transfer-pieces.ts";

export const TRANSFER_RACES: readonly Ladder[] = [
  {
    name: "the party that is kept hangs up while the target rings: all is over",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    CarrierA -> Demarc: 180 F31 of F30
    Demarc -> PBX: NOTIFY F32 of F9 sipfrag 180 {Event: refer | Subscription-State: active*}
    PBX -> Demarc: 200 F33 of F32
    CarrierA -> Demarc: BYE F42 of F7
    Demarc -> CarrierA: 200 F43 of F42
    Demarc -> PBX: BYE F44
    Demarc -> CarrierA: CANCEL F45 of F30
    PBX -> Demarc: 200 F49 of F44
    ${CANCELLED}
    record: normal-clearing 200 by callee
    record: cancelled 487 by caller
    `,
  },
  {
    name: "the party that is kept hangs up while it is asked to take the target",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    ${ANSWERED}
    ${ASKED}
    CarrierA -> Demarc: BYE F42 of F7
    Demarc -> CarrierA: 200 F43 of F42
    Demarc -> PBX: BYE F44
    Demarc -> CarrierA: BYE F45 of F34
    PBX -> Demarc: 200 F46 of F44
    CarrierA -> Demarc: 200 F47 of F45
    CarrierA -> Demarc: 487 F37 of F36
    Demarc -> CarrierA: ACK F38 of F37
    record: normal-clearing 200 by callee
    record: cancelled 487 by caller
    `,
  },
  {
    name: "the transferor hangs up while the target rings, and the target is busy: the kept party is hung up",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    ${LEFT}
    CarrierA -> Demarc: 486 F31 of F30
    Demarc -> CarrierA: ACK F32 of F31
    Demarc -> CarrierA: BYE F52 of F7
    CarrierA -> Demarc: 200 F53 of F52
    record: busy 486 by callee
    `,
  },
  {
    name: "the transferor hangs up while the target rings, then the kept party does",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    CarrierA -> Demarc: 180 F31 of F30
    Demarc -> PBX: NOTIFY F32 of F9 sipfrag 180 {Event: refer | Subscription-State: active*}
    PBX -> Demarc: 200 F33 of F32
    ${LEFT}
    CarrierA -> Demarc: BYE F54 of F7
    Demarc -> CarrierA: 200 F55 of F54
    Demarc -> CarrierA: CANCEL F45 of F30
    ${CANCELLED}
    record: normal-clearing 480 by caller
    `,
  },
  {
    name: "the transferor hangs up while the kept party is asked",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    ${ANSWERED}
    ${ASKED}
    ${LEFT}
    ${TAKEN}
    ${NEW_CALL_ENDS}
    `,
  },
  {
    name: "the kept party does not take the target: told so, and the old call stands",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    ${ANSWERED}
    ${ASKED}
    CarrierA -> Demarc: 488 F37 of F36
    Demarc -> CarrierA: ACK F38 of F37
    Demarc -> PBX: NOTIFY F40 of F9 sipfrag 488 {Event: refer | Subscription-State: terminated;reason=noresource}
    Demarc -> CarrierA: BYE F45 of F34
    CarrierA -> Demarc: 200 F46 of F45
    PBX -> Demarc: 200 F41 of F40
    record: not-acceptable 488 by demarc
    media: PBX <-> CarrierA
    wait 10s
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "the kept party has forgotten its call",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    ${ANSWERED}
    ${ASKED}
    CarrierA -> Demarc: 481 F37 of F36
    Demarc -> CarrierA: ACK F38 of F37
    Demarc -> PBX: BYE F44
    Demarc -> CarrierA: BYE F45 of F7
    Demarc -> CarrierA: BYE F47 of F34
    PBX -> Demarc: 200 F46 of F44
    CarrierA -> Demarc: 481 F48 of F45
    CarrierA -> Demarc: 200 F49 of F47
    record: lost-peer 200 by demarc
    record: cancelled 487 by demarc
    `,
  },
  {
    name: "glare with the kept party: asked again",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    ${ANSWERED}
    ${ASKED}
    CarrierA -> Demarc: 491 F37 of F36
    Demarc -> CarrierA: ACK F38 of F37
    wait 2s
    wait 2s
    Demarc -> CarrierA: INVITE F56 of F7 sdp
    CarrierA -> Demarc: 200 F57 of F56 sdp
    Demarc -> CarrierA: ACK F58 of F57
    ${TOLD_OF_SUCCESS}
    ${LEFT}
    ${NEW_CALL_ENDS}
    `,
  },
  {
    name: "the target hangs up while the kept party is asked; that takes it, and is given back to the transferor",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    ${ANSWERED}
    ${ASKED}
    CarrierA -> Demarc: BYE F45 of F34
    Demarc -> CarrierA: 200 F46 of F45
    ${toldOf(480)}
    ${TAKEN}
    Demarc -> CarrierA: INVITE F56 of F7 sdp
    CarrierA -> Demarc: 200 F57 of F56 sdp
    Demarc -> CarrierA: ACK F58 of F57
    record: normal-clearing 480 by callee
    media: PBX <-> CarrierA
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "the kept party holds while the target rings, as in any call",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    ${changed({ at: 60, by: "CarrierA", offer: "sdp[sendonly]", answer: "sdp[recvonly]" })}
    ${ANSWERED}
    ${ASKED}
    ${TAKEN}
    ${TOLD_OF_SUCCESS}
    ${LEFT}
    ${NEW_CALL_ENDS}
    `,
  },
  {
    name: "the target answers while the kept party's own re-INVITE is open: it is asked after that",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    CarrierA -> Demarc: INVITE F60 of F7 sdp[sendonly]
    Demarc -> CarrierA: 100 F61 of F60
    Demarc -> PBX: INVITE F62 of F9 sdp[sendonly]
    ${ANSWERED}
    PBX -> Demarc: 200 F63 of F62 sdp[recvonly]
    Demarc -> PBX: ACK F64 of F63
    Demarc -> CarrierA: 200 F65 of F60 sdp[recvonly]
    CarrierA -> Demarc: ACK F66 of F65
    wait 250ms
    ${ASKED}
    ${TAKEN}
    ${TOLD_OF_SUCCESS}
    ${LEFT}
    ${NEW_CALL_ENDS}
    `,
  },
  {
    name: "the transferor hangs up while the kept party's own re-INVITE is open: refused, and asked again later",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    CarrierA -> Demarc: INVITE F60 of F7 sdp[sendonly]
    Demarc -> CarrierA: 100 F61 of F60
    Demarc -> PBX: INVITE F62 of F9 sdp[sendonly]
    PBX -> Demarc: BYE F42 of F9
    Demarc -> PBX: 200 F43 of F42
    Demarc -> CarrierA: 491 F65 of F60
    CarrierA -> Demarc: ACK F66 of F65
    PBX -> Demarc: 487 F63 of F62
    Demarc -> PBX: ACK F64 of F63
    record: transferred 200 by caller
    ${ANSWERED}
    ${ASKED}
    ${TAKEN}
    ${NEW_CALL_ENDS}
    `,
  },
  {
    name: "one transfer at a time, whoever asks: 491",
    text: `
    trunk CarrierA: signaling.transfer=execute
    ${DONE_HERE}
    ${REFERRED}
    PBX -> Demarc: REFER F70 of F9 {Refer-To: <sip:+14155550178@127.0.0.1>}
    Demarc -> PBX: 491 F71 of F70
    CarrierA -> Demarc: REFER F72 of F7 {Refer-To: <sip:+12025550101@127.0.0.2>}
    Demarc -> CarrierA: 491 F73 of F72
    ${ANSWERED}
    ${ASKED}
    ${TAKEN}
    ${TOLD_OF_SUCCESS}
    ${LEFT}
    ${NEW_CALL_ENDS}
    `,
  },
  {
    name: "the target plays something before it answers: the kept party still listens to the transferor",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    CarrierA -> Demarc: 183 F31 of F30 sdp[port=7300]
    Demarc -> PBX: NOTIFY F32 of F9 sipfrag 183 {Event: refer | Subscription-State: active*}
    PBX -> Demarc: 200 F33 of F32
    media: PBX <-> CarrierA
    ${ANSWERED}
    ${ASKED}
    ${TAKEN}
    ${TOLD_OF_SUCCESS}
    ${LEFT}
    media: CarrierA <-> CarrierA:7300
    ${NEW_CALL_ENDS}
    `,
  },
  {
    name: "a second transfer after one that failed: NOTIFY says of which it tells (RFC 3515 section 2.4.6)",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    CarrierA -> Demarc: 486 F31 of F30
    Demarc -> CarrierA: ACK F32 of F31
    ${toldOf(486)}
    record: busy 486 by callee
    PBX -> Demarc: REFER F70 of F9 {Refer-To: <sip:+14155550178@127.0.0.1>}
    Demarc -> PBX: 202 F71 of F70
    Demarc -> PBX: NOTIFY F72 of F9 sipfrag 100 {Event: refer;id=3 | Subscription-State: active*}
    Demarc -> CarrierA: INVITE F73 sdp to +14155550178
    PBX -> Demarc: 200 F74 of F72
    CarrierA -> Demarc: 486 F75 of F73
    Demarc -> CarrierA: ACK F76 of F75
    Demarc -> PBX: NOTIFY F77 of F9 sipfrag 486 {Event: refer;id=3 | Subscription-State: terminated;reason=noresource}
    PBX -> Demarc: 200 F78 of F77
    record: busy 486 by callee
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "nobody listens to NOTIFY: 481, and the transfer goes on",
    text: `
    ${DONE_HERE}
    ${REFERRED.replace("200 F23", "481 F23")}
    ${ANSWERED}
    ${ASKED}
    ${TAKEN}
    ${LEFT}
    ${NEW_CALL_ENDS}
    `,
  },
];
