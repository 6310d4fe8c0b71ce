// The office of examples/office.yaml with its witness: Demarc between a PBX at 127.0.0.1 and carriers at 127.0.0.3 and
// 127.0.0.4, and what must hold of every byte that it sends.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { CallRecord, LegRecord } from "../../src/engine/index.ts";
import { type Demarc, type DemarcOptions, startDemarc } from "./demarc.ts";
import { countToneWindows } from "./goertzel.ts";
import type { Ground } from "./ground.ts";
import { type CapturedDatagram, listenAt } from "./pcap.ts";
import { type Sipp, startCallee, startCaller } from "./sipp.ts";
import type { Script } from "./sipp-script.ts";
import { type Sender, startCapture } from "./tshark.ts";
import { hearWitness, type Side } from "./witness.ts";

/** The example itself and where it says that its API listens. */
export const AS_IT_STANDS = {
  configFile: join(import.meta.dirname, "../../examples/office.yaml"),
  api: "127.0.0.1:8080",
} satisfies DemarcOptions;

export const PBX = { address: "127.0.0.1", port: 5080, host: "pbx.inside.example", toneHz: 440 };
export const CARRIER_A = { address: "127.0.0.3", port: 5060, host: "switch-a.outside.example", toneHz: 700 };
export const CARRIER_B = { address: "127.0.0.4", port: 5060, host: "switch-b.outside.example", toneHz: 900 };
export const STRANGER = "127.0.0.9";
export const LAN = "127.0.0.1:5060";
export const WAN = "127.0.0.2:5060";
/** Our own number and one of the world's. */
export const OURS = "+12025550100";
export const THEIRS = "+13035550142";

/** Where Demarc sends from. The PBX shares its address, so the ports tell them apart. */
const LAN_MEDIA: Sender = { address: "127.0.0.1", ports: [20_000, 24_999] };
const WAN_MEDIA: Sender = { address: "127.0.0.2", ports: [30_000, 34_999] };
const LAN_SENDERS: readonly Sender[] = [{ address: "127.0.0.1", ports: [5060, 5060] }, LAN_MEDIA];
const WAN_SENDERS: readonly Sender[] = [{ address: "127.0.0.2", ports: [5060, 5060] }, WAN_MEDIA];
const isInside = (leg: LegRecord) => leg.remoteAddress.startsWith(`${PBX.address}:`);
const LAN_SIDE: Side = { senders: LAN_SENDERS, names: [PBX.host, PBX.address], hasLeg: isInside };
const WAN_SIDE: Side = {
  senders: WAN_SENDERS,
  names: ["127.0.0.2", ...[CARRIER_A, CARRIER_B].flatMap(({ host, address }) => [host, address])],
  hasLeg: (leg) => !isInside(leg),
};

export interface Office {
  readonly demarc: Demarc;
  /** How many RTCP reports Demarc has sent into each network so far, as far as the capture has written it down. */
  reports(): { readonly lan: number; readonly wan: number };
  /**
   * Ends the capture and holds Demarc to it: nothing malformed, and nothing of one side seen on the other. Returns all
   * that was sent. `records` are those of all the calls; `unjudged` is what tshark cannot judge, as a filter of its.
   */
  inspect(records: readonly CallRecord[], unjudged?: string): Promise<CapturedDatagram[]>;
}

/** `edit` changes the example's text; a word it replaces must be there. */
export async function openOffice(ground: Ground, edit: readonly (readonly [string, string])[] = []): Promise<Office> {
  let { configFile } = AS_IT_STANDS;
  if (edit.length > 0) {
    const edited = editText(readFileSync(configFile, "utf8"), edit);
    configFile = join(ground.folder, "office.yaml");
    writeFileSync(configFile, edited);
  }
  const addresses = ["127.0.0.2", PBX.address, CARRIER_A.address, CARRIER_B.address, STRANGER];
  const capture = await startCapture(ground, addresses);
  const demarc = await startDemarc(ground, { ...AS_IT_STANDS, configFile });
  return {
    demarc,
    reports: () => {
      const datagrams = capture.datagrams();
      return { lan: countReports(datagrams, LAN_MEDIA), wan: countReports(datagrams, WAN_MEDIA) };
    },
    inspect: (records, unjudged) => {
      const testimony = { capture, inside: LAN_SIDE, outside: WAN_SIDE, sipPorts: [5060, PBX.port] };
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
