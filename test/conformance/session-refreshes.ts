// Session timers that run, and what else happens in the call meanwhile (RFC 4028 sections 7.4 and 10): changes, refusals, other answers.
import { bothWays, changed, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";
import { ONE_SIDE, secure } from "./secure-media.ts";

const GRANTED = "{Require: timer | Session-Expires: 1800;refresher=uac}";
/** The trunk asks, the callee leaves the refreshing to us. */
const RUNNING = (headers = GRANTED, settings = ""): string => `
  trunk CarrierA: signaling.sessionExpires=1800s${settings}
  PBX -> Demarc: INVITE F1 sdp
  Demarc -> PBX: 100 F2 of F1
  Demarc -> CarrierA: INVITE F3 sdp
  CarrierA -> Demarc: 180 F5 of F3
  Demarc -> PBX: 180 F6 of F1
  CarrierA -> Demarc: 200 F7 of F3 sdp ${headers}
  Demarc -> CarrierA: ACK F8 of F7
  Demarc -> PBX: 200 F9 of F1 sdp {!Session-Expires}
  PBX -> Demarc: ACK F10 of F9
`;
const REFUSED = (at: number, status: string): string => `
  Demarc -> CarrierA: INVITE F${at} of F7 sdp[same] {Supported: timer | Session-Expires: 1800;refresher=uac}
  CarrierA -> Demarc: ${status} F${at + 1} of F${at}
  Demarc -> CarrierA: ACK F${at + 2} of F${at + 1}
`;

export const REFRESHES: readonly Ladder[] = [
  ...bothWays(
    "changes that meet our refresh by re-INVITE: 491 to who is refreshed, 500 to the other side (RFC 3261 section 14.2)",
    `
    ${RUNNING()}
    wait 900s
    Demarc -> CarrierA: INVITE F20 of F7 sdp[same]
    CarrierA -> Demarc: 100 F21 of F20
    PBX -> Demarc: INVITE F30 of F9 sdp[sendonly]
    Demarc -> PBX: 500 F31 of F30 {Retry-After}
    PBX -> Demarc: ACK F32 of F31
    CarrierA -> Demarc: INVITE F33 of F7 sdp[inactive]
    Demarc -> CarrierA: 491 F34 of F33
    CarrierA -> Demarc: ACK F35 of F34
    CarrierA -> Demarc: 200 F22 of F20 sdp ${GRANTED}
    Demarc -> CarrierA: ACK F23 of F22
    ${changed({ at: 40, offer: "sdp[sendonly]", answer: "sdp[recvonly]" })}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "our refresh by UPDATE offers nothing: the callee's change goes through beside it",
    `
    CarrierA allows: UPDATE
    ${RUNNING()}
    wait 900s
    Demarc -> CarrierA: UPDATE F20 of F7
    ${changed({ at: 30, by: "CarrierA", offer: "sdp[inactive]", answer: "sdp[inactive]" })}
    CarrierA -> Demarc: 200 F21 of F20 ${GRANTED}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "the caller's change refreshes the callee's session on its way, and goes on without one on its own side",
    `
    ${RUNNING()}
    wait 800s
    PBX -> Demarc: INVITE F20 of F9 sdp[sendonly]
    Demarc -> PBX: 100 F21 of F20
    Demarc -> CarrierA: INVITE F22 of F7 sdp[sendonly] {Supported: timer | Session-Expires: 1800;refresher=uac}
    CarrierA -> Demarc: 200 F23 of F22 sdp[recvonly] ${GRANTED}
    Demarc -> CarrierA: ACK F24 of F23
    Demarc -> PBX: 200 F25 of F20 sdp[recvonly] {!Session-Expires}
    PBX -> Demarc: ACK F26 of F25
    wait 899s
    wait 1s
    Demarc -> CarrierA: INVITE F30 of F7 sdp[same]
    CarrierA -> Demarc: 200 F31 of F30 sdp[recvonly] ${GRANTED}
    Demarc -> CarrierA: ACK F32 of F31
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "the callee's change says nothing of the timer that runs: it runs on from our answer",
    `
    ${RUNNING()}
    wait 800s
    CarrierA -> Demarc: INVITE F20 of F7 sdp[sendonly]
    Demarc -> CarrierA: 100 F21 of F20
    Demarc -> PBX: INVITE F22 of F9 sdp[sendonly]
    PBX -> Demarc: 200 F23 of F22 sdp[recvonly]
    Demarc -> PBX: ACK F24 of F23
    Demarc -> CarrierA: 200 F25 of F20 sdp[recvonly] {Session-Expires: 1800;refresher=uas | !Require}
    CarrierA -> Demarc: ACK F26 of F25
    wait 899s
    wait 1s
    ${REFUSED(30, "481")}
    Demarc -> CarrierA: BYE F40
    Demarc -> PBX: BYE F42
    CarrierA -> Demarc: 481 F41 of F40
    PBX -> Demarc: 200 F43 of F42
    record: lost-peer 200 by demarc
    `,
  ),
  ...bothWays(
    "the callee takes the refreshing over with its own request, and asks for less",
    `
    ${RUNNING()}
    wait 800s
    CarrierA -> Demarc: UPDATE F20 of F7 {Supported: timer | Session-Expires: 600;refresher=uac}
    Demarc -> CarrierA: 200 F21 of F20 {Require: timer | Session-Expires: 600;refresher=uac}
    wait 400s
    wait 167s
    wait 1s
    Demarc -> CarrierA: BYE F40
    Demarc -> PBX: BYE F42
    CarrierA -> Demarc: 200 F41 of F40
    PBX -> Demarc: 200 F43 of F42
    record: session-expired 200 by demarc
    `,
  ),
  ...bothWays(
    "the callee's refresh asks for too little: 422, and again (RFC 4028 section 9)",
    `
    ${RUNNING("{Session-Expires: 1800;refresher=uas}", ", signaling.minSessionExpires=300s")}
    wait 800s
    CarrierA -> Demarc: UPDATE F20 of F7 {Supported: timer | Session-Expires: 120;refresher=uac}
    Demarc -> CarrierA: 422 F21 of F20 {Min-SE: 300}
    CarrierA -> Demarc: UPDATE F22 of F7 {Supported: timer | Session-Expires: 300;refresher=uac | Min-SE: 300}
    Demarc -> CarrierA: 200 F23 of F22 {Require: timer | Session-Expires: 300;refresher=uac}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "UPDATE is refused by who said that it allows it: by re-INVITE from now on",
    `
    CarrierA allows: UPDATE
    ${RUNNING()}
    wait 900s
    Demarc -> CarrierA: UPDATE F20 of F7
    CarrierA -> Demarc: 405 F21 of F20 {Allow: INVITE, ACK, CANCEL, BYE}
    wait at most 1s
    Demarc -> CarrierA: INVITE F22 of F7 sdp[same] {Supported: timer | Session-Expires: 1800;refresher=uac}
    CarrierA -> Demarc: 200 F23 of F22 sdp ${GRANTED}
    Demarc -> CarrierA: ACK F24 of F23
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "our refresh asks for too little by now: again with what the callee wants (RFC 4028 section 7.3)",
    `
    ${RUNNING()}
    wait 900s
    Demarc -> CarrierA: INVITE F20 of F7 sdp[same] {Supported: timer | Session-Expires: 1800;refresher=uac}
    CarrierA -> Demarc: 422 F21 of F20 {Min-SE: 3600}
    Demarc -> CarrierA: ACK F22 of F21
    Demarc -> CarrierA: INVITE F23 of F7 sdp[same] {Supported: timer | Session-Expires: 3600;refresher=uac | Min-SE: 3600}
    CarrierA -> Demarc: 200 F24 of F23 sdp {Require: timer | Session-Expires: 3600;refresher=uac}
    Demarc -> CarrierA: ACK F25 of F24
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a change on its way asks for too little by now: again with what the callee wants, and the caller hears nothing of it",
    `
    ${RUNNING()}
    PBX -> Demarc: INVITE F20 of F9 sdp[sendonly]
    Demarc -> PBX: 100 F21 of F20
    Demarc -> CarrierA: INVITE F22 of F7 sdp[sendonly] {Supported: timer | Session-Expires: 1800;refresher=uac}
    CarrierA -> Demarc: 422 F23 of F22 {Min-SE: 3600}
    Demarc -> CarrierA: ACK F24 of F23
    Demarc -> CarrierA: INVITE F25 of F7 sdp[same] {Supported: timer | Session-Expires: 3600;refresher=uac | Min-SE: 3600}
    CarrierA -> Demarc: 200 F26 of F25 sdp[recvonly] {Require: timer | Session-Expires: 3600;refresher=uac}
    Demarc -> CarrierA: ACK F27 of F26
    Demarc -> PBX: 200 F28 of F20 sdp[recvonly]
    PBX -> Demarc: ACK F29 of F28
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "our refresh is refused and refused: again each time half of what is left is over, and a BYE at the end of it",
    `
    ${RUNNING()}
    wait 900s
    ${REFUSED(20, "500")}
    wait 433s
    wait 1s
    ${REFUSED(30, "500")}
    wait 217s
    ${REFUSED(40, "488")}
    wait 108500ms
    ${REFUSED(50, "500")}
    wait 54250ms
    ${REFUSED(60, "500")}
    wait 27125ms
    ${REFUSED(70, "500")}
    wait at most 27s
    ${REFUSED(80, "500")}
    wait at most 27s
    ${REFUSED(90, "500")}
    wait at most 27s
    ${REFUSED(100, "500")}
    wait at most 27s
    ${REFUSED(110, "500")}
    wait at most 27s
    ${REFUSED(120, "500")}
    wait 848ms
    Demarc -> CarrierA: BYE F240
    Demarc -> PBX: BYE F242
    CarrierA -> Demarc: 200 F241 of F240
    PBX -> Demarc: 200 F243 of F242
    record: session-expired 200 by demarc
    `,
  ),
  ...bothWays(
    "who knows no timers and refuses to be refreshed is there all the same: the call stands",
    `
    ${RUNNING("")}
    wait 900s
    ${REFUSED(20, "488")}
    wait 900s
    ${REFUSED(30, "488")}
    wait 900s
    ${REFUSED(40, "488")}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "the callee answers our refresh from another port: the audio goes there, and the caller has nothing to hear of",
    `
    ${RUNNING()}
    media: PBX <-> CarrierA
    wait 900s
    Demarc -> CarrierA: INVITE F20 of F7 sdp[same]
    CarrierA -> Demarc: 200 F21 of F20 sdp[port=7100] ${GRANTED}
    Demarc -> CarrierA: ACK F22 of F21
    media: PBX <-> CarrierA:7100
    wait 900s
    Demarc -> CarrierA: INVITE F23 of F7 sdp[same]
    CarrierA -> Demarc: 200 F24 of F23 sdp[port=7100] ${GRANTED}
    Demarc -> CarrierA: ACK F25 of F24
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "the callee answers our refresh with less than before: the caller is told",
    `
    ${RUNNING()}
    wait 900s
    Demarc -> CarrierA: INVITE F20 of F7 sdp[same]
    CarrierA -> Demarc: 200 F21 of F20 sdp[codecs=8+101] ${GRANTED}
    Demarc -> CarrierA: ACK F22 of F21
    Demarc -> PBX: INVITE F23 of F9 sdp[codecs=8+101]
    PBX -> Demarc: 200 F24 of F23 sdp[codecs=8+101]
    Demarc -> PBX: ACK F25 of F24
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "the callee answers our refresh on hold: the caller is told, and the next refresh keeps to it",
    `
    ${RUNNING()}
    wait 900s
    Demarc -> CarrierA: INVITE F20 of F7 sdp[same]
    CarrierA -> Demarc: 200 F21 of F20 sdp[sendonly] ${GRANTED}
    Demarc -> CarrierA: ACK F22 of F21
    Demarc -> PBX: INVITE F23 of F9 sdp[sendonly]
    PBX -> Demarc: 200 F24 of F23 sdp[recvonly]
    Demarc -> PBX: ACK F25 of F24
    wait 900s
    Demarc -> CarrierA: INVITE F26 of F7 sdp[same]
    CarrierA -> Demarc: 200 F27 of F26 sdp[sendonly] ${GRANTED}
    Demarc -> CarrierA: ACK F28 of F27
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "the callee answers our refresh with a new key: what it sends is read by it, and ours goes on",
    `
    ${secure("CarrierA")}, signaling.sessionExpires=1800s
    ${ONE_SIDE.replace(secure("CarrierA"), "").replace("keys=2.AES.c1]", `keys=2.AES.c1] ${GRANTED}`)}
    wait 900s
    Demarc -> CarrierA: INVITE F20 of F7 sdp[same]
    CarrierA -> Demarc: 200 F21 of F20 sdp[savp keys=2.AES.c2] ${GRANTED}
    Demarc -> CarrierA: ACK F22 of F21
    keys: PBX clear, CarrierA c2.AES/d2
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "our refresh offers no key that was in use before",
    `
    ${secure("CarrierA")}, signaling.sessionExpires=1800s
    ${ONE_SIDE.replace(secure("CarrierA"), "").replace("keys=2.AES.c1]", `keys=2.AES.c1] ${GRANTED}`)}
    ${changed({
      at: 20,
      offer: "sdp[sendonly]",
      asks: "sdp[savp sendonly keys=1.GCM.d1+2.AES.d2]",
      answer: `sdp[savp recvonly keys=1.GCM.c2] ${GRANTED}`,
      gives: "sdp[recvonly]",
    })}
    keys: PBX clear, CarrierA c2.GCM/d1
    wait 900s
    Demarc -> CarrierA: INVITE F30 of F7 sdp[savp sendonly keys=1.GCM.d1]
    CarrierA -> Demarc: 200 F31 of F30 sdp[savp recvonly keys=1.GCM.c2] ${GRANTED}
    Demarc -> CarrierA: ACK F32 of F31
    keys: PBX clear, CarrierA c2.GCM/d1
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "the callee wants a timer that the trunk does not ask for, and none any more at the first refresh",
    `
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp {Supported: timer | !Session-Expires | !Min-SE}
    CarrierA -> Demarc: 200 F7 of F3 sdp {Require: timer | Session-Expires: 600;refresher=uac}
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    wait 300s
    Demarc -> CarrierA: INVITE F20 of F7 sdp[same] {Supported: timer | Session-Expires: 600;refresher=uac}
    CarrierA -> Demarc: 200 F21 of F20 sdp
    Demarc -> CarrierA: ACK F22 of F21
    wait 2h
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "both sides refresh by re-INVITE at once: neither is in the other's way",
    `
    ${RUNNING("{Session-Expires: 1800;refresher=uas}")}
    wait 800s
    PBX -> Demarc: INVITE F20 of F9 sdp {Supported: timer | Session-Expires: 1800;refresher=uac}
    Demarc -> PBX: 200 F21 of F20 sdp[same] ${GRANTED}
    CarrierA -> Demarc: INVITE F22 of F7 sdp {Supported: timer | Session-Expires: 1800;refresher=uac}
    Demarc -> CarrierA: 200 F23 of F22 sdp[same] ${GRANTED}
    CarrierA -> Demarc: ACK F24 of F23
    PBX -> Demarc: ACK F25 of F21
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "the callee says when a refresh would be welcome",
    `
    ${RUNNING()}
    wait 900s
    Demarc -> CarrierA: INVITE F20 of F7 sdp[same]
    CarrierA -> Demarc: 500 F21 of F20 {Retry-After: 7}
    Demarc -> CarrierA: ACK F22 of F21
    wait 6999ms
    wait 1ms
    Demarc -> CarrierA: INVITE F23 of F7 sdp[same]
    CarrierA -> Demarc: 200 F24 of F23 sdp ${GRANTED}
    Demarc -> CarrierA: ACK F25 of F24
    ${HUNG_UP_BY_CALLER}
    `,
  ),
];
