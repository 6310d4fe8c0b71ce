// One end of a leg, speaking: forms its messages from text alone, so that no code of ours writes what our code then reads. A
// peer speaks so to Demarc; so does, in a recital, whoever stands in for Demarc.
import type { Message } from "../engine/peer.ts";
import { dialogPlace, type Labelled, resolveReferences } from "./dialog-place.ts";
import type { MessageStep } from "./ladder-script.ts";
import { methodOf, sequenceOf, statusOf, uriOf, uriOfRequest } from "./message-eyes.ts";
import { type SdpWords, writeDescription } from "./sdp-words.ts";
import { type Ground, groundOf, type Speaker } from "./voice-ground.ts";

export interface VoiceContext {
  readonly labelled: (label: string) => Labelled;
  /** What a labelled message belongs to; null where that is nothing. */
  readonly its: (label: string) => Labelled | null;
}

interface Lines {
  readonly start: string;
  readonly headers: readonly (readonly [string, string])[];
}

/** Requests and responses that say where their sender is (RFC 3261 section 12, RFC 3311, RFC 3515, RFC 6665). */
const WITH_CONTACT = new Set(["INVITE", "UPDATE", "REFER", "NOTIFY", "SUBSCRIBE"]);
const CORE_METHODS = ["INVITE", "ACK", "CANCEL", "BYE", "OPTIONS"];
const FIRST_RSEQ = 7000;

export class Voice {
  readonly #speaker: Speaker;
  readonly #ground: Ground;
  readonly #methods: string[] = [];
  /** The CSeq number of our last request, by Call-ID. */
  readonly #sequences = new Map<string, number>();
  /** What the other end wants in our Request-URI and Route, by Call-ID. */
  readonly #targets = new Map<string, { target: string; routes: readonly string[] }>();
  /** What we said of our session last, by Call-ID. */
  readonly #sessions = new Map<string, { version: number; rest: string }>();
  /** The last RSeq, by Call-ID, CSeq and tag. */
  readonly #reliable = new Map<string, number>();

  constructor(speaker: Speaker) {
    this.#speaker = speaker;
    this.#ground = groundOf(speaker);
  }

  allow(methods: readonly string[]): void {
    this.#methods.push(...methods);
  }

