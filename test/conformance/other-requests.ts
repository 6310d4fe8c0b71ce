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
    Demarc -> PBX: 408 F23 of F20
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
];
