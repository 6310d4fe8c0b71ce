// A peer written by hand: it forms its messages from text alone, so that no code of ours checks itself.

export interface Message {
  readonly firstLine: string;
  readonly body: string;
  /** The value of the first header of that name. */
  header(name: string): string;
  /** All values. */
  headers(name: string): string[];
}

export function readMessage(text: string): Message {
  const split = text.indexOf("\r\n\r\n");
  const [firstLine = "", ...lines] = text.slice(0, split).split("\r\n");
  const headers = (name: string): string[] =>
    lines
      .filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
      .map((line) => line.slice(name.length + 1).trim());
  return { firstLine, body: text.slice(split + 4), headers, header: (name) => headers(name)[0] ?? "" };
}

/** An audio description as this host would write it, full of its inside. */
export function audioOf(host: string, port = 4000, formats = "0 8 101"): string {
  return [
    "v=0",
    `o=inside-user 1 1 IN IP4 ${host}`,
    "s=inside-session",
    `c=IN IP4 ${host}`,
    "t=0 0",
    `m=audio ${port} RTP/AVP ${formats}`,
    "a=rtpmap:101 telephone-event/8000",
    "a=sendrecv",
    "",
  ].join("\r\n");
}

function withBody(body: string | null): string {
  if (body === null) return "Content-Length: 0\r\n\r\n";
  return `Content-Type: application/sdp\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

export interface InviteOptions {
  readonly to?: string;
  readonly from?: string;
  readonly callId?: string;
  readonly branch?: string;
  readonly body?: string | null;
  readonly extra?: string;
  readonly maxForwards?: number;
}

/** An INVITE from `host:port`. */
export function inviteFrom(host: string, port: number, options: InviteOptions = {}): string {
  const {
    to = "sip:+13035550142@127.0.0.1",
    from = "sip:+12025550100@inside.pbx",
    callId = "call-1@inside.pbx",
  } = options;
  const { branch = "z9hG4bKinvite1", body = audioOf(host), extra = "", maxForwards = 70 } = options;
  return (
    `INVITE ${to} SIP/2.0\r\nVia: SIP/2.0/UDP ${host}:${port};branch=${branch}\r\nMax-Forwards: ${maxForwards}\r\n` +
    `From: "Ann" <${from}>;tag=ann-tag\r\nTo: <${to}>\r\nCall-ID: ${callId}\r\nCSeq: 1 INVITE\r\n` +
    `Contact: <sip:ann@${host}:${port}>\r\nUser-Agent: inside-agent\r\nX-Inside: yes\r\n${extra}${withBody(body)}`
  );
}

export interface ReplyOptions {
  readonly tag?: string;
  readonly contact?: string;
  readonly body?: string | null;
  /** Whole header lines, each with its line end. */
  readonly extra?: string;
}

/** A response to a request as it was received. */
export function replyTo(request: Message, status: number, options: ReplyOptions = {}): string {
  const { tag = "bob-tag", contact, body = null, extra = "" } = options;
  const to = request.header("To");
  const tagged = status === 100 || to.includes(";tag=") ? to : `${to};tag=${tag}`;
  const vias = request.headers("Via").map((via) => `Via: ${via}\r\n`);
  const contactLine = contact === undefined ? "" : `Contact: <${contact}>\r\n`;
  return (
    `SIP/2.0 ${status} inside-phrase\r\n${vias.join("")}From: ${request.header("From")}\r\nTo: ${tagged}\r\n` +
    `Call-ID: ${request.header("Call-ID")}\r\nCSeq: ${request.header("CSeq")}\r\nServer: inside-server\r\n${contactLine}${extra}${withBody(body)}`
  );
}

/** A request inside the dialog that an INVITE of ours made when `response` came to it. */
export function followUp(
  response: Message,
  method: string,
  options: { branch: string; sequence: number; via: string; body?: string },
): string {
  const { body = "" } = options;
  const type = body === "" ? "" : "Content-Type: application/sdp\r\n";
  const target = /<([^>]*)>/.exec(response.header("Contact"))?.[1] ?? "sip:127.0.0.1";
  return (
    `${method} ${target} SIP/2.0\r\nVia: SIP/2.0/UDP ${options.via};branch=${options.branch}\r\nMax-Forwards: 70\r\n` +
    `From: ${response.header("From")}\r\nTo: ${response.header("To")}\r\nCall-ID: ${response.header("Call-ID")}\r\n` +
    `CSeq: ${options.sequence} ${method}\r\n${type}Content-Length: ${body.length}\r\n\r\n${body}`
  );
}

/** A request inside the dialog that the INVITE `request` made when it was answered with `tag`. */
export function followBack(
  request: Message,
  method: string,
  options: { branch: string; sequence: number; via: string; tag?: string },
): string {
  const target = /<([^>]*)>/.exec(request.header("Contact"))?.[1] ?? "sip:127.0.0.2";
  return (
    `${method} ${target} SIP/2.0\r\nVia: SIP/2.0/UDP ${options.via};branch=${options.branch}\r\nMax-Forwards: 70\r\n` +
    `From: ${request.header("To")};tag=${options.tag ?? "bob-tag"}\r\nTo: ${request.header("From")}\r\n` +
    `Call-ID: ${request.header("Call-ID")}\r\nCSeq: ${options.sequence} ${method}\r\nContent-Length: 0\r\n\r\n`
  );
}

/** The CANCEL of an INVITE text. */
export function cancelOf(invite: string): string {
  const message = readMessage(invite);
  const uri = message.firstLine.split(" ")[1];
  return (
    `CANCEL ${uri} SIP/2.0\r\nVia: ${message.header("Via")}\r\nMax-Forwards: 70\r\nFrom: ${message.header("From")}\r\n` +
    `To: ${message.header("To")}\r\nCall-ID: ${message.header("Call-ID")}\r\nCSeq: 1 CANCEL\r\nContent-Length: 0\r\n\r\n`
  );
}

/** Writes further lines before the length of the body. */
export function withLines(text: string, lines: readonly string[]): string {
  return text.replace("Content-Length", `${lines.map((line) => `${line}\r\n`).join("")}Content-Length`);
}
