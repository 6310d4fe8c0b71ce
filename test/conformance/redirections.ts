// 3xx answers by the trunk's policy (RFC 3261 section 8.1.3.4): refused, followed within limits, passed on; with the forwarding
// services of RFC 5359 (sections 2.7 to 2.9), in which it is the PBX that redirects.
import { HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";

const TO_PBX = `
  CarrierA -> Demarc: INVITE F1 sdp
  Demarc -> CarrierA: 100 F2 of F1
  Demarc -> PBX: INVITE F3 sdp
`;
const MOVED = `
  PBX -> Demarc: 302 F4 of F3 {Contact: <sip:+12025550101@127.0.0.1>}
  Demarc -> PBX: ACK F5 of F4
`;
const TAKEN = `
  PBX -> Demarc: 180 F15 of F20
  Demarc -> CarrierA: 180 F16 of F1
  PBX -> Demarc: 200 F7 of F20 sdp
  Demarc -> PBX: ACK F8 of F7
  Demarc -> CarrierA: 200 F9 of F1 sdp
  CarrierA -> Demarc: ACK F10 of F9
`;
const HUNG_UP = HUNG_UP_BY_CALLER.replaceAll(/PBX|CarrierA/g, (party) => (party === "PBX" ? "CarrierA" : "PBX"));

export const REDIRECTIONS: readonly Ladder[] = [
  {
    name: "refused: a failure of the target (signaling.redirect=refuse)",
    text: `
    ${TO_PBX}
    ${MOVED}
    Demarc -> CarrierA: 480 F6 of F1
    CarrierA -> Demarc: ACK F7 of F6
    record: target-failure 480 by callee
    `,
  },
  {
    name: "followed: forwarding unconditionally (RFC 5359 section 2.7)",
    text: `
    trunk PBX: signaling.redirect=follow
    ${TO_PBX}
    ${MOVED}
    Demarc -> PBX: INVITE F20 sdp to +12025550101
    ${TAKEN}
    ${HUNG_UP}
    `,
  },
  {
    name: "followed after ringing: forwarding on no answer (RFC 5359 section 2.9)",
    text: `
    trunk PBX: signaling.redirect=follow
    ${TO_PBX}
    PBX -> Demarc: 180 F21 of F3
    Demarc -> CarrierA: 180 F22 of F1
    wait 10s
    ${MOVED}
    Demarc -> PBX: INVITE F20 sdp to +12025550101
    ${TAKEN.replace("  Demarc -> CarrierA: 180 F16 of F1\n", "")}
    ${HUNG_UP}
    `,
  },
  {
    name: "followed: the first contact is busy, the second takes the call (RFC 5359 section 2.12, find-me)",
    text: `
    trunk PBX: signaling.redirect=follow
    ${TO_PBX}
    PBX -> Demarc: 302 F4 of F3 {Contact: <sip:+12025550101@127.0.0.1>;q=0.9, <sip:+12025550102@127.0.0.1>;q=0.5}
    Demarc -> PBX: ACK F5 of F4
    Demarc -> PBX: INVITE F21 sdp to +12025550101
    PBX -> Demarc: 480 F22 of F21
    Demarc -> PBX: ACK F23 of F22
    Demarc -> PBX: INVITE F20 sdp to +12025550102
    ${TAKEN}
    ${HUNG_UP}
    `,
  },
  {
    name: "a circle of redirections: no target twice",
    text: `
    trunk PBX: signaling.redirect=follow
    ${TO_PBX}
    ${MOVED}
    Demarc -> PBX: INVITE F20 sdp to +12025550101
    PBX -> Demarc: 302 F21 of F20 {Contact: <sip:+12025550100@127.0.0.1>}
    Demarc -> PBX: ACK F22 of F21
    Demarc -> CarrierA: 480 F6 of F1
    CarrierA -> Demarc: ACK F7 of F6
    record: target-failure 480 by callee
    `,
  },
  {
    name: "passed on with a Contact that leads here (signaling.redirect=pass)",
    text: `
    trunk PBX: signaling.redirect=pass
    ${TO_PBX}
    ${MOVED}
    Demarc -> CarrierA: 302 F6 of F1 {Contact: <sip:+12025550101@127.0.0.2:5060>}
    CarrierA -> Demarc: ACK F7 of F6
    record: target-failure 302 by callee
    `,
  },
];
