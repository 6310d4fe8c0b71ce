// DTLS-SRTP (RFC 5763, RFC 5764), each leg by itself: who begins, whose certificate is expected, and what is refused.
import { bothWays, HUNG_UP_BY_CALLEE, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";

export const dtls = (party: string) => `trunk ${party}: media.encryption=dtls`;

/** Called by DTLS: what the answer says, and what comes of that. */
export function called(said: { readonly answer: string; readonly handshakes: string }): string {
  return `
    ${dtls("CarrierA")}
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[tls dtls=d1.actpass]
    CarrierA -> Demarc: 200 F7 of F3 sdp[tls ${said.answer}]
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    handshakes: PBX none, ${said.handshakes}
    keys: PBX clear, CarrierA clear
  `;
}

/** Calling by DTLS. */
export function calling(said: {
  readonly offer: string;
  readonly answer: string;
  readonly handshakes: string;
}): string {
  return `
    ${dtls("PBX")}
    PBX -> Demarc: INVITE F1 sdp[${said.offer}]
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp
    CarrierA -> Demarc: 200 F7 of F3 sdp
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp[${said.answer}]
    PBX -> Demarc: ACK F10 of F9
    handshakes: ${said.handshakes}, CarrierA none
  `;
}

export const BOTH = `
  ${dtls("PBX")}
  ${dtls("CarrierA")}
  PBX -> Demarc: INVITE F1 sdp[tls dtls=p1.actpass.x]
  Demarc -> PBX: 100 F2 of F1
  Demarc -> CarrierA: INVITE F3 sdp[tls dtls=d1.actpass]
  CarrierA -> Demarc: 200 F7 of F3 sdp[tls dtls=c1.active.y]
  Demarc -> CarrierA: ACK F8 of F7
  Demarc -> PBX: 200 F9 of F1 sdp[tls dtls=e1.passive]
  PBX -> Demarc: ACK F10 of F9
  handshakes: PBX server p1 1, CarrierA server c1 1
`;

/** An offer or answer that is of no use where DTLS is a must. */
function refusedCall(offer: string): string {
  return `
    ${dtls("PBX")}
    PBX -> Demarc: INVITE F1 ${offer}
    Demarc -> PBX: 100 F2 of F1
    Demarc -> PBX: 488 F9 of F1
    PBX -> Demarc: ACK F10 of F9
    record: encryption 488 by demarc
  `;
}

function refusedAnswer(answer: string): string {
  return `
    ${dtls("CarrierA")}
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[tls dtls=d1.actpass]
    CarrierA -> Demarc: 200 F7 of F3 ${answer}
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 488 F9 of F1
    Demarc -> CarrierA: BYE F11 of F7
    PBX -> Demarc: ACK F10 of F9
    CarrierA -> Demarc: 200 F12 of F11
    record: encryption 488 by demarc
  `;
}

export const HANDSHAKE_CALLS: readonly Ladder[] = [
  ...bothWays(
    "a callee that begins: we wait for it",
    `${called({ answer: "dtls=c1.active", handshakes: "CarrierA server c1 1" })}media: PBX <-> CarrierA\n${HUNG_UP_BY_CALLER}`,
  ),
  ...bothWays(
    "a callee that waits: we begin",
    `${called({ answer: "dtls=c1.passive", handshakes: "CarrierA client c1 1" })}${HUNG_UP_BY_CALLEE}`,
  ),
  ...bothWays(
    "a callee that knows tls-id",
    `${called({ answer: "dtls=c1.active.y", handshakes: "CarrierA server c1 1" })}${HUNG_UP_BY_CALLER}`,
  ),
  ...bothWays(
    "a caller that leaves it to us: we wait, as it may be behind a NAT",
    `${calling({ offer: "tls dtls=p1.actpass", answer: "tls dtls=none.passive", handshakes: "PBX server p1 1" })}${HUNG_UP_BY_CALLER}`,
  ),
  ...bothWays(
    "a caller that begins",
    `${calling({ offer: "tls dtls=p1.active", answer: "tls dtls=none.passive", handshakes: "PBX server p1 1" })}${HUNG_UP_BY_CALLER}`,
  ),
  ...bothWays(
    "a caller that waits",
    `${calling({ offer: "tls dtls=p1.passive.x", answer: "tls dtls=e1.active", handshakes: "PBX client p1 1" })}${HUNG_UP_BY_CALLEE}`,
  ),
  ...bothWays(
    "a caller whose profile is that of keys in descriptions, and who says more (RFC 8829 section 5.1.2)",
    `${calling({ offer: "savp dtls=p1.actpass", answer: "savp dtls=none.passive", handshakes: "PBX server p1 1" })}${HUNG_UP_BY_CALLER}`,
  ),
  ...bothWays("by handshake towards both, each by itself", `${BOTH}${HUNG_UP_BY_CALLER}`),
  ...bothWays(
    "by handshake towards one, by keys that are said towards the other",
    `
    ${dtls("PBX")}
    trunk CarrierA: media.encryption=sdes, media.srtpSuites=["AEAD_AES_128_GCM"]
    PBX -> Demarc: INVITE F1 sdp[tls dtls=p1.actpass]
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[savp keys=1.GCM.d1]
    CarrierA -> Demarc: 200 F7 of F3 sdp[savp keys=1.GCM.c1]
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp[tls dtls=none.passive]
    PBX -> Demarc: ACK F10 of F9
    keys: PBX clear, CarrierA c1.GCM/d1
    handshakes: PBX server p1 1, CarrierA none
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays(
    "an answer while it rings, and the same in the 200",
    `
    ${dtls("PBX")}
    ${dtls("CarrierA")}
    PBX -> Demarc: INVITE F1 sdp[tls dtls=p1.actpass]
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[tls dtls=d1.actpass]
    CarrierA -> Demarc: 183 F5 of F3 sdp[tls dtls=c1.active]
    Demarc -> PBX: 183 F6 of F1 sdp[tls dtls=none.passive]
    handshakes: PBX server p1 1, CarrierA server c1 1
    CarrierA -> Demarc: 200 F7 of F3 sdp[tls dtls=c1.active]
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp[tls dtls=none.passive]
    PBX -> Demarc: ACK F10 of F9
    handshakes: PBX server p1 1, CarrierA server c1 1
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays(
    "an INVITE without an offer: the callee's is answered, the caller's answer too",
    `
    ${dtls("PBX")}
    ${dtls("CarrierA")}
    PBX -> Demarc: INVITE F1
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3
    CarrierA -> Demarc: 200 F7 of F3 sdp[tls dtls=c1.actpass.y]
    Demarc -> PBX: 200 F9 of F1 sdp[tls dtls=e1.actpass]
    PBX -> Demarc: ACK F10 of F9 sdp[tls dtls=p1.active.x]
    Demarc -> CarrierA: ACK F8 of F7 sdp[tls dtls=d1.passive]
    handshakes: PBX server p1 1, CarrierA server c1 1
    ${HUNG_UP_BY_CALLER}
    `,
  ),
];

export const HANDSHAKE_REFUSALS: readonly Ladder[] = [
  ...bothWays("an offer in the clear, where a handshake is a must", refusedCall("sdp")),
  ...bothWays("an offer of keys that are said", refusedCall("sdp[savp keys=1.GCM.p1]")),
  ...bothWays("an offer without a fingerprint", refusedCall("sdp[tls]")),
  ...bothWays("an offer of a handshake at another time", refusedCall("sdp[tls dtls=p1.holdconn]")),
  ...bothWays("an answer without a fingerprint", refusedAnswer("sdp[tls]")),
  ...bothWays("an answer by which nobody begins", refusedAnswer("sdp[tls dtls=c1.actpass]")),
  ...bothWays(
    "a handshake that is offered where audio is to be in the clear",
    `
    PBX -> Demarc: INVITE F1 sdp[tls dtls=p1.actpass]
    Demarc -> PBX: 100 F2 of F1
    Demarc -> PBX: 488 F9 of F1
    PBX -> Demarc: ACK F10 of F9
    record: encryption 488 by demarc
    `,
  ),
];
