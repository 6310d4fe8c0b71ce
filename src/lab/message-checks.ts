// What every message that the border sends must be, and must not give away.

import type { Millis } from "../base/index.ts";
import {
  branchOf,
  cseq,
  from,
  parseMessage,
  parseSipUri,
  type SipMessage,
  tagOf,
  to,
  topVia,
  validateMessage,
} from "../protocol/sip/index.ts";
import { RFC_TIMERS } from "../protocol/transaction/index.ts";
import { MARK_PREFIX } from "./phone/identity.ts";
import { SessionChecks } from "./session-checks.ts";
import type { Accuse, Rule } from "./violation.ts";
import type { SentMessage } from "./virtual-network.ts";

/** Who may be there, as the checks know it. */
export interface Parties {
  /** The name of the node under test. */
  readonly border: string;
  /** Its address in each network. */
  readonly borderAddresses: ReadonlyMap<string, string>;
  /** The others. No address may be the beginning of another one. */
  readonly peers: ReadonlyMap<string, { readonly mark: string; readonly address: string; readonly port: number }>;
  /** A call to a number that begins so must never leave the border. */
  readonly forbiddenPrefixes: readonly string[];
}

/** Everything that is remembered of messages; all of it is forgotten with the batch. */
export interface MessageBook {
  /** The final response of each server transaction, by remote address, branch and CSeq. */
  readonly finals: Map<string, { readonly text: string; readonly at: Millis }>;
  /** The highest CSeq number of each dialog and direction, and the branches of all that was sent in it: those may come again. */
  readonly sequences: Map<string, { sequence: number; readonly branches: Set<string> }>;
  /** Every 2xx to an INVITE that the border heard: when it was heard first, and whether its ACK went out. */
  readonly answers: Map<
    string,
    { readonly at: Millis; readonly callId: string; readonly sequence: number; acknowledged: boolean }
  >;
  /** The first final status that the border sent to an INVITE, by Call-ID; the first behind those that ask for another INVITE. */
  readonly inviteFinals: Map<string, number>;
  /** Calls whose INVITE came, or may come, again when its transaction was over, by Call-ID: by the RFC's timers, or for a 422, that is a new call. */
  readonly broughtAgain: Set<string>;
  /** The addresses that have sent the border anything. */
  readonly heardFrom: Set<string>;
}

export function createMessageBook(): MessageBook {
  return {
    finals: new Map(),
    sequences: new Map(),
    answers: new Map(),
    inviteFinals: new Map(),
    broughtAgain: new Set(),
    heardFrom: new Set(),
  };
}

/** How long a server transaction waits for an ACK or for the request again (RFC 3261 timers H and J, RFC 6026 timer L). */
const TRANSACTION_MS: Millis = 64 * RFC_TIMERS.t1;

/** After it the INVITE comes again under the same Call-ID (RFC 4028 section 7.3). */
const INTERVAL_TOO_SMALL = 422;

interface Checked {
  readonly sent: SentMessage;
  readonly message: SipMessage;
  readonly callId: string;
  readonly sequence: number;
  readonly method: string;
  readonly branch: string;
}

export class MessageChecks {
  readonly #parties: Parties;
  readonly #book: MessageBook;
  readonly #accuse: Accuse;
  readonly #sessions: SessionChecks;
  readonly #peerAddresses: ReadonlySet<string>;

  constructor(parties: Parties, book: MessageBook, accuse: Accuse) {
    this.#parties = parties;
    this.#book = book;
    this.#accuse = accuse;
    this.#sessions = new SessionChecks(accuse);
    this.#peerAddresses = new Set([...parties.peers.values()].map(({ address, port }) => `${address}:${port}`));
  }

