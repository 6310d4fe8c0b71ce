// A caller of our own: a telephone inside, whose messages come from an address that nobody has and never reach the wire. It calls the test number over one
// trunk, says nothing, and hangs up a while after the answer; so a test goes through all that a call for help would go through.

import { dropTimer, type Millis, noteTimer, randomToken, SECOND } from "../../base/index.ts";
import type { Trunk } from "../../model/index.ts";
import { formatDescription, isAudio, parseDescription } from "../../protocol/sdp/index.ts";
import {
  answerableHead,
  BRANCH_COOKIE,
  cseq,
  escapeUser,
  formatHostPort,
  formatRequest,
  formatResponse,
  type HeaderLine,
  header,
  parseMessage,
  type SipRequest,
  type SipResponse,
} from "../../protocol/sip/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import type { EmergencyTestOrder } from "../emergency-step.ts";
import { trunkNamed } from "./border.ts";
import type { OwnCall, OwnTimer } from "./own-call-state.ts";
import { newIdentifier, newTag, type Turn } from "./turn.ts";

const OURS = "own|";
/** RFC 1122 section 3.2.1.3: nothing ever comes from there. */
const NOWHERE = "0.0.0.0";
const NOWHERE_PORT = 9;
const PEER = formatHostPort(NOWHERE, NOWHERE_PORT);
/** At once: each trunk is tried by itself. */
const OWN_CALLS_MOST = 10;
/** For what still comes after the end. */
const FORGET_AFTER_MS: Millis = 40 * SECOND;

export function isOfOwnCall(key: string): boolean {
  return key.startsWith(OURS);
}

/** As the engine's timers are named. */
export function ownTimerKey({ callId }: OwnCall, name: string): string {
  return `${OURS}${callId}|${name}`;
}

export function isOwnFlow({ remoteAddress }: Flow): boolean {
  return remoteAddress === NOWHERE;
}

/** The call of ours that a request belongs to; null where it is none of ours. */
export function ownCallOf(request: SipRequest, flow: Flow, { world }: Turn): OwnCall | null {
  return isOwnFlow(flow) ? (world.ownCalls.get(request.headers.first("call-id") ?? "") ?? null) : null;
}

/** As whom it speaks: the trunk without what a telephone inside cannot do. */
export function ownSpeaker({ order }: OwnCall, { world }: Turn): Trunk | null {
  const trunk = trunkNamed(world.border, order.from);
  if (trunk === null) return null;
  const media = { ...trunk.media, encryption: "none", ice: "off", dtmf: "rfc4733" } as const;
  return { ...trunk, media, signaling: { ...trunk.signaling, reliableProvisional: "off" } };
}

/** Begins it: gives the INVITE, or why there is none. */
export function beginOwnCall(
  order: EmergencyTestOrder,
  turn: Turn,
): { readonly call: OwnCall; readonly text: string } | string {
  const { border, ownCalls } = turn.world;
  const trunk = trunkNamed(border, order.from);
  const { testNumber } = border;
  if (trunk === null || trunkNamed(border, order.trunk) === null) return "there is no such trunk";
  if (testNumber === null) return "there is no test number";
  if (ownCalls.size >= OWN_CALLS_MOST) return "too many tests at once";
  const [listener] = border.configuration.networks[trunk.network]?.listen ?? [];
  if (listener === undefined) return "its network has no listener";
  const { address: localAddress, port: localPort } = listener;
  const call: OwnCall = {
    order,
    flow: {
      network: trunk.network,
      transport: "udp",
      localAddress,
      localPort,
      remoteAddress: NOWHERE,
      remotePort: NOWHERE_PORT,
    },
    callId: newIdentifier(turn),
    uri: `sip:${testNumber}@${formatHostPort(localAddress, localPort)}`,
    from: `<sip:${escapeUser(order.caller)}@${PEER}>;tag=${newTag(turn)}`,
    branch: BRANCH_COOKIE + randomToken(turn.world.random, 20),
    to: null,
    contact: null,
    state: "calling",
    timers: [],
  };
  ownCalls.set(call.callId, call);
  start(call, "give-up", { afterMs: order.answerWithinMs, turn });
  return { call, text: requestOf(call, "INVITE", { sequence: 1, branch: call.branch, lines: contactLines() }) };
}

function contactLines(): readonly HeaderLine[] {
  return [["Contact", `<sip:demarc@${PEER}>`]];
}

function requestOf(
  { flow, callId, uri, from, to, contact }: OwnCall,
  method: string,
  parts: {
    readonly sequence: number;
    readonly branch: string;
    readonly lines?: readonly HeaderLine[];
    readonly body?: string | null;
  },
): string {
  const { sequence, branch, lines = [], body = null } = parts;
  return formatRequest({
    method,
    uri: contact ?? uri,
    headers: [
      ["Via", `SIP/2.0/${flow.transport.toUpperCase()} ${PEER};branch=${branch};rport`],
      ["Max-Forwards", "70"],
      ["From", from],
      ["To", to ?? `<${uri}>`],
      ["Call-ID", callId],
      ["CSeq", `${sequence} ${method}`],
      ...lines,
    ],
    body: body === null ? null : { contentType: "application/sdp", text: body },
  });
}

