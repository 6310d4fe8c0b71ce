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
import type { CalleeScenario, CallerScenario, Sipp } from "./sipp.ts";
import { startCallee, startCaller } from "./sipp.ts";
import { findLeaks, type Sender, startCapture } from "./tshark.ts";

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
const CARRIERS = [CARRIER_A, CARRIER_B];

export interface Office {
  readonly demarc: Demarc;
  /** How many RTCP reports Demarc has sent into each network so far, as far as the capture has written it down. */
  reports(): { readonly lan: number; readonly wan: number };
  /**
   * Ends the capture and holds Demarc to it: nothing malformed, and nothing of one side seen on the other. Returns all
   * that was sent. `records` are those of all the calls.
   */
  inspect(records: readonly CallRecord[]): Promise<CapturedDatagram[]>;
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
    inspect: async (records) => {
      const datagrams = (await capture.stop()).datagrams();
      const { complaints, dissected } = await capture.judge([...LAN_SENDERS, ...WAN_SENDERS], [5060, PBX.port]);
      expect(complaints).toEqual([]);
      expect(dissected.sip).toBeGreaterThan(0);
      expectNothingLeaks(datagrams, records);
      return datagrams;
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

/** No address, host, product, Call-ID or tag of one side in any byte that Demarc sent to the other. */
function expectNothingLeaks(datagrams: readonly CapturedDatagram[], records: readonly CallRecord[]): void {
  const legs = records.flatMap(({ aLeg, bLeg }) => (bLeg === null ? [aLeg] : [aLeg, bLeg]));
  const isInside = (leg: LegRecord) => leg.remoteAddress.startsWith(`${PBX.address}:`);
  const names = (some: readonly LegRecord[]) => {
    return some
      .flatMap(({ callId, localTag, remoteTag }) => [callId, localTag, remoteTag])
      .filter((name) => name !== "");
  };
  const inside = [PBX.host, PBX.address, ...names(legs.filter(isInside))];
  const carriers = CARRIERS.flatMap(({ host, address }) => [host, address]);
  const outside = ["127.0.0.2", ...carriers, ...names(legs.filter((leg) => !isInside(leg)))];
  const leaks = [
    ...LAN_SENDERS.flatMap((sender) => findLeaks(datagrams, sender, outside)),
    ...WAN_SENDERS.flatMap((sender) => findLeaks(datagrams, sender, inside)),
  ];
  expect(leaks).toEqual([]);
}

/** A call of the PBX: by its own word from any port, as a PBX does over a trunk identified by address. */
export function callFromPbx(
  ground: Ground,
  scenario: CallerScenario,
  options: { called?: string; status?: number; talkMs?: number; calls?: number; atOnce?: number } = {},
): Promise<Sipp> {
  return startCaller(ground, { ...PBX, caller: OURS, called: THEIRS, to: LAN, scenario, ...options });
}

export function callFromCarrier(ground: Ground, carrier: typeof CARRIER_A, scenario: CallerScenario): Promise<Sipp> {
  return startCaller(ground, { ...carrier, caller: THEIRS, called: OURS, to: WAN, scenario });
}

export function answerAt(
  ground: Ground,
  place: typeof PBX,
  scenario: CalleeScenario,
  options: { status?: number; calls?: number; talkMs?: number } = {},
): Promise<Sipp> {
  return startCallee(ground, { ...place, scenario, ...options });
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
