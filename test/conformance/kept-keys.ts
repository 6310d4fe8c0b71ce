// What becomes of SRTP keys through changes of a session (RFC 4568 section 7.1.4): holds, new keys of a peer's, refusals, transfers, pickups.
import { bothWays, changed, HUNG_UP_BY_CALLEE, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";
import { BOTH_SIDES, ONE_SIDE, SUITES, secure } from "./secure-media.ts";

export const KEPT_KEYS: readonly Ladder[] = [
  ...bothWays(
    "hold and resume by who is in the clear: every key goes on",
    `
    ${ONE_SIDE}
    ${changed({
      at: 20,
      offer: "sdp[sendonly]",
      asks: "sdp[savp sendonly keys=1.GCM.d1+2.AES.d2]",
      answer: "sdp[savp recvonly keys=2.AES.c1]",
      gives: "sdp[recvonly]",
    })}
    keys: PBX clear, CarrierA c1.AES/d2
    ${changed({
      at: 40,
      offer: "sdp",
      asks: "sdp[savp keys=1.GCM.d1+2.AES.d2]",
      answer: "sdp[savp keys=2.AES.c1]",
      gives: "sdp",
    })}
    keys: PBX clear, CarrierA c1.AES/d2
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "hold by who is encrypted, with its key as it was: ours too",
    `
    ${ONE_SIDE}
    ${changed({
      at: 20,
      by: "CarrierA",
      offer: "sdp[savp sendonly keys=1.AES.c1]",
      asks: "sdp[sendonly]",
      answer: "sdp[recvonly]",
      gives: "sdp[savp recvonly keys=1.AES.d2]",
    })}
    keys: PBX clear, CarrierA c1.AES/d2
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays(
    "an offer with a new key of the peer's: ours is a new one too, and stays",
    `
    ${ONE_SIDE}
    ${changed({
      at: 20,
      by: "CarrierA",
      offer: "sdp[savp port=7100 keys=1.AES.c2]",
      asks: "sdp",
      answer: "sdp",
      gives: "sdp[savp keys=1.AES.d3]",
    })}
    keys: PBX clear, CarrierA c2.AES/d3
    ${changed({
      at: 40,
      offer: "sdp[sendonly]",
      asks: "sdp[savp sendonly keys=1.GCM.d1+2.AES.d3]",
      answer: "sdp[savp recvonly keys=2.AES.c2]",
      gives: "sdp[recvonly]",
    })}
    keys: PBX clear, CarrierA c2.AES/d3
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays(
    "the other suite from now on: a key that was in use is not offered again",
    `
    ${ONE_SIDE}
    ${changed({
      at: 20,
      by: "CarrierA",
      offer: "sdp[savp keys=1.GCM.c2]",
      asks: "sdp",
      answer: "sdp",
      gives: "sdp[savp keys=1.GCM.d1]",
    })}
    keys: PBX clear, CarrierA c2.GCM/d1
    ${changed({
      at: 40,
      offer: "sdp[sendonly]",
      asks: "sdp[savp sendonly keys=1.GCM.d1+2.AES.d3]",
      answer: "sdp[savp recvonly keys=2.AES.c3]",
      gives: "sdp[recvonly]",
    })}
    keys: PBX clear, CarrierA c3.AES/d3
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays(
    "a change that is refused leaves the keys as they were",
    `
    ${BOTH_SIDES}
    PBX -> Demarc: INVITE F20 of F9 sdp[savp port=4100 keys=1.GCM.p3]
    Demarc -> PBX: 100 F21 of F20
    Demarc -> CarrierA: INVITE F22 of F7 sdp[savp keys=1.GCM.d1+2.AES.d2]
    CarrierA -> Demarc: 488 F23 of F22
    Demarc -> CarrierA: ACK F24 of F23
    Demarc -> PBX: 488 F25 of F20
    PBX -> Demarc: ACK F26 of F25
    keys: PBX p1.AES/e1, CarrierA c1.GCM/d1
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a change into the clear is refused where encryption is a must",
    `
    ${ONE_SIDE}
    CarrierA -> Demarc: INVITE F20 of F7 sdp
    Demarc -> CarrierA: 100 F21 of F20
    Demarc -> CarrierA: 488 F22 of F20
    CarrierA -> Demarc: ACK F23 of F22
    keys: PBX clear, CarrierA c1.AES/d2
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays(
    "a switch to fax is refused where encryption is a must, in either direction",
    `
    trunk PBX: media.fax=t38
    trunk CarrierA: media.encryption=sdes, ${SUITES}, media.fax=t38
    ${ONE_SIDE.replace(secure("CarrierA"), "")}
    CarrierA -> Demarc: INVITE F20 of F7 sdp[t38]
    Demarc -> CarrierA: 100 F21 of F20
    Demarc -> CarrierA: 488 F22 of F20
    CarrierA -> Demarc: ACK F23 of F22
    PBX -> Demarc: INVITE F24 of F9 sdp[t38]
    Demarc -> PBX: 100 F25 of F24
    Demarc -> PBX: 488 F26 of F24
    PBX -> Demarc: ACK F27 of F26
    keys: PBX clear, CarrierA c1.AES/d2
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays(
    "into the clear and back, where there is a choice",
    `
    ${secure("CarrierA", "optional")}
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[keys=1.GCM.d1+2.AES.d2]
    CarrierA -> Demarc: 200 F7 of F3 sdp[keys=1.GCM.c1]
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    keys: PBX clear, CarrierA c1.GCM/d1
    ${changed({ at: 20, by: "CarrierA", offer: "sdp[port=7100]", asks: "sdp", answer: "sdp", gives: "sdp" })}
    keys: PBX clear, CarrierA clear
    ${changed({
      at: 40,
      by: "CarrierA",
      offer: "sdp[keys=1.GCM.c1]",
      asks: "sdp",
      answer: "sdp",
      gives: "sdp[keys=1.GCM.d3]",
    })}
    keys: PBX clear, CarrierA c1.GCM/d3
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays(
    "an offer said again word for word, by who had answered and by who had offered, is answered here with the one line in use",
    `
    ${BOTH_SIDES}
    CarrierA -> Demarc: INVITE F20 of F7 sdp[savp keys=1.GCM.c1]
    Demarc -> CarrierA: 200 F21 of F20 sdp[savp keys=1.GCM.d1]
    CarrierA -> Demarc: ACK F22 of F21
    PBX -> Demarc: INVITE F30 of F9 sdp[savp keys=1.AES.p1+2.AES32.p2]
    Demarc -> PBX: 200 F31 of F30 sdp[savp keys=1.AES.e1]
    PBX -> Demarc: ACK F32 of F31
    keys: PBX p1.AES/e1, CarrierA c1.GCM/d1
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  {
    name: "a transfer: the party that is kept gets new keys in the new call, and so does the target",
    text: `
    trunk PBX: signaling.transfer=execute
    ${ONE_SIDE}
    PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+14155550177@127.0.0.1>}
    Demarc -> PBX: 202 F21 of F20
    Demarc -> PBX: NOTIFY F22 of F9 sipfrag 100 {Event: refer* | Subscription-State: active*}
    Demarc -> CarrierA: INVITE F30 sdp[savp keys=1.GCM.f1+2.AES.f2] to +14155550177
    PBX -> Demarc: 200 F23 of F22
    CarrierA -> Demarc: 200 F34 of F30 sdp[savp port=7300 keys=1.GCM.t1]
    Demarc -> CarrierA: ACK F35 of F34
    Demarc -> CarrierA: INVITE F36 of F7 sdp[savp keys=1.GCM.g1+2.AES.g2]
    CarrierA -> Demarc: 200 F37 of F36 sdp[savp keys=2.AES.c2]
    Demarc -> CarrierA: ACK F38 of F37
    keys: CarrierA c2.AES/g2, CarrierA t1.GCM/f1
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
    name: "a phone that rings is picked up by another one: its line is taken, beside a key of ours that nobody has seen",
    text: `
    ${secure("PBX")}
    CarrierA -> Demarc: INVITE F1 sdp
    Demarc -> CarrierA: 100 F2 of F1
    Demarc -> PBX: INVITE F3 sdp[savp keys=1.GCM.d1+2.AES.d2]
    PBX -> Demarc: 180 F5 of F3
    Demarc -> CarrierA: 180 F6 of F1
    PBX -> Demarc: INVITE F80 sdp[savp port=4200 keys=5.AES.q1] {Replaces: $replaces(F5);early-only}
    Demarc -> PBX: 100 F81 of F80
    Demarc -> PBX: 200 F83 of F80 sdp[savp keys=5.AES.r1]
    Demarc -> PBX: CANCEL F82 of F3
    Demarc -> CarrierA: 200 F9 of F1 sdp
    CarrierA -> Demarc: ACK F10 of F9
    PBX -> Demarc: ACK F84 of F83
    PBX -> Demarc: 200 F85 of F82
    PBX -> Demarc: 487 F86 of F3
    Demarc -> PBX: ACK F87 of F86
    record: picked-up 200 by demarc
    media: PBX:4200 <-> CarrierA
    keys: PBX q1.AES/r1, CarrierA clear
    PBX -> Demarc: BYE F88 of F83
    Demarc -> PBX: 200 F89 of F88
    Demarc -> CarrierA: BYE F90 of F9
    CarrierA -> Demarc: 200 F91 of F90
    record: normal-clearing 200 by callee
    `,
  },
  {
    name: "an INVITE with Replaces takes the place of an encrypted leg: keys of its own, and new ones for who is shown it",
    text: `
    ${BOTH_SIDES}
    PBX -> Demarc: INVITE F80 sdp[savp port=4200 keys=1.GCM.q1] {Replaces: $replaces(F9)}
    Demarc -> PBX: 100 F81 of F80
    Demarc -> CarrierA: INVITE F90 of F7 sdp[savp keys=1.GCM.g1+2.AES.g2]
    CarrierA -> Demarc: 200 F91 of F90 sdp[savp keys=1.GCM.c2]
    Demarc -> CarrierA: ACK F92 of F91
    Demarc -> PBX: 200 F82 of F80 sdp[savp keys=1.GCM.r1]
    Demarc -> PBX: BYE F83 of F9
    PBX -> Demarc: ACK F84 of F82
    PBX -> Demarc: 200 F85 of F83
    keys: PBX q1.GCM/r1, CarrierA c2.GCM/g1
    record: replaced 200 by demarc
    PBX -> Demarc: BYE F86 of F82
    Demarc -> PBX: 200 F87 of F86
    Demarc -> CarrierA: BYE F88 of F7
    CarrierA -> Demarc: 200 F89 of F88
    record: normal-clearing 200 by caller
    `,
  },
  ...bothWays(
    "a re-INVITE without an offer: who is encrypted offers its key again, and the answer has ours",
    `
    ${ONE_SIDE}
    PBX -> Demarc: INVITE F20 of F9
    Demarc -> PBX: 100 F21 of F20
    Demarc -> CarrierA: INVITE F22 of F7
    CarrierA -> Demarc: 200 F23 of F22 sdp[savp keys=1.AES.c1]
    Demarc -> PBX: 200 F24 of F20 sdp
    PBX -> Demarc: ACK F25 of F24 sdp
    Demarc -> CarrierA: ACK F26 of F23 sdp[savp keys=1.AES.d2]
    keys: PBX clear, CarrierA c1.AES/d2
    ${HUNG_UP_BY_CALLER}
    `,
  ),
];
