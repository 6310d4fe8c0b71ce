// A standing session is changed by re-INVITE or UPDATE: hold in every spelling, codecs, addresses, streams, refusals, glare
// (RFC 3261 section 14, RFC 3264 section 8, RFC 3311, RFC 6337).
import { bothWays, changed, ESTABLISHED, HUNG_UP_BY_CALLEE, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";

const RESUME = { offer: "sdp", answer: "sdp" } as const;

export const HOLD: readonly Ladder[] = [
  ...bothWays(
    "sendonly, and back (RFC 5359 section 2.1)",
    `
    ${ESTABLISHED}
    ${changed({ at: 20, offer: "sdp[sendonly]", answer: "sdp[recvonly]" })}
    wait 10s
    media: PBX <-> CarrierA
    ${changed({ at: 40, ...RESUME })}
    media: PBX <-> CarrierA
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "inactive, and back, by the callee",
    `
    ${ESTABLISHED}
    ${changed({ at: 20, by: "CarrierA", offer: "sdp[inactive]", answer: "sdp[inactive]" })}
    wait 10s
    ${changed({ at: 40, by: "CarrierA", ...RESUME })}
    media: PBX <-> CarrierA
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays(
    "an address of zeros is read as hold and never written (RFC 3264 section 8.4)",
    `
    ${ESTABLISHED}
    ${changed({ at: 20, offer: "sdp[zeros]", asks: "sdp[sendonly]", answer: "sdp[recvonly]" })}
    media: PBX:nowhere <-> CarrierA
    wait 10s
    ${changed({ at: 40, ...RESUME })}
    media: PBX <-> CarrierA
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "an address of zeros and inactive",
    `
    ${ESTABLISHED}
    ${changed({ at: 20, offer: "sdp[zeros inactive]", asks: "sdp[inactive]", answer: "sdp[inactive]" })}
    ${changed({ at: 40, ...RESUME })}
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays(
    "both hold: the second offers inactive, each takes back its own",
    `
    ${ESTABLISHED}
    ${changed({ at: 20, offer: "sdp[sendonly]", answer: "sdp[recvonly]" })}
    ${changed({ at: 30, by: "CarrierA", offer: "sdp[inactive]", answer: "sdp[inactive]" })}
    ${changed({ at: 40, offer: "sdp[recvonly]", answer: "sdp[sendonly]" })}
    ${changed({ at: 50, by: "CarrierA", ...RESUME })}
    media: PBX <-> CarrierA
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a peer that knows only inactive is held so (media.hold)",
    `
    trunk CarrierA: media.hold=inactive
    ${ESTABLISHED}
    ${changed({ at: 20, offer: "sdp[sendonly]", asks: "sdp[inactive]", answer: "sdp[inactive]", gives: "sdp[inactive]" })}
    ${changed({ at: 40, ...RESUME })}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "who is on hold hangs up",
    `
    ${ESTABLISHED}
    ${changed({ at: 20, offer: "sdp[sendonly]", answer: "sdp[recvonly]" })}
    wait 30s
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays(
    "hold by UPDATE, where both allow it",
    `
    PBX allows: UPDATE
    CarrierA allows: UPDATE
    ${ESTABLISHED}
    ${changed({ at: 20, method: "UPDATE", offer: "sdp[sendonly]", answer: "sdp[recvonly]" })}
    ${changed({ at: 40, method: "UPDATE", ...RESUME })}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "hold by UPDATE becomes a re-INVITE for who does not allow UPDATE",
    `
    PBX allows: UPDATE
    ${ESTABLISHED}
    ${changed({ at: 20, method: "UPDATE", onward: "INVITE", offer: "sdp[sendonly]", answer: "sdp[recvonly]" })}
    ${changed({ at: 40, method: "UPDATE", onward: "INVITE", ...RESUME })}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "hold by UPDATE becomes a re-INVITE for who allows UPDATE and does not mean it (signaling.update)",
    `
    trunk CarrierA: signaling.update=off
    PBX allows: UPDATE
    CarrierA allows: UPDATE
    ${ESTABLISHED}
    ${changed({ at: 20, method: "UPDATE", onward: "INVITE", offer: "sdp[sendonly]", answer: "sdp[recvonly]" })}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
];

export const CHANGES: readonly Ladder[] = [
  ...bothWays(
    "another port, as after a change of network (RFC 3665 section 3.7)",
    `
    ${ESTABLISHED}
    ${changed({ at: 20, offer: "sdp[port=4100]", asks: "sdp[same]", answer: "sdp", gives: "sdp[same]" })}
    media: PBX:4100 <-> CarrierA
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays(
    "another codec",
    `
    ${ESTABLISHED}
    ${changed({ at: 20, offer: "sdp[codecs=8+101]", answer: "sdp[codecs=8+101]" })}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "what was agreed is offered once more by the other side: answered here, with nothing changed",
    `
    ${ESTABLISHED}
    ${changed({ at: 20, offer: "sdp[codecs=8+101]", answer: "sdp[codecs=8+101]" })}
    CarrierA -> Demarc: INVITE F30 of F7 sdp[codecs=8+101]
    Demarc -> CarrierA: 200 F35 of F30 sdp[same]
    CarrierA -> Demarc: ACK F36 of F35
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a refusal is handed back, and the session stands as it was (RFC 3261 section 14.1)",
    `
    ${ESTABLISHED}
    PBX -> Demarc: INVITE F20 of F9 sdp[codecs=8+101 port=4100]
    Demarc -> PBX: 100 F21 of F20
    Demarc -> CarrierA: INVITE F22 of F7 sdp[codecs=8+101]
    CarrierA -> Demarc: 488 F23 of F22
    Demarc -> CarrierA: ACK F24 of F23
    Demarc -> PBX: 488 F25 of F20
    PBX -> Demarc: ACK F26 of F25
    media: PBX <-> CarrierA
    wait 5s
    ${changed({ at: 40, offer: "sdp[sendonly]", answer: "sdp[recvonly]" })}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "the change meets a peer that is gone: the call ends",
    `
    ${ESTABLISHED}
    PBX -> Demarc: INVITE F20 of F9 sdp[sendonly]
    Demarc -> PBX: 100 F21 of F20
    Demarc -> CarrierA: INVITE F22 of F7 sdp[sendonly]
    CarrierA -> Demarc: 481 F23 of F22
    Demarc -> CarrierA: ACK F24 of F23
    Demarc -> CarrierA: BYE F27
    Demarc -> PBX: 408 F25 of F20
    Demarc -> PBX: BYE F28
    PBX -> Demarc: ACK F26 of F25
    PBX -> Demarc: 200 F29 of F28
    CarrierA -> Demarc: 481 F30 of F27
    record: lost-peer 200 by demarc
    `,
  ),
  ...bothWays(
    "a video stream is offered to a call of audio: refused here, its place kept",
    `
    ${ESTABLISHED}
    ${changed({ at: 20, offer: "sdp[video]", asks: "sdp[video=0]", answer: "sdp[video=0]" })}
    ${changed({ at: 40, by: "CarrierA", offer: "sdp[sendonly video=0]", answer: "sdp[recvonly video=0]" })}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a video stream from the beginning",
    `
    ${ESTABLISHED.replace("INVITE F1 sdp", "INVITE F1 sdp[video]")
      .replace("INVITE F3 sdp", "INVITE F3 sdp[video=0]")
      .replace("F7 of F3 sdp", "F7 of F3 sdp[video=0]")
      .replace("F9 of F1 sdp", "F9 of F1 sdp[video=0]")}
    ${changed({ at: 40, offer: "sdp[sendonly video]", asks: "sdp[sendonly video=0]", answer: "sdp[recvonly video=0]" })}
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays(
    "hangs up while its change is on the way",
    `
    ${ESTABLISHED}
    PBX -> Demarc: INVITE F20 of F9 sdp[sendonly]
    Demarc -> PBX: 100 F21 of F20
    Demarc -> CarrierA: INVITE F22 of F7 sdp[sendonly]
    PBX -> Demarc: BYE F11 of F9
    Demarc -> PBX: 200 F12 of F11
    Demarc -> PBX: 487 F23 of F20
    Demarc -> CarrierA: BYE F13
    PBX -> Demarc: ACK F24 of F23
    CarrierA -> Demarc: 200 F14 of F13
    CarrierA -> Demarc: 487 F25 of F22
    Demarc -> CarrierA: ACK F26 of F25
    record: normal-clearing 200 by caller
    `,
  ),
  ...bothWays(
    "a change that is taken back by CANCEL (RFC 3261 section 9)",
    `
    ${ESTABLISHED}
    PBX -> Demarc: INVITE F20 of F9 sdp[sendonly]
    Demarc -> PBX: 100 F21 of F20
    Demarc -> CarrierA: INVITE F22 of F7 sdp[sendonly]
    CarrierA -> Demarc: 100 F23 of F22
    PBX -> Demarc: CANCEL F24 of F20
    Demarc -> PBX: 200 F25 of F24
    Demarc -> CarrierA: CANCEL F26 of F22
    CarrierA -> Demarc: 200 F27 of F26
    CarrierA -> Demarc: 487 F28 of F22
    Demarc -> CarrierA: ACK F29 of F28
    Demarc -> PBX: 487 F30 of F20
    PBX -> Demarc: ACK F31 of F30
    media: PBX <-> CarrierA
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "the ACK of a change never comes: repeated, then given up (RFC 3261 section 13.3.1.4)",
    `
    ${ESTABLISHED}
    PBX -> Demarc: INVITE F20 of F9 sdp[sendonly]
    Demarc -> PBX: 100 F21 of F20
    Demarc -> CarrierA: INVITE F22 of F7 sdp[sendonly]
    CarrierA -> Demarc: 200 F23 of F22 sdp[recvonly]
    Demarc -> CarrierA: ACK F24 of F23
    Demarc -> PBX: 200 F25 of F20 sdp[recvonly]
    wait 31900ms
    Demarc -> PBX: 200 F25 again x10
    wait 200ms
    Demarc -> PBX: BYE F26
    Demarc -> CarrierA: BYE F28
    PBX -> Demarc: 200 F27 of F26
    CarrierA -> Demarc: 200 F29 of F28
    record: lost-peer 200 by demarc
    `,
  ),
];

export const GLARE: readonly Ladder[] = [
  ...bothWays(
    "both change at once: each 491, and it is for them to try again (RFC 3261 section 14.2)",
    `
    ${ESTABLISHED}
    PBX -> Demarc: INVITE F20 of F9 sdp[sendonly]
    Demarc -> PBX: 100 F21 of F20
    Demarc -> CarrierA: INVITE F22 of F7 sdp[sendonly]
    CarrierA -> Demarc: INVITE F30 of F7 sdp[inactive]
    Demarc -> CarrierA: 491 F31 of F30
    CarrierA -> Demarc: ACK F32 of F31
    CarrierA -> Demarc: 491 F23 of F22
    Demarc -> CarrierA: ACK F24 of F23
    Demarc -> PBX: 491 F25 of F20
    PBX -> Demarc: ACK F26 of F25
    wait 3s
    ${changed({ at: 40, offer: "sdp[sendonly]", answer: "sdp[recvonly]" })}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a second change before the first is answered: 500 with Retry-After (RFC 3261 section 14.2)",
    `
    PBX allows: UPDATE
    ${ESTABLISHED}
    PBX -> Demarc: INVITE F20 of F9 sdp[sendonly]
    Demarc -> PBX: 100 F21 of F20
    Demarc -> CarrierA: INVITE F22 of F7 sdp[sendonly]
    PBX -> Demarc: UPDATE F30 of F9 sdp[inactive]
    Demarc -> PBX: 500 F31 of F30 {Retry-After}
    CarrierA -> Demarc: 200 F23 of F22 sdp[recvonly]
    Demarc -> CarrierA: ACK F24 of F23
    Demarc -> PBX: 200 F25 of F20 sdp[recvonly]
    PBX -> Demarc: ACK F26 of F25
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "the caller changes before it has acknowledged: 500 with Retry-After",
    `
    ${ESTABLISHED.replace(/ {2}PBX -> Demarc: ACK F10 of F9\n/, "")}
    PBX -> Demarc: INVITE F20 of F9 sdp[sendonly]
    Demarc -> PBX: 500 F21 of F20 {Retry-After}
    PBX -> Demarc: ACK F22 of F21
    PBX -> Demarc: ACK F10 of F9
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays(
    "an UPDATE against an UPDATE of ours: 491",
    `
    PBX allows: UPDATE
    CarrierA allows: UPDATE
    ${ESTABLISHED}
    PBX -> Demarc: UPDATE F20 of F9 sdp[sendonly]
    Demarc -> CarrierA: UPDATE F22 of F7 sdp[sendonly]
    CarrierA -> Demarc: UPDATE F30 of F7 sdp[inactive]
    Demarc -> CarrierA: 491 F31 of F30
    CarrierA -> Demarc: 200 F23 of F22 sdp[recvonly]
    Demarc -> PBX: 200 F25 of F20 sdp[recvonly]
    ${HUNG_UP_BY_CALLER}
    `,
  ),
];
