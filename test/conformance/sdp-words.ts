// The session descriptions of a ladder, in the words between the brackets of `sdp[…]`: what a speaker writes, and what the
// one that Demarc writes must say. Without words it is one stream of audio that goes both ways.
import { type HandshakeWord, handshakeDifferences, readHandshakeWord, writeHandshakeLines } from "./handshake-names.ts";
import { type IceSeen, type IceWord, readIceWord, writeIceLines } from "./ice-names.ts";
import { type KeyNames, type KeyWord, readKeyWords, writeCryptoLines } from "./key-names.ts";
import { type Direction, streamsOf } from "./message-eyes.ts";

export interface SdpWords {
  /** `sendonly`, `recvonly`, `inactive`. */
  readonly direction: Direction;
  /** `zeros`: hold as RFC 2543 had it, by c=0.0.0.0. */
  readonly zeros: boolean;
  /** `codecs=8+101`: the formats, in order; null for those that the speaker always has. */
  readonly formats: readonly string[] | null;
  /** `port=7100`. Of what Demarc says only 0 can be told. */
  readonly port: number | null;
  /** `at=192.0.2.30`: another address than the speaker's own. */
  readonly address: string | null;
  /** `video`: a second stream; `video=0`: one that is refused, or over. */
  readonly video: "none" | "open" | "refused";
  /** `t38`: the stream is a fax; `t38=0`: a fax that is refused. */
  readonly fax: "none" | "open" | "refused";
  /** `savp`: RTP/SAVP in place of RTP/AVP; `tls`: UDP/TLS/RTP/SAVP. */
  readonly profile: "RTP/AVP" | "RTP/SAVP" | "UDP/TLS/RTP/SAVP";
  /** `dtls=c1.active`: of a handshake, see handshake-names.ts. */
  readonly dtls: HandshakeWord;
  /** `keys=1.AES.k1+2.GCM.k2`: a=crypto lines, each with tag, suite and the name of its key. Without the word there are none. */
  readonly keys: readonly KeyWord[];
  /** `ice=c1`: credentials of ICE, by name; `ice=c1.lite`: of a lite agent, as Demarc always is; `ice=mismatch`. */
  readonly ice: IceWord;
  /** `same`: byte for byte what was said on this leg last. */
  readonly same: boolean;
}

const PLAIN: SdpWords = {
  direction: "sendrecv",
  zeros: false,
  formats: null,
  port: null,
  address: null,
  video: "none",
  fax: "none",
  profile: "RTP/AVP",
  dtls: null,
  keys: [],
  ice: null,
  same: false,
};

/** @throws Error naming the word that means nothing */
export function readSdpWords(text: string): SdpWords {
  let words = PLAIN;
  for (const word of text.split(" ").filter((one) => one !== "")) words = { ...words, ...readWord(word) };
  return words;
}

function readWord(word: string): Partial<SdpWords> {
  const [name = "", value = ""] = word.split("=");
  switch (name) {
    case "sendonly":
    case "recvonly":
    case "inactive":
    case "sendrecv":
      return { direction: name };
    case "zeros":
      return { zeros: true };
    case "same":
      return { same: true };
    case "codecs":
      return { formats: value.split("+") };
    case "port":
      return { port: Number(value) };
    case "at":
      return { address: value };
    case "video":
      return { video: value === "0" ? "refused" : "open" };
    case "savp":
      return { profile: "RTP/SAVP" };
    case "tls":
      return { profile: "UDP/TLS/RTP/SAVP" };
    case "dtls":
      return { dtls: readHandshakeWord(value) };
    case "keys":
      return { keys: readKeyWords(value) };
    case "ice":
      return { ice: readIceWord(value) };
    case "t38":
      return { fax: value === "0" ? "refused" : "open" };
    default:
      throw new Error(`what is "${word}" in a description?`);
  }
}

export interface SdpGround {
  readonly address: string;
  readonly port: number;
  readonly formats: readonly string[];
  /** What stands in s=. */
  readonly name: string;
}