function start(
  call: OwnCall,
  name: OwnTimer,
  { afterMs, turn }: { readonly afterMs: Millis; readonly turn: Turn },
): void {
  const at = turn.now + afterMs;
  noteTimer(call.timers, { name, at });
  turn.actions.push({ kind: "start-timer", key: ownTimerKey(call, name), at });
}

function stop(call: OwnCall, name: OwnTimer, turn: Turn): void {
  if (!dropTimer(call.timers, name)) return;
  turn.actions.push({ kind: "stop-timer", key: ownTimerKey(call, name) });
}

function forget(call: OwnCall, turn: Turn): void {
  for (const { name } of [...call.timers]) stop(call, name, turn);
  turn.world.ownCalls.delete(call.callId);
}

/** What it sends when a timer of it fires, with the call itself; null where there is none any more. */
export function onOwnTimer(
  key: string,
  turn: Turn,
): { readonly call: OwnCall; readonly texts: readonly string[] } | null {
  const [, callId = "", name = ""] = key.split("|");
  const call = turn.world.ownCalls.get(callId);
  if (call === undefined || !dropTimer(call.timers, name as OwnTimer)) return null;
  if (name === "forget") turn.world.ownCalls.delete(callId);
  if (name === "give-up" && call.state === "calling") {
    call.state = "given-up";
    start(call, "forget", { afterMs: FORGET_AFTER_MS, turn });
    return { call, texts: [requestOf(call, "CANCEL", { sequence: 1, branch: call.branch })] };
  }
  return { call, texts: name === "hang-up" && call.state === "talking" ? [leave(call, turn)] : [] };
}

function leave(call: OwnCall, turn: Turn): string {
  call.state = "leaving";
  start(call, "forget", { afterMs: FORGET_AFTER_MS, turn });
  return requestOf(call, "BYE", { sequence: 2, branch: BRANCH_COOKIE + randomToken(turn.world.random, 20) });
}

/** What it says to a message that is sent to it. */
export function hearOwnCall(
  text: string,
  turn: Turn,
): { readonly call: OwnCall; readonly texts: readonly string[] } | null {
  const parsed = parseMessage(text);
  if (!parsed.ok) return null;
  const message = parsed.value;
  const call = turn.world.ownCalls.get(message.headers.first("call-id") ?? "");
  if (call === undefined) return null;
  return {
    call,
    texts: message.kind === "request" ? hearRequest(call, message, turn) : hearResponse(call, message, turn),
  };
}

function hearRequest(call: OwnCall, request: SipRequest, turn: Turn): readonly string[] {
  if (request.method === "ACK") return [];
  const head = answerableHead(request, { address: call.flow.localAddress, port: call.flow.localPort });
  if (head === null) return [];
  if (request.method === "BYE") forget(call, turn);
  const changes = request.method === "INVITE" || request.method === "UPDATE";
  return [formatResponse(head, { status: changes ? 488 : 200, toTag: null, headers: contactLines() })];
}

function hearResponse(call: OwnCall, response: SipResponse, turn: Turn): readonly string[] {
  const { status, headers } = response;
  const method = headers.read(cseq)?.method;
  if (status < 200) return [];
  if (method === "BYE") forget(call, turn);
  if (method !== "INVITE") return [];
  const to = headers.first("to") ?? null;
  if (status >= 300) {
    call.to = to;
    const acknowledged = { ...call, contact: null };
    forget(call, turn);
    return [requestOf(acknowledged, "ACK", { sequence: 1, branch: call.branch })];
  }
  const first = call.to === null;
  call.to = to;
  call.contact = headers.read(header.contact)?.[0]?.uri ?? call.uri;
  const branch = BRANCH_COOKIE + randomToken(turn.world.random, 20);
  const ack = requestOf(call, "ACK", { sequence: 1, branch, body: answerTo(response.body) });
  if (!first) return [ack];
  stop(call, "give-up", turn);
  // It was answered while it was given up.
  if (call.state === "given-up") return [ack, leave(call, turn)];
  call.state = "talking";
  start(call, "hang-up", { afterMs: call.order.talkMs, turn });
  return [ack];
}

/** It takes the audio that is offered, sends none, and wants none sent to where nobody is. */
function answerTo(offer: string): string | null {
  const parsed = parseDescription(offer);
  if (!parsed.ok) return null;
  const media = parsed.value.media.map((section) => ({
    ...section,
    port: isAudio(section) && section.port !== 0 ? NOWHERE_PORT : 0,
    connection: null,
    attributes: [
      ...section.attributes.filter(({ name }) => name === "rtpmap" || name === "fmtp"),
      { name: "inactive", value: null },
    ],
  }));
  const origin = { ...parsed.value.origin, username: "-", addressType: "IP4", address: NOWHERE } as const;
  const connection = { addressType: "IP4", address: NOWHERE } as const;
  return formatDescription({ ...parsed.value, origin, connection, attributes: [], media });
}