  /** Takes note of where the other end is. */
  hear(message: Message): void {
    const status = statusOf(message);
    const contact = uriOf(message, "Contact");
    if (contact === "" || (status !== null && status >= 300)) return;
    const routes = message.headers("Record-Route");
    const callId = message.header("Call-ID");
    const known = this.#targets.get(callId);
    this.#targets.set(callId, {
      target: contact,
      routes: known?.routes ?? (status === null ? routes : routes.reverse()),
    });
  }

  form(step: MessageStep, context: VoiceContext): string {
    const it = step.of === null ? null : context.labelled(step.of);
    const lines = this.#linesOf(step, context, it);
    const told = step.headers.filter(({ name, value, absent }) => !absent && !(name === "RSeq" && value === null));
    const own = told.map(({ name, value }) => [name, value] as const);
    const headers = own.map(
      ([name, value]) => [name, resolveReferences(spoken(name, value), context.labelled)] as const,
    );
    const added = headers.map(([name]) => name.toLowerCase());
    const kept = lines.headers.filter(([name]) => !added.includes(name.toLowerCase()));
    const all = [...kept, ...headers, ...this.#reliability(step, it, added)];
    return finish({ start: lines.start, headers: all }, this.#bodyOf(step, all));
  }

  #linesOf(step: MessageStep, context: VoiceContext, it: Labelled | null): Lines {
    if (/^\d/.test(step.what)) return this.#response(step, must(it, step));
    if (step.what === "CANCEL") return cancelOf(must(it, step).message);
    if (step.what === "ACK" && (statusOf(must(it, step).message) ?? 0) >= 300)
      return failureAckOf(must(context.its(step.of ?? ""), step).message, must(it, step).message);
    if (it === null) return this.#opening(step, null);
    if (step.what === "INVITE" && (statusOf(it.message) ?? 0) >= 300)
      return this.#opening(step, must(context.its(step.of ?? ""), step).message);
    return this.#inDialog(step, it);
  }

  /** A request outside dialogs; `before` is the one that it repeats with other headers (RFC 3261 section 8.1.3.5). */
  #opening(step: MessageStep, before: Message | null): Lines {
    const { host, port, theirs, called, caller, agent } = this.#ground;
    const callId = before?.header("Call-ID") ?? `${step.label}@${host}`;
    const sequence = (this.#sequences.get(callId) ?? 0) + 1;
    this.#sequences.set(callId, sequence);
    const uri = before === null ? `sip:${step.number ?? called}@${theirs}` : uriOfRequest(before);
    const vias = [`SIP/2.0/UDP ${host}:${port};branch=z9hG4bK-${step.label}`];
    if (step.proxied) vias.push(`SIP/2.0/UDP client.inside.example;branch=z9hG4bK-inner-${step.label}`);
    const routes = step.proxied ? this.#recordRoutes() : [];
    const from = before?.header("From") ?? `"Ann" <sip:${caller}@${host}>;tag=${this.#tagFor(callId, "ann-tag")}`;
    return {
      start: `${step.what} ${uri} SIP/2.0`,
      headers: [
        ...routes,
        ...vias.map((via) => ["Via", via] as const),
        ["Max-Forwards", this.#speaker.demarc ? "69" : "70"],
        ["From", from],
        ["To", `<${uri}>`],
        ["Call-ID", callId],
        ["CSeq", `${sequence} ${step.what}`],
        ["Contact", `<${this.#contact(step)}>`],
        ...this.#allowed(),
        ...agent,
      ],
    };
  }

  #inDialog(step: MessageStep, it: Labelled): Lines {
    const { host, port } = this.#ground;
    const mine = step.tag ?? this.#tagFor(it.message.header("Call-ID"), this.#ground.tag);
    const place = dialogPlace(it, { demarc: this.#speaker.demarc, tag: mine });
    const known = this.#targets.get(place.callId);
    if (known === undefined) throw new Error(`${step.line}: nobody said where to`);
    const last = this.#sequences.get(place.callId) ?? 0;
    const sequence = step.what === "ACK" ? sequenceOf(it.message) : last + 1;
    if (step.what !== "ACK") this.#sequences.set(place.callId, sequence);
    // A proxy at the peer's address has taken its routes off; Demarc writes them.
    const routes = this.#speaker.demarc ? known.routes.map((route) => ["Route", route] as const) : [];
    const contact = WITH_CONTACT.has(step.what) ? [["Contact", `<${this.#contact(step)}>`] as const] : [];
    const rack =
      step.what === "PRACK" ? [["RAck", `${it.message.header("RSeq")} ${it.message.header("CSeq")}`] as const] : [];
    return {
      start: `${step.what} ${known.target} SIP/2.0`,
      headers: [
        ["Via", `SIP/2.0/UDP ${host}:${port};branch=z9hG4bK-${step.label}`],
        ["Max-Forwards", "70"],
        ...routes,
        ["From", place.from],
        ["To", place.to],
        ["Call-ID", place.callId],
        ["CSeq", `${sequence} ${step.what}`],
        ...rack,
        ...contact,
        ...(step.what === "INVITE" || step.what === "UPDATE" ? this.#allowed() : []),
      ],
    };
  }

  #response(step: MessageStep, { message }: Labelled): Lines {
    const status = Number(step.what);
    const to = message.header("To");
    const mine = step.tag ?? this.#tagFor(message.header("Call-ID"), this.#ground.tag);
    const tagged = status === 100 || to.includes(";tag=") ? to : `${to};tag=${mine}`;
    const contact = status < 300 && WITH_CONTACT.has(methodOf(message)) && status !== 100;
    const copied = this.#speaker.demarc && status < 300;
    const routes = copied ? message.headers("Record-Route").map((route) => ["Record-Route", route] as const) : [];
    return {
      start: `SIP/2.0 ${status} ${this.#ground.phrase}`,
      headers: [
        ...(step.proxied ? this.#recordRoutes().reverse() : []),
        ...message.headers("Via").map((via) => ["Via", via] as const),
        ["From", message.header("From")],
        ["To", tagged],
        ["Call-ID", message.header("Call-ID")],
        ["CSeq", message.header("CSeq")],
        ...(contact ? [["Contact", `<${this.#contact(step)}>`] as const, ...routes, ...this.#allowed()] : []),
        ...this.#ground.server,
      ],
    };
  }

  /** RSeq of a response that is sent reliably (RFC 3262 section 3). */
  #reliability(step: MessageStep, it: Labelled | null, added: readonly string[]): [string, string][] {
    const reliable = step.headers.some(
      ({ name, value, absent }) => name === "Require" && value === "100rel" && !absent,
    );
    if (!reliable || it === null || !/^1/.test(step.what) || added.includes("rseq")) return [];
    const key = `${it.message.header("Call-ID")}|${it.message.header("CSeq")}|${step.tag}`;
    const number = (this.#reliable.get(key) ?? FIRST_RSEQ) + 1;
    this.#reliable.set(key, number);
    return [["RSeq", String(number)]];
  }

  #bodyOf(step: MessageStep, headers: Lines["headers"]): { readonly type: string; readonly text: string } | null {
    if (step.payload !== null) return step.payload;
    if (step.fragment !== null)
      return { type: "message/sipfrag;version=2.0", text: `SIP/2.0 ${step.fragment} ${this.#ground.phrase}\r\n` };
    if (step.sdp === null) return null;
    const callId = headers.find(([name]) => name === "Call-ID")?.[1] ?? "";
    return { type: "application/sdp", text: this.#describe(callId, step.sdp) };
  }

  /** The version goes up with each change, and only then (RFC 3264 section 8). */
  #describe(callId: string, words: SdpWords): string {
    const { address, mediaPort, formats, sessionName, originUser } = this.#ground;
    const last = this.#sessions.get(callId);
    const written = writeDescription(words, { address, port: mediaPort, formats, name: sessionName });
    const rest = words.same && last !== undefined ? last.rest : written;
    const version = last === undefined ? 1 : last.version + (last.rest === rest ? 0 : 1);
    this.#sessions.set(callId, { version, rest });
    return `v=0\r\no=${originUser} 1 ${version} IN IP4 ${address}\r\n${rest}`;
  }

  #tagFor(callId: string, peers: string): string {
    return this.#speaker.demarc ? `demarc-${callId.split("@")[0]}` : peers;
  }

  #contact(step: MessageStep): string {
    return step.proxied ? "sip:client@client.inside.example" : this.#ground.contact;
  }

  #recordRoutes(): [string, string][] {
    const { host, port } = this.#ground;
    return [
      ["Record-Route", `<sip:${host}:${port};lr>`],
      ["Record-Route", "<sip:inner.inside.example;lr>"],
    ];
  }

  #allowed(): [string, string][] {
    return this.#methods.length === 0 ? [] : [["Allow", [...CORE_METHODS, ...this.#methods].join(", ")]];
  }
}

