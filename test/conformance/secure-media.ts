// SRTP with keys in the descriptions (RFC 4568), each leg by itself, required or opportunistic (RFC 8643): calls, refusals, and what becomes of keys.
import { bothWays, HUNG_UP_BY_CALLEE, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";

/** Two suites: every word of the ladders stays in sight. */
export const SUITES = 'media.srtpSuites=["AEAD_AES_128_GCM","AES_CM_128_HMAC_SHA1_80"]';
export const secure = (party: string, how = "sdes") => `trunk ${party}: media.encryption=${how}, ${SUITES}`;

/** Encrypted towards CarrierA, in the clear towards the PBX; CarrierA has taken the second line. */
export const ONE_SIDE = `
  ${secure("CarrierA")}
  PBX -> Demarc: INVITE F1 sdp
  Demarc -> PBX: 100 F2 of F1
  Demarc -> CarrierA: INVITE F3 sdp[savp keys=1.GCM.d1+2.AES.d2]
  CarrierA -> Demarc: 180 F5 of F3
  Demarc -> PBX: 180 F6 of F1
  CarrierA -> Demarc: 200 F7 of F3 sdp[savp keys=2.AES.c1]
  Demarc -> CarrierA: ACK F8 of F7
  Demarc -> PBX: 200 F9 of F1 sdp
  PBX -> Demarc: ACK F10 of F9
  keys: PBX clear, CarrierA c1.AES/d2
`;

export const BOTH_SIDES = `
  ${secure("PBX")}
  ${secure("CarrierA")}
  PBX -> Demarc: INVITE F1 sdp[savp keys=1.AES.p1+2.AES32.p2]
  Demarc -> PBX: 100 F2 of F1
  Demarc -> CarrierA: INVITE F3 sdp[savp keys=1.GCM.d1+2.AES.d2]
  CarrierA -> Demarc: 200 F7 of F3 sdp[savp keys=1.GCM.c1]
  Demarc -> CarrierA: ACK F8 of F7
  Demarc -> PBX: 200 F9 of F1 sdp[savp keys=1.AES.e1]
  PBX -> Demarc: ACK F10 of F9
  keys: PBX p1.AES/e1, CarrierA c1.GCM/d1
`;

export const SECURE_CALLS: readonly Ladder[] = [
  ...bothWays(
    "encrypted towards the callee, in the clear towards the caller",
    `
    ${ONE_SIDE}
    media: PBX <-> CarrierA
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "encrypted towards the caller, in the clear towards the callee; of what it offers the best that is known is taken",
    `
    ${secure("PBX")}
    PBX -> Demarc: INVITE F1 sdp[savp keys=4.AES32.p1+7.AES.p2+9.GCM.p3]
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp
    CarrierA -> Demarc: 200 F7 of F3 sdp
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp[savp keys=9.GCM.e1]
    PBX -> Demarc: ACK F10 of F9
    keys: PBX p3.GCM/e1, CarrierA clear
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays("encrypted towards both, under suites and keys of their own", `${BOTH_SIDES}${HUNG_UP_BY_CALLER}`),
  ...bothWays(
    "an answer while it rings, and the same in the 200",
    `
    ${secure("PBX")}
    ${secure("CarrierA")}
    PBX -> Demarc: INVITE F1 sdp[savp keys=1.GCM.p1]
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[savp keys=1.GCM.d1+2.AES.d2]
    CarrierA -> Demarc: 183 F5 of F3 sdp[savp keys=2.AES.c1]
    Demarc -> PBX: 183 F6 of F1 sdp[savp keys=1.GCM.e1]
    keys: PBX p1.GCM/e1, CarrierA c1.AES/d2
    CarrierA -> Demarc: 200 F7 of F3 sdp[savp keys=2.AES.c1]
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp[savp keys=1.GCM.e1]
    PBX -> Demarc: ACK F10 of F9
    keys: PBX p1.GCM/e1, CarrierA c1.AES/d2
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  {
    name: "two phones ring behind the carrier, each with keys of its own: the one that answers counts",
    text: `
    ${secure("CarrierA")}
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[savp keys=1.GCM.d1+2.AES.d2]
    CarrierA -> Demarc: 183 F5 of F3 tag one sdp[savp keys=1.GCM.c1]
    Demarc -> PBX: 183 F6 of F1 sdp
    keys: CarrierA c1.GCM/d1
    CarrierA -> Demarc: 200 F7 of F3 tag two sdp[savp keys=2.AES.c2]
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    keys: PBX clear, CarrierA c2.AES/d2
    PBX -> Demarc: BYE F11 of F9
    Demarc -> PBX: 200 F12 of F11
    Demarc -> CarrierA: BYE F13 of F7
    CarrierA -> Demarc: 200 F14 of F13
    record: normal-clearing 200 by caller
    `,
  },
  {
    name: "the next carrier is offered keys that the first has not seen",
    text: `
    ${secure("CarrierA")}
    ${secure("CarrierB")}
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[savp keys=1.GCM.d1+2.AES.d2]
    CarrierA -> Demarc: 503 F4 of F3
    Demarc -> CarrierA: ACK F5 of F4
    Demarc -> CarrierB: INVITE F6 sdp[savp keys=1.GCM.e1+2.AES.e2]
    CarrierB -> Demarc: 200 F7 of F6 sdp[savp keys=1.GCM.c1]
    Demarc -> CarrierB: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    keys: PBX clear, CarrierB c1.GCM/e1
    PBX -> Demarc: BYE F11 of F9
    Demarc -> PBX: 200 F12 of F11
    Demarc -> CarrierB: BYE F13
    CarrierB -> Demarc: 200 F14 of F13
    record: normal-clearing 200 by caller
    `,
  },
  ...bothWays(
    "no offer in the INVITE: the target's keys come in its 200, ours in the ACK",
    `
    ${secure("CarrierA")}
    PBX -> Demarc: INVITE F1
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3
    CarrierA -> Demarc: 200 F7 of F3 sdp[savp keys=1.AES.c1]
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9 sdp
    Demarc -> CarrierA: ACK F8 of F7 sdp[savp keys=1.AES.d1]
    keys: PBX clear, CarrierA c1.AES/d1
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "no offer in the INVITE, from who is encrypted: our keys in the 200, its in the ACK",
    `
    ${secure("PBX")}
    PBX -> Demarc: INVITE F1
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3
    CarrierA -> Demarc: 200 F7 of F3 sdp
    Demarc -> PBX: 200 F9 of F1 sdp[savp keys=1.GCM.d1+2.AES.d2]
    PBX -> Demarc: ACK F10 of F9 sdp[savp keys=1.GCM.p1]
    Demarc -> CarrierA: ACK F8 of F7 sdp
    keys: PBX p1.GCM/d1, CarrierA clear
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "no offer in the INVITE, and a target that wants one: ours has keys",
    `
    ${secure("PBX")}
    trunk CarrierA: media.encryption=sdes, ${SUITES}, signaling.delayedOffer=false
    PBX -> Demarc: INVITE F1
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[savp keys=1.GCM.d1+2.AES.d2]
    CarrierA -> Demarc: 200 F7 of F3 sdp[savp keys=2.AES.c1]
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp[savp keys=1.GCM.e1+2.AES.e2]
    PBX -> Demarc: ACK F10 of F9 sdp[savp keys=1.GCM.p1]
    keys: PBX p1.GCM/e1, CarrierA c1.AES/d2
    ${HUNG_UP_BY_CALLER}
    `,
  ),
];

const refused = (name: string, offer: string, how: string): Ladder[] =>
  bothWays(
    `refused: ${name}`,
    `
    ${how}
    PBX -> Demarc: INVITE F1 ${offer}
    Demarc -> PBX: 100 F2 of F1
    Demarc -> PBX: 488 F3 of F1
    PBX -> Demarc: ACK F4 of F3
    record: encryption 488 by demarc
    `,
  );

const badAnswer = (name: string, answer: string): Ladder[] =>
  bothWays(
    `no call: ${name}`,
    `
    ${secure("CarrierA")}
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[savp keys=1.GCM.d1+2.AES.d2]
    CarrierA -> Demarc: 200 F7 of F3 ${answer}
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 488 F9 of F1
    Demarc -> CarrierA: BYE F11 of F7
    PBX -> Demarc: ACK F10 of F9
    CarrierA -> Demarc: 200 F12 of F11
    record: encryption 488 by demarc
    `,
  );

export const SECURE_REFUSALS: readonly Ladder[] = [
  ...refused("an offer in the clear, where encryption is a must", "sdp", secure("PBX")),
  ...refused(
    "an encrypted offer, where there is to be none",
    "sdp[savp keys=1.AES.p1]",
    "trunk PBX: media.encryption=none",
  ),
  ...refused("RTP/SAVP without keys", "sdp[savp]", secure("PBX")),
  ...refused("no suite that is known", "sdp[savp keys=1.AES32.p1]", secure("PBX")),
  ...refused("RTP/SAVP without keys, where there is a choice", "sdp[savp]", secure("PBX", "optional")),
  ...badAnswer("the answer has no keys", "sdp[savp]"),
  ...badAnswer("the answer has keys of a line that was not offered", "sdp[savp keys=3.AES.c1]"),
  ...badAnswer("the answer has another suite under the tag", "sdp[savp keys=1.AES.c1]"),
  ...badAnswer("the answer takes two lines", "sdp[savp keys=1.GCM.c1+2.AES.c2]"),
  ...badAnswer("the answer is in the clear", "sdp"),
];

const opportunistic = (name: string, { offer = "sdp", answer = "sdp", told = "", keys = "" }): Ladder[] =>
  bothWays(
    `a choice: ${name}`,
    `
    ${secure("PBX", "optional")}
    ${secure("CarrierA", "optional")}
    PBX -> Demarc: INVITE F1 ${offer}
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[keys=1.GCM.d1+2.AES.d2]
    CarrierA -> Demarc: 200 F7 of F3 ${answer}
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp${told === "" ? "" : `[${told}]`}
    PBX -> Demarc: ACK F10 of F9
    keys: ${keys}
    media: PBX <-> CarrierA
    ${HUNG_UP_BY_CALLER}
    `,
  );

export const OPPORTUNISTIC: readonly Ladder[] = [
  ...opportunistic("nobody can", { keys: "PBX clear, CarrierA clear" }),
  ...opportunistic("the callee can", { answer: "sdp[keys=2.AES.c1]", keys: "PBX clear, CarrierA c1.AES/d2" }),
  ...opportunistic("the caller can", {
    offer: "sdp[keys=1.AES.p1]",
    told: "keys=1.AES.e1",
    keys: "PBX p1.AES/e1, CarrierA clear",
  }),
  ...opportunistic("the caller can, in a suite that is not known here", {
    offer: "sdp[keys=1.AES32.p1]",
    keys: "PBX clear, CarrierA clear",
  }),
  ...opportunistic("the caller must", {
    offer: "sdp[savp keys=1.GCM.p1]",
    told: "savp keys=1.GCM.e1",
    keys: "PBX p1.GCM/e1, CarrierA clear",
  }),
  ...opportunistic("both can", {
    offer: "sdp[keys=1.GCM.p1]",
    answer: "sdp[keys=1.GCM.c1]",
    told: "keys=1.GCM.e1",
    keys: "PBX p1.GCM/e1, CarrierA c1.GCM/d1",
  }),
  ...bothWays(
    "an offer that may be encrypted is taken where it must be",
    `
    ${secure("PBX")}
    PBX -> Demarc: INVITE F1 sdp[keys=1.GCM.p1]
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp
    CarrierA -> Demarc: 200 F7 of F3 sdp
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp[keys=1.GCM.e1]
    PBX -> Demarc: ACK F10 of F9
    keys: PBX p1.GCM/e1, CarrierA clear
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "an offer that may be encrypted is answered in the clear where it is to be so",
    `
    PBX -> Demarc: INVITE F1 sdp[keys=1.GCM.p1]
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp
    CarrierA -> Demarc: 200 F7 of F3 sdp
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    keys: PBX clear, CarrierA clear
    ${HUNG_UP_BY_CALLER}
    `,
  ),
];
