// What RFC 3261 asks of every message that Demarc says, held against what it has said and heard before. It reads text
// with its own eyes; nothing of src/ is believed here.
import { type Message, readMessage } from "../engine/peer.ts";
import type { PeerName } from "../engine/rig.ts";
import { statusOf } from "./form-message.ts";
import { nameOf } from "./ladder-script.ts";

interface Noted {
  readonly message: Message;
  readonly text: string;
  readonly peer: PeerName;
  readonly at: number;
}

export const OTHER_TAG = "the tag of the other responses (section 9.2)";
const MAGIC = "z9hG4bK";
/** 64 x T1 (RFC 3261 section 13.3.1.4). */
const ACK_PATIENCE_MS = 32_000;

export interface Complaint {
  /** What is wrong with which message, for people. */
  readonly about: string;
  readonly rule: string;
}

export class MessageRules {
  readonly complaints: Complaint[] = [];
  readonly #said: Noted[] = [];
  readonly #heard: Noted[] = [];

  /** Demarc was given this. */
  heard(peer: PeerName, text: string, at: number): void {
    this.#heard.push({ message: readMessage(text), text, peer, at });
  }

  /** Demarc says this. What it says again is judged once. */
  said(peer: PeerName, text: string, at: number): void {
    if (this.#said.some((earlier) => earlier.peer === peer && earlier.text === text)) return;
    const noted = { message: readMessage(text), text, peer, at };
    this.#judgeForm(noted);
    if (statusOf(noted.message) === null) this.#judgeRequest(noted);
    else this.#judgeResponse(noted);
    this.#said.push(noted);
  }

  #hold(holds: boolean, noted: Noted, rule: string): void {
    if (holds) return;
    this.complaints.push({ about: `${noted.message.firstLine} to ${nameOf(noted.peer)}: ${rule}`, rule });
  }

  #judgeForm(noted: Noted): void {
    const { message } = noted;
    for (const name of ["From", "To", "Call-ID", "CSeq", "Content-Length"]) {
      this.#hold(message.headers(name).length === 1, noted, `exactly one ${name} (section 8.1.1)`);
    }
    this.#hold(message.headers("Via").length > 0, noted, "a Via (section 8.1.1.7)");
    this.#hold(
      Number(message.header("Content-Length")) === message.body.length,
      noted,
      "Content-Length (section 20.14)",
    );
    const typed = message.header("Content-Type") !== "";
    this.#hold(typed === (message.body !== ""), noted, "Content-Type with a body and only then (section 20.15)");
  }

  #judgeResponse(noted: Noted): void {
    const { message, peer } = noted;
    const request = this.#heard.findLast(
      (earlier) =>
        earlier.peer === peer && statusOf(earlier.message) === null && sameTransaction(earlier.message, message),
    )?.message;
    this.#hold(request !== undefined, noted, "answers a request (section 8.2.6)");
    if (request === undefined) return;
    const status = statusOf(message) ?? 0;
    for (const name of ["Via", "From", "Call-ID", "CSeq"]) {
      const copied = same(message.headers(name), request.headers(name));
      this.#hold(copied, noted, `${name} as in the request (section 8.2.6.2)`);
    }
    this.#hold(uriOf(message, "To") === uriOf(request, "To"), noted, "To as in the request (section 8.2.6.2)");
    if (status > 100) this.#judgeTag(noted, request);
    if (methodOf(message) !== "INVITE" || status <= 100 || status >= 300) return;
    this.#hold(/^<sip:[^>]+>$/.test(message.header("Contact")), noted, "a Contact (section 12.1.1)");
    const routes = same(message.headers("Record-Route"), request.headers("Record-Route"));
    this.#hold(routes, noted, "Record-Route as in the request (section 12.1.1)");
  }

  /** One tag for all that answers one INVITE, its CANCEL included (sections 8.2.6.2 and 9.2). */
  #judgeTag(noted: Noted, request: Message): void {
    const tag = tagOf(noted.message, "To");
    this.#hold(tag !== "", noted, "a tag in To (section 8.2.6.2)");
    const given = tagOf(request, "To");
    if (given !== "") this.#hold(tag === given, noted, "the dialog's tag in To (section 12.2.2)");
    const others = this.#said.filter(
      ({ peer, message }) =>
        peer === noted.peer &&
        statusOf(message) !== null &&
        branchOf(message) === branchOf(noted.message) &&
        tagOf(message, "To") !== "",
    );
    const one = others.every(({ message }) => tagOf(message, "To") === tag);
    this.#hold(one, noted, OTHER_TAG);
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
      if (method === "INVITE" && tagOf(message, "To") === "") this.#judgeInvite(noted);
      else this.#judgeInDialog(noted);
    }
  }

  #judgeInvite(noted: Noted): void {
    const { message } = noted;
    this.#hold(/^<sip:[^>]+>$/.test(message.header("Contact")), noted, "a Contact (section 8.1.1.8)");
    this.#hold(message.headers("Route").length === 0, noted, "no Route outside a dialog");
    const others = [...this.#heard, ...this.#said].map((earlier) => earlier.message);
    const fresh = others.every((other) => other.header("Call-ID") !== message.header("Call-ID"));
    this.#hold(fresh, noted, "a Call-ID of its own (section 8.1.1.4)");
    const caller = this.#heard.findLast(({ message: heard }) => heard.firstLine.startsWith("INVITE "))?.message;
    const hops = Number(caller?.header("Max-Forwards")) - 1;
    this.#hold(Number(message.header("Max-Forwards")) === hops, noted, "one hop less (RFC 7332 section 3)");
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
    this.#hold(
      uriOfRequest(message) === uriOfRequest(invite),
      noted,
      "the Request-URI of its INVITE (section 17.1.1.3)",
    );
    for (const name of ["Via", "From", "Call-ID"]) {
      this.#hold(
        same(message.headers(name), invite.headers(name)),
        noted,
        `${name} as in its INVITE (section 17.1.1.3)`,
      );
    }
    this.#hold(message.header("To") === failure?.header("To"), noted, "To as in the failure (section 17.1.1.3)");
    this.#hold(sequenceOf(message) === sequenceOf(invite), noted, "the CSeq number of its INVITE (section 17.1.1.3)");
  }

  /** ACK of a 2xx, BYE: tags, target, route set and sequence of its dialog (section 12.2.1.1). */
  #judgeInDialog(noted: Noted): void {
    const { message, peer } = noted;
    const ours = this.#heard.findLast(
      ({ message: heard }) =>
        sameDialogAsCaller(message, heard) && (statusOf(heard) ?? 0) >= 200 && (statusOf(heard) ?? 0) < 300,
    )?.message;
    if (ours !== undefined) {
      this.#judgeTarget(noted, { creator: ours, routes: ours.headers("Record-Route").toReversed() });
      this.#hold(message.header("To") === ours.header("To"), noted, "To of the answer (section 12.2.1.1)");
      this.#hold(message.header("From") === ours.header("From"), noted, "From of the INVITE (section 12.2.1.1)");
      const after = sequenceOf(message) - sequenceOf(ours);
      const acknowledges = methodOf(message) === "ACK";
      this.#hold(acknowledges ? after === 0 : after > 0, noted, "CSeq (sections 12.2.1.1 and 13.2.2.4)");
      return;
    }
    const answer = this.#said.find(
      (earlier) =>
        earlier.peer === peer && statusOf(earlier.message) === 200 && sameDialogAsCallee(message, earlier.message),
    );
    const invite = this.#heard.find(
      ({ message: heard }) =>
        heard.firstLine.startsWith("INVITE ") && heard.header("Call-ID") === message.header("Call-ID"),
    )?.message;
    this.#hold(answer !== undefined && invite !== undefined, noted, "in a dialog (section 12.2.1.1)");
    if (answer === undefined || invite === undefined) return;
    this.#judgeTarget(noted, { creator: invite, routes: invite.headers("Record-Route") });
    this.#hold(
      uriOf(message, "From") === uriOf(answer.message, "To"),
      noted,
      "From of the answer's To (section 12.2.1.1)",
    );
    const acknowledged = this.#heard.some(
      ({ message: heard }) =>
        heard.firstLine.startsWith("ACK ") && heard.header("Call-ID") === message.header("Call-ID"),
    );
    const waited = noted.at - answer.at >= ACK_PATIENCE_MS;
    this.#hold(acknowledged || waited, noted, "not before the ACK of the answer (section 15)");
  }

  #judgeTarget(noted: Noted, dialog: { readonly creator: Message; readonly routes: readonly string[] }): void {
    const { message } = noted;
    const target = /<([^>]*)>/.exec(dialog.creator.header("Contact"))?.[1];
    this.#hold(uriOfRequest(message) === target, noted, `to the remote target ${target} (section 12.2.1.1)`);
    this.#hold(same(message.headers("Route"), dialog.routes), noted, "Route is the route set (section 12.2.1.1)");
  }
}