function must(labelled: Labelled | null, step: MessageStep): Labelled {
  if (labelled === null) throw new Error(`${step.line}: of what?`);
  return labelled;
}

/** What a header that is expected with any value, or with a beginning, says when it is spoken. */
function spoken(name: string, value: string | null): string {
  const anyValue: Readonly<Record<string, string>> = {
    "Retry-After": "5",
    "Min-SE": "90",
    Reason: "SIP;cause=200",
  };
  if (value === null) return anyValue[name] ?? "x";
  if (!value.endsWith("*")) return value;
  return value.startsWith("active") ? "active;expires=60" : value.slice(0, -1);
}

function finish({ start, headers }: Lines, body: { readonly type: string; readonly text: string } | null): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  if (body === null) return `${start}\r\n${lines}Content-Length: 0\r\n\r\n`;
  return `${start}\r\n${lines}Content-Type: ${body.type}\r\nContent-Length: ${body.text.length}\r\n\r\n${body.text}`;
}

function cancelOf(invite: Message): Lines {
  return {
    start: `CANCEL ${uriOfRequest(invite)} SIP/2.0`,
    headers: [
      ["Via", invite.header("Via")],
      ["Max-Forwards", "70"],
      ["From", invite.header("From")],
      ["To", invite.header("To")],
      ["Call-ID", invite.header("Call-ID")],
      ["CSeq", `${sequenceOf(invite)} CANCEL`],
    ],
  };
}

/** The ACK of a failure, which belongs to the INVITE's transaction (RFC 3261 section 17.1.1.3). */
function failureAckOf(invite: Message, failure: Message): Lines {
  return {
    start: `ACK ${uriOfRequest(invite)} SIP/2.0`,
    headers: [
      ["Via", invite.header("Via")],
      ["Max-Forwards", "70"],
      ...invite.headers("Route").map((route) => ["Route", route] as const),
      ["From", invite.header("From")],
      ["To", failure.header("To")],
      ["Call-ID", invite.header("Call-ID")],
      ["CSeq", `${sequenceOf(invite)} ACK`],
    ],
  };
}
