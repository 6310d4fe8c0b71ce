// The npm package `sip`.
import { createRequire } from "node:module";
import { ANSWER, type Contestant } from "./contestant.ts";

interface Address {
  readonly uri: unknown;
  readonly params: Record<string, string | null>;
}

interface Message {
  readonly method: string;
  readonly uri: string;
  readonly content: string;
  readonly headers: {
    readonly via: readonly { host: string; port: number; params: Record<string, string> }[];
    readonly from: Address;
    readonly to: Address;
    readonly contact: readonly Address[];
    readonly route: readonly Address[];
    readonly cseq: { readonly seq: number };
    readonly "call-id": string;
  };
}

interface Sip {
  parse(text: string): Message | undefined;
  parseUri(uri: unknown): { user: string | undefined; host: string };
  stringifyUri(uri: unknown): string;
  makeResponse(request: Message, status: number, reason: string, extension: object): Message;
  stringify(message: Message): string;
}

const load = createRequire(import.meta.url);
const sip = load("sip") as Sip;

export const npmSip: Contestant<Message> = {
  parse: (text) => {
    const message = sip.parse(text);
    if (message === undefined) throw new Error("invalid");
    return message;
  },
  factsOf: ({ method, uri, headers, content }) => {
    const target = sip.parseUri(uri);
    const via = headers.via[0];
    return {
      method,
      requestUser: target.user ?? null,
      requestHost: target.host,
      viaHost: via?.host ?? "",
      viaPort: via?.port ?? null,
      branch: via?.params.branch ?? "",
      from: headers.from.uri,
      fromTag: headers.from.params.tag ?? null,
      to: headers.to.uri,
      callId: headers["call-id"],
      sequence: headers.cseq.seq,
      contact: headers.contact[0]?.uri,
      route: headers.route[0]?.uri,
      body: content,
    };
  },
  uriText: (uri) => sip.stringifyUri(uri),
  answer: (message, content) => {
    const headers = { contact: ANSWER.contact, "content-type": "application/sdp" };
    const response = sip.makeResponse(message, ANSWER.status, ANSWER.reason, { headers, content });
    response.headers.to.params.tag = ANSWER.tag;
    return sip.stringify(response);
  },
};
