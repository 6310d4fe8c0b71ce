// The lab's phones on real sockets, hosted as `npm start` hosts them: a call with a tone one way and its echo back.

import { afterEach, expect, test } from "vitest";
import {
  type AudioPorts,
  createCarrier,
  createPbx,
  createStage,
  type Phone,
  type Stage,
  userCallScript,
} from "../../src/lab/index.ts";
import { type LabAudio, openLabAudio } from "../../src/media/lab-audio/index.ts";
import { createLoop, createSystemRandom, type Loop } from "../../src/runtime/index.ts";
import { createLog } from "../../src/runtime/telemetry/index.ts";
import { openTransports } from "../../src/runtime/transport/index.ts";

const random = createSystemRandom();
const clock = () => performance.now();
const log = createLog({ level: "error", form: "json", color: false, write: () => {} });
const undo: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

interface Hosted {
  readonly loop: Loop;
  readonly stage: Stage;
  readonly audio: LabAudio;
  readonly address: string;
  readonly port: number;
  readonly reports: string[];
  /** The port of the audio opened last. */
  audioPort: number;
}

type Cast = (options: Parameters<typeof createPbx>[0]) => Phone;

function metronome(everyMs: number, beat: () => void): () => void {
  const beating = setInterval(beat, everyMs);
  return () => clearInterval(beating);
}

async function host(name: string, address: string, cast: Cast): Promise<Hosted> {
  const audio = await openLabAudio({ address, calls: 2, random, clock, metronome });
  undo.push(() => audio.close());
  let loop: Loop | null = null;
  const listen = [{ transport: "udp" as const, address, port: 0, certificate: null }];
  const media = { address, ports: { from: 20_000, to: 20_001 } };
  const transports = await openTransports(
    { lab: { listen, media, advertise: null } },
    {
      onMessage: (flow, text) => loop?.submit({ kind: "datagram", flow, text }),
      onError: (flow, detail) => loop?.submit({ kind: "transport-error", flow, detail }),
      log,
    },
  );
  undo.push(() => transports.close());
  const port = transports.listeners[0]?.port ?? 0;
  const listener = { network: "lab", transport: "udp", localAddress: address, localPort: port } as const;
  const audioPorts: AudioPorts = audio;
  const stage = createStage(cast({ name, listener, random, audioPorts }), {
    audio(action) {
      hosted.audioPort = action.local.port;
      audio.perform(action);
    },
    report: ({ event }) => hosted.reports.push(Object.values(event).join(" ")),
  });
  const noMedia = { execute: () => {}, onEvent: null };
  const resolver = { resolve: async () => ({ ok: false as const, detail: "phones resolve nothing" }) };
  const records = { write: () => {} };
  loop = createLoop({ engine: stage, transport: transports, media: noMedia, resolver, records, log, clock });
  const running = loop;
  undo.push(() => running.stop());
  const hosted: Hosted = { loop, stage, audio, address, port, reports: [], audioPort: 0 };
  return hosted;
}

async function until(holds: () => boolean): Promise<void> {
  await expect.poll(holds, { timeout: 20_000, interval: 20 }).toBe(true);
}

test("a user of the PBX calls 0100 at the carrier, hears the echo of its tone, and hangs up", async () => {
  const pbx = await host("pbx", "127.0.0.1", createPbx);
  const carrier = await host("carrier", "127.0.0.3", (options) => createCarrier({ ...options, failing: false }));
  const to = { address: carrier.address, port: carrier.port };
  const script = userCallScript({ id: "first", user: 1000, called: "+13035550100", to, hangUpAfterMs: null });
  pbx.loop.submit(pbx.stage.cue(script));
  await until(() => (pbx.audio.counters(pbx.audioPort)?.received ?? 0) >= 10);
  expect(pbx.reports).toEqual(["ringing", "answered"]);
  pbx.loop.submit({ kind: "hang-up", call: "first" });
  await until(() => pbx.reports.length === 3 && carrier.reports.length === 2);
  expect(pbx.reports.at(-1)).toBe("ended us");
  expect(carrier.reports).toEqual(["answered", "ended peer"]);
  // What was still on its way when the call ended is heard, and not sent back any more.
  const tone = pbx.audio.counters(pbx.audioPort);
  const echo = carrier.audio.counters(carrier.audioPort);
  expect(echo?.sent).toBeGreaterThanOrEqual(10);
  expect(echo?.received).toBeGreaterThanOrEqual(echo?.sent ?? 0);
  expect(tone?.sent).toBeGreaterThanOrEqual(echo?.received ?? 0);
  expect(tone?.received).toBeLessThanOrEqual(echo?.sent ?? 0);
});
