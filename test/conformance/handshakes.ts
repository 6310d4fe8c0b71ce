// DTLS-SRTP (RFC 5763, RFC 5764, RFC 8842), each leg by itself: who begins, whose certificate is expected, and when it is another association.
import { bothWays, changed, HUNG_UP_BY_CALLEE, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";

const dtls = (party: string) => `trunk ${party}: media.encryption=dtls`;

/** Called by DTLS: what the answer says, and what comes of that. */
function called(said: { readonly answer: string; readonly handshakes: string }): string {
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
function calling(said: { readonly offer: string; readonly answer: string; readonly handshakes: string }): string {
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

const BOTH = `
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

export const KEPT_HANDSHAKES: readonly Ladder[] = [
  ...bothWays(
    "hold and resume by either side: the associations go on, and every offer leaves it open who begins",
    `
    ${BOTH}
    ${changed({
      at: 20,
      offer: "sdp[tls sendonly dtls=p1.actpass.x]",
      asks: "sdp[tls sendonly dtls=d1.actpass]",
      answer: "sdp[tls recvonly dtls=c1.active.y]",
      gives: "sdp[tls recvonly dtls=e1.passive]",
    })}
    handshakes: PBX server p1 1, CarrierA server c1 1
    ${changed({
      at: 40,
      by: "CarrierA",
      offer: "sdp[tls dtls=c1.actpass.y]",
      asks: "sdp[tls dtls=e1.actpass]",
      answer: "sdp[tls dtls=p1.active.x]",
      gives: "sdp[tls dtls=d1.passive]",
    })}
    handshakes: PBX server p1 1, CarrierA server c1 1
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "whoever has begun has begun: a peer that leaves it open later is answered as before",
    `
    ${called({ answer: "dtls=c1.passive.y", handshakes: "CarrierA client c1 1" })}
    ${changed({
      at: 20,
      by: "CarrierA",
      offer: "sdp[tls sendonly dtls=c1.actpass.y]",
      asks: "sdp[sendonly]",
      answer: "sdp[recvonly]",
      gives: "sdp[tls recvonly dtls=d1.active]",
    })}
    handshakes: PBX none, CarrierA client c1 1
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "another tls-id is another association, and gets another one of ours; the other side keeps its own",
    `
    ${BOTH}
    ${changed({
      at: 20,
      offer: "sdp[tls dtls=p1.actpass.xx]",
      asks: "sdp[tls dtls=d1.actpass]",
      answer: "sdp[tls dtls=c1.active.y]",
      gives: "sdp[tls dtls=e2.passive]",
    })}
    handshakes: PBX server p1 2, CarrierA server c1 1
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays(
    "another certificate is one too, and so is another who begins",
    `
    ${BOTH}
    ${changed({
      at: 20,
      offer: "sdp[tls dtls=p2.actpass.x]",
      asks: "sdp[tls dtls=d1.actpass]",
      answer: "sdp[tls dtls=c1.passive.y]",
      gives: "sdp[tls dtls=e2.passive]",
    })}
    handshakes: PBX server p2 2, CarrierA client c1 2
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "of a peer that knows no tls-id another port is one as well; hold by an address of zeros is none (RFC 8842 section 4)",
    `
    ${calling({ offer: "tls dtls=p1.actpass", answer: "tls dtls=none.passive", handshakes: "PBX server p1 1" })}
    ${changed({ at: 20, offer: "sdp[tls zeros dtls=p1.actpass]", asks: "sdp[sendonly]", answer: "sdp[recvonly]", gives: "sdp[tls recvonly dtls=none.passive]" })}
    ${changed({ at: 40, offer: "sdp[tls dtls=p1.actpass]", asks: "sdp", answer: "sdp", gives: "sdp[tls dtls=none.passive]" })}
    handshakes: PBX server p1 1, CarrierA none
    ${changed({ at: 60, offer: "sdp[tls port=7100 dtls=p1.actpass]", asks: "sdp", answer: "sdp", gives: "sdp[tls dtls=none.passive]" })}
    handshakes: PBX server p1 2, CarrierA none
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "an association that the other side refuses: nothing has begun",
    `
    ${BOTH}
    PBX -> Demarc: INVITE F20 of F9 sdp[tls port=4100 dtls=p2.actpass.xx]
    Demarc -> PBX: 100 F21 of F20
    Demarc -> CarrierA: INVITE F22 of F7 sdp[tls dtls=d1.actpass]
    CarrierA -> Demarc: 488 F23 of F22
    Demarc -> CarrierA: ACK F24 of F23
    Demarc -> PBX: 488 F25 of F20
    PBX -> Demarc: ACK F26 of F25
    handshakes: PBX server p1 1, CarrierA server c1 1
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a refresh that says the same is answered here, by who has begun",
    `
    ${BOTH}
    PBX -> Demarc: INVITE F20 of F9 sdp[same]
    Demarc -> PBX: 200 F21 of F20 sdp[tls dtls=e1.passive]
    PBX -> Demarc: ACK F22 of F21
    handshakes: PBX server p1 1, CarrierA server c1 1
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  {
    name: "a transfer: the new call has other ports, and so other associations",
    text: `
    trunk PBX: signaling.transfer=execute
    ${dtls("CarrierA")}
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[tls dtls=d1.actpass]
    CarrierA -> Demarc: 200 F7 of F3 sdp[tls dtls=c1.active.y]
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+14155550177@127.0.0.1>}
    Demarc -> PBX: 202 F21 of F20
    Demarc -> PBX: NOTIFY F22 of F9 sipfrag 100 {Event: refer* | Subscription-State: active*}
    Demarc -> CarrierA: INVITE F30 sdp[tls dtls=f1.actpass] to +14155550177
    PBX -> Demarc: 200 F23 of F22
    CarrierA -> Demarc: 200 F34 of F30 sdp[tls dtls=t1.passive.z]
    Demarc -> CarrierA: ACK F35 of F34
    Demarc -> CarrierA: INVITE F36 of F7 sdp[tls dtls=d2.actpass]
    CarrierA -> Demarc: 200 F37 of F36 sdp[tls dtls=c1.active.yy]
    Demarc -> CarrierA: ACK F38 of F37
    handshakes: CarrierA server c1 1, CarrierA client t1 1
    Demarc -> PBX: NOTIFY F40 of F9 sipfrag 200 {Event: refer* | Subscription-State: terminated;reason=noresource}
    PBX -> Demarc: 200 F41 of F40
    PBX -> Demarc: BYE F42 of F9
    Demarc -> PBX: 200 F43 of F42
    record: transferred 200 by caller
    CarrierA -> Demarc: BYE F50 of F34
    Demarc -> CarrierA: 200 F51 of F50
    Demarc -> CarrierA: BYE F52 of F7
    CarrierA -> Demarc: 200 F53 of F52
    record: normal-clearing 200 by callee
    `,
  },
  {
    name: "a phone that rings is picked up by another one that leaves it open who begins",
    text: `
    ${dtls("PBX")}
    CarrierA -> Demarc: INVITE F1 sdp
    Demarc -> CarrierA: 100 F2 of F1
    Demarc -> PBX: INVITE F3 sdp[tls dtls=d1.actpass]
    PBX -> Demarc: 180 F5 of F3
    Demarc -> CarrierA: 180 F6 of F1
    PBX -> Demarc: INVITE F80 sdp[tls dtls=q1.actpass.q] {Replaces: $replaces(F5);early-only}
    Demarc -> PBX: 100 F81 of F80
    Demarc -> PBX: 200 F83 of F80 sdp[tls dtls=r1.passive]
    Demarc -> PBX: CANCEL F82 of F3
    Demarc -> CarrierA: 200 F9 of F1 sdp
    CarrierA -> Demarc: ACK F10 of F9
    PBX -> Demarc: ACK F84 of F83
    PBX -> Demarc: 200 F85 of F82
    PBX -> Demarc: 487 F86 of F3
    Demarc -> PBX: ACK F87 of F86
    record: picked-up 200 by demarc
    handshakes: PBX server q1 1, CarrierA none
    PBX -> Demarc: BYE F88 of F83
    Demarc -> PBX: 200 F89 of F88
    Demarc -> CarrierA: BYE F90 of F9
    CarrierA -> Demarc: 200 F91 of F90
    record: normal-clearing 200 by callee
    `,
  },
];
