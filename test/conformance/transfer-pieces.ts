// What ladders of blind transfers are made of: the transferor is the PBX, CarrierA the party that is kept and the target.
import { ESTABLISHED } from "./ladder-pieces.ts";

export const DONE_HERE = `
  trunk PBX: signaling.transfer=execute
  ${ESTABLISHED}
`;
export const REFERRED = `
  PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+14155550177@127.0.0.1>}
  Demarc -> PBX: 202 F21 of F20 {Contact: <sip:127.0.0.1:5060>}
  Demarc -> PBX: NOTIFY F22 of F9 sipfrag 100 {Event: refer | Subscription-State: active*}
  Demarc -> CarrierA: INVITE F30 sdp to +14155550177
  PBX -> Demarc: 200 F23 of F22
`;
export const ANSWERED = `
  CarrierA -> Demarc: 200 F34 of F30 sdp[port=7300]
  Demarc -> CarrierA: ACK F35 of F34
`;
export const ASKED = `
  Demarc -> CarrierA: INVITE F36 of F7 sdp
`;
export const TAKEN = `
  CarrierA -> Demarc: 200 F37 of F36 sdp
  Demarc -> CarrierA: ACK F38 of F37
`;
export const TOLD_OF_SUCCESS = `
  Demarc -> PBX: NOTIFY F40 of F9 sipfrag 200 {Event: refer | Subscription-State: terminated;reason=noresource}
  PBX -> Demarc: 200 F41 of F40
`;
export const LEFT = `
  PBX -> Demarc: BYE F42 of F9
  Demarc -> PBX: 200 F43 of F42
  record: transferred 200 by caller
`;
export const NEW_CALL_ENDS = `
  CarrierA -> Demarc: BYE F50 of F34
  Demarc -> CarrierA: 200 F51 of F50
  Demarc -> CarrierA: BYE F52 of F7
  CarrierA -> Demarc: 200 F53 of F52
  record: normal-clearing 200 by callee
`;
export function toldOf(status: number): string {
  return `
    Demarc -> PBX: NOTIFY F40 of F9 sipfrag ${status} {Event: refer | Subscription-State: terminated;reason=noresource}
    PBX -> Demarc: 200 F41 of F40
  `;
}
export const CANCELLED = `
  CarrierA -> Demarc: 200 F46 of F45
  CarrierA -> Demarc: 487 F47 of F30
  Demarc -> CarrierA: ACK F48 of F47
`;
