// RFC 3261's rules of requests: what begins anew, what repeats its INVITE, and what is in a dialog (sections 8.1, 9.1, 12.2, 17.1).
import type { Message } from "../engine/peer.ts";
import {
  branchOf,
  dialogOf,
  type Hold,
  isSuccess,
  methodOf,
  type Noted,
  type RuleBook,
  same,
  sameTransaction,
  sequenceOf,
  statusOf,
  tagOf,
  uriOf,
  uriOfRequest,
} from "./message-eyes.ts";

const MAGIC = "z9hG4bK";
/** 64 x T1 (RFC 3261 section 13.3.1.4). */
const ACK_PATIENCE_MS = 32_000;
/** They say anew where their sender is (RFC 3261 section 12.2, RFC 3311 section 5.1). */
const REFRESHING = new Set(["INVITE", "UPDATE"]);
/** An INVITE that failed so comes again, in the same call, with what was asked for (RFC 3261 section 8.1.3.5, RFC 4028 section 7.3). */
const ASKS_AGAIN = new Set([401, 407, 413, 415, 420, 421, 422, 494]);

export class DialogRules implements RuleBook {
  readonly #hold: Hold;
  readonly #said: Noted[] = [];
  readonly #heard: Noted[] = [];

  constructor(hold: Hold) {
    this.#hold = hold;
  }

  note(noted: Noted): void {
    if (noted.said && statusOf(noted.message) === null) this.#judgeRequest(noted);
    (noted.said ? this.#said : this.#heard).push(noted);
  }

  #judgeRequest(noted: Noted): void {
    const { message } = noted;
    const method = methodOf(message);
    this.#hold(message.firstLine.startsWith(`${method} `), noted, "the method in CSeq (section 8.1.1.5)");
    this.#hold(message.headers("Via").length === 1, noted, "one Via: a B2BUA begins anew (section 8.1.1.7)");
    this.#hold(branchOf(message).startsWith(MAGIC), noted, "the branch's cookie (section 8.1.1.7)");
    this.#hold(/^\d+$/.test(message.header("Max-Forwards")), noted, "Max-Forwards (section 8.1.1.6)");
    this.#hold(tagOf(message, "From") !== "", noted, "a tag in From (section 8.1.1.3)");
    const shared = this.#said.find((earlier) => sharesBranch(earlier, noted))?.message;
    if (method === "CANCEL") this.#judgeCancel(noted, shared);
    else if (method === "ACK" && shared !== undefined) this.#judgeFailureAck(noted, shared);
    else {
      this.#hold(shared === undefined, noted, "a branch of its own (section 8.1.1.7)");
      if (tagOf(message, "To") === "") this.#judgeOpening(noted);
      else this.#judgeInDialog(noted);
    }
  }

