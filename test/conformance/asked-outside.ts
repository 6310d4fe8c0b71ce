// Calls that wait until somebody outside has said where they go: whoever answers, whatever else happens meanwhile, and calls that are sent on.
import { ESTABLISHED, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";

const WAITING = `
  asks: +1303*
  PBX -> Demarc: INVITE F1 sdp
  Demarc -> PBX: 100 F2 of F1
`;
/** As any call, with what happens before its target is called. */
const established = (happens: string): string => `
  asks: +1303*
  ${ESTABLISHED.replace("  Demarc -> CarrierA: INVITE F3", `  ${happens}\n  Demarc -> CarrierA: INVITE F3`)}
  ${HUNG_UP_BY_CALLER}
`;
const CANCELLED = `
  PBX -> Demarc: CANCEL F3 of F1
  Demarc -> PBX: 200 F4 of F3
  Demarc -> PBX: 487 F5 of F1
  PBX -> Demarc: ACK F6 of F5
`;
const MOVED = `
  trunk PBX: signaling.redirect=follow
  asks: +1415*
  CarrierA -> Demarc: INVITE F1 sdp
  Demarc -> CarrierA: 100 F2 of F1
  Demarc -> PBX: INVITE F3 sdp
  PBX -> Demarc: 302 F4 of F3 {Contact: <sip:+14155550177@127.0.0.1>}
  Demarc -> PBX: ACK F5 of F4
`;
const REFERRED = `
  trunk PBX: signaling.transfer=execute
  asks: +14155550177
  ${ESTABLISHED}
  PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+14155550177@127.0.0.1>}
  Demarc -> PBX: 202 F21 of F20
  Demarc -> PBX: NOTIFY F22 of F9 sipfrag 100 {Event: refer* | Subscription-State: active*}
  PBX -> Demarc: 200 F23 of F22
`;

export const ASKED_OUTSIDE: readonly Ladder[] = [
  { name: "who is asked names the trunk", text: established("outside: CarrierA") },
  { name: "who is asked leaves it to the routes behind", text: established("outside: go on") },
  { name: "who is asked cannot be reached", text: established("outside: nobody") },
  { name: "who is asked is silent", text: established("wait 10s") },
  { name: "who is asked answers twice", text: established("outside: CarrierA\n  outside: again 603") },
  { name: "who is asked answers too late", text: established("wait 10s\n  outside: 603") },
  {
    name: "the INVITE comes again meanwhile",
    text: established("PBX -> Demarc: INVITE F1 again\n  Demarc -> PBX: 100 F2 again\n  outside: CarrierA"),
  },
  {
    name: "who is asked refuses the call",
    text: `
    ${WAITING}
    outside: 603
    Demarc -> PBX: 603 F3 of F1
    PBX -> Demarc: ACK F4 of F3
    record: rejected 603 by demarc
    `,
  },
  {
    name: "the caller gives up meanwhile",
    text: `
    ${WAITING}
    ${CANCELLED}
    outside: CarrierA
    record: cancelled 487 by caller
    `,
  },
  {
    name: "the caller gives up, and nobody answers any more",
    text: `
    ${WAITING}
    ${CANCELLED}
    wait 20s
    record: cancelled 487 by caller
    `,
  },
  {
    name: "a 3xx leads to a number that is asked about",
    text: `
    ${MOVED}
    outside: CarrierB
    Demarc -> CarrierB: INVITE F6 sdp to +14155550177
    CarrierB -> Demarc: 486 F7 of F6
    Demarc -> CarrierB: ACK F8 of F7
    Demarc -> CarrierA: 486 F9 of F1
    CarrierA -> Demarc: ACK F10 of F9
    record: busy 486 by callee
    `,
  },
  {
    name: "a 3xx leads to a number that is refused",
    text: `
    ${MOVED}
    outside: 403
    Demarc -> CarrierA: 480 F6 of F1
    CarrierA -> Demarc: ACK F7 of F6
    record: target-failure 480 by callee
    `,
  },
  {
    name: "the caller gives up while a 3xx is asked about",
    text: `
    ${MOVED}
    CarrierA -> Demarc: CANCEL F6 of F1
    Demarc -> CarrierA: 200 F7 of F6
    Demarc -> CarrierA: 487 F8 of F1
    CarrierA -> Demarc: ACK F9 of F8
    outside: CarrierB
    record: cancelled 487 by caller
    `,
  },
  {
    name: "a REFER leads to a number that is refused",
    text: `
    ${REFERRED}
    outside: 603
    Demarc -> PBX: NOTIFY F24 of F9 sipfrag 603 {Event: refer* | Subscription-State: terminated;reason=noresource}
    PBX -> Demarc: 200 F25 of F24
    record: rejected 603 by demarc
    ${HUNG_UP_BY_CALLER}
    `,
  },
];
