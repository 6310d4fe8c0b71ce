// A scripted phone: places calls on command, answers them by the number called, as RFC 3261 wants it unless the script says otherwise.
// The same agent runs on virtual time and on real sockets.

import { HOUR, type Millis } from "../../base/index.ts";
import { parseMessage, type SipRequest, tagOf, to, validateMessage } from "../../protocol/sip/index.ts";
import { type TransactionEvent, TransactionLayer } from "../../protocol/transaction/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import type { Agent, LabAction, LabInput } from "../agent.ts";
import { giveUpAck, hangUpAnswered, receiveAck, repeatAccepted } from "./accepted.ts";
import { answerInvite, calledOf, receiveCancel, refuseCall, takeDueStep } from "./answer-call.ts";
import { answerInDialog } from "./answer-change.ts";
import { concludeChange, refreshSession, retryChange, takeDueDeed } from "./change-session.ts";
import { finishBye, receiveBye } from "./hang-up.ts";
import { responseHeaders } from "./message-parts.ts";
import {
  type CallTimer,
  dialogKey,
  forgetCall,
  type PhoneCall,
  type PhoneMoment,
  type PhoneOptions,
  type PhoneState,
} from "./phone-call.ts";
import { type PhoneSession, sessionOf } from "./phone-session.ts";
import { abandonCall, cancelCall, failCall, placeCall, receiveInviteResponse } from "./place-call.ts";
import { repeatReliable } from "./reliable-response.ts";

const MOST_TRANSACTIONS = 100_000;

export class Phone implements Agent {
  readonly #state: PhoneState;

