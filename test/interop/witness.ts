// What must hold of every byte that Demarc sends between two sides: nothing malformed, and nothing of one side seen on the other.
import { expect } from "vitest";
import type { CallRecord, LegRecord } from "../../src/engine/index.ts";
import type { CapturedDatagram } from "./pcap.ts";
import { type Capture, findLeaks, type Sender } from "./tshark.ts";

/** One side of the border. */
export interface Side {
  /** Where Demarc sends from into it. */
  readonly senders: readonly Sender[];
  /** Addresses and hosts in it. */
  readonly names: readonly string[];
  readonly hasLeg: (leg: LegRecord) => boolean;
}

export interface Testimony {
  readonly capture: Capture;
  readonly inside: Side;
  readonly outside: Side;
  readonly sipPorts: readonly number[];
  /** What tshark cannot judge, as a filter of its; nothing if not said. */
  readonly unjudged?: string;
  /** What names of the other side may stand in, as it is not Demarc that sends it; nothing if not said. */
  readonly spared?: (datagram: CapturedDatagram) => boolean;
}

/** Ends the capture and holds Demarc to it. Returns all that was sent. `records` are those of all the calls. */
export async function hearWitness(testimony: Testimony, records: readonly CallRecord[]): Promise<CapturedDatagram[]> {
  const { capture, inside, outside, sipPorts, unjudged, spared = () => false } = testimony;
  const datagrams = (await capture.stop()).datagrams();
  const { complaints, dissected } = await capture.judge([...inside.senders, ...outside.senders], sipPorts, unjudged);
  expect(complaints).toEqual([]);
  expect(dissected.sip).toBeGreaterThan(0);
  const held = datagrams.filter((datagram) => !spared(datagram));
  const leaks = [
    ...inside.senders.flatMap((sender) => findLeaks(held, sender, namesOf(outside, records))),
    ...outside.senders.flatMap((sender) => findLeaks(held, sender, namesOf(inside, records))),
  ];
  expect(leaks).toEqual([]);
  return datagrams;
}

/** What must not be seen on the other side: addresses, hosts, Call-IDs and tags. */
function namesOf({ names, hasLeg }: Side, records: readonly CallRecord[]): string[] {
  const legs = records.flatMap(({ aLeg, bLeg }) => (bLeg === null ? [aLeg] : [aLeg, bLeg])).filter(hasLeg);
  const ofLegs = legs.flatMap(({ callId, localTag, remoteTag }) => [callId, localTag, remoteTag]);
  return [...names, ...ofLegs.filter((name) => name !== "")];
}
