// A border with several kinds of peers on either side, on addresses of its own: one Demarc and one witness for a file of tests.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { CallRecord } from "../../src/engine/index.ts";
import { type Baresip, type BaresipOptions, PHONE_MEDIA_ADDRESS, startBaresip } from "./baresip.ts";
import {
  API,
  borderConfiguration,
  doorOf,
  LAN,
  PEERS,
  type Peer,
  PROXIED,
  PROXY,
  SECOND_PHONE,
  SIP_PORT,
  WAN,
} from "./border-peers.ts";
import { startDemarc } from "./demarc.ts";
import { countToneWindows } from "./goertzel.ts";
import { type Ground, openGround } from "./ground.ts";
import { type KamailioOptions, startKamailio } from "./kamailio.ts";
import { type Linphone, startLinphone } from "./linphone.ts";
import { type CapturedDatagram, listenAt } from "./pcap.ts";
import { type CalleeOptions, type CallerOptions, type Sipp, startCallee, startCaller } from "./sipp.ts";
import { calleeScript, callerScript, type Nature, type Step } from "./sipp-script.ts";
import { type Capture, startCapture } from "./tshark.ts";
import { waitUntil } from "./wait-until.ts";
import { hearWitness, type Side } from "./witness.ts";

const DONE_MS = 30_000;
/** Of a call; a party that waits for what does not come gives up long before. */
const LONGEST_MS = 100_000;

function sideOf(side: Peer["side"], address: string): Side {
  const ofSide = address.slice(0, address.lastIndexOf(".") + 1);
  return {
    senders: [{ address, ports: [1, 65_535] }],
    names: [
      ofSide,
      PHONE_MEDIA_ADDRESS,
      ...[...PEERS, SECOND_PHONE].filter((peer) => peer.side === side).map((peer) => peer.host),
    ],
    hasLeg: ({ remoteAddress }) => remoteAddress.startsWith(ofSide),
  };
}

const PROXY_OPTIONS: KamailioOptions = {
  near: `${PROXY.near}:${SIP_PORT}`,
  far: `${PROXY.far}:${SIP_PORT}`,
  demarc: `${WAN}:${SIP_PORT}`,
  phones: {
    [PROXIED.number]: [`${PROXIED.address}:${SIP_PORT}`],
    [SECOND_PHONE.number]: [`${PROXIED.address}:${SIP_PORT}`, `${SECOND_PHONE.address}:${SIP_PORT}`],
  },
};

export interface Flow {
  readonly from: Peer;
  readonly to: Peer;
  readonly caller: readonly Step[];
  readonly callee: readonly Step[];
  /** What both name in Allow, beyond what every phone does. */
  readonly allow?: Nature["allow"];
}

export interface Played {
  readonly record: CallRecord;
  readonly caller: Sipp;
  readonly callee: Sipp;
  /** All that was sent from the flow's beginning to its end. */
  readonly datagrams: readonly CapturedDatagram[];
}

export interface Border {
  /** Plays both parts of one call to their ends, inside a test. Throws when one of them went another way. */
  play(flow: Flow): Promise<Played>;
  /** The same beside the tests, from `beforeAll` on. */
  playAside(flow: Flow): Promise<Played>;
  /** A baresip in a peer's place, inside a test. */
  phone(peer: Peer, answers?: BaresipOptions["answers"]): Promise<Baresip>;
  /** A linphone in a peer's place, inside a test. */
  linphone(peer: Peer): Promise<Linphone>;
  /** A SIPp that takes one call in a peer's place, inside a test. */
  answerAt(peer: Peer, steps: readonly Step[], allow?: Nature["allow"]): Promise<Sipp>;
  /** A SIPp that makes one call from a peer's place, inside a test. */
  callFrom(peer: Peer, called: Peer, steps: readonly Step[]): Promise<Sipp>;
  /** Resolves once a phone has been sent a second of this tone, and nothing else of sound, from now on. */
  hears(phone: Pick<Baresip, "media">, toneHz: number): Promise<void>;
  /** The record of the call that has this Call-ID on one of its sides, once it is over. */
  record(callId: string): Promise<CallRecord>;
  /** The same where there are several of that Call-ID, oldest first. */
  records(callId: string, count: number): Promise<CallRecord[]>;
  /** All that was sent so far, from `sinceMs` in Unix time. */
  datagrams(sinceMs: number): Promise<CapturedDatagram[]>;
  /** Ends the capture and holds Demarc to what it sent in all calls whose records were asked for. */
  inspect(): Promise<void>;
  /** Ends all its programs: what `beforeAll` has to return. */
  close(): Promise<void>;
}

