// ICE as a lite agent (RFC 8445, RFC 8839), each leg by itself: who is told credentials, whose checks are answered, and when credentials are new ones.
import { bothWays, changed, HUNG_UP_BY_CALLEE, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";
import { secure } from "./secure-media.ts";

const lite = (party: string) => `trunk ${party}: media.ice=lite`;

/** Called with ICE; what the answer says of it, and what comes of that. */
function called(ice: { readonly answer: string; readonly checks: string }): string {
  return `
    ${lite("CarrierA")}
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[ice=d1]
    CarrierA -> Demarc: 200 F7 of F3 sdp[${ice.answer}]
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    checks: PBX none, ${ice.checks}
  `;
}

/** Calling with ICE, or not. */
function calling(ice: { readonly offer: string; readonly answer: string; readonly checks: string }): string {
  return `
    ${lite("PBX")}
    PBX -> Demarc: INVITE F1 sdp[${ice.offer}]
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp
    CarrierA -> Demarc: 200 F7 of F3 sdp
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp[${ice.answer}]
    PBX -> Demarc: ACK F10 of F9
    checks: ${ice.checks}, CarrierA none
  `;
}

const BOTH = `
  ${lite("PBX")}
  ${lite("CarrierA")}
  PBX -> Demarc: INVITE F1 sdp[ice=p1]
  Demarc -> PBX: 100 F2 of F1
  Demarc -> CarrierA: INVITE F3 sdp[ice=d1]
  CarrierA -> Demarc: 200 F7 of F3 sdp[ice=c1]
  Demarc -> CarrierA: ACK F8 of F7
  Demarc -> PBX: 200 F9 of F1 sdp[ice=e1]
  PBX -> Demarc: ACK F10 of F9
  checks: PBX e1, CarrierA d1
`;

export const ICE_CALLS: readonly Ladder[] = [
  ...bothWays(
    "a callee that checks: it is answered by what it was offered",
    `${called({ answer: "ice=c1", checks: "CarrierA d1" })}${HUNG_UP_BY_CALLER}`,
  ),
  ...bothWays(
    "a callee without ICE",
    `${called({ answer: "", checks: "CarrierA none" })}media: PBX <-> CarrierA\n${HUNG_UP_BY_CALLEE}`,
  ),
  ...bothWays(
    "a callee that is a lite agent too: both go by what they are told",
    `${called({ answer: "ice=c1.lite", checks: "CarrierA none" })}media: PBX <-> CarrierA\n${HUNG_UP_BY_CALLER}`,
  ),
  ...bothWays(
    "a callee whom our offer did not reach as it was written",
    `${called({ answer: "ice=mismatch", checks: "CarrierA none" })}${HUNG_UP_BY_CALLER}`,
  ),
  {
    name: "a callee whose answer was rewritten on its way: no ICE",
    text: `${called({ answer: "ice=c1 port=7100", checks: "CarrierA none" })}${HUNG_UP_BY_CALLER}`,
  },
  ...bothWays(
    "a caller that checks",
    `${calling({ offer: "ice=p1", answer: "ice=e1", checks: "PBX e1" })}${HUNG_UP_BY_CALLER}`,
  ),
  ...bothWays("a caller without ICE", `${calling({ offer: "", answer: "", checks: "PBX none" })}${HUNG_UP_BY_CALLEE}`),
  ...bothWays(
    "a caller that is a lite agent too",
    `${calling({ offer: "ice=p1.lite", answer: "ice=e1", checks: "PBX none" })}${HUNG_UP_BY_CALLER}`,
  ),
  {
    name: "a caller whose offer was rewritten on its way: it is told so, and goes on without ICE",
    text: `${calling({ offer: "ice=p1 port=7100", answer: "ice=mismatch", checks: "PBX none" })}${HUNG_UP_BY_CALLER}`,
  },
  ...bothWays("ICE on both legs, each by itself", `${BOTH}${HUNG_UP_BY_CALLER}`),
  ...bothWays(
    "a trunk without ICE knows nothing of it, and passes nothing of it on",
    `
    PBX -> Demarc: INVITE F1 sdp[ice=p1]
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp
    CarrierA -> Demarc: 200 F7 of F3 sdp[ice=c1]
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    checks: PBX none, CarrierA none
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "no offer in the INVITE: the target's credentials come in its 200, ours in the ACK",
    `
    ${lite("PBX")}
    ${lite("CarrierA")}
    PBX -> Demarc: INVITE F1
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3
    CarrierA -> Demarc: 200 F7 of F3 sdp[ice=c1]
    Demarc -> PBX: 200 F9 of F1 sdp[ice=e1]
    PBX -> Demarc: ACK F10 of F9 sdp[ice=p1]
    Demarc -> CarrierA: ACK F8 of F7 sdp[ice=d1]
    checks: PBX e1, CarrierA d1
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "with keys: the checks say where, the keys who",
    `
    ${secure("CarrierA")}, media.ice=lite
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[savp keys=1.GCM.k1+2.AES.k2 ice=d1]
    CarrierA -> Demarc: 200 F7 of F3 sdp[savp keys=1.GCM.c1 ice=i1]
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    keys: PBX clear, CarrierA c1.GCM/k1
    checks: PBX none, CarrierA d1
    ${HUNG_UP_BY_CALLER}
    `,
  ),
];

export const ICE_CHANGES: readonly Ladder[] = [
  ...bothWays(
    "an answer while it rings, and the same in the 200",
    `
    ${lite("PBX")}
    ${lite("CarrierA")}
    PBX -> Demarc: INVITE F1 sdp[ice=p1]
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[ice=d1]
    CarrierA -> Demarc: 183 F5 of F3 sdp[ice=c1]
    Demarc -> PBX: 183 F6 of F1 sdp[ice=e1]
    checks: PBX e1, CarrierA d1
    CarrierA -> Demarc: 200 F7 of F3 sdp[ice=c1]
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp[ice=e1]
    PBX -> Demarc: ACK F10 of F9
    checks: PBX e1, CarrierA d1
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  {
    name: "two phones ring behind the carrier, one that checks and one that does not: the one that answers counts",
    text: `
    ${lite("CarrierA")}
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[ice=d1]
    CarrierA -> Demarc: 183 F5 of F3 tag one sdp[ice=c1]
    Demarc -> PBX: 183 F6 of F1 sdp
    checks: PBX none, CarrierA d1
    CarrierA -> Demarc: 200 F7 of F3 tag two sdp[port=7100]
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    checks: PBX none, CarrierA none
    PBX -> Demarc: BYE F11 of F9
    Demarc -> PBX: 200 F12 of F11
    Demarc -> CarrierA: BYE F13 of F7
    CarrierA -> Demarc: 200 F14 of F13
    record: normal-clearing 200 by caller
    `,
  },
  {
    name: "the next carrier is offered credentials that the first has not seen",
    text: `
    ${lite("CarrierA")}
    ${lite("CarrierB")}
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[ice=d1]
    CarrierA -> Demarc: 503 F4 of F3
    Demarc -> CarrierA: ACK F5 of F4
    Demarc -> CarrierB: INVITE F6 sdp[ice=d2]
    CarrierB -> Demarc: 200 F7 of F6 sdp[ice=c1]
    Demarc -> CarrierB: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    checks: PBX none, CarrierB d2
    PBX -> Demarc: BYE F11 of F9
    Demarc -> PBX: 200 F12 of F11
    Demarc -> CarrierB: BYE F13
    CarrierB -> Demarc: 200 F14 of F13
    record: normal-clearing 200 by caller
    `,
  },
  ...bothWays(
    "hold by either side: everyone keeps credentials",
    `
    ${BOTH}
    ${changed({
      at: 20,
      offer: "sdp[sendonly ice=p1]",
      asks: "sdp[sendonly ice=d1]",
      answer: "sdp[recvonly ice=c1]",
      gives: "sdp[recvonly ice=e1]",
    })}
    checks: PBX e1, CarrierA d1
    ${changed({
      at: 40,
      by: "CarrierA",
      offer: "sdp[ice=c1]",
      asks: "sdp[ice=e1]",
      answer: "sdp[ice=p1]",
      gives: "sdp[ice=d1]",
    })}
    checks: PBX e1, CarrierA d1
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a peer begins ICE anew: it is given new credentials, the other side keeps its own",
    `
    ${BOTH}
    ${changed({
      at: 20,
      offer: "sdp[ice=p2]",
      asks: "sdp[ice=d1]",
      answer: "sdp[ice=c1]",
      gives: "sdp[ice=e2]",
    })}
    checks: PBX e2, CarrierA d1
    ${changed({
      at: 40,
      by: "CarrierA",
      offer: "sdp[ice=c1 sendonly]",
      asks: "sdp[ice=e2 sendonly]",
      answer: "sdp[ice=p2 recvonly]",
      gives: "sdp[ice=d1 recvonly]",
    })}
    checks: PBX e2, CarrierA d1
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays(
    "a beginning that the other side refuses: nothing has begun",
    `
    ${BOTH}
    PBX -> Demarc: INVITE F20 of F9 sdp[ice=p2 port=4100]
    Demarc -> PBX: 100 F21 of F20
    Demarc -> CarrierA: INVITE F22 of F7 sdp[ice=d1]
    CarrierA -> Demarc: 488 F23 of F22
    Demarc -> CarrierA: ACK F24 of F23
    Demarc -> PBX: 488 F25 of F20
    PBX -> Demarc: ACK F26 of F25
    checks: PBX e1, CarrierA d1
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a peer that goes on without ICE, and comes back to it",
    `
    ${BOTH}
    ${changed({ at: 20, offer: "sdp[port=7100]", asks: "sdp[ice=d1]", answer: "sdp[ice=c1]", gives: "sdp" })}
    checks: PBX none, CarrierA d1
    ${changed({ at: 40, offer: "sdp[ice=p1]", asks: "sdp[ice=d1]", answer: "sdp[ice=c1]", gives: "sdp[ice=e1]" })}
    checks: PBX e1, CarrierA d1
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  {
    name: "a transfer: the new call has other candidates, and so other credentials",
    text: `
    trunk PBX: signaling.transfer=execute
    ${lite("CarrierA")}
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[ice=d1]
    CarrierA -> Demarc: 200 F7 of F3 sdp[ice=c1]
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+14155550177@127.0.0.1>}
    Demarc -> PBX: 202 F21 of F20
    Demarc -> PBX: NOTIFY F22 of F9 sipfrag 100 {Event: refer* | Subscription-State: active*}
    Demarc -> CarrierA: INVITE F30 sdp[ice=f1] to +14155550177
    PBX -> Demarc: 200 F23 of F22
    CarrierA -> Demarc: 200 F34 of F30 sdp[ice=t1]
    Demarc -> CarrierA: ACK F35 of F34
    Demarc -> CarrierA: INVITE F36 of F7 sdp[ice=d2]
    CarrierA -> Demarc: 200 F37 of F36 sdp[ice=c2]
    Demarc -> CarrierA: ACK F38 of F37
    checks: CarrierA d2, CarrierA f1
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
    name: "a phone that rings is picked up by another one that checks",
    text: `
    ${lite("PBX")}
    CarrierA -> Demarc: INVITE F1 sdp
    Demarc -> CarrierA: 100 F2 of F1
    Demarc -> PBX: INVITE F3 sdp[ice=d1]
    PBX -> Demarc: 180 F5 of F3
    Demarc -> CarrierA: 180 F6 of F1
    PBX -> Demarc: INVITE F80 sdp[ice=q1] {Replaces: $replaces(F5);early-only}
    Demarc -> PBX: 100 F81 of F80
    Demarc -> PBX: 200 F83 of F80 sdp[ice=r1]
    Demarc -> PBX: CANCEL F82 of F3
    Demarc -> CarrierA: 200 F9 of F1 sdp
    CarrierA -> Demarc: ACK F10 of F9
    PBX -> Demarc: ACK F84 of F83
    PBX -> Demarc: 200 F85 of F82
    PBX -> Demarc: 487 F86 of F3
    Demarc -> PBX: ACK F87 of F86
    record: picked-up 200 by demarc
    checks: PBX r1, CarrierA none
    PBX -> Demarc: BYE F88 of F83
    Demarc -> PBX: 200 F89 of F88
    Demarc -> CarrierA: BYE F90 of F9
    CarrierA -> Demarc: 200 F91 of F90
    record: normal-clearing 200 by callee
    `,
  },
];
