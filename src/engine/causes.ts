// Why a call ended: one table from the stable word to SIP, to Q.850 (RFC 3398 section 7.2.4.1, RFC 3326), and to words for people.

/** A stable word, shown in records and metrics. */
export type CallCause =
  | "normal-clearing"
  | "busy"
  | "no-answer"
  | "cancelled"
  | "no-route"
  | "unknown-number"
  | "rejected"
  | "no-decision"
  | "limit"
  | "target-failure"
  | "media-failure"
  | "media-timeout"
  | "not-acceptable"
  | "transferred"
  | "replaced"
  | "picked-up"
  | "encryption"
  | "bad-request"
  | "loop"
  | "lost-peer"
  | "session-expired"
  | "max-duration"
  | "operator"
  | "shutdown"
  | "internal-error";

/** Who ended the call: the side that sent the BYE, the CANCEL or the failure; `demarc` when we did. */
export type EndedBy = "caller" | "callee" | "demarc";

export interface CauseMeaning {
  /** The status of a call that ends unanswered for this cause without a peer having named one: 400 to 699. */
  readonly status: number;
  /** ITU-T Q.850 cause value. */
  readonly q850: number;
  /** One plain sentence. */
  readonly text: string;
}

export const CAUSES: Readonly<Record<CallCause, CauseMeaning>> = {
  "normal-clearing": { status: 480, q850: 16, text: "One of the parties hung up." },
  busy: { status: 486, q850: 17, text: "The called party is busy." },
  "no-answer": { status: 480, q850: 19, text: "Nobody answered." },
  cancelled: { status: 487, q850: 16, text: "The caller hung up before the call was answered." },
  "no-route": { status: 404, q850: 3, text: "No route matches this call." },
  "unknown-number": { status: 404, q850: 1, text: "The called number is not in service." },
  rejected: { status: 403, q850: 21, text: "The call was refused." },
  "no-decision": { status: 503, q850: 41, text: "Who was to decide where the call goes did not answer." },
  limit: { status: 503, q850: 34, text: "The limit of a trunk is reached." },
  "target-failure": { status: 503, q850: 41, text: "No target of the route took the call." },
  "media-failure": { status: 500, q850: 47, text: "The media of the call could not be set up." },
  "media-timeout": { status: 480, q850: 31, text: "No audio came from either party any more." },
  "not-acceptable": { status: 488, q850: 65, text: "The parties have no way of talking in common." },
  transferred: { status: 487, q850: 16, text: "A party was transferred, and the call went on as another one." },
  replaced: {
    status: 480,
    q850: 16,
    text: "A party's place was taken by another call, which went on with the other party.",
  },
  "picked-up": { status: 480, q850: 16, text: "The call answered another one that was ringing, and went on as that." },
  encryption: { status: 488, q850: 65, text: "One party's audio would not be encrypted as its trunk demands." },
  "bad-request": { status: 400, q850: 95, text: "The request that began the call was wrong." },
  loop: { status: 483, q850: 25, text: "The call went in a circle." },
  "lost-peer": { status: 408, q850: 27, text: "A party stopped answering." },
  "session-expired": {
    status: 408,
    q850: 102,
    text: "A party let the time run out in which the call had to be refreshed.",
  },
  "max-duration": { status: 480, q850: 31, text: "The call reached the longest time that its trunk allows." },
  operator: { status: 480, q850: 31, text: "An operator ended the call." },
  shutdown: { status: 503, q850: 38, text: "Demarc was stopped." },
  "internal-error": { status: 500, q850: 127, text: "Demarc made a mistake and gave the call up." },
};

/** What the final failure of a target says about why the call ended. */
export function causeOfStatus(status: number): CallCause {
  switch (status) {
    case 486:
    case 600:
      return "busy";
    case 408:
    case 480:
    case 487:
      return "no-answer";
    case 404:
    case 410:
    case 484:
    case 604:
      return "unknown-number";
    case 403:
    case 603:
      return "rejected";
    case 406:
    case 415:
    case 488:
    case 606:
      return "not-acceptable";
    case 482:
    case 483:
      return "loop";
    default:
      return "target-failure";
  }
}

/**
 * The status that the caller sees for a target's final failure. A challenge is between us and the target, a redirection names its inside, 422 is
 * about an interval of ours, and 487 answers a CANCEL that this caller did not send: none of them crosses the border. 503 says that a server is
 * overloaded: passed on it would be believed of us, who are not, and end all of this caller's calls for a while (RFC 3261 sections 16.7 and 21.5.4;
 * docs/adr/0009).
 */
export function statusTowardsCaller(status: number): number {
  if (status < 400) return 480;
  if (status === 401 || status === 407) return 502;
  // Whoever is before us would try another way where it hears 500, and so would everyone before it: a loop must not be told as that.
  if (status === 482) return 483;
  if (status === 422 || status === 481 || status === 491 || status === 503) return 500;
  if (status === 487) return 480;
  return status;
}
