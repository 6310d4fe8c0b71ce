// Messages for tests: a valid one of each kind, and ways to make them different in one place.

const HEAD = [
  "Via: SIP/2.0/UDP 192.0.2.40:5060;branch=z9hG4bK74bf9;rport",
  "Max-Forwards: 70",
  'From: "Front Desk" <sip:+12025550100@pbx.example>;tag=9fxced76sl',
  "To: <sip:+13035550142@198.51.100.10>",
  "Call-ID: 3848276298220188511@192.0.2.40",
  "Contact: <sip:+12025550100@192.0.2.40:5060>",
];

const RESPONSE_HEAD = [
  "Via: SIP/2.0/UDP 198.51.100.10:5060;branch=z9hG4bKnashds8",
  "From: <sip:+12025550100@198.51.100.10>;tag=1928301774",
  "To: <sip:+13035550142@192.0.2.40>;tag=a6c85cf",
  "Call-ID: a84b4c76e66710@198.51.100.10",
];

export interface SampleParts {
  readonly uri?: string;
  /** Header lines by name as written above: another value, or null to leave the line out. */
  readonly change?: Readonly<Record<string, string | null>>;
  /** Header lines put behind the others. */
  readonly add?: readonly string[];
  readonly body?: string;
}

function write(startLine: string, lines: readonly string[], parts: SampleParts): string {
  const { change = {}, add = [], body = "" } = parts;
  const kept = [...lines, `Content-Length: ${body.length}`].flatMap((line) => {
    const name = line.slice(0, line.indexOf(":"));
    const value = change[name];
    if (value === undefined) return [line];
    return value === null ? [] : [`${name}: ${value}`];
  });
  return [startLine, ...kept, ...add, "", body].join("\r\n");
}

export function sampleRequest(method = "INVITE", parts: SampleParts = {}): string {
  const uri = parts.uri ?? "sip:+13035550142@198.51.100.10";
  return write(`${method} ${uri} SIP/2.0`, [...HEAD, `CSeq: 314159 ${method}`], parts);
}

export function sampleResponse(status = 200, parts: SampleParts & { readonly method?: string } = {}): string {
  return write(`SIP/2.0 ${status} Whatever`, [...RESPONSE_HEAD, `CSeq: 1 ${parts.method ?? "INVITE"}`], parts);
}
