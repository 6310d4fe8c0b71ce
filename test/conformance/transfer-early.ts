// What the target of a transfer plays while it rings, and the party that is put through: heard where nobody else speaks to it (RFC 3960, RFC 5589 section 6).
import { changed, ESTABLISHED, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";
import { CANCELLED, DONE_HERE, LEFT, NEW_CALL_ENDS, REFERRED, TAKEN, TOLD_OF_SUCCESS } from "./transfer-pieces.ts";

const ON_HOLD = `
  trunk PBX: signaling.transfer=execute
  ${ESTABLISHED}
  ${changed({ at: 60, offer: "sdp[sendonly]", answer: "sdp[recvonly]" })}
`;
const EARLY = `
  CarrierA -> Demarc: 183 F31 of F30 sdp[port=7300]
  Demarc -> CarrierA: INVITE F36 of F7 sdp
`;
const TOLD_OF_PROGRESS = `
  CarrierA -> Demarc: 183 F31 of F30 sdp[port=7300]
  Demarc -> CarrierA: INVITE F36 of F7 sdp
  Demarc -> PBX: NOTIFY F32 of F9 sipfrag 183 {Event: refer | Subscription-State: active*}
  PBX -> Demarc: 200 F33 of F32
`;
const ANSWERED = `
  CarrierA -> Demarc: 200 F34 of F30 sdp[port=7300]
  Demarc -> CarrierA: ACK F35 of F34
`;
const SHOWN_AGAIN = `
  Demarc -> CarrierA: INVITE F70 of F7 sdp
  CarrierA -> Demarc: 200 F71 of F70 sdp
  Demarc -> CarrierA: ACK F72 of F71
`;

export const TRANSFER_EARLY: readonly Ladder[] = [
  {
    name: "the transferor has hung up: the kept party hears the target, and its answer needs no word more",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    ${LEFT}
    ${EARLY}
    ${TAKEN}
    wait 5s
    media: CarrierA <-> CarrierA:7300
    ${ANSWERED}
    media: CarrierA <-> CarrierA:7300
    ${NEW_CALL_ENDS}
    `,
  },
  {
    name: "the transferor has it on hold, and waits: heard too",
    text: `
    ${ON_HOLD}
    ${REFERRED}
    ${TOLD_OF_PROGRESS}
    ${TAKEN}
    ${ANSWERED}
    ${TOLD_OF_SUCCESS}
    ${LEFT}
    ${NEW_CALL_ENDS}
    `,
  },
  {
    name: "the transferor still talks: it is not taken from it before the answer",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    CarrierA -> Demarc: 183 F31 of F30 sdp[port=7300]
    Demarc -> PBX: NOTIFY F32 of F9 sipfrag 183 {Event: refer | Subscription-State: active*}
    PBX -> Demarc: 200 F33 of F32
    wait 2s
    media: PBX <-> CarrierA
    ${ANSWERED}
    Demarc -> CarrierA: INVITE F36 of F7 sdp
    ${TAKEN}
    ${TOLD_OF_SUCCESS}
    ${LEFT}
    ${NEW_CALL_ENDS}
    `,
  },
  {
    name: "another phone of the target's answers than the one that was heard: shown again",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    ${LEFT}
    ${EARLY}
    ${TAKEN}
    CarrierA -> Demarc: 200 F34 of F30 tag other sdp[port=7500]
    Demarc -> CarrierA: ACK F35 of F34
    ${SHOWN_AGAIN}
    media: CarrierA <-> CarrierA:7500
    ${NEW_CALL_ENDS}
    `,
  },
  {
    name: "the target answers while the kept party is asked to hear it",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    ${LEFT}
    ${EARLY}
    ${ANSWERED}
    ${TAKEN}
    media: CarrierA <-> CarrierA:7300
    ${NEW_CALL_ENDS}
    `,
  },
  {
    name: "the target says the same again: asked once",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    ${LEFT}
    ${EARLY}
    ${TAKEN}
    CarrierA -> Demarc: 183 F39 of F30 sdp[port=7300]
    CarrierA -> Demarc: 180 F80 of F30
    ${ANSWERED}
    ${NEW_CALL_ENDS}
    `,
  },
  {
    name: "the target says something new before it answers: shown that",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    ${LEFT}
    ${EARLY}
    ${TAKEN}
    CarrierA -> Demarc: 183 F39 of F30 tag other sdp[port=7500]
    ${SHOWN_AGAIN}
    media: CarrierA <-> CarrierA:7500
    CarrierA -> Demarc: 200 F34 of F30 tag other sdp[port=7500]
    Demarc -> CarrierA: ACK F35 of F34
    ${NEW_CALL_ENDS}
    `,
  },
  {
    name: "the kept party hears it on hold: the target is told once it has answered",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    ${LEFT}
    ${EARLY}
    CarrierA -> Demarc: 200 F37 of F36 sdp[sendonly]
    Demarc -> CarrierA: ACK F38 of F37
    ${ANSWERED}
    Demarc -> CarrierA: INVITE F70 of F34 sdp[sendonly]
    CarrierA -> Demarc: 200 F71 of F70 sdp[port=7300 recvonly]
    Demarc -> CarrierA: ACK F72 of F71
    ${NEW_CALL_ENDS}
    `,
  },
  {
    name: "the kept party does not want to hear it: asked again at the answer",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    ${LEFT}
    ${EARLY}
    CarrierA -> Demarc: 488 F37 of F36
    Demarc -> CarrierA: ACK F38 of F37
    CarrierA -> Demarc: 183 F39 of F30 tag other sdp[port=7500]
    ${ANSWERED}
    ${SHOWN_AGAIN}
    media: CarrierA <-> CarrierA:7300
    ${NEW_CALL_ENDS}
    `,
  },
  {
    name: "the target is busy after all: the kept party is given back to who has it on hold",
    text: `
    ${ON_HOLD}
    ${REFERRED}
    ${TOLD_OF_PROGRESS}
    ${TAKEN}
    CarrierA -> Demarc: 486 F34 of F30
    Demarc -> CarrierA: ACK F35 of F34
    Demarc -> PBX: NOTIFY F40 of F9 sipfrag 486 {Event: refer | Subscription-State: terminated;reason=noresource}
    PBX -> Demarc: 200 F41 of F40
    record: busy 486 by callee
    wait 10ms
    Demarc -> CarrierA: INVITE F70 of F7 sdp[sendonly]
    CarrierA -> Demarc: 200 F71 of F70 sdp[recvonly]
    Demarc -> CarrierA: ACK F72 of F71
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "the target is busy while the kept party is asked to hear it: that is shown again whom it talks to",
    text: `
    ${ON_HOLD}
    ${REFERRED}
    ${TOLD_OF_PROGRESS}
    CarrierA -> Demarc: 486 F34 of F30
    Demarc -> CarrierA: ACK F35 of F34
    Demarc -> PBX: NOTIFY F40 of F9 sipfrag 486 {Event: refer | Subscription-State: terminated;reason=noresource}
    PBX -> Demarc: 200 F41 of F40
    record: busy 486 by callee
    ${TAKEN}
    Demarc -> CarrierA: INVITE F70 of F7 sdp[sendonly]
    CarrierA -> Demarc: 200 F71 of F70 sdp[recvonly]
    Demarc -> CarrierA: ACK F72 of F71
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "the kept party hangs up while it hears the target",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    ${LEFT}
    ${EARLY}
    ${TAKEN}
    CarrierA -> Demarc: BYE F54 of F7
    Demarc -> CarrierA: 200 F55 of F54
    Demarc -> CarrierA: CANCEL F45 of F30
    ${CANCELLED}
    record: normal-clearing 480 by caller
    `,
  },
  {
    name: "the transferor hangs up while the kept party hears the target: that goes on",
    text: `
    ${ON_HOLD}
    ${REFERRED}
    ${TOLD_OF_PROGRESS}
    ${TAKEN}
    ${LEFT}
    ${ANSWERED}
    ${NEW_CALL_ENDS}
    `,
  },
  {
    name: "the trunk of the target lets no early media through (signaling.earlyMedia=never): not heard",
    text: `
    trunk CarrierA: signaling.earlyMedia=never
    ${DONE_HERE}
    ${REFERRED}
    ${LEFT}
    CarrierA -> Demarc: 183 F31 of F30 sdp[port=7300]
    ${ANSWERED}
    Demarc -> CarrierA: INVITE F36 of F7 sdp
    ${TAKEN}
    ${NEW_CALL_ENDS}
    `,
  },
];
