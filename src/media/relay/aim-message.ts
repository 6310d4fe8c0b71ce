// Where a session's streams come from and go to, as the relay is told: addresses, keys, checks and tones of both sides of each stream.

import type { HandshakeTerms, IceCredentials, StreamKeys, StreamTones } from "../../engine/index.ts";
import { DIGEST_NAMES, SRTP_SUITES } from "../../protocol/sdp/index.ts";
import { both, type Fields, integer, list, object, port, slot, text, truth, word } from "./message-fields.ts";

/** How far a source may differ from what was signalled (RFC 7362 section 4): not at all, in its port, in its address. */
export type LearnPolicy = "none" | "same-address" | "any";

export type RemoteMessage =
  | { readonly kind: "closed" }
  | { readonly kind: "hold" }
  /** Where its connectivity checks say. */
  | { readonly kind: "checked"; readonly manySources: boolean; readonly mux: boolean }
  | {
      readonly kind: "address";
      readonly address: string;
      readonly rtpPort: number;
      readonly rtcpAddress: string;
      readonly rtcpPort: number;
      readonly learn: LearnPolicy;
      /** Several sources (SSRCs) may speak at once. */
      readonly manySources: boolean;
      /** RTCP shares the port of RTP, both ways. */
      readonly mux: boolean;
      /** Fax over UDPTL (ITU-T T.38) instead of RTP. */
      readonly udptl: boolean;
    };

export interface StreamRemotes {
  readonly slot: number;
  readonly a: RemoteMessage;
  readonly b: RemoteMessage;
  /** Of side a and side b; null for a side in the clear. */
  readonly keys: readonly [StreamKeys | null, StreamKeys | null];
  /** Of side a and side b; null for a side whose keys do not come by DTLS. */
  readonly dtls: readonly [HandshakeTerms | null, HandshakeTerms | null];
  /** Of side a and side b; null for a side without ICE. */
  readonly ice: readonly [IceCredentials | null, IceCredentials | null];
  /** Of side a and side b; null for a side whose tones cross as they come. */
  readonly tones: readonly [StreamTones | null, StreamTones | null];
  /** Payload type and clock rate by turns. */
  readonly clockRates: readonly number[];
}

/** Where a session's streams come from and go to. */
export interface AimMessage {
  readonly revision: number;
  readonly timeoutMs: number;
  readonly oneWayMs: number;
  readonly streams: readonly StreamRemotes[];
}

export function readAim(fields: Fields): AimMessage {
  const streams = list(fields.streams, readStreamRemotes);
  const revision = integer(fields.revision, 0xffffffff);
  const [timeoutMs, oneWayMs] = [integer(fields.timeoutMs, 2 ** 40), integer(fields.oneWayMs, 2 ** 40)];
  return { revision, timeoutMs, oneWayMs, streams };
}

function readStreamRemotes(value: unknown): StreamRemotes {
  const fields = object(value);
  const clockRates = list(fields.clockRates, (rate) => integer(rate, 0xffffffff));
  const keys = both(fields.keys, readKeys);
  const dtls = both(fields.dtls, readTerms);
  const ice = both(fields.ice, readIce);
  const tones = both(fields.tones, readTones);
  const [remoteA, remoteB] = [readRemote(fields.a), readRemote(fields.b)];
  return { slot: slot(fields.slot), a: remoteA, b: remoteB, keys, dtls, ice, tones, clockRates };
}

function readTerms(value: unknown): HandshakeTerms | null {
  if (value === null) return null;
  const { role, fingerprints, suites, association } = object(value);
  return {
    role: word(role, ["client", "server"]),
    fingerprints: list(fingerprints, (one) => {
      const { digest, value: pairs } = object(one);
      return { digest: word(digest, DIGEST_NAMES), value: text(pairs) };
    }),
    suites: list(suites, (suite) => word(suite, SRTP_SUITES)),
    association: text(association),
  };
}

function readIce(value: unknown): IceCredentials | null {
  if (value === null) return null;
  const { fragment, password } = object(value);
  return { fragment: text(fragment), password: text(password) };
}

function readTones(value: unknown): StreamTones | null {
  if (value === null) return null;
  const { send, receive, rateHz } = object(value);
  return { send: integer(send, 127), receive: integer(receive, 127), rateHz: integer(rateHz, 0xffffffff) };
}

function readKeys(value: unknown): StreamKeys | null {
  if (value === null) return null;
  const { suite, receive, receiveMark, send } = object(value);
  return {
    suite: word(suite, SRTP_SUITES),
    receive: text(receive),
    receiveMark: text(receiveMark),
    send: text(send),
  };
}

function readRemote(value: unknown): RemoteMessage {
  const fields = object(value);
  const kind = word(fields.kind, ["closed", "hold", "checked", "address"]);
  if (kind === "checked") return { kind, manySources: truth(fields.manySources), mux: truth(fields.mux) };
  if (kind !== "address") return { kind };
  return {
    kind,
    address: text(fields.address),
    rtpPort: port(fields.rtpPort),
    rtcpAddress: text(fields.rtcpAddress),
    rtcpPort: port(fields.rtcpPort),
    learn: word(fields.learn, ["none", "same-address", "any"]),
    manySources: truth(fields.manySources),
    mux: truth(fields.mux),
    udptl: truth(fields.udptl),
  };
}
