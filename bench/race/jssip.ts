// The npm package `jssip`. Its reply goes to a transaction: one that keeps the text stands in for it.
import { createRequire } from "node:module";
import { ANSWER, type Contestant } from "./contestant.ts";

interface Uri {
  readonly user: string | null;
  readonly host: string;
  toString(): string;
}

interface Message {
  readonly method: string;
  readonly ruri: Uri;
  readonly via: { readonly host: string; readonly port: number };
  readonly via_branch: string;
  readonly from: { readonly uri: Uri };
  readonly from_tag: string;
  readonly to: { readonly uri: Uri };
  readonly call_id: string;
  readonly cseq: number;
  readonly body: string;
  server_transaction: { receiveResponse(status: number, text: string): void };
  /** The value of the first line of that name. */
  parseHeader(name: string): unknown;
  reply(status: number, reason: string, headers: readonly string[], body: string): void;
}

const load = createRequire(import.meta.url);
const { parseMessage } = load("jssip/lib/Parser") as { parseMessage(text: string, agent: object): Message | undefined };
/** The little of a user agent that a message asks for. */
const AGENT = { configuration: {}, contact: {} };

export const jssip: Contestant<Message> = {
  parse: (text) => {
    const message = parseMessage(text, AGENT);
    if (message === undefined) throw new Error("invalid");
    return message;
  },
  factsOf: (message) => ({
    method: message.method,
    requestUser: message.ruri.user,
    requestHost: message.ruri.host,
    viaHost: message.via.host,
    viaPort: message.via.port,
    branch: message.via_branch,
    from: message.from.uri,
    fromTag: message.from_tag,
    to: message.to.uri,
    callId: message.call_id,
    sequence: message.cseq,
    contact: (message.parseHeader("contact") as { uri: Uri }).uri,
    route: (message.parseHeader("route") as { uri: Uri }).uri,
    body: message.body,
  }),
  uriText: (uri) => String(uri),
  answer: (message, body) => {
    let answered = "";
    message.server_transaction = {
      receiveResponse: (_status, text) => {
        answered = text;
      },
    };
    message.reply(ANSWER.status, ANSWER.reason, [`Contact: ${ANSWER.contact}`], body);
    return answered;
  },
};
