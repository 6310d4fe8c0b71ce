// Transfers (RFC 5589, RFC 3515, RFC 3891; the services of RFC 5359 sections 2.4 to 2.6 and 2.10): done here, passed on, refused. The PBX is
// the transferor, CarrierA the party that is kept, the target a number of the PBX or a call of its own that already stands.
import { changed, ESTABLISHED, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";

const DONE_HERE = `
  trunk PBX: signaling.transfer=execute
  ${ESTABLISHED}
`;
/** Blind: the new call goes to CarrierB, since the first carrier of the route refuses it. */
const REFERRED = `
  PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+14155550177@127.0.0.1>}
  Demarc -> PBX: 202 F21 of F20
  Demarc -> PBX: NOTIFY F22 of F9 sipfrag 100 {Event: refer* | Subscription-State: active*}
  Demarc -> CarrierA: INVITE F30 sdp to +14155550177
  PBX -> Demarc: 200 F23 of F22
`;
const TOLD_OF_RINGING = `
  CarrierA -> Demarc: 180 F31 of F30
  Demarc -> PBX: NOTIFY F32 of F9 sipfrag 180 {Event: refer* | Subscription-State: active*}
  PBX -> Demarc: 200 F33 of F32
`;
const JOINED = `
  CarrierA -> Demarc: 200 F34 of F30 sdp[port=7300]
  Demarc -> CarrierA: ACK F35 of F34
  Demarc -> CarrierA: INVITE F36 of F7 sdp
  CarrierA -> Demarc: 200 F37 of F36 sdp
  Demarc -> CarrierA: ACK F38 of F37
`;
const TOLD_OF_SUCCESS = `
  Demarc -> PBX: NOTIFY F40 of F9 sipfrag 200 {Event: refer* | Subscription-State: terminated;reason=noresource}
  PBX -> Demarc: 200 F41 of F40
`;
const NEW_CALL_ENDS = `
  CarrierA -> Demarc: BYE F50 of F34
  Demarc -> CarrierA: 200 F51 of F50
  Demarc -> CarrierA: BYE F52 of F7
  CarrierA -> Demarc: 200 F53 of F52
`;

export const BLIND_TRANSFERS: readonly Ladder[] = [
  {
    name: "done here, the transferor hangs up when it is told (RFC 5589 section 6.1, RFC 5359 section 2.4)",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    ${TOLD_OF_RINGING}
    ${JOINED}
    ${TOLD_OF_SUCCESS}
    PBX -> Demarc: BYE F42 of F9
    Demarc -> PBX: 200 F43 of F42
    record: transferred 200 by caller
    wait 20s
    ${NEW_CALL_ENDS}
    record: normal-clearing 200 by callee
    `,
  },
  {
    name: "done here, the transferor does not hang up: Demarc does after 5 s",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    ${JOINED}
    ${TOLD_OF_SUCCESS}
    wait 4900ms
    wait 200ms
    Demarc -> PBX: BYE F42
    PBX -> Demarc: 200 F43 of F42
    record: transferred 200 by demarc
    ${NEW_CALL_ENDS}
    record: normal-clearing 200 by callee
    `,
  },
  {
    name: "the transferor hangs up at once: the transfer goes on (RFC 5589 section 6.1)",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    PBX -> Demarc: BYE F42 of F9
    Demarc -> PBX: 200 F43 of F42
    record: transferred 200 by caller
    ${JOINED}
    ${NEW_CALL_ENDS}
    record: normal-clearing 200 by callee
    `,
  },
  {
    name: "after a hold, as phones do it",
    text: `
    ${DONE_HERE}
    ${changed({ at: 60, offer: "sdp[sendonly]", answer: "sdp[recvonly]" })}
    ${REFERRED}
    ${JOINED}
    ${TOLD_OF_SUCCESS}
    PBX -> Demarc: BYE F42 of F9
    Demarc -> PBX: 200 F43 of F42
    record: transferred 200 by caller
    ${NEW_CALL_ENDS}
    record: normal-clearing 200 by callee
    `,
  },
  {
    name: "the target is busy: told so, and the old call stands (RFC 5589 section 6.3.1)",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    CarrierA -> Demarc: 486 F31 of F30
    Demarc -> CarrierA: ACK F32 of F31
    record: busy 486 by callee
    Demarc -> PBX: NOTIFY F40 of F9 sipfrag 486 {Event: refer* | Subscription-State: terminated;reason=noresource}
    PBX -> Demarc: 200 F41 of F40
    media: PBX <-> CarrierA
    wait 10s
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "no one is told who does not want to be (norefersub, RFC 4488)",
    text: `
    ${DONE_HERE}
    PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+14155550177@127.0.0.1> | Refer-Sub: false | Supported: norefersub}
    Demarc -> PBX: 200 F21 of F20 {Refer-Sub: false}
    Demarc -> CarrierA: INVITE F30 sdp to +14155550177
    ${JOINED}
    PBX -> Demarc: BYE F42 of F9
    Demarc -> PBX: 200 F43 of F42
    record: transferred 200 by caller
    ${NEW_CALL_ENDS}
    record: normal-clearing 200 by callee
    `,
  },
  {
    name: "a number that may not be called: told so, nothing is called",
    text: `
    ${DONE_HERE}
    PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+19005550177@127.0.0.1>}
    Demarc -> PBX: 202 F21 of F20
    Demarc -> PBX: NOTIFY F22 of F9 sipfrag 100 {Event: refer* | Subscription-State: active*}
    PBX -> Demarc: 200 F23 of F22
    Demarc -> PBX: NOTIFY F40 of F9 sipfrag 403 {Event: refer* | Subscription-State: terminated;reason=noresource}
    PBX -> Demarc: 200 F41 of F40
    record: rejected 403 by demarc
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "refused by the trunk (signaling.transfer=refuse): the call stands (RFC 5589 section 7.4)",
    text: `
    ${ESTABLISHED}
    PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+14155550177@127.0.0.1>}
    Demarc -> PBX: 603 F21 of F20
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "a REFER that refers to nothing: 400",
    text: `
    ${DONE_HERE}
    PBX -> Demarc: REFER F20 of F9
    Demarc -> PBX: 400 F21 of F20
    ${HUNG_UP_BY_CALLER}
    `,
  },
];

export const PASSED_TRANSFERS: readonly Ladder[] = [
  {
    name: "passed on to the other side, with a Refer-To that leads here, and so is what it tells (signaling.transfer=pass)",
    text: `
    trunk PBX: signaling.transfer=pass
    CarrierA allows: REFER, NOTIFY
    ${ESTABLISHED}
    PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+14155550177@127.0.0.1>}
    Demarc -> CarrierA: REFER F21 of F7 {Refer-To: <sip:+14155550177@127.0.0.2*}
    CarrierA -> Demarc: 202 F22 of F21
    Demarc -> PBX: 202 F23 of F20
    CarrierA -> Demarc: NOTIFY F24 of F7 sipfrag 100 {Event: refer | Subscription-State: active;expires=60}
    Demarc -> PBX: NOTIFY F25 of F9 sipfrag 100 {Event: refer* | Subscription-State: active*}
    PBX -> Demarc: 200 F26 of F25
    Demarc -> CarrierA: 200 F27 of F24
    CarrierA -> Demarc: NOTIFY F28 of F7 sipfrag 200 {Event: refer | Subscription-State: terminated;reason=noresource}
    Demarc -> PBX: NOTIFY F29 of F9 sipfrag 200 {Event: refer* | Subscription-State: terminated;reason=noresource}
    PBX -> Demarc: 200 F30 of F29
    Demarc -> CarrierA: 200 F31 of F28
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "the other side takes no REFER: refused",
    text: `
    trunk PBX: signaling.transfer=pass
    ${ESTABLISHED}
    PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+14155550177@127.0.0.1>}
    Demarc -> PBX: 603 F21 of F20
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "the other side declines what it was handed, and then does what it is handed next, which nobody is told of",
    text: `
    trunk PBX: signaling.transfer=pass
    CarrierA allows: REFER, NOTIFY
    ${ESTABLISHED}
    PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+14155550177@127.0.0.1>}
    Demarc -> CarrierA: REFER F21 of F7 {Refer-To: <sip:+14155550177@127.0.0.2:5060>}
    PBX -> Demarc: REFER F22 of F9 {Refer-To: <sip:+14155550178@127.0.0.1>}
    Demarc -> PBX: 491 F23 of F22
    CarrierA -> Demarc: 603 F24 of F21
    Demarc -> PBX: 603 F25 of F20
    PBX -> Demarc: REFER F26 of F9 {Refer-To: <sip:+14155550178@127.0.0.1> | Refer-Sub: false}
    Demarc -> CarrierA: REFER F27 of F7 {Refer-To: <sip:+14155550178@127.0.0.2:5060> | Refer-Sub: false}
    CarrierA -> Demarc: 200 F28 of F27 {Refer-Sub: false}
    Demarc -> PBX: 200 F29 of F26 {Refer-Sub: false}
    CarrierA -> Demarc: BYE F40 of F7
    Demarc -> CarrierA: 200 F41 of F40
    Demarc -> PBX: BYE F42 of F9
    PBX -> Demarc: 200 F43 of F42
    record: normal-clearing 200 by callee
    `,
  },
  {
    name: "the other side has forgotten its call",
    text: `
    trunk PBX: signaling.transfer=pass
    CarrierA allows: REFER, NOTIFY
    ${ESTABLISHED}
    PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+14155550177@127.0.0.1>}
    Demarc -> CarrierA: REFER F21 of F7 {Refer-To: <sip:+14155550177@127.0.0.2:5060>}
    CarrierA -> Demarc: 481 F24 of F21
    Demarc -> PBX: 487 F25 of F20
    Demarc -> PBX: BYE F42 of F9
    Demarc -> CarrierA: BYE F44 of F7
    PBX -> Demarc: 200 F43 of F42
    CarrierA -> Demarc: 481 F45 of F44
    record: lost-peer 200 by demarc
    `,
  },
  {
    name: "news of a REFER that nobody sent: 489",
    text: `
    trunk PBX: signaling.transfer=pass
    ${ESTABLISHED}
    CarrierA -> Demarc: NOTIFY F20 of F7 sipfrag 200 {Event: refer | Subscription-State: terminated;reason=noresource}
    Demarc -> CarrierA: 489 F21 of F20 {Allow-Events: refer}
    ${HUNG_UP_BY_CALLER}
    `,
  },
];

/** The PBX has two calls: one with CarrierA on hold, one with CarrierB's phone that it consults. */
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

export const ATTENDED_TRANSFERS: readonly Ladder[] = [
  {
    name: "consultation, then the two others are joined (RFC 5589 section 7.3, RFC 5359 sections 2.2 and 2.5)",
    text: `
    ${CONSULTED}
    PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+14155550177@127.0.0.1?%replaces(F85)>}
    Demarc -> PBX: 202 F21 of F20
    Demarc -> PBX: NOTIFY F22 of F9 sipfrag 100 {Event: refer* | Subscription-State: active*}
    Demarc -> CarrierA: INVITE F24 of F7 sdp
    PBX -> Demarc: 200 F23 of F22
    CarrierA -> Demarc: 200 F25 of F24 sdp
    Demarc -> CarrierA: ACK F26 of F25
    Demarc -> CarrierA: INVITE F27 of F83 sdp
    CarrierA -> Demarc: 200 F28 of F27 sdp[port=7300]
    Demarc -> CarrierA: ACK F29 of F28
    Demarc -> PBX: NOTIFY F40 of F9 sipfrag 200 {Event: refer* | Subscription-State: terminated;reason=noresource}
    PBX -> Demarc: 200 F41 of F40
    Demarc -> PBX: BYE F42
    Demarc -> PBX: BYE F44
    PBX -> Demarc: 200 F43 of F42
    PBX -> Demarc: 200 F45 of F44
    record: transferred 200 by demarc
    record: transferred 200 by demarc
    CarrierA -> Demarc: BYE F50 of F83
    Demarc -> CarrierA: 200 F51 of F50
    Demarc -> CarrierA: BYE F52 of F7
    CarrierA -> Demarc: 200 F53 of F52
    record: normal-clearing 200 by callee
    `,
  },
  {
    name: "the call to be joined is unknown: told so, both calls stand (RFC 3891 section 3)",
    text: `
    ${DONE_HERE}
    PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+14155550177@127.0.0.1?Replaces=nobody%3Bto-tag%3Da%3Bfrom-tag%3Db>}
    Demarc -> PBX: 202 F21 of F20
    Demarc -> PBX: NOTIFY F22 of F9 sipfrag 100 {Event: refer* | Subscription-State: active*}
    PBX -> Demarc: 200 F23 of F22
    Demarc -> PBX: NOTIFY F40 of F9 sipfrag 481 {Event: refer* | Subscription-State: terminated;reason=noresource}
    PBX -> Demarc: 200 F41 of F40
    ${HUNG_UP_BY_CALLER}
    `,
  },
];

export const REPLACES: readonly Ladder[] = [
  {
    name: "an INVITE takes the place of a leg (RFC 3891 section 3; pickup, RFC 5359 section 2.16)",
    text: `
    ${ESTABLISHED}
    PBX -> Demarc: INVITE F80 sdp[port=4200] {Replaces: $replaces(F9) | Require: replaces}
    Demarc -> PBX: 100 F81 of F80
    Demarc -> CarrierA: INVITE F90 of F7 sdp
    CarrierA -> Demarc: 200 F91 of F90 sdp
    Demarc -> CarrierA: ACK F92 of F91
    Demarc -> PBX: 200 F82 of F80 sdp
    Demarc -> PBX: BYE F84 of F9
    PBX -> Demarc: ACK F83 of F82
    PBX -> Demarc: 200 F85 of F84
    record: replaced 200 by demarc
    media: PBX:4200 <-> CarrierA
    PBX -> Demarc: BYE F86 of F82
    Demarc -> PBX: 200 F87 of F86
    Demarc -> CarrierA: BYE F88
    CarrierA -> Demarc: 200 F89 of F88
    record: normal-clearing 200 by caller
    `,
  },
  {
    name: "a dialog that nobody knows: 481",
    text: `
    PBX -> Demarc: INVITE F1 sdp {Replaces: nobody;to-tag=a;from-tag=b}
    Demarc -> PBX: 100 F2 of F1
    Demarc -> PBX: 481 F3 of F1
    PBX -> Demarc: ACK F4 of F3
    record: bad-request 481 by demarc
    `,
  },
  {
    name: "early-only, and it is answered: 486",
    text: `
    ${ESTABLISHED}
    PBX -> Demarc: INVITE F80 sdp {Replaces: $replaces(F9);early-only}
    Demarc -> PBX: 100 F81 of F80
    Demarc -> PBX: 486 F82 of F80
    PBX -> Demarc: ACK F83 of F82
    record: bad-request 486 by demarc
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "a dialog that is over: 603",
    text: `
    ${ESTABLISHED}
    ${HUNG_UP_BY_CALLER}
    PBX -> Demarc: INVITE F80 sdp {Replaces: $replaces(F9)}
    Demarc -> PBX: 100 F81 of F80
    Demarc -> PBX: 603 F82 of F80
    PBX -> Demarc: ACK F83 of F82
    record: bad-request 603 by demarc
    `,
  },
];