/** `proxied`: with the proxy in front of the phones behind it. Whoever opens it closes it. */
export async function openBorder({ proxied = false } = {}): Promise<Border> {
  const endings: (() => Promise<void>)[] = [];
  const ground = openGround((clear) => endings.push(clear));
  const close = async (): Promise<void> => {
    for (const end of endings) await end();
  };
  try {
    return await buildBorder(ground, { proxied, close });
  } catch (error) {
    await close();
    throw error;
  }
}

async function buildBorder(
  ground: Ground,
  { proxied, close }: { readonly proxied: boolean; readonly close: Border["close"] },
): Promise<Border> {
  const configFile = join(ground.folder, "border.yaml");
  writeFileSync(configFile, borderConfiguration());
  const addresses = [...PEERS, SECOND_PHONE].map(({ address }) => address);
  const capture = await startCapture(ground, [LAN, WAN, ...addresses, PROXY.near, PROXY.far]);
  const demarc = await startDemarc(ground, { configFile, api: API });
  if (proxied) await startKamailio(ground, PROXY_OPTIONS);
  const testimony = { capture, inside: sideOf("inside", LAN), outside: sideOf("outside", WAN), sipPorts: [SIP_PORT] };
  const records: CallRecord[] = [];
  const border: Border = {
    play: (flow) => play(openGround(), border, flow),
    playAside: (flow) => play(ground, border, flow),
    phone: ({ address, toneHz, number }, answers = "auto") =>
      startBaresip(openGround(), { address, port: SIP_PORT, user: number, toneHz, answers }),
    linphone: ({ address, toneHz, number }) =>
      startLinphone(openGround(), { address, port: SIP_PORT, user: number, toneHz }),
    answerAt: (peer, steps, allow) => startCallee(openGround(), placeOf(peer, steps, allow)),
    callFrom: (peer, called, steps) => startCaller(openGround(), callOf(peer, called, { steps })),
    hears: (phone, toneHz) => hears(capture, phone, toneHz),
    records: async (callId, count) => {
      const has = ({ aLeg, bLeg }: CallRecord) => aLeg.callId === callId || bLeg?.callId === callId;
      const found = await demarc.records(count, has);
      records.push(...found);
      const ids = found.map(({ id }) => id);
      await waitUntil(async () => (await demarc.calls()).every(({ id }) => !ids.includes(id)), {
        timeoutMs: DONE_MS,
        describe: () => "the call to be over",
      });
      return found;
    },
    record: async (callId) => (await border.records(callId, 1))[0]!,
    datagrams: async (sinceMs) => {
      await capture.sync();
      return capture.datagrams().filter(({ atMs }) => atMs >= sinceMs);
    },
    inspect: async () => {
      expect(records.length).toBeGreaterThan(0);
      await hearWitness(testimony, records);
    },
    close,
  };
  return border;
}

function placeOf(peer: Peer, steps: readonly Step[], allow?: Nature["allow"]): CalleeOptions {
  const { address, host, toneHz } = peer;
  return { address, host, toneHz, port: SIP_PORT, script: calleeScript("callee", steps, natureOf(peer, allow)) };
}

function callOf(
  peer: Peer,
  called: Peer,
  { steps, allow }: { readonly steps: readonly Step[]; readonly allow?: Nature["allow"] | undefined },
): CallerOptions {
  const { address, host, toneHz, number } = peer;
  const script = callerScript("caller", steps, natureOf(peer, allow));
  return { address, host, toneHz, caller: number, called: called.number, to: doorOf(peer), script };
}

