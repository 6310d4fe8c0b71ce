// The transaction layer (RFC 3261 section 17): finds or makes the machine that a message, timer or error is for, and carries out its effects.

import { BoundedMap, dropTimer, flatCopy, invariant, type Millis, noteTimer } from "../../base/index.ts";
import {
  answerableHead,
  formatResponse,
  type HeaderLine,
  type ResponseHead,
  type ResponseParts,
  type SipRequest,
  type SipResponse,
  topVia,
  type Via,
} from "../sip/index.ts";
import { type Flow, hasSameRemote, isReliable, responseFlow } from "../transport/index.ts";
import { formatCancel, formatFailureAck } from "./derive-request.ts";
import type { TransactionEffect } from "./effects.ts";
import {
  abandonInviteClient,
  fireInviteClientTimer,
  receiveInviteResponse,
  startInviteClient,
} from "./invite-client.ts";
import { fireInviteServerTimer, receiveInviteAck, receiveInviteAgain, respondToInvite } from "./invite-server.ts";
import {
  cancelledKey,
  clientKey,
  mergeKeyOf,
  quotedClientKey,
  responseKey,
  serverKey,
  type TransactionKey,
} from "./keys.ts";
import { fireNonInviteClientTimer, receiveNonInviteResponse, startNonInviteClient } from "./non-invite-client.ts";
import { fireNonInviteServerTimer, receiveNonInviteAgain, respondToNonInvite } from "./non-invite-server.ts";
import { RFC_TIMERS, type TimerSettings, type TransactionTimer } from "./timers.ts";
import type { Machine, Transaction } from "./transaction.ts";
import type { Moment, OutgoingRequest, TransactionEvent } from "./transaction-user.ts";

/** What responses add to the topmost Via (RFC 7339). */
export interface ViaReport {
  /** The Via to add it to; null where its sender does not ask for it. */
  open(via: Via): Via | null;
  /** As of now, with the semicolon before it. */
  write(now: Millis): string;
}

const NO_REPORT: ViaReport = { open: () => null, write: () => "" };
/** What another server may take as well. */
const FOR_OTHERS_TOO: ReadonlySet<string> = new Set(["INVITE", "OPTIONS", "REGISTER"]);

export interface TransactionLayerOptions {
  /** The timers of the peer that requests come from on a flow. Default: the RFC's. */
  readonly timersOf?: (flow: Flow) => TimerSettings;
  /** What responses say in the topmost Via to senders of requests that ask for it. */
  readonly viaReport?: ViaReport;
  /** The most transactions alive at once; beyond it new requests are answered 503. */
  readonly limit?: number;
}

/** All live transactions. Every input comes with its moment; what is to be done is pushed into `moment.actions`. Bounded by `limit`. */
export class TransactionLayer {
  readonly #timersOf: (flow: Flow) => TimerSettings;
  readonly #viaReport: ViaReport;
  readonly #live: BoundedMap<TransactionKey, Transaction>;
  /** Live server transactions outside dialogs, by mergeKeyOf. */
  readonly #merges = new Map<string, TransactionKey>();

  constructor(options: TransactionLayerOptions = {}) {
    this.#timersOf = options.timersOf ?? (() => RFC_TIMERS);
    this.#viaReport = options.viaReport ?? NO_REPORT;
    this.#live = new BoundedMap(options.limit ?? 400_000);
  }

  get size(): number {
    return this.#live.size;
  }

  /** Refusals because the table was full. */
  get overflows(): number {
    return this.#live.refused;
  }

  get(key: TransactionKey): Transaction | undefined {
    return this.#live.get(key);
  }

  /** Says whose a request's transaction is, and under which To tag it will be answered where that is settled. Nothing where it is gone. */
  assign(key: TransactionKey, user: string, toTag: string | null = null): void {
    const transaction = this.#live.get(key);
    if (transaction === undefined) return;
    transaction.user = user;
    transaction.toTag ??= toTag;
  }

  /** Every live transaction, oldest first. */
  all(): IterableIterator<Transaction> {
    return this.#live.values();
  }

