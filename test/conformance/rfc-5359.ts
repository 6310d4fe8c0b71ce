// The services of RFC 5359 as they cross a border, beside hold (2.1, session-changes.ts). What has no ladder: 2.6 and 2.11 (a conference
// bridge or an instant message of one side), 2.10 (the PBX mixes: for Demarc two calls), 2.13 and 2.14 (screening is the PBX's routing),
// 2.17 (redial needs the dialog package of the callee's own system).
import { bothWays, changed, ESTABLISHED, HUNG_UP_BY_CALLEE, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";

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
];
