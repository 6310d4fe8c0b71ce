// A peer that asks for credentials: it stands before an agent and lets INVITEs and BYEs through to it only with the right ones (RFC 3261 section 22.3).

import { type Millis, type Random, randomToken } from "../base/index.ts";
import {
  answerableHead,
  branchOf,
  type DigestServer,
  formatResponse,
  type HeaderLine,
  header,
  parseMessage,
  type SipRequest,
  topVia,
  validateMessage,
} from "../protocol/sip/index.ts";
import { type Flow, responseFlow } from "../protocol/transport/index.ts";
import type { Agent, LabAction, LabInput } from "./agent.ts";

export interface DoorkeeperOptions {
  readonly agent: Agent;
  readonly server: DigestServer;
  readonly random: Random;
}

interface Arrival {
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly now: Millis;
}

/** How many requests are remembered, so that one that comes again is dealt with as before. */
const MOST_REMEMBERED = 10_000;

export class Doorkeeper implements Agent {
  readonly #options: DoorkeeperOptions;
  /** By sender, branch and method: the challenge that was sent; null for what was let through. */
  readonly #decided = new Map<string, LabAction | null>();

  constructor(options: DoorkeeperOptions) {
    this.#options = options;
  }

  handle(input: LabInput, now: Millis): readonly LabAction[] {
    const parsed = input.kind === "datagram" ? parseMessage(input.text) : null;
    if (input.kind !== "datagram" || parsed === null || !parsed.ok || validateMessage(parsed.value) !== null)
      return this.#options.agent.handle(input, now);
    const message = parsed.value;
    const asked = message.kind === "request" && (message.method === "INVITE" || message.method === "BYE");
    const challenge = asked ? this.#decide({ request: message, flow: input.flow, now }) : null;
    return challenge === null ? this.#options.agent.handle(input, now) : [challenge];
  }

  #decide(arrival: Arrival): LabAction | null {
    const { request, flow } = arrival;
    const via = request.headers.read(topVia);
    const key = `${flow.remoteAddress}|${via === null ? "" : branchOf(via)}|${request.method}`;
    const before = this.#decided.get(key);
    if (before !== undefined) return before;
    const decision = this.#examine(arrival);
    this.#decided.set(key, decision);
    const [oldest = ""] = this.#decided.keys();
    if (this.#decided.size > MOST_REMEMBERED) this.#decided.delete(oldest);
    return decision;
  }

  /** The challenge that the request gets; null when its credentials are right. */
  #examine({ request, flow, now }: Arrival): LabAction | null {
    const { server, random } = this.#options;
    const moment = { scope: flow.remoteAddress, now };
    const verdict = server.verify(request, request.headers.readEach(header.proxyAuthorization), moment);
    const via = request.headers.read(topVia);
    const head = answerableHead(request, { address: flow.remoteAddress, port: flow.remotePort });
    if (verdict.kind === "accepted" || via === null || head === null) return null;
    const challenges = server.challenge(moment, { stale: verdict.kind === "stale", random });
    const headers = challenges.map((challenge): HeaderLine => {
      return ["Proxy-Authenticate", header.proxyAuthenticate.format(challenge)];
    });
    const text = formatResponse(head, { status: 407, toTag: randomToken(random, 16), headers });
    return { kind: "send", flow: responseFlow(via, flow), text };
  }
}