  /** Something that the border sent. */
  check(sent: SentMessage): void {
    this.#checkLeaks(sent);
    const checked = this.#read(sent);
    if (checked === null) return;
    const { message, callId } = checked;
    if (message.headers.first("content-type") === "application/sdp")
      this.#sessions.check({ callId, at: sent.at, message });
    this.#checkDestination(checked);
    if (message.kind === "response") this.#checkResponse(checked, message.status);
    else this.#checkRequest(checked);
  }

  /** Something that the border heard from a peer: an offer to be answered, or an answer to be acknowledged. */
  hear(text: string, now: Millis): void {
    const offers = text.startsWith("INVITE ") || text.startsWith("UPDATE ");
    if (!offers && !text.startsWith("SIP/2.0 2")) return;
    const parsed = parseMessage(text);
    if (!parsed.ok || validateMessage(parsed.value) !== null) return;
    const { headers } = parsed.value;
    const callId = headers.first("call-id") ?? "";
    if (offers) this.#sessions.hear(callId, parsed.value);
    const sequence = headers.read(cseq);
    if (offers || sequence?.method !== "INVITE") return;
    const address = headers.read(to);
    const key = `${callId}|${address === null ? "" : tagOf(address)}|${sequence.sequence}`;
    if (!this.#book.answers.has(key))
      this.#book.answers.set(key, { at: now, callId, sequence: sequence.sequence, acknowledged: false });
  }

  #fail(rule: Rule, sent: SentMessage, found: { readonly detail: string; readonly callId?: string }): void {
    const start = sent.text.slice(0, sent.text.indexOf("\r\n"));
    const detail = `${found.detail} (${sent.from} to ${sent.to ?? sent.flow.remoteAddress}: ${start})`;
    const callId = found.callId ?? /^Call-ID: (.*)\r$/m.exec(sent.text)?.[1] ?? null;
    this.#accuse({ rule, at: sent.at, detail, callId });
  }