  constructor(options: PhoneOptions) {
    this.#state = {
      options,
      transactions: new TransactionLayer({ limit: MOST_TRANSACTIONS }),
      calls: new Map(),
      dialogs: new Map(),
      invites: new Map(),
      patienceMs: options.patienceMs ?? HOUR,
      answered: 0,
    };
  }

  /** What each standing call has agreed on, and whether that is all: nothing of either side is open. */
  sessions(): PhoneSession[] {
    return [...this.#state.calls.values()].flatMap((call) => sessionOf(this.#state, call));
  }

  /** Calls that are not over, or still wait for what may come late. */
  get calls(): number {
    return this.#state.calls.size;
  }

  get transactions(): number {
    return this.#state.transactions.size;
  }

  handle(input: LabInput, now: Millis): readonly LabAction[] {
    const moment: PhoneMoment = { now, actions: [] };
    switch (input.kind) {
      case "datagram":
        this.#receive(input.text, input.flow, moment);
        break;
      case "timer":
        this.#fire(input.key, moment);
        break;
      case "transport-error":
        for (const event of this.#state.transactions.failFlow(input.flow, moment)) this.#hear(event, moment);
        break;
      case "place-call":
        placeCall(this.#state, input.script, moment);
        break;
      case "hang-up":
        this.#hangUp(input.call, moment);
        break;
      default:
        break;
    }
    return moment.actions;
  }

  #receive(text: string, flow: Flow, moment: PhoneMoment): void {
    const parsed = parseMessage(text);
    if (!parsed.ok || validateMessage(parsed.value) !== null) return;
    const message = parsed.value;
    if (message.kind === "response") {
      this.#hear(this.#state.transactions.receiveResponse(message, flow, moment), moment);
      return;
    }
    if (this.#isSilent(message)) return;
    this.#hear(this.#state.transactions.receiveRequest(message, flow, moment), moment);
  }

  /** Requests to a silent number never reach a transaction: nobody is there. */
  #isSilent(request: SipRequest): boolean {
    if (request.method !== "INVITE" && request.method !== "CANCEL") return false;
    return this.#state.options.answering(calledOf(request)).silent;
  }

  #hear(event: TransactionEvent | null, moment: PhoneMoment): void {
    if (event === null) return;
    switch (event.kind) {
      case "request":
        this.#answer(event, moment);
        break;
      case "ack": {
        const call = this.#dialogOf(event.request);
        if (call !== undefined) receiveAck(this.#state, call, { request: event.request, moment });
        break;
      }
      case "cancel": {
        const call = this.#state.invites.get(event.invite);
        if (call !== undefined) receiveCancel(this.#state, call, moment);
        break;
      }
      case "terminated":
        break;
      default:
        this.#conclude(event, moment);
    }
  }

  #answer(event: Extract<TransactionEvent, { kind: "request" }>, moment: PhoneMoment): void {
    const { request, transaction } = event;
    const { transactions, options } = this.#state;
    const inDialog = tagOf(request.headers.read(to) ?? { displayName: null, uri: "", parameters: [] }) !== null;
    const call = inDialog ? this.#dialogOf(request) : undefined;
    if (request.method === "INVITE" && !inDialog) {
      answerInvite(this.#state, { ...event, moment });
    } else if (request.method === "OPTIONS") {
      transactions.respond(transaction, { status: 200, toTag: "options", headers: responseHeaders(options) }, moment);
    } else if (inDialog && call === undefined) {
      transactions.respond(transaction, { status: 481, toTag: null }, moment);
    } else if (request.method === "BYE" && call !== undefined) {
      receiveBye(this.#state, call, { transaction, request, moment });
    } else if (call !== undefined) {
      answerInDialog(this.#state, call, { transaction, request, moment });
    } else {
      transactions.respond(transaction, { status: 405, toTag: "none", headers: responseHeaders(options) }, moment);
    }
  }

  /** A response, or that none will come, to a request of ours. Its `user` is what it was for and the call's id. */
  #conclude(
    event: Extract<TransactionEvent, { kind: "response" | "timeout" | "transport-error" }>,
    moment: PhoneMoment,
  ): void {
    const split = event.user.indexOf("|");
    const purpose = event.user.slice(0, split);
    const call = this.#state.calls.get(event.user.slice(split + 1));
    if (call === undefined) return;
    if (purpose === "bye") {
      if (event.kind !== "response" || event.response.status >= 200) finishBye(this.#state, call, moment);
      return;
    }
    if (purpose === "change") {
      const response = event.kind === "response" ? event.response : null;
      concludeChange(this.#state, call, { response, moment });
      return;
    }
    if (call.role !== "caller" || purpose !== "invite") return;
    if (event.kind === "response") receiveInviteResponse(this.#state, call, { response: event.response, moment });
    else failCall(this.#state, call, { status: event.kind === "timeout" ? 408 : 503, moment });
  }

  #dialogOf(request: SipRequest): PhoneCall | undefined {
    const address = request.headers.read(to);
    const tag = address === null ? null : tagOf(address);
    return this.#state.dialogs.get(dialogKey(request.headers.first("call-id") ?? "", tag ?? ""));
  }

  #hangUp(id: string, moment: PhoneMoment): void {
    const call = this.#state.calls.get(id);
    if (call === undefined) return;
    if (call.role === "caller" && call.state === "open") cancelCall(this.#state, call, moment);
    else if (call.role === "callee" && call.state === "open") refuseCall(this.#state, call, { status: 480, moment });
    else hangUpAnswered(this.#state, call, moment);
  }

  #fire(key: string, moment: PhoneMoment): void {
    if (!key.startsWith("p|")) {
      this.#hear(this.#state.transactions.fireTimer(key, moment), moment);
      return;
    }
    const split = key.lastIndexOf("|");
    const call = this.#state.calls.get(key.slice(2, split));
    const timer = key.slice(split + 1) as CallTimer;
    if (call?.timers.delete(timer) !== true) return;
    if (timer === "linger") forgetCall(this.#state, call, moment);
    else if (timer === "hang-up" || timer === "cancel") this.#hangUp(call.id, moment);
    else if (timer === "patience") this.#losePatience(call, moment);
    else if (timer === "deed") takeDueDeed(this.#state, call, moment);
    else if (timer === "reliable" || timer === "no-prack") this.#fireReliable(call, timer, moment);
    else if (timer === "refresh") refreshSession(this.#state, call, moment);
    else if (timer === "expire") hangUpAnswered(this.#state, call, moment);
    else if (timer === "retry") retryChange(this.#state, call, moment);
    else if (timer === "repeat") repeatAccepted(this.#state, call, moment);
    else if (timer === "no-ack") giveUpAck(this.#state, call, moment);
    else if (call.role === "callee") takeDueStep(this.#state, call, moment);
  }

  #fireReliable(call: PhoneCall, timer: "reliable" | "no-prack", moment: PhoneMoment): void {
    if (call.role !== "callee") return;
    if (timer === "reliable") repeatReliable(this.#state, call, moment);
    else refuseCall(this.#state, call, { status: 504, moment });
  }

  #losePatience(call: PhoneCall, moment: PhoneMoment): void {
    if (call.role === "caller" && call.state === "open" && call.cancel === "sent")
      abandonCall(this.#state, call, moment);
    else this.#hangUp(call.id, moment);
  }
}
