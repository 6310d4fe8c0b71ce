// Further requests inside a call: passed to a side whose trunk lets them, refused otherwise (RFC 6086, 3428, 6665, 3261 section 11).
import { bothWays, ESTABLISHED, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";

const PASSED = 'trunk CarrierA: signaling.passMethods=["INFO","MESSAGE","NOTIFY","SUBSCRIBE","OPTIONS"]';

function passed(name: string, request: string, expected = request): Ladder[] {
  const [method = "", ...rest] = request.split(" ");
  const [, ...asked] = expected.split(" ");
  return bothWays(
    `${name}: passed to a side that lets it`,
    `
    ${PASSED}
    PBX allows: INFO, MESSAGE, NOTIFY, SUBSCRIBE
    CarrierA allows: INFO, MESSAGE, NOTIFY, SUBSCRIBE
    ${ESTABLISHED}
    PBX -> Demarc: ${method} F20 of F9 ${rest.join(" ")}
    Demarc -> CarrierA: ${method} F21 of F7 ${asked.join(" ")}
    CarrierA -> Demarc: 200 F22 of F21
    Demarc -> PBX: 200 F23 of F20
    ${HUNG_UP_BY_CALLER}
    `.replaceAll(/ +$/gm, ""),
  );
}

function refused(name: string, request: string, status: string): Ladder[] {
  const [method = "", ...rest] = request.split(" ");
  return bothWays(
    `${name}: refused by a side that does not let it`,
    `
    ${ESTABLISHED}
    PBX -> Demarc: ${method} F20 of F9 ${rest.join(" ")}
    Demarc -> PBX: ${status}
    ${HUNG_UP_BY_CALLER}
    `.replaceAll(/ +$/gm, ""),
  );
}

export const OTHER_REQUESTS: readonly Ladder[] = [
  ...passed("INFO with a tone", "INFO dtmf 5"),
  ...passed("MESSAGE", "MESSAGE text hello"),
  ...passed("OPTIONS", "OPTIONS"),
  ...refused("INFO", "INFO dtmf 5", "405 F21 of F20 {Allow: INVITE}"),
  ...refused("MESSAGE", "MESSAGE text hello", "405 F21 of F20 {Allow: INVITE}"),
  ...refused("SUBSCRIBE", "SUBSCRIBE {Event: dialog | Expires: 60}", "489 F21 of F20 {Allow-Events}"),
  ...refused(
    "NOTIFY",
    "NOTIFY {Event: dialog | Subscription-State: active;expires=60}",
    "489 F21 of F20 {Allow-Events}",
  ),
  ...bothWays(
    "INFO is refused by the other side: as it says",
    `
    ${PASSED}
    ${ESTABLISHED}
    PBX -> Demarc: INFO F20 of F9 dtmf 5
    Demarc -> CarrierA: INFO F21 of F7 dtmf 5
    CarrierA -> Demarc: 415 F22 of F21 {Accept: application/sdp}
    Demarc -> PBX: 415 F23 of F20 {Accept}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "INFO finds the other side gone: the call ends",
    `
    ${PASSED}
    ${ESTABLISHED}
    PBX -> Demarc: INFO F20 of F9 dtmf 5
    Demarc -> CarrierA: INFO F21 of F7 dtmf 5
    CarrierA -> Demarc: 481 F22 of F21
    Demarc -> PBX: 487 F23 of F20
    Demarc -> PBX: BYE F24
    Demarc -> CarrierA: BYE F26
    PBX -> Demarc: 200 F25 of F24
    CarrierA -> Demarc: 481 F27 of F26
    record: lost-peer 200 by demarc
    `,
  ),
  ...bothWays(
    "OPTIONS inside the call is answered here where it is not passed",
    `
    ${ESTABLISHED}
    PBX -> Demarc: OPTIONS F20 of F9
    Demarc -> PBX: 200 F21 of F20 {Allow: INVITE}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "an unknown method is refused",
    `
    ${ESTABLISHED}
    PBX -> Demarc: PUBLISH F20 of F9
    Demarc -> PBX: 405 F21 of F20 {Allow: INVITE}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a subscription across the call: each request in its own dialog, with a Contact of ours",
    `
    ${PASSED}, signaling.passBodies=["application/dialog-info+xml","text/plain"]
    trunk PBX: signaling.passMethods=["NOTIFY"]
    ${ESTABLISHED}
    PBX -> Demarc: SUBSCRIBE F20 of F9 {Event: dialog;id=7;x=inside-agent | Expires: 60 | Accept: text/plain}
    Demarc -> CarrierA: SUBSCRIBE F21 of F7 {Event: dialog;id=7 | Expires: 60 | Accept: text/plain | Contact}
    CarrierA -> Demarc: 200 F22 of F21 {Expires: 50}
    Demarc -> PBX: 200 F23 of F20 {Expires: 50 | Contact}
    CarrierA -> Demarc: NOTIFY F24 of F7 text idle {Event: dialog;id=7 | Subscription-State: active;expires=50}
    Demarc -> PBX: NOTIFY F25 of F9 text idle {Event: dialog;id=7 | Subscription-State: active;expires=50 | Contact}
    PBX -> Demarc: 200 F26 of F25
    Demarc -> CarrierA: 200 F27 of F24 {Contact}
    CarrierA -> Demarc: NOTIFY F28 of F7 {Event: dialog;id=7 | Subscription-State: terminated;reason=timeout}
    Demarc -> PBX: NOTIFY F29 of F9 {Event: dialog;id=7 | Subscription-State: terminated;reason=timeout}
    PBX -> Demarc: 481 F30 of F29
    Demarc -> CarrierA: 481 F31 of F28
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a kind of body that is not let across: 415 with what is",
    `
    trunk CarrierA: signaling.passMethods=["MESSAGE"], signaling.passBodies=["application/dtmf-relay"]
    ${ESTABLISHED}
    PBX -> Demarc: MESSAGE F20 of F9 text hello
    Demarc -> PBX: 415 F21 of F20 {Accept: application/dtmf-relay}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "what may be asked for is said in Allow, on each side by itself",
    `
    trunk CarrierA: signaling.passMethods=["INFO","OPTIONS"]
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp {Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK}
    CarrierA -> Demarc: 200 F7 of F3 sdp
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp {Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK, INFO}
    PBX -> Demarc: ACK F10 of F9
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "INFO beside a change of the session",
    `
    ${PASSED}
    ${ESTABLISHED}
    PBX -> Demarc: INVITE F20 of F9 sdp[sendonly]
    Demarc -> PBX: 100 F21 of F20
    Demarc -> CarrierA: INVITE F22 of F7 sdp[sendonly]
    PBX -> Demarc: INFO F30 of F9 dtmf 5
    Demarc -> CarrierA: INFO F31 of F7 dtmf 5
    CarrierA -> Demarc: 200 F32 of F31
    Demarc -> PBX: 200 F33 of F30
    CarrierA -> Demarc: 200 F23 of F22 sdp[recvonly]
    Demarc -> CarrierA: ACK F24 of F23
    Demarc -> PBX: 200 F25 of F20 sdp[recvonly]
    PBX -> Demarc: ACK F26 of F25
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "the call ends while a request waits for its answer: 487 (RFC 3261 section 15.1.2)",
    `
    ${PASSED}
    ${ESTABLISHED}
    PBX -> Demarc: INFO F20 of F9 dtmf 5
    Demarc -> CarrierA: INFO F21 of F7 dtmf 5
    CarrierA -> Demarc: BYE F22 of F7
    Demarc -> CarrierA: 200 F23 of F22
    Demarc -> PBX: 487 F24 of F20
    Demarc -> PBX: BYE F25
    PBX -> Demarc: 200 F26 of F25
    CarrierA -> Demarc: 481 F27 of F21
    record: normal-clearing 200 by callee
    `,
  ),
];
