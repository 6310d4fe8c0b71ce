// Calls that wait for a policy: before a route is looked for, and with their targets; and answered calls that it hears of.
import { ESTABLISHED, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";

const WAITING = `
  asks: policy
  PBX -> Demarc: INVITE F1 sdp
  Demarc -> PBX: 100 F2 of F1
`;
const BEFORE = "  Demarc -> CarrierA: INVITE F3";
/** As any call, with what happens before its target is called, and after it was answered. */
const established = (happens: string, then = ""): string => `
  asks: policy
  ${ESTABLISHED.replace(BEFORE, `  ${happens}\n${BEFORE}`)}
  ${then}
`;
const GOES_ON = "policy: go on\n  policy: go on";
const CANCELLED = `
  PBX -> Demarc: CANCEL F3 of F1
  Demarc -> PBX: 200 F4 of F3
  Demarc -> PBX: 487 F5 of F1
  PBX -> Demarc: ACK F6 of F5
`;
const REFUSED = `
  Demarc -> PBX: 603 F3 of F1
  PBX -> Demarc: ACK F4 of F3
  record: rejected 603 by demarc
`;

export const ASKED_POLICY: readonly Ladder[] = [
  {
    name: "a policy lets a call go on, and hears of it",
    text: established(GOES_ON, `policy: listens\n${HUNG_UP_BY_CALLER}`),
  },
  { name: "a policy names the trunk", text: established("policy: CarrierA\n  policy: go on", HUNG_UP_BY_CALLER) },
  {
    name: "a policy cannot be reached",
    text: established("policy: nobody\n  policy: nobody", `policy: nobody\n${HUNG_UP_BY_CALLER}`),
  },
  { name: "a policy is silent", text: established("wait 20s", HUNG_UP_BY_CALLER) },
  {
    name: "a policy ends a call that was answered",
    text: established(
      GOES_ON,
      `policy: ends
      Demarc -> PBX: BYE F11
      Demarc -> CarrierA: BYE F12
      PBX -> Demarc: 200 F13 of F11
      CarrierA -> Demarc: 200 F14 of F12
      record: rejected 200 by demarc`,
    ),
  },
  {
    name: "the policy has another target than the route",
    text: `
    ${WAITING}
    policy: go on
    policy: CarrierB
    Demarc -> CarrierB: INVITE F3 sdp
    CarrierB -> Demarc: 486 F4 of F3
    Demarc -> CarrierB: ACK F5 of F4
    Demarc -> PBX: 486 F6 of F1
    PBX -> Demarc: ACK F7 of F6
    record: busy 486 by callee
    `,
  },
  { name: "the policy refuses a call at once", text: `${WAITING}\n  policy: 603\n${REFUSED}` },
  {
    name: "the policy refuses a call with its targets",
    text: `${WAITING}\n  policy: go on\n  policy: 603\n${REFUSED}`,
  },
  {
    name: "the caller gives up while the policy looks at the call",
    text: `${WAITING}\n${CANCELLED}\n  policy: go on\n  record: cancelled 487 by caller`,
  },
  {
    name: "the caller gives up while the policy looks at the targets",
    text: `${WAITING}\n  policy: go on\n${CANCELLED}\n  policy: CarrierB\n  record: cancelled 487 by caller`,
  },
];
