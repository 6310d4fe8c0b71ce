// The call flows of RFC 3665 with Demarc where its proxies stand. Section 2 (registration) is held by the tests of src/engine/registration: no call is in it;
// who may not register is told so (2.1 here). Of section 3 only 3.5 has no ladder: a gateway that writes into the messages of others is what
// Demarc is in every call. 3.4 is a failover (border-flows.ts), 3.6 a redirection that is followed (redirections.ts).
import {
  bothWays,
  changed,
  ESTABLISHED,
  HUNG_UP_BY_CALLEE,
  HUNG_UP_BY_CALLER,
  type Ladder,
  RINGING,
} from "./ladder-pieces.ts";

export const RFC_3665: readonly Ladder[] = [
  ...bothWays("3.1 successful session establishment", ESTABLISHED + HUNG_UP_BY_CALLEE),
  ...bothWays(
    "3.1 hung up by the caller after a minute",
    `${ESTABLISHED} wait 60s ${HUNG_UP_BY_CALLER}`.replace(" wait 60s ", "\nwait 60s\n"),
  ),
  ...bothWays(
    "3.2 both ends behind proxies that stay in the path",
    `
    PBX -> Demarc: INVITE F1 sdp proxied
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp
    CarrierA -> Demarc: 180 F5 of F3 proxied
    Demarc -> PBX: 180 F6 of F1
    CarrierA -> Demarc: 200 F7 of F3 sdp proxied
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  {
    name: "2.1 a REGISTER is not for a border trunk",
    text: `
    PBX -> Demarc: REGISTER F1
    Demarc -> PBX: 405 F2 of F1 {Allow: INVITE}
    `,
  },
  {
    name: "3.3 the carrier asks for credentials",
    text: `
    trunk CarrierA: credentials.username=office, credentials.password=secret
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp {!Proxy-Authorization}
    CarrierA -> Demarc: 407 F4 of F3 {Proxy-Authenticate: Digest realm="carrier", nonce="f84f1cec41e6cbe5"}
    Demarc -> CarrierA: ACK F5 of F4
    Demarc -> CarrierA: INVITE F6 of F4 sdp[same] {Proxy-Authorization: Digest username="office*}
    CarrierA -> Demarc: 180 F8 of F6
    Demarc -> PBX: 180 F15 of F1
    CarrierA -> Demarc: 200 F7 of F6 sdp
    Demarc -> CarrierA: ACK F16 of F7
    Demarc -> PBX: 200 F9 of F1 sdp
    PBX -> Demarc: ACK F10 of F9
    ${HUNG_UP_BY_CALLER}
    `,
  },
  ...bothWays(
    "3.7 a re-INVITE from another address: the audio follows it",
    `
    ${ESTABLISHED}
    wait 20s
    ${changed({ at: 20, offer: "sdp[at=10.0.0.21 port=4900]", asks: "sdp", answer: "sdp" })}
    wait 20s
    ${HUNG_UP_BY_CALLEE}
    `,
  ),
  ...bothWays(
    "3.8 no answer: the caller gives up",
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
  ...bothWays(
    "3.9 busy",
    `
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp
    CarrierA -> Demarc: 100 F4 of F3
    CarrierA -> Demarc: 486 F5 of F3
    Demarc -> CarrierA: ACK F6 of F5
    Demarc -> PBX: 486 F7 of F1
    PBX -> Demarc: ACK F8 of F7
    record: busy 486 by callee
    `,
  ),
  {
    name: "3.10 no response from anybody",
    text: `
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp
    wait 1900ms                                 # timer A: after 0.5 and 1.5 s
    Demarc -> CarrierA: INVITE F3 again x2
    wait 200ms
    Demarc -> CarrierB: INVITE F4 sdp
    wait 3800ms
    Demarc -> CarrierB: INVITE F4 again x3
    wait 200ms
    Demarc -> PBX: 408 F5 of F1
    PBX -> Demarc: ACK F6 of F5
    record: target-failure 408 by demarc
    `,
  },
  {
    name: "3.10 no response from the PBX",
    text: `
    CarrierA -> Demarc: INVITE F1 sdp
    Demarc -> CarrierA: 100 F2 of F1
    Demarc -> PBX: INVITE F3 sdp
    wait 3900ms
    Demarc -> PBX: INVITE F3 again x3
    wait 200ms
    Demarc -> CarrierA: 408 F4 of F1
    CarrierA -> Demarc: ACK F5 of F4
    record: target-failure 408 by demarc
    `,
  },
  {
    name: "3.11 temporarily unavailable, the PBX",
    text: `
    CarrierA -> Demarc: INVITE F1 sdp
    Demarc -> CarrierA: 100 F2 of F1
    Demarc -> PBX: INVITE F3 sdp
    PBX -> Demarc: 100 F4 of F3
    PBX -> Demarc: 480 F5 of F3
    Demarc -> PBX: ACK F6 of F5
    Demarc -> CarrierA: 480 F7 of F1
    CarrierA -> Demarc: ACK F8 of F7
    record: no-answer 480 by callee
    `,
  },
  {
    name: "3.11 temporarily unavailable at both carriers",
    text: `
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp
    CarrierA -> Demarc: 480 F4 of F3
    Demarc -> CarrierA: ACK F5 of F4
    Demarc -> CarrierB: INVITE F6 sdp
    CarrierB -> Demarc: 480 F7 of F6
    Demarc -> CarrierB: ACK F8 of F7
    Demarc -> PBX: 480 F9 of F1
    PBX -> Demarc: ACK F10 of F9
    record: no-answer 480 by callee
    `,
  },
];
