// The parser of the npm package `drachtio-srf`. Its answers are written by a server in C++: what is measured is its writer of messages.
import { createRequire } from "node:module";
import { ANSWER, type Contestant } from "./contestant.ts";

interface Address {
  readonly uri: unknown;
  readonly params: Record<string, string>;
}

interface Message {
  readonly method: string;
  readonly uri: string;
  body: string;
  status: number;
  reason: string;
  get(name: string): string;
  getParsedHeader(name: string): unknown;
  set(headers: Record<string, string>): Message;
  toString(): string;
}

interface MessageClass {
  new (text?: string): Message;
  parseUri(uri: string): { user: string | undefined; host: string };
}

interface Parser {
  stringifyUri(uri: unknown): string;
}

const load = createRequire(import.meta.url);
const SipMessage = load("drachtio-srf/lib/sip-parser/message") as MessageClass;
const { stringifyUri } = load("drachtio-srf/lib/sip-parser/parser") as Parser;

export const drachtio: Contestant<Message> = {
  parse: (text) => new SipMessage(text),
  factsOf: (message) => {
    const target = SipMessage.parseUri(message.uri);
    const [via] = message.getParsedHeader("via") as { host: string; port: number; params: Record<string, string> }[];
    const from = message.getParsedHeader("from") as Address;
    const [contact] = message.getParsedHeader("contact") as Address[];
    const [route] = message.getParsedHeader("route") as Address[];
    return {
      method: message.method,
      requestUser: target.user ?? null,
      requestHost: target.host,
      viaHost: via?.host ?? "",
      viaPort: via?.port ?? null,
      branch: via?.params.branch ?? "",
      from: from.uri,
      fromTag: from.params.tag ?? null,
      to: (message.getParsedHeader("to") as Address).uri,
      callId: message.get("call-id"),
      sequence: (message.getParsedHeader("cseq") as { seq: number }).seq,
      contact: contact?.uri,
      route: route?.uri,
      body: message.body,
    };
  },
  uriText: (uri) => stringifyUri(uri),
  answer: (message, body) => {
    const response = new SipMessage();
    response.status = ANSWER.status;
    response.reason = ANSWER.reason;
    response.set({
      via: message.get("via"),
      from: message.get("from"),
      to: `${message.get("to")};tag=${ANSWER.tag}`,
      "call-id": message.get("call-id"),
      cseq: message.get("cseq"),
      contact: ANSWER.contact,
      "content-type": "application/sdp",
    });
    response.body = body;
    return response.toString();
  },
};
