// The services of RFC 5359 as they cross a border, and where the others are: 2.1 session-changes.ts, 2.2 and 2.5 transfers.ts, 2.4 transfers.ts, 2.7 to
// 2.9 and 2.12 redirections.ts, 2.16 replaces-races.ts. What has no ladder: 2.6 (a MESSAGE outside a call that tells whom to call; inside one it is
// passed by other-requests.ts), 2.17 (redial needs a subscription to the callee's own system, outside any call).
import { bothWays, changed, ESTABLISHED, HUNG_UP_BY_CALLEE, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";
import { ANSWERED, ASKED, DONE_HERE, LEFT, REFERRED, TAKEN, TOLD_OF_SUCCESS } from "./transfer-pieces.ts";

export const RFC_5359: readonly Ladder[] = [
  ...bothWays(
    "2.3 music on hold: the music server's description takes the place of the holder's",
    `
    ${ESTABLISHED}
    ${changed({ at: 20, offer: "sdp[sendonly]", answer: "sdp[recvonly]" })}
    PBX -> Demarc: INVITE F30 of F9
    Demarc -> PBX: 100 F31 of F30
    Demarc -> CarrierA: INVITE F32 of F7
    CarrierA -> Demarc: 200 F33 of F32 sdp
    Demarc -> PBX: 200 F34 of F30 sdp
    PBX -> Demarc: ACK F35 of F34 sdp[sendonly at=10.0.0.30 port=4500]
    Demarc -> CarrierA: ACK F36 of F33 sdp[sendonly]
    wait 30s
    ${changed({ at: 40, offer: "sdp", answer: "sdp" })}
    media: PBX <-> CarrierA
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "2.18 click to dial: the first party is called without an offer (RFC 3725 flow I)",
    `
    PBX -> Demarc: INVITE F1
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3
    CarrierA -> Demarc: 180 F5 of F3
    Demarc -> PBX: 180 F6 of F1
    CarrierA -> Demarc: 200 F7 of F3 sdp
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9 sdp[at=10.0.0.40 port=4600]
    Demarc -> CarrierA: ACK F8 of F7 sdp
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  {
    name: "2.10 three parties, the third is added: the PBX holds the one, calls the other, and takes the first back while it mixes",
    text: `
    ${ESTABLISHED}
    ${changed({ at: 20, offer: "sdp[sendonly]", answer: "sdp[recvonly]" })}
    PBX -> Demarc: INVITE F80 sdp[port=4200] to +14155550177
    Demarc -> PBX: 100 F81 of F80
    Demarc -> CarrierA: INVITE F82 sdp to +14155550177
    CarrierA -> Demarc: 200 F83 of F82 sdp[port=7300]
    Demarc -> CarrierA: ACK F84 of F83
    Demarc -> PBX: 200 F85 of F80 sdp
    PBX -> Demarc: ACK F86 of F85
    ${changed({ at: 40, offer: "sdp", answer: "sdp" })}
    wait 30s
    PBX -> Demarc: BYE F87 of F85
    Demarc -> PBX: 200 F88 of F87
    Demarc -> CarrierA: BYE F89 of F83
    CarrierA -> Demarc: 200 F90 of F89
    record: normal-clearing 200 by caller
    media: PBX <-> CarrierA
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "2.11 three parties, the third joins: Join would need a mixer here, and is refused; the call stands",
    text: `
    ${ESTABLISHED}
    PBX -> Demarc: INVITE F80 sdp[port=4200] {Join: $replaces(F9) | Require: join}
    Demarc -> PBX: 100 F81 of F80
    Demarc -> PBX: 420 F82 of F80 {Unsupported: join}
    PBX -> Demarc: ACK F83 of F82
    record: bad-request 420 by demarc
    ${HUNG_UP_BY_CALLER}
    `,
  },
  ...bothWays(
    "2.13 incoming screening: the other side's system declines, and nobody else is asked",
    `
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp
    CarrierA -> Demarc: 403 F4 of F3
    Demarc -> CarrierA: ACK F5 of F4
    Demarc -> PBX: 403 F6 of F1
    PBX -> Demarc: ACK F7 of F6
    record: rejected 403 by callee
    `,
  ),
  {
    name: "2.14 outgoing screening: a number that may not be called (routes)",
    text: `
    PBX -> Demarc: INVITE F1 sdp to +19005550177
    Demarc -> PBX: 100 F2 of F1
    Demarc -> PBX: 403 F6 of F1
    PBX -> Demarc: ACK F7 of F6
    record: rejected 403 by demarc
    `,
  },
  {
    name: "2.15 park: the kept party is put through to an orbit, and another phone of the orbit's system takes it out of there",
    text: `
    ${DONE_HERE}
    ${REFERRED}
    ${ANSWERED}
    ${ASKED}
    ${TAKEN}
    ${TOLD_OF_SUCCESS}
    ${LEFT}
    media: CarrierA <-> CarrierA:7300
    wait 30s
    CarrierA -> Demarc: INVITE F80 sdp[port=7500] {Replaces: $replaces(F34) | Require: replaces}
    Demarc -> CarrierA: 100 F81 of F80
    Demarc -> CarrierA: INVITE F90 of F7 sdp
    CarrierA -> Demarc: 200 F91 of F90 sdp
    Demarc -> CarrierA: ACK F92 of F91
    Demarc -> CarrierA: 200 F82 of F80 sdp
    Demarc -> CarrierA: BYE F84 of F34
    CarrierA -> Demarc: ACK F83 of F82
    CarrierA -> Demarc: 200 F85 of F84
    record: replaced 200 by demarc
    media: CarrierA:7500 <-> CarrierA
    CarrierA -> Demarc: BYE F86 of F7
    Demarc -> CarrierA: 200 F87 of F86
    Demarc -> CarrierA: BYE F88 of F82
    CarrierA -> Demarc: 200 F89 of F88
    record: normal-clearing 200 by callee
    `,
  },
];
