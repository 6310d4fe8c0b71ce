// Reliable provisional responses (RFC 3262), each side by itself, and UPDATE and PRACK with descriptions before the answer (RFC 3311).
import { bothWays, HUNG_UP_BY_CALLEE, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";

const BEGUN = `
  PBX -> Demarc: INVITE F1 sdp {Supported: 100rel}
  Demarc -> PBX: 100 F2 of F1
`;
const ASKED = `
  PBX -> Demarc: INVITE F1 sdp
  Demarc -> PBX: 100 F2 of F1
  Demarc -> CarrierA: INVITE F3 sdp {Supported: 100rel}
`;
const TAKES = "trunk CarrierA: signaling.reliableProvisional=supported";
const GIVES = "trunk PBX: signaling.reliableProvisional=supported";
/** The caller's own 200 has the answer, or not where it was told reliably before. */
const talking = (body: string): string => `
  CarrierA -> Demarc: 200 F7 of F3 ${body}
  Demarc -> CarrierA: ACK F8 of F7
  Demarc -> PBX: 200 F9 of F1 sdp
  PBX -> Demarc: ACK F10 of F9
`;

export const RELIABLE_FROM_CALLEE: readonly Ladder[] = [
  ...bothWays(
    "ringing that is acknowledged hop by hop",
    `
    ${TAKES}
    ${ASKED}
    CarrierA -> Demarc: 180 F20 of F3 {Require: 100rel}
    Demarc -> CarrierA: PRACK F21 of F20
    Demarc -> PBX: 180 F6 of F1 {!RSeq | !Require}
    CarrierA -> Demarc: 200 F22 of F21
    ${talking("sdp")}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "early media that is acknowledged, ringing after it, a 200 without description",
    `
    ${TAKES}
    ${ASKED}
    CarrierA -> Demarc: 183 F20 of F3 sdp {Require: 100rel}
    Demarc -> CarrierA: PRACK F21 of F20
    Demarc -> PBX: 183 F5 of F1 sdp {!RSeq}
    CarrierA -> Demarc: 200 F22 of F21
    CarrierA -> Demarc: 180 F23 of F3 {Require: 100rel}
    Demarc -> CarrierA: PRACK F24 of F23
    Demarc -> PBX: 180 F6 of F1
    CarrierA -> Demarc: 200 F25 of F24
    ${talking("")}
    media: PBX <-> CarrierA
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays(
    "the response comes again: one PRACK, repeated by its transaction alone",
    `
    ${TAKES}
    ${ASKED}
    CarrierA -> Demarc: 180 F20 of F3 {Require: 100rel}
    Demarc -> CarrierA: PRACK F21 of F20
    Demarc -> PBX: 180 F6 of F1
    CarrierA -> Demarc: 180 F20 again
    wait 600ms
    Demarc -> CarrierA: PRACK F21 again
    CarrierA -> Demarc: 200 F22 of F21
    ${talking("sdp")}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a response out of order is not acknowledged (RFC 3262 section 4)",
    `
    ${TAKES}
    ${ASKED}
    CarrierA -> Demarc: 180 F20 of F3 {Require: 100rel | RSeq: 10}
    Demarc -> CarrierA: PRACK F21 of F20
    Demarc -> PBX: 180 F6 of F1
    CarrierA -> Demarc: 200 F22 of F21
    CarrierA -> Demarc: 183 F23 of F3 {Require: 100rel | RSeq: 12}
    CarrierA -> Demarc: 183 F24 of F3 {Require: 100rel | RSeq: 11}
    Demarc -> CarrierA: PRACK F25 of F24
    Demarc -> PBX: 183 F26 of F1
    CarrierA -> Demarc: 200 F27 of F25
    CarrierA -> Demarc: 183 F23 again
    Demarc -> CarrierA: PRACK F28 of F23
    CarrierA -> Demarc: 200 F29 of F28
    ${talking("sdp")}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "an answered call does not wait for its last PRACK",
    `
    ${TAKES}
    ${ASKED}
    CarrierA -> Demarc: 180 F20 of F3 {Require: 100rel}
    Demarc -> CarrierA: PRACK F21 of F20
    Demarc -> PBX: 180 F6 of F1
    ${talking("sdp")}
    CarrierA -> Demarc: 200 F22 of F21
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a peer that must be asked so (required)",
    `
    trunk CarrierA: signaling.reliableProvisional=required
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp {Require: 100rel}
    CarrierA -> Demarc: 180 F20 of F3 {Require: 100rel}
    Demarc -> CarrierA: PRACK F21 of F20
    Demarc -> PBX: 180 F6 of F1
    CarrierA -> Demarc: 200 F22 of F21
    ${talking("sdp")}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
];

export const RELIABLE_TO_CALLER: readonly Ladder[] = [
  ...bothWays(
    "ringing, acknowledged, then the answer",
    `
    ${GIVES}
    ${BEGUN}
    Demarc -> CarrierA: INVITE F3 sdp {!Supported: 100rel}
    CarrierA -> Demarc: 180 F5 of F3
    Demarc -> PBX: 180 F20 of F1 {Require: 100rel | RSeq}
    PBX -> Demarc: PRACK F21 of F20
    Demarc -> PBX: 200 F22 of F21
    ${talking("sdp")}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "early media: the 200 waits for the PRACK and need not repeat the answer",
    `
    ${GIVES}
    ${BEGUN}
    Demarc -> CarrierA: INVITE F3 sdp
    CarrierA -> Demarc: 183 F5 of F3 sdp
    Demarc -> PBX: 183 F20 of F1 sdp {Require: 100rel | RSeq}
    CarrierA -> Demarc: 200 F7 of F3 sdp
    Demarc -> CarrierA: ACK F8 of F7
    PBX -> Demarc: PRACK F21 of F20
    Demarc -> PBX: 200 F22 of F21
    Demarc -> PBX: 200 F9 of F1 sdp[same]
    PBX -> Demarc: ACK F10 of F9
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays(
    "one at a time: what follows waits for the PRACK",
    `
    ${GIVES}
    ${BEGUN}
    Demarc -> CarrierA: INVITE F3 sdp
    CarrierA -> Demarc: 183 F5 of F3 sdp
    Demarc -> PBX: 183 F20 of F1 sdp {Require: 100rel | RSeq}
    CarrierA -> Demarc: 180 F6 of F3
    wait 100ms
    PBX -> Demarc: PRACK F21 of F20
    Demarc -> PBX: 200 F22 of F21
    Demarc -> PBX: 180 F23 of F1 {Require: 100rel | RSeq}
    PBX -> Demarc: PRACK F24 of F23
    Demarc -> PBX: 200 F25 of F24
    ${talking("sdp").replace("200 F9 of F1 sdp", "200 F9 of F1 sdp[same]")}
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays(
    "no PRACK yet: repeated from T1, doubling",
    `
    ${GIVES}
    ${BEGUN}
    Demarc -> CarrierA: INVITE F3 sdp
    CarrierA -> Demarc: 180 F5 of F3
    Demarc -> PBX: 180 F20 of F1 {Require: 100rel | RSeq}
    wait 3600ms
    Demarc -> PBX: 180 F20 again x3
    PBX -> Demarc: PRACK F21 of F20
    Demarc -> PBX: 200 F22 of F21
    ${talking("sdp")}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "no PRACK at all: given up after 64 T1 (RFC 3262 section 3)",
    `
    ${GIVES}
    ${BEGUN}
    Demarc -> CarrierA: INVITE F3 sdp
    CarrierA -> Demarc: 180 F5 of F3
    Demarc -> PBX: 180 F20 of F1 {Require: 100rel | RSeq}
    wait 31900ms
    Demarc -> PBX: 180 F20 again x6
    wait 200ms
    Demarc -> PBX: 504 F21 of F1
    Demarc -> CarrierA: CANCEL F23 of F3
    PBX -> Demarc: ACK F22 of F21
    CarrierA -> Demarc: 200 F24 of F23
    CarrierA -> Demarc: 487 F25 of F3
    Demarc -> CarrierA: ACK F26 of F25
    record: lost-peer 504 by demarc
    `,
  ),
  ...bothWays(
    "a PRACK of nothing: 481 (RFC 3262 section 3)",
    `
    ${GIVES}
    ${BEGUN}
    Demarc -> CarrierA: INVITE F3 sdp
    CarrierA -> Demarc: 180 F5 of F3
    Demarc -> PBX: 180 F20 of F1 {Require: 100rel | RSeq}
    PBX -> Demarc: PRACK F21 of F20 {RAck: 4711 1 INVITE}
    Demarc -> PBX: 481 F22 of F21
    PBX -> Demarc: PRACK F23 of F20
    Demarc -> PBX: 200 F24 of F23
    ${talking("sdp")}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a caller that does not know them, on a trunk that wants them: 421",
    `
    trunk PBX: signaling.reliableProvisional=required
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> PBX: 421 F3 of F1 {Require: 100rel}
    PBX -> Demarc: ACK F4 of F3
    record: bad-request 421 by demarc
    `,
  ),
  ...bothWays(
    "a caller that wants them, on a trunk that is off: 420",
    `
    PBX -> Demarc: INVITE F1 sdp {Require: 100rel}
    Demarc -> PBX: 100 F2 of F1
    Demarc -> PBX: 420 F3 of F1 {Unsupported: 100rel}
    PBX -> Demarc: ACK F4 of F3
    record: bad-request 420 by demarc
    `,
  ),
  ...bothWays(
    "on both sides, each with its own numbers",
    `
    ${TAKES}
    ${GIVES}
    ${BEGUN}
    Demarc -> CarrierA: INVITE F3 sdp {Supported: 100rel}
    CarrierA -> Demarc: 183 F5 of F3 sdp {Require: 100rel}
    Demarc -> CarrierA: PRACK F6 of F5
    Demarc -> PBX: 183 F20 of F1 sdp {Require: 100rel | RSeq}
    CarrierA -> Demarc: 200 F15 of F6
    PBX -> Demarc: PRACK F21 of F20
    Demarc -> PBX: 200 F22 of F21
    CarrierA -> Demarc: 200 F7 of F3
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1
    PBX -> Demarc: ACK F10 of F9
    ${HUNG_UP_BY_CALLER}
    `,
  ),
];

const EARLY = `
  ${TAKES}
  ${GIVES}
  PBX allows: PRACK, UPDATE
  CarrierA allows: PRACK, UPDATE
  ${BEGUN}
  Demarc -> CarrierA: INVITE F3 sdp {Supported: 100rel}
  CarrierA -> Demarc: 183 F5 of F3 sdp {Require: 100rel}
  Demarc -> CarrierA: PRACK F6 of F5
  Demarc -> PBX: 183 F20 of F1 sdp {Require: 100rel | RSeq}
  CarrierA -> Demarc: 200 F15 of F6
  PBX -> Demarc: PRACK F21 of F20
  Demarc -> PBX: 200 F22 of F21
`;
const ANSWERED = `
  CarrierA -> Demarc: 200 F7 of F3
  Demarc -> CarrierA: ACK F8 of F7
  Demarc -> PBX: 200 F9 of F1
  PBX -> Demarc: ACK F10 of F9
`;

export const EARLY_CHANGES: readonly Ladder[] = [
  ...bothWays(
    "the caller changes the early session by UPDATE (RFC 3311 section 5.1)",
    `
    ${EARLY}
    PBX -> Demarc: UPDATE F30 of F20 sdp[codecs=8+101]
    Demarc -> CarrierA: UPDATE F31 of F5 sdp[codecs=8+101]
    CarrierA -> Demarc: 200 F32 of F31 sdp[codecs=8+101]
    Demarc -> PBX: 200 F33 of F30 sdp[codecs=8+101]
    ${ANSWERED}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "the callee changes the early session by UPDATE",
    `
    ${EARLY}
    CarrierA -> Demarc: UPDATE F30 of F5 sdp[sendonly]
    Demarc -> PBX: UPDATE F31 of F20 sdp[sendonly]
    PBX -> Demarc: 200 F32 of F31 sdp[recvonly]
    Demarc -> CarrierA: 200 F33 of F30 sdp[recvonly]
    ${ANSWERED}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a PRACK with an offer (RFC 3262 section 5)",
    `
    ${EARLY.replace("PRACK F21 of F20\n  Demarc -> PBX: 200 F22 of F21", "PRACK F21 of F20 sdp[codecs=8+101]\n  Demarc -> CarrierA: UPDATE F31 of F5 sdp[codecs=8+101]\n  CarrierA -> Demarc: 200 F32 of F31 sdp[codecs=8+101]\n  Demarc -> PBX: 200 F22 of F21 sdp[codecs=8+101]")}
    ${ANSWERED}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "an UPDATE without a description is answered here (RFC 3311)",
    `
    ${EARLY}
    PBX -> Demarc: UPDATE F30 of F20
    Demarc -> PBX: 200 F33 of F30
    ${ANSWERED}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
];
