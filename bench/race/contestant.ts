// What each contestant is asked to do: read the facts that a B2BUA needs from an INVITE, and answer it.

/** All of it must be read from the message, and be the same for all. */
export interface Facts {
  readonly method: string;
  readonly requestUser: string | null;
  readonly requestHost: string;
  readonly viaHost: string;
  readonly viaPort: number | null;
  readonly branch: string;
  /** URIs as the package gives them away, as text or taken apart: `uriText` of the contestant makes them text. */
  readonly from: unknown;
  readonly fromTag: string | null;
  readonly to: unknown;
  readonly callId: string;
  readonly sequence: number;
  readonly contact: unknown;
  readonly route: unknown;
  readonly body: string;
}

export interface Contestant<Message = unknown> {
  parse(text: string): Message;
  factsOf(message: Message): Facts;
  uriText(uri: unknown): string;
  /** The text of a 200 with a To tag, a Contact and a body. */
  answer(message: Message, body: string): string;
}

/** The same for all of them; the tag is of the contestant's making where it insists on one of its own. */
export const ANSWER = { status: 200, reason: "OK", tag: "k2v9s0q1t5", contact: "<sip:198.51.100.10:5060>" } as const;
