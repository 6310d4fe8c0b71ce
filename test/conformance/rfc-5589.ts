// The flows of RFC 5589 that no other group has, and what each of its other sections comes to here:
//
//   6.1, 6.2  transfers.ts, transfer-roles.ts     6.3.1  transfers.ts     7.3  transfers.ts, attended-races.ts     7.6  semi-attended.ts     8  transfer-roles.ts
//   5, 7.5    REFER in dialogs of its own, and GRUUs by which they find the right device: REFER outside calls is refused, since a call is named by its dialog
//   7.4       a party without REFER: what is carried out here needs none of anybody; what is passed on is refused (transfers.ts)
//   9         the transferor mixes: a hold, a second call and a resumption to a border (rfc-5359.ts, 2.10)
//   10        transfers out of transferred calls (transfer-roles.ts)
//   11        how a gateway finds that both its circuits are one call: a gateway's own
import { changed, ESTABLISHED, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";
import {
  ANSWERED,
  ASKED,
  DONE_HERE,
  LEFT,
  NEW_CALL_ENDS,
  REFERRED,
  TAKEN,
  TOLD_OF_SUCCESS,
} from "./transfer-pieces.ts";

/** The PBX has CarrierA on hold (F9, F7) and talks to another phone there (F85, F83). */
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

export const RFC_5589: readonly Ladder[] = [
  {
    name: "6.3.2 the target does not answer: told so, and the old call stands",
    text: `
    trunk CarrierA: limits.ringTimeout=10s
    ${DONE_HERE}
    ${REFERRED}
    CarrierA -> Demarc: 180 F31 of F30
    Demarc -> PBX: NOTIFY F32 of F9 sipfrag 180 {Event: refer | Subscription-State: active*}
    PBX -> Demarc: 200 F33 of F32
    wait at most 11s
    Demarc -> PBX: NOTIFY F40 of F9 sipfrag 480 {Event: refer | Subscription-State: terminated;reason=noresource}
    Demarc -> CarrierA: CANCEL F45 of F30
    PBX -> Demarc: 200 F41 of F40
    CarrierA -> Demarc: 200 F46 of F45
    CarrierA -> Demarc: 487 F47 of F30
    Demarc -> CarrierA: ACK F48 of F47
    record: no-answer 480 by demarc
    media: PBX <-> CarrierA
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "7.1 the consultation ends first, and the target is called anew",
    text: `
    ${CONSULTED}
    PBX -> Demarc: BYE F87 of F85
    Demarc -> PBX: 200 F88 of F87
    Demarc -> CarrierA: BYE F89 of F83
    CarrierA -> Demarc: 200 F90 of F89
    record: normal-clearing 200 by caller
    ${REFERRED}
    ${ANSWERED}
    ${ASKED}
    ${TAKEN}
    ${TOLD_OF_SUCCESS}
    ${LEFT}
    ${NEW_CALL_ENDS}
    `,
  },
  {
    name: "7.2 the target is the one that is referred, to the party on hold: nobody is told whom it talked to",
    text: `
    ${CONSULTED}
    PBX -> Demarc: REFER F20 of F85 {Refer-To: <sip:+14155550111@127.0.0.1?%replaces(F9)>}
    Demarc -> PBX: 202 F21 of F20
    Demarc -> PBX: NOTIFY F22 of F85 sipfrag 100 {Event: refer | Subscription-State: active*}
    Demarc -> CarrierA: INVITE F24 of F83 sdp
    PBX -> Demarc: 200 F23 of F22
    CarrierA -> Demarc: 200 F25 of F24 sdp[port=7300]
    Demarc -> CarrierA: ACK F26 of F25
    Demarc -> CarrierA: INVITE F27 of F7 sdp
    CarrierA -> Demarc: 200 F28 of F27 sdp
    Demarc -> CarrierA: ACK F29 of F28
    Demarc -> PBX: NOTIFY F40 of F85 sipfrag 200 {Event: refer | Subscription-State: terminated;reason=noresource}
    PBX -> Demarc: 200 F41 of F40
    Demarc -> PBX: BYE F42
    Demarc -> PBX: BYE F44
    PBX -> Demarc: 200 F43 of F42
    PBX -> Demarc: 200 F45 of F44
    record: transferred 200 by demarc
    record: transferred 200 by demarc
    media: CarrierA:7300 <-> CarrierA
    CarrierA -> Demarc: BYE F50 of F83
    Demarc -> CarrierA: 200 F51 of F50
    Demarc -> CarrierA: BYE F52 of F7
    CarrierA -> Demarc: 200 F53 of F52
    record: normal-clearing 200 by caller
    `,
  },
  {
    name: "7.7 the call that is named is gone: the transferor falls back to a blind transfer",
    text: `
    ${CONSULTED}
    CarrierA -> Demarc: BYE F87 of F83
    Demarc -> CarrierA: 200 F88 of F87
    Demarc -> PBX: BYE F89 of F85
    PBX -> Demarc: 200 F90 of F89
    record: normal-clearing 200 by callee
    PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+14155550177@127.0.0.1?%replaces(F85)>}
    Demarc -> PBX: 202 F21 of F20
    Demarc -> PBX: NOTIFY F22 of F9 sipfrag 100 {Event: refer | Subscription-State: active*}
    PBX -> Demarc: 200 F23 of F22
    Demarc -> PBX: NOTIFY F24 of F9 sipfrag 481 {Event: refer | Subscription-State: terminated;reason=noresource}
    PBX -> Demarc: 200 F25 of F24
    PBX -> Demarc: REFER F26 of F9 {Refer-To: <sip:+14155550177@127.0.0.1>}
    Demarc -> PBX: 202 F27 of F26
    Demarc -> PBX: NOTIFY F28 of F9 sipfrag 100 {Event: refer;id=* | Subscription-State: active*}
    Demarc -> CarrierA: INVITE F30 sdp to +14155550177
    PBX -> Demarc: 200 F29 of F28
    ${ANSWERED}
    ${ASKED}
    ${TAKEN}
    Demarc -> PBX: NOTIFY F40 of F9 sipfrag 200 {Event: refer;id=* | Subscription-State: terminated;reason=noresource}
    PBX -> Demarc: 200 F41 of F40
    ${LEFT}
    ${NEW_CALL_ENDS}
    `,
  },
];
