// What else happens in a batch: noise, strangers, strangers who repeat what peers say, peers cut off, the media plane down.

import { type Random, randomBelow, randomChance, randomToken } from "../../src/base/index.ts";
import type { SentMessage } from "../../src/lab/index.ts";
import type { Flow } from "../../src/protocol/transport/index.ts";
import type { Faults } from "./faults.ts";
import { BORDER, BORDER_ADDRESSES, PEER_NAMES, PEERS, STRANGER_ADDRESS, type World } from "./world.ts";

function flowToBorder(random: Random, address: string): Flow {
  const network = randomBelow(random, 2) === 0 ? "lan" : "wan";
  return {
    network,
    transport: "udp",
    localAddress: address,
    localPort: 5060,
    remoteAddress: BORDER_ADDRESSES[network],
    remotePort: 5060,
  };
}

/** Bytes that are no SIP, or nearly. */
function drawNoise(random: Random): string {
  const start = ["", "INVITE sip:x SIP/2.0\r\n", "SIP/2.0 200 OK\r\nVia: ", "\r\n\r\n", "\0\0\0\0"][
    randomBelow(random, 5)
  ];
  let text = start ?? "";
  const length = randomBelow(random, 10) === 0 ? 65_000 : randomBelow(random, 400);
  while (text.length < length) text += String.fromCharCode(randomBelow(random, 256));
  return text;
}

/** Somebody who never sent anything, at whom strangers try to aim our answers. */
const VICTIM_ADDRESS = "192.0.2.99";

/** A call by somebody who is nobody's trunk, to a number that must never be called. Half of them want the answer to go to somebody else. */
function formatStrangerInvite(random: Random): string {
  const token = randomToken(random, 10);
  const sentBy =
    randomBelow(random, 2) === 0
      ? `${STRANGER_ADDRESS}:5060;rport`
      : `${VICTIM_ADDRESS}:5060;received=${VICTIM_ADDRESS}`;
  return [
    "INVITE sip:+16665550100@203.0.113.10 SIP/2.0",
    `Via: SIP/2.0/UDP ${sentBy};branch=z9hG4bK${token}`,
    "Max-Forwards: 70",
    `From: <sip:+12025550100@${STRANGER_ADDRESS}>;tag=${token}`,
    "To: <sip:+16665550100@203.0.113.10>",
    `Call-ID: ${token}`,
    "CSeq: 1 INVITE",
    `Contact: <sip:x@${STRANGER_ADDRESS}>`,
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
}

/** Schedules the disturbances of a batch that takes about `lengthMs`. */
export function disturb(
  world: World,
  random: Random,
  about: { readonly faults: Faults; readonly lengthMs: number },
): void {
  const { network, media } = world;
  const { faults, lengthMs } = about;
  const { configuration } = world;
  network.schedule(BORDER, randomBelow(random, lengthMs), { kind: "configuration", configuration });
  for (let count = 0; count < 6; count += 1) {
    const at = randomBelow(random, lengthMs);
    const address = count % 2 === 0 ? STRANGER_ADDRESS : PEERS.pbx.address;
    network.scheduleRun(at, () => network.sendDatagram(flowToBorder(random, address), drawNoise(random)));
    network.scheduleRun(at, () =>
      network.sendDatagram(flowToBorder(random, STRANGER_ADDRESS), formatStrangerInvite(random)),
    );
  }
  if (randomChance(random, faults.partition)) {
    const a = PEER_NAMES[randomBelow(random, PEER_NAMES.length)] ?? "pbx";
    const from = randomBelow(random, lengthMs);
    network.sever({ a, b: BORDER, from, until: from + randomBelow(random, faults.partitionMaxMs) });
  }
  if (randomChance(random, faults.relayDeath)) {
    const at = randomBelow(random, lengthMs);
    network.scheduleRun(at, () => {
      media.dead = true;
    });
    network.scheduleRun(at + randomBelow(random, 4000), () => {
      media.dead = false;
    });
  }
}

/** Now and then a batch ends with a drain: no more calls, and in half of the cases none of those that stand goes on either. */
export function drainLate(world: World, random: Random, lengthMs: number): void {
  if (!randomChance(random, 0.3)) return;
  const at = Math.floor(lengthMs * 0.9);
  world.network.schedule(BORDER, at, { kind: "drain", endCalls: randomBelow(random, 2) === 0 });
}

/** A stranger who sees what peers say and says the same: it must have no effect on any call. */
export function replayAsStranger(world: World, random: Random, about: { sent: SentMessage; chance: number }): void {
  const { sent, chance } = about;
  if (sent.from === BORDER || sent.from === "?" || sent.to !== BORDER || sent.text.startsWith("SIP/2.0")) return;
  if (!randomChance(random, chance)) return;
  const { network } = world;
  const flow = { ...sent.flow, localAddress: STRANGER_ADDRESS };
  network.scheduleRun(network.now + randomBelow(random, 500), () => network.sendDatagram(flow, sent.text));
}
