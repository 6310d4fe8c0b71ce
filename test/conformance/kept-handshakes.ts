// DTLS associations through what happens to a call (RFC 8842): when they go on, and when another one begins.
import { BOTH, called, calling, dtls } from "./handshakes.ts";
import { bothWays, changed, HUNG_UP_BY_CALLEE, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";

const GRANTED = "{Require: timer | Session-Expires: 1800;refresher=uac}";

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
  ...bothWays(
    "a refresh of ours says what stands, leaves it open who begins, and is no other association",
    `
    trunk CarrierA: media.encryption=dtls, signaling.sessionExpires=1800s
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[tls dtls=d1.actpass]
    CarrierA -> Demarc: 200 F7 of F3 sdp[tls dtls=c1.active.y] ${GRANTED}
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    ${changed({
      at: 20,
      by: "CarrierA",
      offer: "sdp[tls sendonly dtls=c1.actpass.y]",
      asks: "sdp[sendonly]",
      answer: "sdp[recvonly]",
      gives: "sdp[tls recvonly dtls=d1.passive]",
    })}
    wait 900s
    Demarc -> CarrierA: INVITE F40 of F7 sdp[tls recvonly dtls=d1.actpass]
    CarrierA -> Demarc: 200 F41 of F40 sdp[tls sendonly dtls=c1.active.y] ${GRANTED}
    Demarc -> CarrierA: ACK F42 of F41
    handshakes: PBX none, CarrierA server c1 1
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a peer that says another certificate in answer to a refresh is another association",
    `
    trunk CarrierA: media.encryption=dtls, signaling.sessionExpires=1800s
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[tls dtls=d1.actpass]
    CarrierA -> Demarc: 200 F7 of F3 sdp[tls dtls=c1.active.y] ${GRANTED}
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    wait 900s
    Demarc -> CarrierA: INVITE F40 of F7 sdp[same]
    CarrierA -> Demarc: 200 F41 of F40 sdp[tls dtls=c2.active.yy] ${GRANTED}
    Demarc -> CarrierA: ACK F42 of F41
    handshakes: PBX none, CarrierA server c2 2
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "as a browser has it: checks, and a handshake where they lead",
    `
    trunk CarrierA: media.encryption=dtls, media.ice=lite
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[tls dtls=d1.actpass ice=i1]
    CarrierA -> Demarc: 200 F7 of F3 sdp[tls dtls=c1.active ice=j1]
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    handshakes: PBX none, CarrierA server c1 1
    checks: PBX none, CarrierA i1
    ${changed({
      at: 20,
      by: "CarrierA",
      offer: "sdp[tls dtls=c1.actpass ice=j2]",
      asks: "sdp",
      answer: "sdp",
      gives: "sdp[tls dtls=none.passive ice=i2]",
    })}
    handshakes: PBX none, CarrierA server c1 1
    checks: PBX none, CarrierA i2
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
