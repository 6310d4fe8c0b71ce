// The office of examples/office.yaml, moved to addresses of this worker's own, with its witness: Demarc between a PBX and two carriers, and what
// must hold of every byte that it sends.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { CallRecord, LegRecord } from "../../src/engine/index.ts";
import { PHONE_MEDIA_ADDRESS } from "./baresip.ts";
import { type Demarc, startDemarc } from "./demarc.ts";
import { countToneWindows } from "./goertzel.ts";
import type { Ground } from "./ground.ts";
import { type CapturedDatagram, listenAt } from "./pcap.ts";
import { type Sipp, startCallee, startCaller } from "./sipp.ts";
import type { Script } from "./sipp-script.ts";
import { type Sender, startCapture } from "./tshark.ts";
import { hearWitness, type Side, type Testimony } from "./witness.ts";
import { WORKER } from "./worker.ts";

const EXAMPLE = join(import.meta.dirname, "../../examples/office.yaml");
/** Of all addresses in the example. */
const EXAMPLE_NETWORK = "127.0.0.";
const NETWORK = `127.0.${41 + WORKER}.`;

export const PBX = { address: `${NETWORK}1`, port: 5080, host: "pbx.inside.example", toneHz: 440 };
export const CARRIER_A = { address: `${NETWORK}3`, port: 5060, host: "switch-a.outside.example", toneHz: 700 };
export const CARRIER_B = { address: `${NETWORK}4`, port: 5060, host: "switch-b.outside.example", toneHz: 900 };
export const STRANGER = `${NETWORK}9`;
/** The PBX shares Demarc's address. */
export const LAN_ADDRESS = PBX.address;
export const WAN_ADDRESS = `${NETWORK}2`;
export const LAN = `${LAN_ADDRESS}:5060`;
export const WAN = `${WAN_ADDRESS}:5060`;
/** Our own number and one of the world's. */
export const OURS = "+12025550100";
export const THEIRS = "+13035550142";

/** Where Demarc sends from. The PBX shares its address, so the ports tell them apart. */
const LAN_MEDIA: Sender = { address: LAN_ADDRESS, ports: [20_000, 24_999] };
const WAN_MEDIA: Sender = { address: WAN_ADDRESS, ports: [30_000, 34_999] };
const LAN_SENDERS: readonly Sender[] = [{ address: LAN_ADDRESS, ports: [5060, 5060] }, LAN_MEDIA];
const WAN_SENDERS: readonly Sender[] = [{ address: WAN_ADDRESS, ports: [5060, 5060] }, WAN_MEDIA];
const isInside = (leg: LegRecord) => leg.remoteAddress.startsWith(`${PBX.address}:`);
const LAN_SIDE: Side = { senders: LAN_SENDERS, names: [PBX.host, PBX.address, PHONE_MEDIA_ADDRESS], hasLeg: isInside };
const WAN_SIDE: Side = {
  senders: WAN_SENDERS,
  names: [WAN_ADDRESS, ...[CARRIER_A, CARRIER_B].flatMap(({ host, address }) => [host, address])],
  hasLeg: (leg) => !isInside(leg),
};

export interface Office {
  readonly demarc: Demarc;
  /** Starts it again with the same configuration and store, once it has ended. */
  restart(): Promise<Demarc>;
  /** How many RTCP reports Demarc has sent into each network so far, as far as the capture has written it down. */
  reports(): { readonly lan: number; readonly wan: number };
  /**
   * Ends the capture and holds Demarc to it: nothing malformed, and nothing of one side seen on the other. Returns all
   * that was sent. `records` are those of all the calls; `unjudged` is what tshark cannot judge, as a filter of its.
   */
  inspect(records: readonly CallRecord[], unjudged?: string): Promise<CapturedDatagram[]>;
}

/** `edit` changes the example's text; a word it replaces must be there. `spared` is as in a testimony. */
export async function openOffice(
  ground: Ground,
  edit: readonly (readonly [string, string])[] = [],
  spared: Testimony["spared"] = () => false,
): Promise<Office> {
  const configFile = join(ground.folder, "office.yaml");
  writeFileSync(configFile, editText(readFileSync(EXAMPLE, "utf8"), edit).replaceAll(EXAMPLE_NETWORK, NETWORK));
  const addresses = [WAN_ADDRESS, PBX.address, CARRIER_A.address, CARRIER_B.address, STRANGER];
  const capture = await startCapture(ground, addresses);
  const start = () => startDemarc(ground, { configFile, api: `${LAN_ADDRESS}:8080` });
  const demarc = await start();
  return {
    demarc,
    restart: start,
    reports: () => {
      const datagrams = capture.datagrams();
      return { lan: countReports(datagrams, LAN_MEDIA), wan: countReports(datagrams, WAN_MEDIA) };
    },
    inspect: (records, unjudged) => {
      const testimony = { capture, inside: LAN_SIDE, outside: WAN_SIDE, sipPorts: [5060, PBX.port], spared };
      return hearWitness(unjudged === undefined ? testimony : { ...testimony, unjudged }, records);
    },
  };
}

/** Sender and receiver reports (RFC 3550 section 12.1) from these media ports. */
function countReports(datagrams: readonly CapturedDatagram[], { address, ports: [lowest, highest] }: Sender): number {
  return datagrams.filter(({ from, payload }) => {
    const ours = from.address === address && from.port >= lowest && from.port <= highest && from.port % 2 === 1;
    return ours && payload.length >= 8 && [200, 201].includes(payload.readUInt8(1));
  }).length;
}

function editText(text: string, edit: readonly (readonly [string, string])[]): string {
  let edited = text;
  for (const [from, to] of edit) {
    expect(edited, `the example has ${from}`).toContain(from);
    edited = edited.replace(from, to);
  }
  return edited;
}

/** A call of the PBX: by its own word from any port, as a PBX does over a trunk identified by address. */
export function callFromPbx(
  ground: Ground,
  script: Script,
  options: { called?: string; calls?: number; atOnce?: number } = {},
): Promise<Sipp> {
  return startCaller(ground, { ...PBX, caller: OURS, called: THEIRS, to: LAN, script, ...options });
}

export function callFromCarrier(ground: Ground, carrier: typeof CARRIER_A, script: Script): Promise<Sipp> {
  return startCaller(ground, { ...carrier, caller: THEIRS, called: OURS, to: WAN, script });
}

export function answerAt(
  ground: Ground,
  place: typeof PBX,
  script: Script,
  options: { calls?: number } = {},
): Promise<Sipp> {
  return startCallee(ground, { ...place, script, ...options });
}

/** Whether a SIPp hears the other's tone and nothing else, all of it from Demarc's media ports. */
export function expectHears(datagrams: readonly CapturedDatagram[], listener: Sipp, toneHz: number): void {
  const place = { address: listener.address, port: listener.mediaPort };
  const heard = listenAt(datagrams, place);
  expect(heard.packets).toBeGreaterThan(50);
  const { withTone, audible } = countToneWindows(heard, toneHz);
  expect(audible).toBeGreaterThan(10);
  // The first and the last window may be cut.
  expect(withTone).toBeGreaterThanOrEqual(audible - 2);
  const senders = [...LAN_SENDERS, ...WAN_SENDERS];
  const strangers = datagrams.filter(({ from, to }) => {
    if (to.address !== place.address || to.port !== place.port) return false;
    return !senders.some(
      ({ address, ports }) => from.address === address && from.port >= ports[0] && from.port <= ports[1],
    );
  });
  expect(strangers).toEqual([]);
}
