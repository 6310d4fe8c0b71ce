// What is fuzzed: each target takes any text and throws where the product would, or where something that always holds does not.
import { isDeepStrictEqual } from "node:util";
import { decodeBencode, encodeBencode, isDictionary } from "../../src/media/rtpengine/bencode.ts";
import { readCallReport } from "../../src/media/rtpengine/call-report.ts";
import { readReply } from "../../src/media/rtpengine/ng-client.ts";
import { readPlaces } from "../../src/media/rtpengine/ng-description.ts";
import { formatDescription, parseDescription } from "../../src/protocol/sdp/index.ts";
import { trimBlanks } from "../../src/protocol/sip/characters.ts";
import { readChallenge, writeChallenge } from "../../src/protocol/sip/digest/challenge.ts";
import { readCredentials, writeCredentials } from "../../src/protocol/sip/digest/credentials.ts";
import type { HeaderCodec } from "../../src/protocol/sip/header-codec.ts";
import { authenticationInfo, authorization, wwwAuthenticate } from "../../src/protocol/sip/headers/authorization.ts";
import { contentType } from "../../src/protocol/sip/headers/content.ts";
import { via, viasBehindFirst } from "../../src/protocol/sip/headers/via.ts";
import {
  answerableHead,
  displayText,
  editMessage,
  formatMultipart,
  formatResponse,
  formatServiceUrn,
  formatSipUri,
  formatTelUri,
  formatUriHeaders,
  HEADER_TABLE,
  isSameSipUri,
  isSameTelUri,
  leafParts,
  parseMessage,
  parseMultipart,
  parseServiceUrn,
  parseSipUri,
  parseTelUri,
  parseUriHeaders,
  type SipMessage,
  StreamFramer,
  topVia,
  validateMessage,
} from "../../src/protocol/sip/index.ts";
import { CONTROL_SEEDS, runControl } from "./relay-control.ts";
import {
  BENCODE_SEEDS,
  DIGEST_SEEDS,
  MULTIPART_SEEDS,
  PARSER_SEEDS,
  SDP_SEEDS,
  URI_SEEDS,
  VIA_SEEDS,
} from "./seeds.ts";

export interface Target {
  /** Runs one input. Throws for a finding. */
  run(text: string): void;
  readonly seeds: readonly string[];
}

