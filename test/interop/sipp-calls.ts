// The plain calls of the SIPp parties: each of the caller's fits one of the callee's.
import {
  acks,
  acksRefusal,
  answers,
  calleeScript,
  callerScript,
  calls,
  cancels,
  hangsUp,
  hears,
  hushes,
  inOrder,
  isAcked,
  isAsked,
  isCalled,
  isHungUp,
  mayHear,
  type Script,
  type Step,
  talks,
  waits,
} from "./sipp-script.ts";

/** How long a callee rings. */
const RINGS_MS = 200;

/** The caller's side of a call that is answered. */
export function getsThrough(): Step {
  return inOrder(calls(), hears(180), hears(200), acks(), talks());
}

/** The callee's. */
export function takesCall(): Step {
  return inOrder(isCalled(), answers(180), waits(RINGS_MS), answers(200, { sdp: {} }), isAcked(), talks());
}

export function callerHangsUp(talkMs = 3000): Script {
  return callerScript("caller-hangs-up", [getsThrough(), waits(talkMs), hangsUp()]);
}

export function callerIsHungUp(): Script {
  return callerScript("caller-is-hung-up", [getsThrough(), isHungUp()]);
}

export function callerIsRefused(status: number): Script {
  return callerScript("caller-is-refused", [calls(), mayHear(180), hears(status), acksRefusal()]);
}

/** While it rings. */
export function callerGivesUp(): Script {
  return callerScript("caller-gives-up", [calls(), hears(180), cancels(), hears(200), hears(487), acksRefusal()]);
}

export function calleeAnswers(): Script {
  return calleeScript("callee-answers", [takesCall(), isHungUp()]);
}

export function calleeHangsUp(talkMs = 3000): Script {
  return calleeScript("callee-hangs-up", [takesCall(), waits(talkMs), hangsUp()]);
}

export function calleeRefuses(status: number): Script {
  return calleeScript("callee-refuses", [isCalled(), answers(status), isAcked()]);
}

/** Until the caller gives up. */
export function calleeRings(): Script {
  const taken = [isAsked("CANCEL"), answers(200), answers(487, { to: "call" }), isAcked()];
  return calleeScript("callee-rings", [isCalled(), answers(180), ...taken]);
}

/** Asks for credentials at the INVITE, and with another nonce at the BYE; it does not look at them. */
export function calleeChallenges(): Script {
  const challenge = (nonce: string, stale = "") => [
    `Proxy-Authenticate: Digest realm="{{realm}}", nonce="${nonce}-weak", algorithm=MD5, qop="auth"${stale}`,
    `Proxy-Authenticate: Digest realm="{{realm}}", nonce="${nonce}", algorithm=SHA-256, qop="auth,auth-int"${stale}`,
  ];
  return calleeScript("callee-challenges", [
    isCalled(),
    answers(407, { headers: challenge("of-invite"), phone: "-challenge" }),
    isAcked(),
    takesCall(),
    isAsked("BYE"),
    answers(407, { headers: challenge("of-bye", ", stale=true") }),
    isAsked("BYE"),
    hushes(),
    answers(200),
  ]);
}
