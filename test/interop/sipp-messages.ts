// What a party of a SIPp scenario writes: requests, responses and descriptions that name its host wherever a host can stand, so that a leak is found.

/** A party of one call, while its steps are written down. */
export interface Party {
  readonly role: "caller" | "callee";
  /** What its Allow names. */
  readonly allow: string;
  /** How many Via lines the requests that it gets have. */
  readonly hops: number;
  /** CSeq number of its last request, and of its last INVITE. */
  sequence: number;
  invited: number;
  /** Whether a 100 to its last INVITE may still come. */
  trying: boolean;
  /** How many descriptions it has written. */
  descriptions: number;
  /** What it was asked last; by their names, what it may answer later. */
  asked: Question | null;
  readonly questions: Map<string, Question>;
  /** Variables of the scenario. */
  readonly variables: Set<string>;
}

export interface Question {
  /** In the variables that keep it; empty where it is not kept. */
  readonly name: string;
  readonly method: string;
  /** Whether it makes the dialog: its answers bring the tag. */
  readonly opens: boolean;
  /** Whether nothing has come since. */
  last: boolean;
}

export interface Description {
  readonly direction?: "sendrecv" | "sendonly" | "recvonly" | "inactive";
  /** Payload types; 0, 8 and 101 if not said. */
  readonly codecs?: readonly number[];
  /** `zeros`: the hold of RFC 2543. */
  readonly address?: "own" | "zeros";
  /** `other`: where it does not stream from. */
  readonly port?: "own" | "other";
  /** Fax over UDPTL in place of audio (ITU-T T.38 annex D), at its other port. */
  readonly fax?: boolean;
}

/** What goes with a message. */
export interface Parts {
  readonly headers?: readonly string[];
  /** Null: no description. */
  readonly sdp?: Description | null;
  /** Another body. */
  readonly body?: { readonly type: string; readonly lines: readonly string[] };
}

const ENCODINGS: Readonly<Record<number, string>> = {
  0: "PCMU/8000",
  8: "PCMA/8000",
  18: "G729/8000",
  101: "telephone-event/8000",
};
const TAG = "[pid]-{{tag}}-[call_number]";
/** Where the INVITE of a call goes, and with it its CANCEL and the ACK of its refusal. */
const CALLED = "sip:{{called}}@[remote_ip]:[remote_port]";

const FAX_LINES = [
  "m=image {{otherPort}} udptl t38",
  ...["a=T38FaxVersion:0", "a=T38MaxBitRate:14400", "a=T38FaxRateManagement:transferredTCF"],
  ...["a=T38FaxMaxDatagram:400", "a=T38FaxUdpEC:t38UDPRedundancy"],
];

function audioLines(codecs: readonly number[], port: "own" | "other"): string[] {
  return [
    `m=audio ${port === "own" ? "[rtpstream_audio_port]" : "{{otherPort}}"} RTP/AVP ${codecs.join(" ")}`,
    ...codecs.map((type) => `a=rtpmap:${type} ${ENCODINGS[type]}`),
    ...(codecs.includes(101) ? ["a=fmtp:101 0-15"] : []),
    "a=ptime:20",
  ];
}

function descriptionLines(party: Party, description: Description): string[] {
  const { direction, codecs = [0, 8, 101], address = "own", port = "own" } = description;
  party.descriptions += 1;
  return [
    "v=0",
    `o={{host}} 4711 ${4710 + party.descriptions} IN IP[local_ip_type] [local_ip]`,
    "s=session at {{host}}",
    "i=media at {{host}}",
    `c=IN IP[media_ip_type] ${address === "zeros" ? "0.0.0.0" : "[media_ip]"}`,
    "t=0 0",
    "a=tool:{{agent}}",
    ...(description.fax === true ? FAX_LINES : audioLines(codecs, port)),
    "a=label:{{host}}",
    ...(direction === undefined ? [] : [`a=${direction}`]),
  ];
}