  #judgeOpening(noted: Noted): void {
    const { message } = noted;
    const invites = methodOf(message) === "INVITE";
    this.#hold(invites, noted, "nothing but an INVITE outside dialogs");
    this.#hold(/^<sip:[^>]+>$/.test(message.header("Contact")), noted, "a Contact (section 8.1.1.8)");
    this.#hold(message.headers("Route").length === 0, noted, "no Route outside a dialog");
    this.#judgeCallId(noted);
    const caller = this.#heard.findLast(
      ({ message: heard }) => heard.firstLine.startsWith("INVITE ") && tagOf(heard, "To") === "",
    );
    const transferred = this.#heard.some(({ message: heard }) => heard.firstLine.startsWith("REFER "));
    const hops = Number(caller?.message.header("Max-Forwards")) - 1;
    const fewer = transferred || Number(message.header("Max-Forwards")) === hops;
    this.#hold(fewer, noted, "one hop less (RFC 7332 section 3)");
  }

  /** Its own, unless it repeats an INVITE of ours that was refused for what it did not say. */
  #judgeCallId(noted: Noted): void {
    const { message, peer } = noted;
    const callId = message.header("Call-ID");
    const earlier = this.#said.findLast((one) => one.message.header("Call-ID") === callId);
    if (earlier === undefined) {
      const fresh = this.#heard.every((one) => one.message.header("Call-ID") !== callId);
      this.#hold(fresh, noted, "a Call-ID of its own (section 8.1.1.4)");
      return;
    }
    const last = this.#said.findLast(
      (one) => one.message.header("Call-ID") === callId && methodOf(one.message) === "INVITE",
    );
    const refusal = this.#heard.findLast(
      (one) =>
        one.peer === peer && last !== undefined && sameTransaction(one.message, last.message) && isRefusal(one.message),
    );
    this.#hold(refusal !== undefined, noted, "a Call-ID of its own (section 8.1.1.4)");
    const next = sequenceOf(message) === sequenceOf(earlier.message) + 1;
    this.#hold(
      next && message.header("From") === earlier.message.header("From"),
      noted,
      "the next CSeq (section 8.1.3.5)",
    );
  }

  #judgeCancel(noted: Noted, invite: Message | undefined): void {
    const { message, peer } = noted;
    const cancels = invite?.firstLine.startsWith("INVITE ") === true;
    this.#hold(cancels, noted, "the branch of its INVITE (section 9.1)");
    if (invite === undefined || !cancels) return;
    this.#hold(uriOfRequest(message) === uriOfRequest(invite), noted, "the Request-URI of its INVITE (section 9.1)");
    for (const name of ["Via", "To", "From", "Call-ID"]) {
      const copied = same(message.headers(name), invite.headers(name).slice(0, 1));
      this.#hold(copied, noted, `${name} as in its INVITE (section 9.1)`);
    }
    this.#hold(sequenceOf(message) === sequenceOf(invite), noted, "the CSeq number of its INVITE (section 9.1)");
    const statuses = this.#heard
      .filter((earlier) => earlier.peer === peer && sameTransaction(earlier.message, invite))
      .map((earlier) => statusOf(earlier.message) ?? 0);
    this.#hold(statuses.length > 0, noted, "not before a provisional response (section 9.1)");
    this.#hold(!statuses.some((status) => status >= 200), noted, "not after a final response (section 9.1)");
  }

  #judgeFailureAck(noted: Noted, invite: Message): void {
    const { message, peer } = noted;
    const failure = this.#heard.findLast(
      (earlier) =>
        earlier.peer === peer && (statusOf(earlier.message) ?? 0) >= 300 && sameTransaction(earlier.message, invite),
    )?.message;
    this.#hold(failure !== undefined, noted, "of a failure that came (section 17.1.1.3)");
    const uri = uriOfRequest(message) === uriOfRequest(invite);
    this.#hold(uri, noted, "the Request-URI of its INVITE (section 17.1.1.3)");
    for (const name of ["Via", "From", "Call-ID", "Route"]) {
      const copied = same(message.headers(name), invite.headers(name));
      this.#hold(copied, noted, `${name} as in its INVITE (section 17.1.1.3)`);
    }
    this.#hold(message.header("To") === failure?.header("To"), noted, "To as in the failure (section 17.1.1.3)");
    this.#hold(sequenceOf(message) === sequenceOf(invite), noted, "the CSeq number of its INVITE (section 17.1.1.3)");
    this.#hold(message.body === "", noted, "no body in the ACK of a failure (section 17.1.1.3)");
  }

  /** Tags, target, route set and sequence of the dialog (section 12.2.1.1). */
  #judgeInDialog(noted: Noted): void {
    const dialog = dialogOf(noted);
    const inIt = (one: Noted): boolean => dialogOf(one) === dialog;
    const answer = this.#heard.findLast((one) => inIt(one) && isOpening(one.message));
    const ours = this.#said.find((one) => inIt(one) && isOpening(one.message));
    this.#hold(answer !== undefined || ours !== undefined, noted, "in a dialog (section 12.2.1.1)");
    // Whoever opened the dialog, its first message decides which side is the caller.
    const asCaller = answer !== undefined && (ours === undefined || !this.#isOfTheirs(ours));
    if (answer !== undefined && asCaller) this.#judgeAsCaller(noted, answer);
    else if (ours !== undefined) this.#judgeAsCallee(noted, ours);
    this.#judgeSequence(noted);
  }

  #isOfTheirs(response: Noted): boolean {
    return this.#heard.some(
      ({ message }) =>
        statusOf(message) === null && tagOf(message, "To") === "" && sameTransaction(message, response.message),
    );
  }

  #judgeAsCaller(noted: Noted, answer: Noted): void {
    const { message } = noted;
    const opening = this.#heard.filter((one) => dialogOf(one) === dialogOf(noted) && isOpening(one.message));
    const final = opening.find(({ message: heard }) => isSuccess(heard)) ?? opening.at(-1) ?? answer;
    this.#judgeTarget(noted, final.message.headers("Record-Route").toReversed());
    this.#hold(message.header("To") === answer.message.header("To"), noted, "To of the answer (section 12.2.1.1)");
    this.#hold(
      message.header("From") === answer.message.header("From"),
      noted,
      "From of the INVITE (section 12.2.1.1)",
    );
  }

  #judgeAsCallee(noted: Noted, ours: Noted): void {
    const { message } = noted;
    const invite = this.#heard.find(
      ({ message: heard }) =>
        heard.firstLine.startsWith("INVITE ") && heard.header("Call-ID") === message.header("Call-ID"),
    )?.message;
    if (invite === undefined) return;
    this.#judgeTarget(noted, invite.headers("Record-Route"));
    const from = uriOf(message, "From") === uriOf(ours.message, "To");
    this.#hold(from, noted, "From of the answer's To (section 12.2.1.1)");
    const answer = this.#said.find((one) => dialogOf(one) === dialogOf(noted) && isSuccess(one.message));
    if (answer === undefined || methodOf(message) !== "BYE") return;
    const acknowledged = this.#heard.some(
      (one) => one.message.firstLine.startsWith("ACK ") && dialogOf(one) === dialogOf(noted),
    );
    const waited = noted.at - answer.at >= ACK_PATIENCE_MS;
    this.#hold(acknowledged || waited, noted, "not before the ACK of the answer (section 15)");
  }

  #judgeSequence(noted: Noted): void {
    const { message } = noted;
    const rule = "CSeq (sections 12.2.1.1 and 13.2.2.4)";
    const inIt = (one: Noted): boolean => dialogOf(one) === dialogOf(noted);
    if (methodOf(message) === "ACK") {
      const acknowledges = (heard: Noted): boolean => inIt(heard) && isAnswer(heard.message);
      const answer = this.#heard.find(
        (heard) => acknowledges(heard) && sequenceOf(heard.message) === sequenceOf(message),
      );
      this.#hold(answer !== undefined, noted, rule);
      return;
    }
    const counted = (one: Noted): boolean => {
      const method = methodOf(one.message);
      return statusOf(one.message) === null && method !== "ACK" && method !== "CANCEL";
    };
    const callId = message.header("Call-ID");
    const opening = this.#said.filter(
      (one) => counted(one) && one.message.header("Call-ID") === callId && tagOf(one.message, "To") === "",
    );
    const before = [...opening, ...this.#said.filter((one) => counted(one) && inIt(one))];
    this.#hold(
      before.every((one) => sequenceOf(one.message) < sequenceOf(message)),
      noted,
      rule,
    );
  }

  /** The peer's Contact as it said last; where its change was refused the one before is right too. */
  #judgeTarget(noted: Noted, routes: readonly string[]): void {
    const { message } = noted;
    const callId = message.header("Call-ID");
    const told = this.#heard.filter((one) => {
      if (one.message.header("Call-ID") !== callId || one.message.header("Contact") === "") return false;
      if (!REFRESHING.has(methodOf(one.message)) || (statusOf(one.message) ?? 0) >= 300) return false;
      const dialog = dialogOf(one);
      return dialog === null || dialog === dialogOf(noted);
    });
    const refused = (one: Noted): boolean =>
      this.#said.some(({ message: said }) => (statusOf(said) ?? 0) >= 300 && sameTransaction(said, one.message));
    const last = told.at(-1);
    const standing = told.findLast((one) => !refused(one));
    const targets = [last, standing].map((one) => (one === undefined ? "" : uriOf(one.message, "Contact")));
    const uri = uriOfRequest(message);
    this.#hold(targets.includes(uri), noted, `to the remote target ${targets[0]} (section 12.2.1.1)`);
    this.#hold(same(message.headers("Route"), routes), noted, "Route is the route set (section 12.2.1.1)");
  }
}

function sharesBranch(earlier: Noted, noted: Noted): boolean {
  return statusOf(earlier.message) === null && branchOf(earlier.message) === branchOf(noted.message);
}

/** A response that makes a dialog (section 12.1), whichever INVITE of it is answered. */
function isOpening(message: Message): boolean {
  const status = statusOf(message) ?? 0;
  return methodOf(message) === "INVITE" && status > 100 && status < 300;
}

function isAnswer(message: Message): boolean {
  return isSuccess(message) && methodOf(message) === "INVITE";
}

function isRefusal(message: Message): boolean {
  return ASKS_AGAIN.has(statusOf(message) ?? 0);
}
