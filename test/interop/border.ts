// A border with several kinds of peers on either side, on addresses of its own: one Demarc and one witness for a file of tests.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect } from "vitest";
import type { CallRecord } from "../../src/engine/index.ts";
import { type Demarc, startDemarc } from "./demarc.ts";
import { countToneWindows } from "./goertzel.ts";
import { type Ground, openGround } from "./ground.ts";
import { type CapturedDatagram, listenAt } from "./pcap.ts";
import { type Sipp, startCallee, startCaller } from "./sipp.ts";
import { calleeScript, callerScript, type Step } from "./sipp-script.ts";
import { type Capture, startCapture } from "./tshark.ts";
import { waitUntil } from "./wait-until.ts";
import { hearWitness, type Side } from "./witness.ts";

const LAN = "127.0.11.1";
const WAN = "127.0.12.1";
const API = `${LAN}:8080`;
const SIP_PORT = 5060;
const DONE_MS = 30_000;

export interface Peer {
  readonly trunk: string;
  readonly side: "inside" | "outside";
  readonly address: string;
  readonly host: string;
  readonly toneHz: number;
  /** Calls to it go to this number. */
  readonly number: string;
  /** Groups of its trunk's settings. */
  readonly settings: Readonly<Record<string, unknown>>;
}

function inside(index: number, name: string, settings: Peer["settings"] = {}): Peer {
  const address = `127.0.11.${index}`;
  const place = { trunk: name, side: "inside", address, host: `${name}.inside.example` } as const;
  return { ...place, toneHz: 440, number: `+120255501${String(index).padStart(2, "0")}`, settings };
}

function outside(index: number, name: string, settings: Peer["settings"] = {}): Peer {
  const address = `127.0.12.${index}`;
  const place = { trunk: name, side: "outside", address, host: `${name}.outside.example` } as const;
  return { ...place, toneHz: 700, number: `+130355501${String(index).padStart(2, "0")}`, settings };
}

const RELIABLE = { signaling: { reliableProvisional: "supported" } };

export const PBX = inside(2, "pbx");
export const RELIABLE_PBX = inside(3, "reliable-pbx", RELIABLE);
/** Takes several early dialogs. */
export const FORKING_PBX = inside(4, "forking-pbx", { signaling: { forks: "pass" } });
/** With timers a tenth of the usual: what is not acknowledged is given up in 3.2 s. */
export const HASTY_PBX = inside(5, "hasty-pbx", { signaling: { timers: { t1: "50ms", t2: "400ms" } } });
export const CARRIER = outside(2, "carrier");
export const RELIABLE_CARRIER = outside(3, "reliable-carrier", RELIABLE);
/** May not be sent an INVITE without an offer. */
export const EARLY_CARRIER = outside(4, "early-carrier", { signaling: { delayedOffer: false } });
export const DEMANDING_CARRIER = outside(5, "demanding-carrier", { signaling: { reliableProvisional: "required" } });

const PEERS = [PBX, RELIABLE_PBX, FORKING_PBX, HASTY_PBX, CARRIER, RELIABLE_CARRIER, EARLY_CARRIER, DEMANDING_CARRIER];

function configuration(): string {
  const network = (address: string, ports: string) => ({
    listen: [{ transport: "udp", address, port: SIP_PORT }],
    media: { address, ports },
  });
  const trunk = ({ side, address, settings }: Peer) => ({
    role: side === "inside" ? "pbx" : "provider",
    network: side === "inside" ? "lan" : "wan",
    targets: [{ uri: `sip:${address}:${SIP_PORT}` }],
    identify: { addresses: [`${address}/32`] },
    ...settings,
  });
  const of = (side: Peer["side"]) => PEERS.filter((peer) => peer.side === side);
  const from = of("inside").map((peer) => peer.trunk);
  // JSON is YAML.
  return JSON.stringify({
    api: { listen: API },
    country: "US",
    networks: { lan: network(LAN, "20000-20999"), wan: network(WAN, "30000-30999") },
    trunks: Object.fromEntries(PEERS.map((peer) => [peer.trunk, trunk(peer)])),
    numbers: of("inside").map(({ number, trunk: name }) => ({ number, trunk: name })),
    routes: [
      { name: "inbound", match: { from: of("outside").map((peer) => peer.trunk) }, to: "numbers" },
      ...of("outside").map(({ trunk: name, number }) => ({ name, match: { from, called: number }, to: [name] })),
    ],
  });
}

function sideOf(side: Peer["side"], address: string): Side {
  const ofSide = address.slice(0, address.lastIndexOf(".") + 1);
  return {
    senders: [{ address, ports: [1, 65_535] }],
    names: [ofSide, ...PEERS.filter((peer) => peer.side === side).map((peer) => peer.host)],
    hasLeg: ({ remoteAddress }) => remoteAddress.startsWith(ofSide),
  };
}

export interface Flow {
  readonly from: Peer;
  readonly to: Peer;
  readonly caller: readonly Step[];
  readonly callee: readonly Step[];
  /** What both name in Allow, beyond what every phone does. */
  readonly allow?: readonly string[];
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
  /** Ends the capture and holds Demarc to what it sent in all that was played. */
  inspect(): Promise<void>;
}

/** Call from `beforeAll`. */
export async function openBorder(): Promise<Border> {
  const ground = openGround(afterAll);
  const configFile = join(ground.folder, "border.yaml");
  writeFileSync(configFile, configuration());
  const capture = await startCapture(ground, [LAN, WAN, ...PEERS.map(({ address }) => address)]);
  const demarc = await startDemarc(ground, { configFile, api: API });
  const testimony = { capture, inside: sideOf("inside", LAN), outside: sideOf("outside", WAN), sipPorts: [SIP_PORT] };
  const records: CallRecord[] = [];
  return {
    play: async (flow) => {
      const played = await play(openGround(), { demarc, capture }, flow);
      records.push(played.record);
      return played;
    },
    inspect: async () => {
      expect(records.length).toBeGreaterThan(0);
      await hearWitness(testimony, records);
    },
  };
}

async function play(
  ground: Ground,
  border: { readonly demarc: Demarc; readonly capture: Capture },
  flow: Flow,
): Promise<Played> {
  const { from, to, allow = [] } = flow;
  const startedAt = Date.now();
  const at = ({ address, host, toneHz }: Peer) => ({ address, host, toneHz });
  const callee = await startCallee(ground, {
    ...at(to),
    port: SIP_PORT,
    script: calleeScript("callee", flow.callee, allow),
  });
  const caller = await startCaller(ground, {
    ...at(from),
    caller: from.number,
    called: to.number,
    to: `${from.side === "inside" ? LAN : WAN}:${SIP_PORT}`,
    script: callerScript("caller", flow.caller, allow),
  });
  await Promise.all([caller.succeeded(DONE_MS), callee.succeeded(DONE_MS)]);
  const [record] = await border.demarc.records(1, ({ aLeg }) => aLeg.callId === caller.callId);
  await waitUntil(async () => (await border.demarc.calls()).every(({ id }) => id !== record?.id), {
    timeoutMs: DONE_MS,
    describe: () => "the call to be over",
  });
  expect(record).toMatchObject({ ingressTrunk: from.trunk, caller: from.number, called: to.number });
  await border.capture.sync();
  const datagrams = border.capture.datagrams().filter(({ atMs }) => atMs >= startedAt);
  return { record: record as CallRecord, caller, callee, datagrams };
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
