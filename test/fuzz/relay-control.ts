// The relay's control socket as a target: what arrives there is a framed message, or the connection ends.
import { isDeepStrictEqual } from "node:util";
import { frameMessage, MAX_MESSAGE_BYTES, MessageFrames } from "../../src/media/relay/message-frames.ts";
import { readReport, readRequest } from "../../src/media/relay/relay-message.ts";

const REMOTE = {
  kind: "address",
  address: "192.0.2.1",
  rtpPort: 4000,
  rtcpAddress: "::1",
  rtcpPort: 4001,
  learn: "any",
};
const SIDE = { network: "lan", bound: { address: "::1", port: 2 } };

const KEYS = { suite: "AES_CM_128_HMAC_SHA1_80", receive: "AA==", receiveMark: "01", send: "AQ==" };
const TERMS = {
  role: "client",
  fingerprints: [{ digest: "sha-256", value: "AB:CD" }],
  suites: ["AEAD_AES_128_GCM"],
  association: "one 1",
};

const MESSAGES: readonly unknown[] = [
  {
    id: 1,
    op: "configure",
    networks: [{ name: "lan", address: "::1", portFrom: 1, portTo: 65_535, dscp: -1, kernel: true }],
  },
  { id: 2, op: "open", session: 1, streams: [{ slot: 0, a: SIDE, b: { network: "wan", bound: null } }], memo: {} },
  {
    id: 3,
    op: "aim",
    session: 1,
    revision: 1,
    timeoutMs: 0,
    oneWayMs: 10,
    streams: [
      {
        slot: 0,
        a: { ...REMOTE, manySources: false, mux: true, udptl: false },
        b: { kind: "hold" },
        keys: [KEYS, null],
        dtls: [null, TERMS],
        ice: [null, { fragment: "frag", password: "a password that is long" }],
        clockRates: [0, 8000],
      },
    ],
    memo: { id: "call" },
  },
  { id: 4, op: "close", session: 1, slots: [0] },
  { id: 5, op: "list", after: 0 },
  { id: 6, result: { kind: "failed", failure: "no-ports", detail: "" } },
  {
    id: 7,
    result: {
      kind: "sessions",
      sessions: [{ session: 1, memo: {}, aim: null, ports: [[0, 20_000, 0]], fingerprint: "AB" }],
      more: true,
    },
  },
  { event: "first-packet", session: 1, slot: 0, side: 1 },
  { event: "secured", session: 1, slot: 0, side: 0, suite: "AEAD_AES_128_GCM" },
  { event: "unsecured", session: 1, slot: 0, side: 0, fault: "silence" },
];

/** Frames as text, a character for each byte. */
export const CONTROL_SEEDS: readonly string[] = MESSAGES.map((message) => frameMessage(message).toString("latin1"));

/** Whole, and byte by byte, it is the same; and what is read as a message is that message, written again. */
export function runControl(text: string): void {
  const bytes = Buffer.from(text, "latin1");
  const whole = new MessageFrames().push(bytes);
  const frames = new MessageFrames();
  const parts: unknown[] = [];
  let broken = false;
  for (const byte of bytes) {
    const messages = broken ? null : frames.push(Buffer.of(byte));
    if (messages === null) broken = true;
    else parts.push(...messages);
  }
  if (whole !== null && !isDeepStrictEqual(whole, parts)) throw new Error("cut into bytes it is something else");
  if (bytes.length > MAX_MESSAGE_BYTES && whole !== null && whole.length === 0) throw new Error("it waits for ever");
  for (const message of [...parts, text]) {
    for (const read of [readRequest, readReport]) {
      const once = read(message);
      if (once === null) continue;
      if (!isDeepStrictEqual(read(JSON.parse(JSON.stringify(once))), once))
        throw new Error("it is not read again as it was");
    }
  }
}