  /** Takes up a transaction that another layer had, as it stands. False when the table is full. */
  adopt(transaction: Transaction): boolean {
    if (!this.#live.set(transaction.key, transaction)) return false;
    if (transaction.merge !== null) this.#merges.set(transaction.merge, transaction.key);
    return true;
  }

  /** Whether a request belongs to a live transaction: then it is a repetition, or takes an INVITE back. */
  knows(request: SipRequest, flow: Flow): boolean {
    const key = request.method === "CANCEL" ? cancelledKey(request, flow) : serverKey(request, flow);
    return this.#live.has(key);
  }

  /** Takes a valid request. Null when the transaction layer dealt with it. */
  receiveRequest(request: SipRequest, flow: Flow, moment: Moment): TransactionEvent | null {
    const key = serverKey(request, flow);
    const known = this.#live.get(key);
    if (request.method === "ACK") {
      if (known === undefined) return { kind: "ack", request, flow };
      if (known.machine.machine !== "invite-server") return null;
      const delivered = this.#carryOut(known, receiveInviteAck(known.machine), moment);
      return delivered === "deliver" ? { kind: "ack", request, flow } : null;
    }
    if (known !== undefined) {
      if (known.machine.machine === "invite-server") this.#carryOut(known, receiveInviteAgain(known.machine), moment);
      if (known.machine.machine === "non-invite-server")
        this.#carryOut(known, receiveNonInviteAgain(known.machine), moment);
      return null;
    }
    return this.#acceptRequest({ key, request, flow }, moment);
  }

  /** Takes a valid response. Null when it belongs to no transaction or was absorbed. */
  receiveResponse(response: SipResponse, flow: Flow, moment: Moment): TransactionEvent | null {
    const transaction = this.#live.get(responseKey(response));
    if (transaction === undefined) return null;
    const { machine, key, user } = transaction;
    let effects: readonly TransactionEffect[] = [];
    if (machine.machine === "invite-client") {
      effects = receiveInviteResponse(machine, response.status, () => formatFailureAck(machine.request, response));
    } else if (machine.machine === "non-invite-client") {
      effects = receiveNonInviteResponse(machine, response.status);
    }
    const delivered = this.#carryOut(transaction, effects, moment);
    return delivered === "deliver" && isHeard(transaction)
      ? { kind: "response", transaction: key, user, response, flow }
      : null;
  }

  /** Takes a timer whose key began with a transaction's key. Late ones of transactions that ended are ignored. */
  fireTimer(timerKey: string, moment: Moment): TransactionEvent | null {
    const split = timerKey.lastIndexOf("|");
    const transaction = this.#live.get(timerKey.slice(0, split));
    if (transaction === undefined) return null;
    const timer = timerKey.slice(split + 1) as TransactionTimer;
    if (!dropTimer(transaction.running, timer)) return null;
    const heard = this.#carryOut(transaction, fireTimerOf(transaction.machine, timer), moment);
    const { user, key } = transaction;
    if (!isHeard(transaction)) return null;
    if (heard === "timeout") return { kind: "timeout", transaction: key, user };
    return timer === "timerM" ? { kind: "terminated", transaction: key, user } : null;
  }

  /** A send to the flow's remote side failed: its client transactions that still wait end (sections 17.1.4 and 8.1.3.1). */
  failFlow(flow: Flow, moment: Moment): TransactionEvent[] {
    return [...this.#live.values()].flatMap((transaction) => this.#fail(transaction, flow, moment) ?? []);
  }

  /**
   * ICMP says that a request did not arrive (RFC 3261 section 18.4). It is believed by the branch that it quotes, which only the peer and who is on the way can
   * know; one that quotes less is not, and the timers speak. What only its peer can take is not given up for it: that may be back in a moment.
   */
  failQuoted(
    { flow, quoted }: { readonly flow: Flow; readonly quoted: string },
    moment: Moment,
  ): TransactionEvent | null {
    const key = quotedClientKey(quoted);
    const transaction = key === null ? undefined : this.#live.get(key);
    if (transaction === undefined || !FOR_OTHERS_TOO.has(transaction.method)) return null;
    return this.#fail(transaction, flow, moment);
  }

  /** Null where it does not wait for anything from there, or nobody for it. */
  #fail(transaction: Transaction, flow: Flow, moment: Moment): TransactionEvent | null {
    const { machine, user, key } = transaction;
    // An INVITE sends nothing more once it is proceeding; other requests are retransmitted until their final response.
    const waits =
      machine.machine === "invite-client"
        ? machine.state === "calling"
        : machine.state === "trying" || machine.state === "proceeding";
    if (transaction.head !== null || !waits || !hasSameRemote(transaction.flow, flow)) return null;
    machine.state = "terminated";
    this.#carryOut(transaction, [{ kind: "terminate" }], moment);
    return isHeard(transaction) ? { kind: "transport-error", transaction: key, user } : null;
  }

  /** Sends a request in a transaction of its own. False when the table is full: nothing was sent. */
  request(outgoing: OutgoingRequest, moment: Moment): boolean {
    const { method, branch, text, flow, user, told = true, timers = RFC_TIMERS } = outgoing;
    const shared = { reliable: isReliable(flow), settings: timers, request: text, intervalMs: 0 };
    const machine: Machine =
      method === "INVITE"
        ? { machine: "invite-client", state: "calling", ack: null, ...shared }
        : { machine: "non-invite-client", state: "trying", ...shared };
    const key = clientKey(branch, method);
    invariant(!this.#live.has(key), "a branch is used once");
    const transaction: Transaction = {
      key,
      method,
      flow,
      machine,
      user,
      told,
      head: null,
      toTag: null,
      merge: null,
      running: [],
    };
    if (!this.#live.set(transaction.key, transaction)) return false;
    const effects = machine.machine === "invite-client" ? startInviteClient(machine) : startNonInviteClient(machine);
    this.#carryOut(transaction, effects, moment);
    return true;
  }

  /** Answers a request. False when its transaction is gone or already has its final response. */
  respond(key: TransactionKey, response: ResponseParts, moment: Moment): boolean {
    const transaction = this.#live.get(key);
    if (transaction === undefined || transaction.head === null) return false;
    if (response.toTag !== null) transaction.toTag = response.toTag;
    const text = this.#format(transaction.head, response, moment);
    const { machine } = transaction;
    let effects: readonly TransactionEffect[] = [];
    if (machine.machine === "invite-server") effects = respondToInvite(machine, response.status, text);
    else if (machine.machine === "non-invite-server") effects = respondToNonInvite(machine, response.status, text);
    this.#carryOut(transaction, effects, moment);
    return effects.length > 0;
  }

  /**
   * Sends the CANCEL of an INVITE that has had a provisional response (section 9.1), with further headers. False when there is nothing to
   * cancel, or it was sent.
   */
  cancel(key: TransactionKey, moment: Moment, headers: readonly HeaderLine[] = []): boolean {
    const invite = this.#live.get(key);
    if (invite?.machine.machine !== "invite-client" || invite.machine.state !== "proceeding") return false;
    const branch = key.split("|")[1] as string;
    if (this.#live.has(clientKey(branch, "CANCEL"))) return false;
    const text = formatCancel(invite.machine.request, headers);
    const { flow, machine, user } = invite;
    const timers = machine.settings;
    return this.request({ method: "CANCEL", branch, text, flow, user, told: false, timers }, moment);
  }

  /** See abandonInviteClient. */
  abandon(key: TransactionKey, moment: Moment): void {
    const invite = this.#live.get(key);
    if (invite?.machine.machine === "invite-client")
      this.#carryOut(invite, abandonInviteClient(invite.machine), moment);
  }

  /** Ends a transaction without another word: a cancelled INVITE that never got its final response (section 9.1). */
  terminate(key: TransactionKey, moment: Moment): void {
    const transaction = this.#live.get(key);
    if (transaction === undefined) return;
    transaction.machine.state = "terminated";
    this.#carryOut(transaction, [{ kind: "terminate" }], moment);
  }

  #acceptRequest(
    arrived: { key: TransactionKey; request: SipRequest; flow: Flow },
    moment: Moment,
  ): TransactionEvent | null {
    const { key, request, flow } = arrived;
    const via = request.headers.read(topVia);
    const { open } = this.#viaReport;
    const head = answerableHead(request, { address: flow.remoteAddress, port: flow.remotePort, open });
    if (via === null || head === null) return null;
    const backFlow = responseFlow(via, flow);
    if (request.method === "CANCEL") return this.#acceptCancel({ request, flow, head, backFlow }, moment);
    const invite = request.method === "INVITE";
    const merge = mergeKeyOf(request);
    if (merge !== null && this.#merges.has(merge)) return this.#refuse({ status: 482, head, flow: backFlow }, moment);
    const shared = { reliable: isReliable(flow), settings: this.#timersOf(flow), lastResponse: null };
    const machine: Machine = invite
      ? { machine: "invite-server", state: "proceeding", intervalMs: 0, ...shared }
      : { machine: "non-invite-server", state: "trying", ...shared };
    const owned = flatCopy(key);
    const transaction: Transaction = {
      key: owned,
      method: flatCopy(request.method),
      flow: backFlow,
      machine,
      user: "",
      told: true,
      head,
      toTag: null,
      merge: merge === null ? null : flatCopy(merge),
      running: [],
    };
    if (!this.#live.set(owned, transaction)) return this.#refuse({ status: 503, head, flow: backFlow }, moment);
    if (transaction.merge !== null) this.#merges.set(transaction.merge, owned);
    return { kind: "request", transaction: owned, request, flow };
  }

  /** A CANCEL is answered without asking anybody: 200 when its INVITE is known, 481 when not (section 9.2). Hop by hop, so statelessly. */
  #acceptCancel(
    arrived: { request: SipRequest; flow: Flow; head: ResponseHead; backFlow: Flow },
    moment: Moment,
  ): TransactionEvent | null {
    const invite = this.#live.get(cancelledKey(arrived.request, arrived.flow));
    const status = invite === undefined ? 481 : 200;
    moment.actions.push({
      kind: "send",
      flow: arrived.backFlow,
      text: this.#format(arrived.head, { status, toTag: invite?.toTag ?? "none" }, moment),
    });
    return invite === undefined ? null : { kind: "cancel", invite: invite.key, request: arrived.request };
  }

  #refuse(refusal: { status: number; head: ResponseHead; flow: Flow }, moment: Moment): null {
    const { status, head, flow } = refusal;
    const headers = status === 503 ? ([["Retry-After", "5"]] as const) : [];
    const text = this.#format(head, { status, toTag: "refused", headers }, moment);
    moment.actions.push({ kind: "send", flow, text });
    return null;
  }

  #format(head: ResponseHead, response: ResponseParts, { now }: Moment): string {
    if (head.viaEnd === null) return formatResponse(head, response);
    return formatResponse(head, { ...response, viaParameters: this.#viaReport.write(now) });
  }

  /** Returns the last thing that the transaction user must hear of. */
  #carryOut(
    transaction: Transaction,
    effects: readonly TransactionEffect[],
    moment: Moment,
  ): "deliver" | "timeout" | null {
    let told: "deliver" | "timeout" | null = null;
    for (const effect of effects) {
      switch (effect.kind) {
        case "send":
          moment.actions.push({ kind: "send", flow: transaction.flow, text: effect.text });
          break;
        case "start":
          startTimer(transaction, effect, moment);
          break;
        case "stop":
          stopTimer(transaction, effect.timer, moment);
          break;
        case "terminate":
          this.#remove(transaction, moment);
          break;
        default:
          told = effect.kind;
      }
    }
    return told;
  }

  #remove(transaction: Transaction, moment: Moment): void {
    for (const { name } of [...transaction.running]) stopTimer(transaction, name, moment);
    this.#live.delete(transaction.key);
    if (transaction.merge !== null) this.#merges.delete(transaction.merge);
  }
}

/** Whether its user is told what becomes of a transaction. */
function isHeard({ user, told }: Transaction): boolean {
  return told && user !== "";
}

function startTimer(
  transaction: Transaction,
  effect: { readonly timer: TransactionTimer; readonly afterMs: Millis },
  moment: Moment,
): void {
  const at = moment.now + effect.afterMs;
  noteTimer(transaction.running, { name: effect.timer, at });
  moment.actions.push({ kind: "start-timer", key: `${transaction.key}|${effect.timer}`, at });
}

function stopTimer(transaction: Transaction, timer: TransactionTimer, moment: Moment): void {
  if (!dropTimer(transaction.running, timer)) return;
  moment.actions.push({ kind: "stop-timer", key: `${transaction.key}|${timer}` });
}

function fireTimerOf(machine: Machine, timer: TransactionTimer): readonly TransactionEffect[] {
  switch (machine.machine) {
    case "invite-client":
      return fireInviteClientTimer(machine, timer);
    case "non-invite-client":
      return fireNonInviteClientTimer(machine, timer);
    case "invite-server":
      return fireInviteServerTimer(machine, timer);
    case "non-invite-server":
      return fireNonInviteServerTimer(machine, timer);
  }
}