function natureOf({ proxy }: Peer, allow: Nature["allow"] = []): Nature {
  return { allow, hops: proxy === null ? 1 : 2 };
}

async function hears(capture: Capture, { media }: Pick<Baresip, "media">, toneHz: number): Promise<void> {
  const sinceMs = Date.now();
  const [lowest, highest] = media.ports;
  let heard = { withTone: 0, audible: 0 };
  const listen = async () => {
    await capture.sync();
    const packets = capture.datagrams().filter(({ atMs, to: { address, port } }) => {
      return atMs >= sinceMs && address === media.address && port >= lowest && port <= highest && port % 2 === 0;
    });
    const [first] = packets;
    if (first !== undefined) heard = countToneWindows(listenAt(packets, first.to), toneHz);
    return heard.withTone >= 10;
  };
  await waitUntil(listen, { timeoutMs: DONE_MS, describe: () => `${toneHz} Hz; there was ${JSON.stringify(heard)}` });
  expect(heard.withTone).toBeGreaterThanOrEqual(heard.audible - 2);
}

async function play(ground: Ground, border: Border, flow: Flow): Promise<Played> {
  const { from, to } = flow;
  const startedAt = Date.now();
  const callee = await startCallee(ground, placeOf(to, flow.callee, flow.allow));
  const caller = await startCaller(ground, callOf(from, to, { steps: flow.caller, allow: flow.allow }));
  await Promise.all([caller.succeeded(LONGEST_MS), callee.succeeded(LONGEST_MS)]);
  const record = await border.record(caller.callId);
  expect(record).toMatchObject({ ingressTrunk: from.trunk, caller: from.number, called: to.number });
  return { record, caller, callee, datagrams: await border.datagrams(startedAt) };
}

/** Who sends a message, its method and CSeq number: `caller ACK 1`. */
type Mark = `${"caller" | "callee"} ${string} ${number}`;

/** What was sent after the one message was first sent and before the other was. */
function between(played: Played, [after, before]: readonly [Mark, Mark]): readonly CapturedDatagram[] {
  const find = (mark: Mark) => {
    const [party, method, sequence] = mark.split(" ");
    const { address, port } = party === "caller" ? played.caller : played.callee;
    const index = played.datagrams.findIndex(({ from, payload }) => {
      if (from.address !== address || from.port !== port) return false;
      const text = payload.toString("latin1");
      return text.startsWith(`${method} `) && text.includes(`\r\nCSeq: ${sequence} ${method}\r\n`);
    });
    expect(index, `${mark} was sent`).toBeGreaterThanOrEqual(0);
    return index;
  };
  return played.datagrams.slice(find(after), find(before));
}

export interface Hearing {
  readonly listener: "caller" | "callee";
  readonly during: readonly [after: Mark, before: Mark];
  /** Null: nothing at all. */
  readonly toneHz: number | null;
  /** The payload type it comes as. */
  readonly codec?: 0 | 8;
  /** `other`: the port that is not streamed from. */
  readonly port?: "own" | "other";
}

/** What a party hears of Demarc in a part of the call. */
export function expectHearing(played: Played, hearing: Hearing): void {
  const { listener, during, toneHz, codec = 0, port = "own" } = hearing;
  const { address, mediaPort, otherPort } = played[listener];
  const place = { address, port: port === "own" ? mediaPort : otherPort };
  const packets = between(played, during).filter(({ to }) => to.address === place.address && to.port === place.port);
  if (toneHz === null) {
    expect(packets.filter(({ payload }) => (payload[1] ?? 0) < 200)).toEqual([]);
    return;
  }
  expect(
    packets.filter(({ payload }) => payload[1] !== undefined && (payload[1] & 0x7f) === codec).length,
  ).toBeGreaterThan(10);
  const { withTone, audible } = countToneWindows(listenAt(packets, place), toneHz);
  expect(withTone).toBeGreaterThan(2);
  // The first and the last window may be cut.
  expect(withTone).toBeGreaterThanOrEqual(audible - 2);
}
