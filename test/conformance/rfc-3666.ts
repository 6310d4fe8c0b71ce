// The call flows of RFC 3666 as a border sees them: CarrierA is the gateway to the telephone network. Its ISUP and Q.931 are the
// gateway's own affair; what crosses Demarc are the announcements, the causes as statuses, and the gateways that are full. Section 4, from one
// telephone network to another, is 2.1 at the one end and 3.1 at the other.
import { bothWays, ESTABLISHED, HUNG_UP_BY_CALLEE, HUNG_UP_BY_CALLER, type Ladder, RINGING } from "./ladder-pieces.ts";

const TALKING = `
  CarrierA -> Demarc: 200 F7 of F3 sdp
  Demarc -> CarrierA: ACK F8 of F7
  Demarc -> PBX: 200 F9 of F1 sdp
  PBX -> Demarc: ACK F10 of F9
`;

/** The gateway gives the network's tones and announcements before the answer. */
const ANNOUNCED = `
  PBX -> Demarc: INVITE F1 sdp
  Demarc -> PBX: 100 F2 of F1
  Demarc -> CarrierA: INVITE F3 sdp
  CarrierA -> Demarc: 100 F4 of F3
  CarrierA -> Demarc: 183 F5 of F3 sdp
  Demarc -> PBX: 183 F6 of F1 sdp
`;

function refused(name: string, status: number, record: string): Ladder[] {
  return bothWays(
    name,
    `
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp
    CarrierA -> Demarc: 100 F4 of F3
    CarrierA -> Demarc: ${status} F5 of F3 {Reason: Q.850;cause=1}
    Demarc -> CarrierA: ACK F6 of F5
    Demarc -> PBX: ${status} F7 of F1
    PBX -> Demarc: ACK F8 of F7
    record: ${record}
    `,
  );
}

export const RFC_3666: readonly Ladder[] = [
  ...bothWays("2.1 success, the tones of the network before the answer", ANNOUNCED + TALKING + HUNG_UP_BY_CALLER),
  ...bothWays("2.2 success to an ISDN PBX: it rings", ESTABLISHED + HUNG_UP_BY_CALLEE),
  {
    name: "2.3 overflow: the first gateway has no circuit, the second has",
    text: `
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F20 sdp
    CarrierA -> Demarc: 503 F21 of F20
    Demarc -> CarrierA: ACK F22 of F21
    Demarc -> CarrierB: INVITE F3 sdp
    CarrierB -> Demarc: 183 F5 of F3 sdp
    Demarc -> PBX: 183 F6 of F1 sdp
    CarrierB -> Demarc: 200 F7 of F3 sdp
    Demarc -> CarrierB: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    PBX -> Demarc: BYE F11 of F9
    Demarc -> PBX: 200 F12 of F11
    Demarc -> CarrierB: BYE F13
    CarrierB -> Demarc: 200 F14 of F13
    record: normal-clearing 200 by caller
    `,
  },
  ...bothWays(
    "2.4 treatment: the caller listens to the announcement and hangs up",
    `
    ${ANNOUNCED}
    wait 8s
    PBX -> Demarc: CANCEL F7 of F1
    Demarc -> PBX: 200 F8 of F7
    Demarc -> PBX: 487 F9 of F1
    Demarc -> CarrierA: CANCEL F10 of F3
    PBX -> Demarc: ACK F11 of F9
    CarrierA -> Demarc: 200 F12 of F10
    CarrierA -> Demarc: 487 F13 of F3
    Demarc -> CarrierA: ACK F14 of F13
    record: cancelled 487 by caller
    `,
  ),
  ...refused("2.5 the network releases: the number is not assigned", 404, "unknown-number 404 by callee"),
  ...bothWays(
    "2.6 the gateway gives up waiting for the answer",
    `
    ${ANNOUNCED}
    wait 60s
    CarrierA -> Demarc: 480 F7 of F3
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 480 F9 of F1
    PBX -> Demarc: ACK F10 of F9
    record: no-answer 480 by callee
    `,
  ),
  ...bothWays(
    "3.1 and 3.3 success: from the network it rings here, as from a PBX it does there",
    ESTABLISHED + HUNG_UP_BY_CALLEE,
  ),
  ...bothWays(
    "3.2 fast answer: connected without ringing",
    `
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp
    CarrierA -> Demarc: 100 F4 of F3
    ${TALKING}
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...refused("3.4 the called party is busy", 486, "busy 486 by callee"),
  ...refused("3.5 the called party declines", 603, "rejected 603 by callee"),
  ...refused("3.6 the address is incomplete", 484, "unknown-number 484 by callee"),
  ...bothWays(
    "3.7 nobody answers, the network gives up",
    `
    ${RINGING}
    wait 20s
    PBX -> Demarc: CANCEL F7 of F1
    Demarc -> PBX: 200 F8 of F7
    Demarc -> PBX: 487 F9 of F1
    Demarc -> CarrierA: CANCEL F10 of F3
    PBX -> Demarc: ACK F11 of F9
    CarrierA -> Demarc: 200 F12 of F10
    CarrierA -> Demarc: 487 F13 of F3
    Demarc -> CarrierA: ACK F14 of F13
    record: cancelled 487 by caller
    `,
  ),
];
