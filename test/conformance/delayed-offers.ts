// INVITEs without an offer, at the beginning and inside the call (RFC 3261 sections 13.2.1 and 14.1): handed on, or made good here
// for a peer that cannot take them.
import { bothWays, ESTABLISHED, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";

const BEGUN = `
  PBX -> Demarc: INVITE F1
  Demarc -> PBX: 100 F2 of F1
`;

export const DELAYED_OFFERS: readonly Ladder[] = [
  ...bothWays(
    "the callee offers in its 200, the caller answers in its ACK (RFC 3665 section 3.6)",
    `
    ${BEGUN}
    Demarc -> CarrierA: INVITE F3
    CarrierA -> Demarc: 180 F5 of F3
    Demarc -> PBX: 180 F6 of F1
    CarrierA -> Demarc: 200 F7 of F3 sdp
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9 sdp[codecs=0+101]
    Demarc -> CarrierA: ACK F8 of F7 sdp[codecs=0+101]
    media: PBX <-> CarrierA
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "the ACK brings no answer: the call ends (RFC 3261 section 13.2.1)",
    `
    ${BEGUN}
    Demarc -> CarrierA: INVITE F3
    CarrierA -> Demarc: 200 F7 of F3 sdp
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    Demarc -> PBX: BYE F11
    Demarc -> CarrierA: ACK F8 of F7 sdp[port=0]
    Demarc -> CarrierA: BYE F13
    PBX -> Demarc: 200 F12 of F11
    CarrierA -> Demarc: 200 F14 of F13
    record: not-acceptable 200 by demarc
    `,
  ),
  ...bothWays(
    "a target that cannot take it is offered our own (signaling.delayedOffer)",
    `
    trunk CarrierA: signaling.delayedOffer=false
    ${BEGUN}
    Demarc -> CarrierA: INVITE F3 sdp[codecs=0+8+101]
    CarrierA -> Demarc: 180 F5 of F3
    Demarc -> PBX: 180 F6 of F1
    CarrierA -> Demarc: 200 F7 of F3 sdp[codecs=0+101]
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp[codecs=0+101]
    PBX -> Demarc: ACK F10 of F9 sdp[codecs=0+101]
    media: PBX <-> CarrierA
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a re-INVITE without an offer, handed on",
    `
    ${ESTABLISHED}
    PBX -> Demarc: INVITE F20 of F9
    Demarc -> PBX: 100 F21 of F20
    Demarc -> CarrierA: INVITE F22 of F7
    CarrierA -> Demarc: 200 F23 of F22 sdp[port=7100]
    Demarc -> PBX: 200 F24 of F20 sdp
    PBX -> Demarc: ACK F25 of F24 sdp
    Demarc -> CarrierA: ACK F26 of F23 sdp
    media: PBX <-> CarrierA:7100
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a re-INVITE without an offer, made good for a peer that cannot take it: nothing has changed",
    `
    trunk CarrierA: signaling.delayedOffer=false
    ${ESTABLISHED}
    PBX -> Demarc: INVITE F20 of F9
    Demarc -> PBX: 100 F21 of F20
    Demarc -> PBX: 200 F24 of F20 sdp
    PBX -> Demarc: ACK F25 of F24 sdp
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a re-INVITE without an offer, made good: its answer holds, and is offered to the other side",
    `
    trunk CarrierA: signaling.delayedOffer=false
    ${ESTABLISHED}
    PBX -> Demarc: INVITE F20 of F9
    Demarc -> PBX: 100 F21 of F20
    Demarc -> PBX: 200 F24 of F20 sdp
    PBX -> Demarc: ACK F25 of F24 sdp[sendonly]
    Demarc -> CarrierA: INVITE F26 of F7 sdp[sendonly]
    CarrierA -> Demarc: 200 F27 of F26 sdp[recvonly]
    Demarc -> CarrierA: ACK F28 of F27
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a re-INVITE without an offer is refused: the session stands",
    `
    ${ESTABLISHED}
    PBX -> Demarc: INVITE F20 of F9
    Demarc -> PBX: 100 F21 of F20
    Demarc -> CarrierA: INVITE F22 of F7
    CarrierA -> Demarc: 488 F23 of F22
    Demarc -> CarrierA: ACK F24 of F23
    Demarc -> PBX: 488 F25 of F20
    PBX -> Demarc: ACK F26 of F25
    media: PBX <-> CarrierA
    ${HUNG_UP_BY_CALLER}
    `,
  ),
];