/** All of a description but its first two lines, whose version the speaker keeps. */
export function writeDescription(words: SdpWords, ground: SdpGround): string {
  const address = words.zeros ? "0.0.0.0" : (words.address ?? ground.address);
  const lite = typeof words.ice === "object" && words.ice?.lite === true ? ["a=ice-lite"] : [];
  const lines = [`s=${ground.name}`, `c=IN IP4 ${address}`, "t=0 0", ...lite, ...mainStream(words, ground)];
  if (words.video !== "none") {
    lines.push(`m=video ${words.video === "open" ? ground.port + 2 : 0} RTP/AVP 97`, "a=rtpmap:97 H264/90000");
  }
  return [...lines, ""].join("\r\n");
}

function mainStream(words: SdpWords, ground: SdpGround): string[] {
  const port = words.port ?? ground.port;
  if (words.fax !== "none") {
    const line = `m=image ${words.fax === "open" ? port : 0} udptl t38`;
    return [line, "a=T38FaxVersion:0", "a=T38FaxRateManagement:transferredTCF", "a=T38FaxUdpEC:t38UDPRedundancy"];
  }
  const formats = words.formats ?? ground.formats;
  const events = formats.includes("101") ? ["a=rtpmap:101 telephone-event/8000"] : [];
  const keys = writeCryptoLines(words.keys);
  const ice = writeIceLines(words.ice, { address: ground.address, port: ground.port });
  const secrets = [...keys, ...writeHandshakeLines(words.dtls), ...ice];
  return [`m=audio ${port} ${words.profile} ${formats.join(" ")}`, ...events, ...secrets, `a=${words.direction}`];
}

/** How Demarc's description differs from what the words tell of it; empty when it does not. */
export function differencesOf(body: string, words: SdpWords, names: KeyNames): string[] {
  const [stream, ...others] = streamsOf(body);
  if (stream === undefined) return ["no stream at all"];
  const found: string[] = [];
  const tell = (holds: boolean, what: string): void => {
    if (!holds) found.push(what);
  };
  const type = words.fax === "none" ? "audio" : "image";
  tell(stream.type === type, `${stream.type} where ${type} should be`);
  const refused = words.port === 0 || words.fax === "refused";
  tell((stream.port === 0) === refused, `port ${stream.port}`);
  if (!refused && type === "audio") tell(stream.direction === words.direction, stream.direction);
  tell(stream.address !== "0.0.0.0", "an address of zeros");
  if (type === "audio") tell(stream.protocol === words.profile, stream.protocol);
  found.push(...handshakeDifferences(stream.handshake, words.dtls, names));
  found.push(...names.differences(stream.crypto, words.keys), ...iceDifferences(stream.ice, words.ice, names));
  const formats = words.formats?.join(" ") ?? null;
  tell(formats === null || stream.formats.join(" ") === formats, `formats ${stream.formats.join(" ")}`);
  const video = words.video === "none" ? [] : [words.video];
  const told = others.map(({ type: kind, port }) => (kind === "video" ? (port === 0 ? "refused" : "open") : kind));
  tell(told.join() === video.join(), `further streams: ${told.join() || "none"}`);
  return found;
}

function iceDifferences({ credentials, mismatch, lite }: IceSeen, word: IceWord, names: KeyNames): string[] {
  if (mismatch !== (word === "mismatch")) return [mismatch ? "a mismatch of ICE" : "no mismatch of ICE"];
  if ((credentials === null) !== (word === null || word === "mismatch")) return [`ICE: ${credentials ?? "none"}`];
  if (lite !== (word !== null)) return [lite ? "a lite agent" : "no lite agent"];
  if (credentials === null || word === null || word === "mismatch" || names.fits(word.name, credentials)) return [];
  return [`the credentials ${word.name} are ${names.nameOf(credentials) ?? "new ones"}`];
}