  #read(sent: SentMessage): Checked | null {
    const parsed = parseMessage(sent.text);
    const failure = parsed.ok ? validateMessage(parsed.value) : parsed.failure;
    if (!parsed.ok || failure !== null) {
      this.#fail("message", sent, { detail: failure?.detail ?? "cannot be read" });
      return null;
    }
    const message = parsed.value;
    const { headers } = message;
    const sequence = headers.read(cseq);
    const via = headers.read(topVia);
    const bodyLength = sent.text.length - sent.text.indexOf("\r\n\r\n") - 4;
    if (headers.first("content-length") !== String(bodyLength)) {
      this.#fail("message", sent, { detail: `Content-Length is not ${bodyLength}` });
    }
    return {
      sent,
      message,
      callId: headers.first("call-id") ?? "",
      sequence: sequence?.sequence ?? 0,
      method: sequence?.method ?? "",
      branch: via === null ? "" : branchOf(via),
    };
  }

  /** Every mark but the receiver's own, every address but the receiver's and the border's on its side. */
  #checkLeaks(sent: SentMessage): void {
    const { text, to: receiver, flow } = sent;
    // An answer to a stranger repeats what the stranger wrote, whatever that was. A request to one is wrong already.
    if (receiver === null && text.startsWith("SIP/2.0 ")) return;
    const { peers, borderAddresses } = this.#parties;
    if (text.includes(MARK_PREFIX)) {
      for (const [name, { mark }] of peers) {
        if (name !== receiver && text.includes(mark)) this.#fail("leak", sent, { detail: `the mark of ${name}` });
      }
    }
    for (const [name, { address }] of peers) {
      if (name === receiver || !text.includes(address)) continue;
      this.#fail("leak", sent, { detail: `the address of ${name}` });
    }
    for (const [network, address] of borderAddresses) {
      if (network === flow.network || !text.includes(address)) continue;
      this.#fail("leak", sent, { detail: `our own address in ${network}` });
    }
  }

  /** Requests go to peers; to others only an answer to what they asked may. */
  #checkDestination({ sent, message }: Checked): void {
    const { flow } = sent;
    if (message.kind === "response") {
      if (!this.#book.heardFrom.has(flow.remoteAddress)) {
        this.#fail("destination", sent, { detail: `${flow.remoteAddress} never asked anything` });
      }
      return;
    }
    if (!this.#peerAddresses.has(`${flow.remoteAddress}:${flow.remotePort}`)) {
      this.#fail("destination", sent, { detail: `${flow.remoteAddress}:${flow.remotePort} is nobody's` });
    }
  }

  #checkResponse(checked: Checked, status: number): void {
    const { sent, callId, sequence, method, branch } = checked;
    const { finals, inviteFinals } = this.#book;
    // Strangers and CANCELs are answered without state: there is no transaction that could remember what was said.
    if (sent.to === null || method === "CANCEL") return;
    const key = `${sent.to}|${branch}|${sequence} ${method}`;
    const final = finals.get(key);
    if (status < 200) {
      if (final === undefined) return;
      if (status === 100 && sent.at - final.at >= TRANSACTION_MS) this.#forgetTransaction(key, callId);
      else this.#fail("one-final-response", sent, { detail: "provisional after final" });
      return;
    }
    if (final === undefined) finals.set(key, { text: sent.text, at: sent.at });
    else if (final.text !== sent.text) {
      // A request that comes again when timer H, J or L has ended its transaction is a new one, by the RFC's own timers: in a dialog that is over 481.
      if (sent.at - final.at >= TRANSACTION_MS) {
        finals.set(key, { text: sent.text, at: sent.at });
        return;
      }
      const before = final.text.slice(8, 11);
      this.#fail("one-final-response", sent, { detail: `${status} after ${before}, not the same message` });
    }
    if (method !== "INVITE") return;
    if ((inviteFinals.get(callId) ?? INTERVAL_TOO_SMALL) === INTERVAL_TOO_SMALL) inviteFinals.set(callId, status);
    if (status === INTERVAL_TOO_SMALL) this.#book.broughtAgain.add(callId);
  }

  /** Its INVITE, long delayed, was taken for a new one: the final response never arrived, and timer H or L had ended the transaction. */
  #forgetTransaction(key: string, callId: string): void {
    this.#book.finals.delete(key);
    this.#book.inviteFinals.delete(callId);
    this.#book.broughtAgain.add(callId);
  }

  #checkRequest(checked: Checked): void {
    const { sent, message, callId, sequence, method, branch } = checked;
    const { headers } = message;
    const [sender, receiver] = [headers.read(from), headers.read(to)];
    const remoteTag = receiver === null ? "" : (tagOf(receiver) ?? "");
    if (method === "ACK") {
      const answer = this.#book.answers.get(`${callId}|${remoteTag}|${sequence}`);
      if (answer !== undefined) answer.acknowledged = true;
      return;
    }
    if (method === "INVITE") this.#checkCalled(sent, message);
    if (method === "CANCEL") return;
    const key = `${callId}|${sender === null ? "" : tagOf(sender)}|${remoteTag}`;
    const last = this.#book.sequences.get(key) ?? this.#book.sequences.get(`${key.slice(0, key.lastIndexOf("|"))}|`);
    const known = `${sequence} ${branch}`;
    if (last?.branches.has(known) === true) return;
    if (last !== undefined && sequence <= last.sequence) {
      this.#fail("sequence", sent, { detail: `CSeq ${sequence} after ${last.sequence}` });
    }
    const branches = this.#book.sequences.get(key)?.branches ?? new Set(last?.branches);
    this.#book.sequences.set(key, { sequence, branches: branches.add(known) });
  }

  #checkCalled(sent: SentMessage, message: SipMessage): void {
    if (message.kind !== "request") return;
    const user = parseSipUri(message.uri)?.user ?? "";
    for (const prefix of this.#parties.forbiddenPrefixes) {
      if (user.startsWith(prefix)) this.#fail("forbidden-call", sent, { detail: `a call to ${user} went out` });
    }
  }
}