function sharesBranch(earlier: Noted, noted: Noted): boolean {
  return statusOf(earlier.message) === null && branchOf(earlier.message) === branchOf(noted.message);
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index]);
}

function sameTransaction(one: Message, other: Message): boolean {
  return branchOf(one) === branchOf(other) && one.header("CSeq") === other.header("CSeq");
}

/** Whether a request of ours is in the dialog that `response` made with us as the caller. */
function sameDialogAsCaller(request: Message, response: Message): boolean {
  return (
    request.header("Call-ID") === response.header("Call-ID") &&
    tagOf(request, "From") === tagOf(response, "From") &&
    tagOf(request, "To") === tagOf(response, "To")
  );
}

/** Whether a request of ours is in the dialog that our own `response` made. */
function sameDialogAsCallee(request: Message, response: Message): boolean {
  return (
    request.header("Call-ID") === response.header("Call-ID") &&
    tagOf(request, "From") === tagOf(response, "To") &&
    tagOf(request, "To") === tagOf(response, "From")
  );
}

function branchOf(message: Message): string {
  return /;branch=([^;,\s]+)/.exec(message.header("Via"))?.[1] ?? "";
}

function tagOf(message: Message, name: "From" | "To"): string {
  return /;tag=([^;\s]+)/.exec(message.header(name))?.[1] ?? "";
}

/** The URI of From or To, with a display name, without parameters. */
function uriOf(message: Message, name: "From" | "To"): string {
  return /<([^>]*)>/.exec(message.header(name))?.[1] ?? "";
}

function uriOfRequest(message: Message): string {
  return message.firstLine.split(" ")[1] ?? "";
}

function sequenceOf(message: Message): number {
  return Number.parseInt(message.header("CSeq"), 10);
}

function methodOf(message: Message): string {
  return message.header("CSeq").split(" ")[1] ?? "";
}