function hold(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/** What was read is written so that it is read the same again. */
function checkCodec<T>(codec: HeaderCodec<T>, value: string): T | null {
  const read = codec.parse(value);
  if (read === null) return null;
  const again = codec.parse(codec.format(read));
  hold(isDeepStrictEqual(again, read), `${codec.name} is not read again as it was written`);
  return read;
}

/** Every header that is there, by its codec. */
const CODECS = new Map<string, HeaderCodec<unknown>>(HEADER_TABLE.map(({ codec }) => [codec.name, codec]));

function checkMessage(message: SipMessage, text: string): void {
  const { headers } = message;
  for (let index = 0; index < headers.count; index += 1) {
    const codec = CODECS.get(headers.nameAt(index));
    const value = headers.valueAt(index);
    hold(!/[\r\n]/.test(value), "a value holds a line break");
    displayText(value);
    if (codec === undefined) continue;
    headers.read(codec);
    checkCodec(codec, value);
  }
  if (message.kind === "request") hold(!/[\s<>"]/.test(message.uri), "a Request-URI holds what would end it");
  const written = editMessage(message, []);
  hold(text.includes(written), "writing without edits changes something");
  const again = parseMessage(written);
  hold(again.ok && editMessage(again.value, []) === written, "what was written is not read again");
  if (message.kind !== "request" || validateMessage(message) !== null) return;
  const head = answerableHead(message, { address: "192.0.2.1", port: 5060 });
  hold(head !== null, "a valid request cannot be answered");
  if (head === null) return;
  const response = parseMessage(formatResponse(head, { status: 200, toTag: "t", dialog: true }));
  hold(response.ok && response.value.headers.read(topVia) !== null, "an answer cannot be read");
}

function runParser(text: string): void {
  const parsed = parseMessage(text);
  if (parsed.ok) checkMessage(parsed.value, text);
  else hold(parsed.failure.status >= 400, "a failure has no status");
  const framer = new StreamFramer();
  const half = text.length >> 1;
  const frames = [...framer.push(text.slice(0, half)), ...framer.push(text.slice(half))];
  hold(isDeepStrictEqual(frames, [...new StreamFramer().push(text)]), "a cut changes what a stream holds");
}

function runSdp(text: string): void {
  const parsed = parseDescription(text);
  if (!parsed.ok) return;
  const again = parseDescription(formatDescription(parsed.value));
  hold(again.ok && isDeepStrictEqual(again.value, parsed.value), "a description is not read again as it was written");
}

function runDigest(text: string): void {
  checkCodec(authenticationInfo, text);
  const challenge = checkCodec(wwwAuthenticate, text);
  const digest = challenge === null ? null : readChallenge(challenge);
  if (digest !== null) {
    const again = readChallenge(writeChallenge(digest));
    hold(isDeepStrictEqual(again, digest), "a challenge is not read again as it was written");
  }
  const given = authorization.parse(text);
  const credentials = given === null ? null : readCredentials(given);
  if (credentials === null) return;
  const again = readCredentials(writeCredentials(credentials));
  hold(isDeepStrictEqual(again, credentials), "credentials are not read again as they were written");
}

/** The first line is the Content-Type. */
function runMultipart(text: string): void {
  const end = text.indexOf("\n");
  const type = contentType.parse(text.slice(0, Math.max(end, 0)));
  if (type === null) return;
  const parsed = parseMultipart(type, text.slice(end + 1));
  if (!parsed.ok) return;
  const { parts } = parsed.value;
  hold(parts.length > 0 && leafParts(parts).length > 0, "a multipart has no part");
  const texts = parts.map((part) => part.text);
  const boundary = "no-part-has-this";
  if (texts.some((part) => part.includes(boundary))) return;
  const body = formatMultipart(texts, { subtype: "mixed", boundary });
  const writtenType = contentType.parse(body.contentType);
  const again = writtenType === null ? null : parseMultipart(writtenType, body.text);
  const back = again?.ok === true ? again.value.parts.map((part) => part.text) : null;
  hold(isDeepStrictEqual(back, texts), "parts are not read again as they were");
}

/** A value as messages give it: without blanks at its ends, and of one line. */
function runVia(raw: string): void {
  const text = trimBlanks(raw.replace(/[\r\n]+/g, " "));
  const top = checkCodec(topVia, text);
  const all = checkCodec(via, text);
  if (all === null) return;
  hold(isDeepStrictEqual(top, all[0]), "the topmost Via is another one alone");
  const rest = viasBehindFirst(text);
  hold((rest === "") === (all.length === 1), "what is behind the first Via is not what is behind it");
  if (rest === "") return;
  hold(
    isDeepStrictEqual(via.parse(rest.slice(1)), all.slice(1)),
    "what is behind the first Via is read in another way",
  );
}

function runUri(text: string): void {
  const sip = parseSipUri(text);
  if (sip !== null) {
    hold(!/[\s<>"]/.test(text), "a SIP URI holds what would end it");
    const again = parseSipUri(formatSipUri(sip));
    hold(isDeepStrictEqual(again, sip), "a SIP URI is not read again as it was written");
    hold(again !== null && isSameSipUri(sip, again), "a SIP URI is not itself");
    const headers = sip.headers === null ? null : parseUriHeaders(sip.headers);
    if (headers !== null) {
      hold(isDeepStrictEqual(parseUriHeaders(formatUriHeaders(headers)), headers), "URI headers are not read again");
    }
  }
  const tel = parseTelUri(text);
  if (tel !== null) {
    const again = parseTelUri(formatTelUri(tel));
    hold(isDeepStrictEqual(again, tel) && again !== null && isSameTelUri(tel, again), "a tel URI is not itself");
  }
  const labels = parseServiceUrn(text);
  if (labels !== null)
    hold(isDeepStrictEqual(parseServiceUrn(formatServiceUrn(labels)), labels), "a URN is not itself");
}

/** What rtpengine answers, in its form and as the answer that it is. */
function runBencode(text: string): void {
  readReply(text);
  readPlaces(text);
  const read = decodeBencode(text);
  if (!read.ok) return;
  const written = encodeBencode(read.value);
  const again = decodeBencode(written);
  hold(again.ok && encodeBencode(again.value) === written, "bencode is not read again as it was written");
  if (isDictionary(read.value)) readCallReport(read.value);
}

export const TARGETS = {
  parser: { run: runParser, seeds: PARSER_SEEDS },
  sdp: { run: runSdp, seeds: SDP_SEEDS },
  digest: { run: runDigest, seeds: DIGEST_SEEDS },
  multipart: { run: runMultipart, seeds: MULTIPART_SEEDS },
  via: { run: runVia, seeds: VIA_SEEDS },
  uri: { run: runUri, seeds: URI_SEEDS },
  control: { run: runControl, seeds: CONTROL_SEEDS },
  bencode: { run: runBencode, seeds: BENCODE_SEEDS },
} as const satisfies Readonly<Record<string, Target>>;

export type TargetName = keyof typeof TARGETS;
export const TARGET_NAMES = Object.keys(TARGETS) as TargetName[];
