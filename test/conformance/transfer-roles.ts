// Blind transfers by others than the caller: by the callee, by a carrier, and out of a call that a transfer made.
import { ESTABLISHED, HUNG_UP_BY_CALLEE, type Ladder } from "./ladder-pieces.ts";
import { ANSWERED, ASKED, DONE_HERE, LEFT, REFERRED, TAKEN, TOLD_OF_SUCCESS } from "./transfer-pieces.ts";

export const TRANSFER_ROLES: readonly Ladder[] = [
  {
    name: "by the callee: the caller is put through",
    text: `
    trunk PBX: signaling.transfer=execute
    CarrierA -> Demarc: INVITE F1 sdp
    Demarc -> CarrierA: 100 F2 of F1
    Demarc -> PBX: INVITE F3 sdp
    PBX -> Demarc: 200 F7 of F3 sdp
    Demarc -> PBX: ACK F8 of F7
    Demarc -> CarrierA: 200 F9 of F1 sdp
    CarrierA -> Demarc: ACK F10 of F9
    PBX -> Demarc: REFER F20 of F7 {Refer-To: <sip:+14155550177@127.0.0.1> | Referred-By: <sip:+12025550100@10.0.0.20>}
    Demarc -> PBX: 202 F21 of F20
    Demarc -> PBX: NOTIFY F22 of F7 sipfrag 100 {Event: refer | Subscription-State: active*}
    Demarc -> CarrierA: INVITE F30 sdp to +14155550177 {Referred-By: <sip:+12025550100@127.0.0.2:5060>}
    PBX -> Demarc: 200 F23 of F22
    ${ANSWERED}
    Demarc -> CarrierA: INVITE F36 of F9 sdp
    ${TAKEN}
    Demarc -> PBX: NOTIFY F40 of F7 sipfrag 200 {Event: refer | Subscription-State: terminated;reason=noresource}
    PBX -> Demarc: 200 F41 of F40
    PBX -> Demarc: BYE F42 of F7
    Demarc -> PBX: 200 F43 of F42
    record: transferred 200 by callee
    CarrierA -> Demarc: BYE F50 of F9
    Demarc -> CarrierA: 200 F51 of F50
    Demarc -> CarrierA: BYE F52 of F34
    CarrierA -> Demarc: 200 F53 of F52
    record: normal-clearing 200 by caller
    `,
  },
  {
    name: "by the carrier: only to numbers that a carrier may call",
    text: `
    trunk CarrierA: signaling.transfer=execute
    ${ESTABLISHED}
    CarrierA -> Demarc: REFER F20 of F7 {Refer-To: <sip:+14155550177@127.0.0.2>}
    Demarc -> CarrierA: 202 F21 of F20
    Demarc -> CarrierA: NOTIFY F22 of F7 sipfrag 100 {Event: refer | Subscription-State: active*}
    CarrierA -> Demarc: 200 F23 of F22
    Demarc -> CarrierA: NOTIFY F24 of F7 sipfrag 404 {Event: refer | Subscription-State: terminated;reason=noresource}
    CarrierA -> Demarc: 200 F25 of F24
    record: unknown-number 404 by demarc
    ${HUNG_UP_BY_CALLEE}
    `,
  },
  {
    name: "out of a transferred call",
    text: `
    trunk CarrierA: signaling.transfer=execute, limits.calls=10
    ${DONE_HERE}
    ${REFERRED}
    ${ANSWERED}
    ${ASKED}
    ${TAKEN}
    ${TOLD_OF_SUCCESS}
    ${LEFT}
    CarrierA -> Demarc: REFER F70 of F34 {Refer-To: <sip:+12025550101@127.0.0.2>}
    Demarc -> CarrierA: 202 F71 of F70
    Demarc -> CarrierA: NOTIFY F72 of F34 sipfrag 100 {Event: refer | Subscription-State: active*}
    Demarc -> PBX: INVITE F73 sdp to +12025550101
    CarrierA -> Demarc: 200 F74 of F72
    PBX -> Demarc: 200 F75 of F73 sdp
    Demarc -> PBX: ACK F76 of F75
    Demarc -> CarrierA: INVITE F77 of F7 sdp
    CarrierA -> Demarc: 200 F78 of F77 sdp
    Demarc -> CarrierA: ACK F79 of F78
    Demarc -> CarrierA: NOTIFY F80 of F34 sipfrag 200 {Event: refer | Subscription-State: terminated;reason=noresource}
    CarrierA -> Demarc: 200 F81 of F80
    CarrierA -> Demarc: BYE F82 of F34
    Demarc -> CarrierA: 200 F83 of F82
    record: transferred 200 by callee
    media: CarrierA <-> PBX
    PBX -> Demarc: BYE F84 of F75
    Demarc -> PBX: 200 F85 of F84
    Demarc -> CarrierA: BYE F86 of F7
    CarrierA -> Demarc: 200 F87 of F86
    record: normal-clearing 200 by callee
    `,
  },
];
