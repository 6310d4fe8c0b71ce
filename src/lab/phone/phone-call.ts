// One call of a phone as plain data, and what all of its exchanges do to it: timers, audio, its end.

import type { Millis, Random } from "../../base/index.ts";
import type { Dialog } from "../../protocol/dialog/index.ts";
import {
  connectionOf,
  type Direction,
  isAudio,
  type SessionDescription,
  streamDirection,
} from "../../protocol/sdp/index.ts";
import type { ResponseParts } from "../../protocol/sip/index.ts";
import { RFC_TIMERS, type TransactionKey, type TransactionLayer } from "../../protocol/transaction/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import type { AudioAddress, AudioPorts, LabAction, PhoneEvent } from "../agent.ts";
import type { PhoneIdentity } from "./identity.ts";
import type { AnswerScript, CallScript, MidCallDeed } from "./script.ts";
import type { TimerWish } from "./timer-wish.ts";

export interface PhoneOptions {
  readonly identity: PhoneIdentity;
  /** Where the phone listens: the local half of all its flows. */
  readonly listener: Pick<Flow, "network" | "transport" | "localAddress" | "localPort">;
  readonly random: Random;
  /** How a call to this number (the user part of the Request-URI) is answered. Must say the same each time it is asked of one call. */
  readonly answering: (called: string) => AnswerScript;
  readonly audioPorts: AudioPorts;
  /** A call that nobody ends, ringing or answered, is given up after this. Default one hour. */
  readonly patienceMs?: Millis;
}

/** What the exchanges share. */
export interface PhoneState {
  readonly options: PhoneOptions;
  readonly transactions: TransactionLayer;
  /** By id. */
  readonly calls: Map<string, PhoneCall>;
  /** By Call-ID and our tag. */
  readonly dialogs: Map<string, PhoneCall>;
  /** Calls that we answer, by their INVITE's transaction. */
  readonly invites: Map<TransactionKey, CalleeCall>;
  readonly patienceMs: Millis;
  answered: number;
}

export interface PhoneMoment {
  readonly now: Millis;
  readonly actions: LabAction[];
}

/** A 2xx to an INVITE that is repeated until its ACK comes (RFC 3261 section 13.3.1.4). */
export interface Accepted {
  readonly transaction: TransactionKey;
  readonly parts: ResponseParts;
  readonly sequence: number;
  /** It brought an offer: the ACK brings the answer. */
  readonly offer: SessionDescription | null;
}

/** A change that we have asked for and that has no answer yet. */
export interface OpenChange {
  readonly deed: MidCallDeed;
  readonly method: "INVITE" | "UPDATE";
  readonly sequence: number;
  /** Null where we asked without. */
  readonly offer: SessionDescription | null;
  /** What we want of our audio once it is agreed. */
  readonly wish: Direction;
  /** The port that the offer names. */
  readonly port: number;
  readonly tries: number;
}

interface CallBase {
  readonly id: string;
  readonly callId: string;
  readonly localTag: string;
  /** Where requests go that no route sends elsewhere. */
  readonly flow: Flow;
  /** Of the INVITE, the last one where it was sent again. */
  invite: TransactionKey;
  /** `open`: the INVITE has no final response yet. `ended`: only what may still arrive late is waited for. */
  state: "open" | "answered" | "ending" | "ended";
  dialog: Dialog | null;
  audioPort: number | null;
  audioOpen: boolean;
  /** What holds of our audio; what we offered and was refused does not. */
  description: SessionDescription | null;
  /** What we said of it last, agreed or not: its version goes on from there. */
  said: SessionDescription | null;
  /** What holds of the other side's. */
  remote: SessionDescription | null;
  /** Which way we want our audio to go. */
  wish: Direction;
  /** The methods that the other side allows, as it last said. */
  allowed: readonly string[];
  change: OpenChange | null;
  /** Of the last re-INVITE that we sent: nobody waits for its answer when the call is forgotten. */
  asked: TransactionKey | null;
  /** What is tried again after a glare. */
  retry: Pick<OpenChange, "deed" | "method" | "tries"> | null;
  accepted: Accepted | null;
  repeatMs: Millis;
  /** The session timer that runs (RFC 4028). */
  timer: { readonly seconds: number; readonly refresher: "us" | "peer" } | null;
  /** The highest Min-SE that a 422 asked for, in seconds, and how many did. */
  leastInterval: number;
  raises: number;
  /** Time to hang up, but no BYE may be sent before the ACK (section 15). */
  hangUpDue: boolean;
  /** Whether we hang up when we are told that our REFER has succeeded. */
  leaves: boolean;
  /** The next of the script's deeds. */
  deed: number;
  /** The ACK to each 2xx that we heard, by its To tag and CSeq. */
  readonly acks: Map<string, { readonly flow: Flow; readonly text: string }>;
  readonly timers: Set<CallTimer>;
}

export interface CallerCall extends CallBase {
  readonly role: "caller";
  readonly script: CallScript;
  /** Of the INVITE. */
  sequence: number;
  /** `wanted`: as soon as there is a provisional response. */
  cancel: "no" | "wanted" | "sent";
  provisional: boolean;
  /** The first dialog that a provisional response made; null before. */
  rings: Dialog | null;
  /** The dialogs of reliable provisional responses, by To tag, with the RSeq acknowledged last. */
  readonly early: Map<string, { readonly dialog: Dialog; response: number }>;
}

