// Session timers (RFC 4028), each leg by itself: who refreshes, how often, by what, and what happens when nobody does.
import { bothWays, ESTABLISHED, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";

const ANSWERED_WITH = (headers: string): string => `
  CarrierA -> Demarc: 180 F5 of F3
  Demarc -> PBX: 180 F6 of F1
  CarrierA -> Demarc: 200 F7 of F3 sdp ${headers}
  Demarc -> CarrierA: ACK F8 of F7
  Demarc -> PBX: 200 F9 of F1 sdp
  PBX -> Demarc: ACK F10 of F9
`;
const ASKS = "trunk CarrierA: signaling.sessionExpires=1800s";
const ASKED = `
  PBX -> Demarc: INVITE F1 sdp
  Demarc -> PBX: 100 F2 of F1
  Demarc -> CarrierA: INVITE F3 sdp {Supported: timer | Session-Expires: 1800* | Min-SE: 90}
`;
const ANSWERED = (headers: string): string => `
  Demarc -> CarrierA: INVITE F3 sdp
  CarrierA -> Demarc: 180 F5 of F3
  Demarc -> PBX: 180 F6 of F1
  CarrierA -> Demarc: 200 F7 of F3 sdp
  Demarc -> CarrierA: ACK F8 of F7
  Demarc -> PBX: 200 F9 of F1 sdp ${headers}
  PBX -> Demarc: ACK F10 of F9
`;
/** What ends a leg whose peer has not refreshed. */
const EXPIRED = (one: string, other: string): string => `
  Demarc -> ${one}: BYE F40 {Reason: Q.850;cause=102}
  Demarc -> ${other}: BYE F42
  ${one} -> Demarc: 200 F41 of F40
  ${other} -> Demarc: 200 F43 of F42
  record: session-expired 200 by demarc
`;

export const TIMERS_OF_CALLEE: readonly Ladder[] = [
  ...bothWays(
    "the callee names us: refreshed at half the interval, by re-INVITE with the same description",
    `
    ${ASKS}
    ${ASKED}
    ${ANSWERED_WITH("{Require: timer | Session-Expires: 1800;refresher=uac}")}
    wait 899s
    wait 1s
    Demarc -> CarrierA: INVITE F20 of F7 sdp[same] {Supported: timer | Session-Expires: 1800;refresher=uac}
    CarrierA -> Demarc: 200 F21 of F20 sdp {Require: timer | Session-Expires: 1800;refresher=uac}
    Demarc -> CarrierA: ACK F22 of F21
    wait 900s
    Demarc -> CarrierA: INVITE F23 of F7 sdp[same]
    CarrierA -> Demarc: 200 F24 of F23 sdp {Require: timer | Session-Expires: 1800;refresher=uac}
    Demarc -> CarrierA: ACK F25 of F24
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "the callee allows UPDATE: refreshed by it, without a description",
    `
    ${ASKS}
    CarrierA allows: UPDATE
    ${ASKED}
    ${ANSWERED_WITH("{Require: timer | Session-Expires: 1800;refresher=uac}")}
    wait 900s
    Demarc -> CarrierA: UPDATE F20 of F7 {Supported: timer | Session-Expires: 1800;refresher=uac}
    CarrierA -> Demarc: 200 F21 of F20 {Require: timer | Session-Expires: 1800;refresher=uac}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "a peer that says UPDATE and does not mean it is refreshed by re-INVITE (signaling.sessionRefresh)",
    `
    trunk CarrierA: signaling.sessionExpires=1800s, signaling.sessionRefresh=invite
    CarrierA allows: UPDATE
    ${ASKED}
    ${ANSWERED_WITH("{Require: timer | Session-Expires: 1800;refresher=uac}")}
    wait 900s
    Demarc -> CarrierA: INVITE F20 of F7 sdp[same]
    CarrierA -> Demarc: 200 F21 of F20 sdp {Require: timer | Session-Expires: 1800;refresher=uac}
    Demarc -> CarrierA: ACK F22 of F21
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "the callee refreshes: answered here, where nothing else changes",
    `
    ${ASKS}
    CarrierA allows: UPDATE
    ${ASKED}
    ${ANSWERED_WITH("{Session-Expires: 1800;refresher=uas}")}
    wait 900s
    CarrierA -> Demarc: UPDATE F20 of F7 {Supported: timer | Session-Expires: 1800;refresher=uac}
    Demarc -> CarrierA: 200 F21 of F20 {Require: timer | Session-Expires: 1800;refresher=uac}
    wait 900s
    CarrierA -> Demarc: INVITE F22 of F7 sdp {Supported: timer | Session-Expires: 1800;refresher=uac}
    Demarc -> CarrierA: 200 F24 of F22 sdp[same] {Require: timer | Session-Expires: 1800;refresher=uac}
    CarrierA -> Demarc: ACK F25 of F24
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "the callee should refresh and does not: BYE before the end (RFC 4028 section 10)",
    `
    trunk CarrierA: headers.reason=map
    ${ASKS}
    ${ASKED}
    ${ANSWERED_WITH("{Session-Expires: 1800;refresher=uas}")}
    wait 1767s
    wait 1s
    ${EXPIRED("CarrierA", "PBX")}
    `,
  ),
  ...bothWays(
    "a short interval ends a third before its end",
    `
    trunk CarrierA: signaling.sessionExpires=90s, headers.reason=map
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp {Supported: timer | Session-Expires: 90*}
    ${ANSWERED_WITH("{Session-Expires: 90;refresher=uas}")}
    wait 59s
    wait 1s
    ${EXPIRED("CarrierA", "PBX")}
    `,
  ),
  ...bothWays(
    "the callee knows no timers: nothing is refreshed but by us",
    `
    ${ASKS}
    ${ASKED}
    ${ANSWERED_WITH("")}
    wait 900s
    Demarc -> CarrierA: INVITE F20 of F7 sdp[same]
    CarrierA -> Demarc: 200 F21 of F20 sdp
    Demarc -> CarrierA: ACK F22 of F21
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "the interval is too small for the callee: again with what it asks for (RFC 4028 section 7.3)",
    `
    trunk CarrierA: signaling.sessionExpires=90s
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F20 sdp {Supported: timer | Session-Expires: 90*}
    CarrierA -> Demarc: 422 F21 of F20 {Min-SE: 600}
    Demarc -> CarrierA: ACK F22 of F21
    Demarc -> CarrierA: INVITE F23 of F21 sdp[same] {Supported: timer | Session-Expires: 600* | Min-SE: 600}
    CarrierA -> Demarc: 422 F24 of F23 {Min-SE: 900}
    Demarc -> CarrierA: ACK F25 of F24
    Demarc -> CarrierA: INVITE F3 of F24 sdp[same] {Supported: timer | Session-Expires: 900* | Min-SE: 900}
    ${ANSWERED_WITH("{Require: timer | Session-Expires: 900;refresher=uac}")}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "our refresh meets a change of the callee's: 491, and again after a while (RFC 3261 section 14.1)",
    `
    ${ASKS}
    ${ASKED}
    ${ANSWERED_WITH("{Require: timer | Session-Expires: 1800;refresher=uac}")}
    wait 900s
    Demarc -> CarrierA: INVITE F20 of F7 sdp[same]
    CarrierA -> Demarc: 491 F21 of F20
    Demarc -> CarrierA: ACK F22 of F21
    wait 2090ms
    wait at most 2s
    Demarc -> CarrierA: INVITE F23 of F7 sdp[same]
    CarrierA -> Demarc: 200 F24 of F23 sdp {Require: timer | Session-Expires: 1800;refresher=uac}
    Demarc -> CarrierA: ACK F25 of F24
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "our refresh finds the callee gone: the call ends",
    `
    ${ASKS}
    ${ASKED}
    ${ANSWERED_WITH("{Require: timer | Session-Expires: 1800;refresher=uac}")}
    wait 900s
    Demarc -> CarrierA: INVITE F20 of F7 sdp[same]
    CarrierA -> Demarc: 481 F21 of F20
    Demarc -> CarrierA: ACK F22 of F21
    Demarc -> CarrierA: BYE F40
    Demarc -> PBX: BYE F42
    CarrierA -> Demarc: 481 F41 of F40
    PBX -> Demarc: 200 F43 of F42
    record: lost-peer 200 by demarc
    `,
  ),
];

export const TIMERS_OF_CALLER: readonly Ladder[] = [
  ...bothWays(
    "the caller asks and names nobody: it refreshes (RFC 4028 section 9)",
    `
    trunk PBX: headers.reason=map
    PBX allows: UPDATE
    PBX -> Demarc: INVITE F1 sdp {Supported: timer | Session-Expires: 1800}
    Demarc -> PBX: 100 F2 of F1
    ${ANSWERED("{Require: timer | Session-Expires: 1800;refresher=uac}")}
    wait 900s
    PBX -> Demarc: UPDATE F20 of F9 {Supported: timer | Session-Expires: 1800;refresher=uac}
    Demarc -> PBX: 200 F21 of F20 {Require: timer | Session-Expires: 1800;refresher=uac}
    wait 1768s
    ${EXPIRED("PBX", "CarrierA")}
    `,
  ),
  ...bothWays(
    "the caller names us: we refresh",
    `
    PBX -> Demarc: INVITE F1 sdp {Supported: timer | Session-Expires: 600;refresher=uas}
    Demarc -> PBX: 100 F2 of F1
    ${ANSWERED("{Session-Expires: 600;refresher=uas}")}
    wait 300s
    Demarc -> PBX: INVITE F20 of F9 sdp[same] {Supported: timer | Session-Expires: 600;refresher=uac}
    PBX -> Demarc: 200 F21 of F20 sdp {Require: timer | Session-Expires: 600;refresher=uac}
    Demarc -> PBX: ACK F22 of F21
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "the trunk wants one and the caller knows none: we refresh",
    `
    trunk PBX: signaling.sessionExpires=600s
    PBX -> Demarc: INVITE F1 sdp
    Demarc -> PBX: 100 F2 of F1
    ${ANSWERED("{Session-Expires: 600;refresher=uas | !Require}")}
    wait 300s
    Demarc -> PBX: INVITE F20 of F9 sdp[same]
    PBX -> Demarc: 200 F21 of F20 sdp
    Demarc -> PBX: ACK F22 of F21
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "too small an interval: 422 with ours, and the call comes again (RFC 4028 section 6)",
    `
    trunk PBX: signaling.minSessionExpires=300s
    PBX -> Demarc: INVITE F20 sdp {Supported: timer | Session-Expires: 120}
    Demarc -> PBX: 100 F21 of F20
    Demarc -> PBX: 422 F22 of F20 {Min-SE: 300}
    PBX -> Demarc: ACK F23 of F22
    record: bad-request 422 by demarc
    `,
  ),
  ...bothWays(
    "too small an interval from one that knows no timers is made longer by nobody: it stands (RFC 4028 section 8)",
    `
    ${ESTABLISHED.replace("INVITE F1 sdp", "INVITE F1 sdp {Session-Expires: 120}")}
    ${HUNG_UP_BY_CALLER}
    `,
  ),
];
