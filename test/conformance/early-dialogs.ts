// Before the answer: forks of the callee's side, whose audio may be heard, and what a caller is told (RFC 3261 section 13.2, RFC 3960,
// RFC 5009).
import { bothWays, HUNG_UP_BY_CALLEE, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";

const BEGUN = `
  PBX -> Demarc: INVITE F1 sdp
  Demarc -> PBX: 100 F2 of F1
  Demarc -> CarrierA: INVITE F3 sdp
`;
const TALKING = `
  CarrierA -> Demarc: 200 F7 of F3 sdp
  Demarc -> CarrierA: ACK F8 of F7
  Demarc -> PBX: 200 F9 of F1 sdp
  PBX -> Demarc: ACK F10 of F9
`;

export const FORKS: readonly Ladder[] = [
  ...bothWays(
    "two phones ring: the caller sees one, told once",
    `
    ${BEGUN}
    CarrierA -> Demarc: 180 F5 of F3 tag fork-one
    Demarc -> PBX: 180 F6 of F1
    CarrierA -> Demarc: 180 F20 of F3 tag fork-two
    CarrierA -> Demarc: 199 F21 of F3 tag fork-one
    CarrierA -> Demarc: 200 F7 of F3 sdp tag fork-two
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "the audio of one fork, the answer of another: the media follows the answer",
    `
    ${BEGUN}
    CarrierA -> Demarc: 183 F5 of F3 sdp[port=7100] tag fork-one
    Demarc -> PBX: 183 F6 of F1 sdp
    media: PBX <-> CarrierA:7100
    CarrierA -> Demarc: 180 F20 of F3 tag fork-two
    Demarc -> PBX: 180 F21 of F1
    CarrierA -> Demarc: 200 F7 of F3 sdp[port=7200] tag fork-two
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    media: PBX <-> CarrierA:7200
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "each fork as its own (signaling.forks=pass)",
    `
    trunk PBX: signaling.forks=pass
    weakness: the tag of the other responses (section 9.2)
    ${BEGUN}
    CarrierA -> Demarc: 180 F5 of F3 tag fork-one
    Demarc -> PBX: 180 F6 of F1 tag demarc-one
    CarrierA -> Demarc: 183 F20 of F3 sdp tag fork-two
    Demarc -> PBX: 183 F21 of F1 sdp tag demarc-two
    CarrierA -> Demarc: 200 F7 of F3 sdp tag fork-two
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp tag demarc-two
    PBX -> Demarc: ACK F10 of F9
    ${HUNG_UP_BY_CALLEE.replace("of F3", "of F3 tag fork-two")}
    `,
  ),
  ...bothWays(
    "each fork is acknowledged in its own dialog (RFC 3262 section 4)",
    `
    trunk CarrierA: signaling.reliableProvisional=supported
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp {Supported: 100rel}
    CarrierA -> Demarc: 180 F5 of F3 {Require: 100rel} tag fork-one
    Demarc -> CarrierA: PRACK F20 of F5
    Demarc -> PBX: 180 F6 of F1
    CarrierA -> Demarc: 200 F21 of F20
    CarrierA -> Demarc: 180 F22 of F3 {Require: 100rel} tag fork-two
    Demarc -> CarrierA: PRACK F23 of F22
    CarrierA -> Demarc: 200 F24 of F23
    CarrierA -> Demarc: 200 F7 of F3 sdp tag fork-two
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    ${HUNG_UP_BY_CALLER}
    `,
  ),
];

export const EARLY_POLICY: readonly Ladder[] = [
  ...bothWays(
    "nothing is heard before the answer (signaling.earlyMedia=never)",
    `
    trunk CarrierA: signaling.earlyMedia=never
    ${BEGUN}
    CarrierA -> Demarc: 183 F5 of F3 sdp
    Demarc -> PBX: 183 F6 of F1
    ${TALKING}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "only what is permitted is heard (signaling.earlyMedia=signalled, RFC 5009)",
    `
    trunk CarrierA: signaling.earlyMedia=signalled
    ${BEGUN}
    CarrierA -> Demarc: 183 F5 of F3 sdp
    Demarc -> PBX: 183 F6 of F1
    CarrierA -> Demarc: 183 F20 of F3 sdp {P-Early-Media: sendrecv}
    Demarc -> PBX: 183 F21 of F1 sdp
    ${TALKING}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a silent 183 rings at the caller's own device (signaling.ringback=local)",
    `
    trunk CarrierA: signaling.ringback=local
    ${BEGUN}
    CarrierA -> Demarc: 183 F5 of F3
    Demarc -> PBX: 180 F6 of F1
    ${TALKING}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a 183 without permission rings at the caller's own device; one with it is heard",
    `
    trunk CarrierA: signaling.ringback=local, signaling.earlyMedia=signalled
    ${BEGUN}
    CarrierA -> Demarc: 183 F5 of F3 sdp {P-Early-Media: inactive}
    Demarc -> PBX: 180 F6 of F1
    CarrierA -> Demarc: 183 F20 of F3 sdp {P-Early-Media: sendonly}
    Demarc -> PBX: 183 F21 of F1 sdp
    ${TALKING}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "the same 183 again is told once",
    `
    ${BEGUN}
    CarrierA -> Demarc: 183 F5 of F3 sdp
    Demarc -> PBX: 183 F6 of F1 sdp
    CarrierA -> Demarc: 183 F20 of F3 sdp
    CarrierA -> Demarc: 199 F21 of F3 tag another-fork
    ${TALKING}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
];