function messageText(party: Party, head: readonly string[], parts: Parts): string {
  const { headers = [], sdp = null } = parts;
  const described = sdp === null ? null : { type: "application/sdp", lines: descriptionLines(party, sdp) };
  const body = parts.body ?? described;
  const rest =
    body === null ? ["Content-Length: 0"] : [`Content-Type: ${body.type}`, "Content-Length: [len]", "", ...body.lines];
  return [...head, "Organization: {{host}}", ...headers, ...rest].join("\n");
}

/** The lines that a dialog is made of. */
function contactLines(party: Party): string[] {
  const user = party.role === "caller" ? "{{caller}}" : "{{callee}}";
  return [`Contact: <sip:${user}@[local_ip]:[local_port];transport=[transport]>`, `Allow: ${party.allow}`];
}

export interface RequestParts extends Parts {
  readonly method: string;
  /** CSeq number. */
  readonly sequence: number;
  /** In its branch: the same for all that belongs to one transaction. */
  readonly transaction: string;
  /** Whether it goes where the INVITE of the call went, and not along the dialog. */
  readonly asCalled?: boolean;
}

export function requestText(party: Party, parts: RequestParts): string {
  const { method, sequence, transaction, asCalled = false } = parts;
  const untold = asCalled && method !== "ACK" ? "" : "[peer_tag_param]";
  const ends =
    party.role === "caller"
      ? [`From: "Alice" <sip:{{caller}}@{{host}}>;tag=${TAG}`, `To: <${CALLED}>${untold}`]
      : [`From:[$callee];tag=${TAG}`, "To:[$caller]"];
  const head = [
    `${method} ${asCalled ? CALLED : "[next_url]"} SIP/2.0`,
    `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-${transaction}`,
    ...ends,
    "Call-ID: [call_id]",
    `CSeq: ${sequence} ${method}`,
    ...(asCalled ? [] : ["[routes]"]),
    "Max-Forwards: 70",
    "User-Agent: {{agent}}",
    "X-Inside: {{host}}",
    ...(method === "INVITE" || method === "UPDATE" ? contactLines(party) : []),
  ];
  return messageText(party, head, parts);
}

export interface ResponseParts extends Parts {
  readonly status: number;
  readonly reason: string;
  /** Which of several phones of the callee answers: a part of its tag. */
  readonly phone: string;
}

/** The lines of the way that a request came, and the variables that they are kept in: its Vias, and two of Record-Route for each proxy. */
export function wayOf({ hops }: Party, name: string): { header: string; line: number; variable: string }[] {
  const vias = Array.from({ length: hops }, (_, index) => ({ header: "Via", line: index + 1 }));
  const routes = Array.from({ length: 2 * (hops - 1) }, (_, index) => ({ header: "Record-Route", line: index + 1 }));
  return [...vias, ...routes].map((row) => {
    return { ...row, variable: `${name}${row.header.toLowerCase().replace("-", "")}${row.line}` };
  });
}

export function responseText(party: Party, question: Question, parts: ResponseParts): string {
  const { status, reason, phone } = parts;
  const { name, method, opens, last } = question;
  const tag = opens ? `;tag=${TAG}${phone}` : "";
  const kept = wayOf(party, name).map(({ header, variable }) => `${header}:[$${variable}]`);
  const lines = last
    ? ["[last_Via:]", "[last_Record-Route:]", "[last_From:]", `[last_To:]${tag}`, "[last_CSeq:]"]
    : [...kept, `From:[$${name}from]`, `To:[$${name}to]${tag}`, `CSeq:[$${name}cseq]`];
  const forms = status > 100 && status < 300 && (method === "INVITE" || method === "UPDATE");
  const head = [`SIP/2.0 ${status} ${reason}`, ...lines, "Call-ID: [call_id]", "Server: {{agent}}"];
  return messageText(party, [...head, ...(forms ? contactLines(party) : [])], parts);
}