/** A provisional response that is repeated until its PRACK comes (RFC 3262 section 3). */
export interface ReliableResponse {
  readonly number: number;
  readonly parts: ResponseParts;
  intervalMs: Millis;
}

export interface CalleeCall extends CallBase {
  readonly role: "callee";
  readonly script: AnswerScript;
  /** What the INVITE offered; null when it had no offer. */
  readonly offer: SessionDescription | null;
  step: number;
  readonly inviteSequence: number;
  readonly timerWish: TimerWish;
  /** Whether the INVITE takes reliable provisional responses. */
  readonly takesReliable: boolean;
  reliable: ReliableResponse | null;
  /** The RSeq of the last one; 0 before the first. */
  lastResponse: number;
  /** A reliable response has brought our answer: the 2xx need not. */
  answeredEarly: boolean;
}

export type PhoneCall = CallerCall | CalleeCall;

export type CallTimer =
  | "step"
  | "repeat"
  | "no-ack"
  | "cancel"
  | "hang-up"
  | "patience"
  | "linger"
  | "deed"
  | "retry"
  | "refresh"
  | "expire"
  | "reliable"
  | "no-prack";

/** What a new call knows of the exchanges inside it: nothing. */
export function freshExchanges() {
  return {
    description: null,
    said: null,
    remote: null,
    wish: "sendrecv" as const,
    allowed: [],
    change: null,
    asked: null,
    retry: null,
    accepted: null,
    repeatMs: RFC_TIMERS.t1,
    timer: null,
    leastInterval: 0,
    raises: 0,
    hangUpDue: false,
    leaves: false,
    deed: 0,
    acks: new Map(),
    timers: new Set<CallTimer>(),
  };
}

export function dialogKey(callId: string, localTag: string): string {
  return `${callId}|${localTag}`;
}

export function startCallTimer(
  call: PhoneCall,
  timer: { readonly name: CallTimer; readonly afterMs: Millis },
  moment: PhoneMoment,
): void {
  call.timers.add(timer.name);
  moment.actions.push({ kind: "start-timer", key: `p|${call.id}|${timer.name}`, at: moment.now + timer.afterMs });
}

export function stopCallTimer(call: PhoneCall, name: CallTimer, moment: PhoneMoment): void {
  if (call.timers.delete(name)) moment.actions.push({ kind: "stop-timer", key: `p|${call.id}|${name}` });
}

export function report(call: PhoneCall, event: PhoneEvent, moment: PhoneMoment): void {
  moment.actions.push({ kind: "report", call: call.id, event });
}

/** The audio of the call goes to where `remote` wants it. */
export function openAudio(phone: PhoneState, call: PhoneCall, exchange: AudioExchange): void {
  const media = exchange.remote.media.find(isAudio);
  if (call.audioPort === null || media === undefined) return;
  const connection = connectionOf(exchange.remote, media);
  // Who is on hold sends nothing: the other side has said that it will not hear.
  const direction = streamDirection(exchange.remote, media);
  const held = connection === null || direction === "sendonly" || direction === "inactive";
  call.remote = exchange.remote;
  const remote: AudioAddress | null = held ? null : { address: connection.address, port: media.port };
  const local = audioAddressOf(phone, call.audioPort);
  call.audioOpen = true;
  const { mode } = call.script;
  const payloadType = exchange.agreed.media.find(isAudio)?.formats[0] === "8" ? 8 : 0;
  exchange.moment.actions.push({ kind: "audio", operation: "open", call: call.id, mode, local, remote, payloadType });
}

export interface AudioExchange {
  /** The other side's description. */
  readonly remote: SessionDescription;
  /** The answer, whoever wrote it: its first format is the codec. */
  readonly agreed: SessionDescription;
  readonly moment: PhoneMoment;
}

function audioAddressOf(phone: PhoneState, port: number): AudioAddress {
  return { address: phone.options.listener.localAddress, port };
}

/**
 * Reports the end and lets go of everything but the memory of the call: for `lingerMs` it still answers what comes late. With 0 it is
 * forgotten at once.
 */
export function endCall(
  phone: PhoneState,
  call: PhoneCall,
  end: { readonly event: PhoneEvent; readonly lingerMs: Millis; readonly moment: PhoneMoment },
): void {
  const { moment } = end;
  const moved = call.change?.port ?? null;
  if (moved !== null && moved !== call.audioPort) phone.options.audioPorts.free(moved);
  for (const name of [...call.timers]) stopCallTimer(call, name, moment);
  if (call.audioPort !== null) {
    const local = audioAddressOf(phone, call.audioPort);
    if (call.audioOpen) moment.actions.push({ kind: "audio", operation: "close", call: call.id, local });
    phone.options.audioPorts.free(call.audioPort);
    call.audioPort = null;
    call.audioOpen = false;
  }
  call.state = "ended";
  report(call, end.event, moment);
  if (end.lingerMs > 0) startCallTimer(call, { name: "linger", afterMs: end.lingerMs }, moment);
  else forgetCall(phone, call, moment);
}

export function forgetCall(phone: PhoneState, call: PhoneCall, moment: PhoneMoment): void {
  if (call.asked !== null) phone.transactions.terminate(call.asked, moment);
  phone.calls.delete(call.id);
  phone.dialogs.delete(dialogKey(call.callId, call.localTag));
  if (call.role === "callee") phone.invites.delete(call.invite);
}
