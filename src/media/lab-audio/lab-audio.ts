// The audio of the lab's phones on real sockets. The phones say what to play by actions; ports are bound before the first call, so that a phone
// can take one without waiting.

import { invariant, type Random } from "../../base/index.ts";
import { openRtpSockets } from "./open-sockets.ts";
import { type AudioCounters, RtpEndpoint, type RtpSockets } from "./rtp-endpoint.ts";
import { FRAME_MS } from "./tone.ts";

/** What the phones' `audio` actions say. */
export type AudioCommand =
  | {
      readonly operation: "open";
      readonly mode: "echo" | "tone" | "silence";
      readonly local: { readonly address: string; readonly port: number };
      readonly remote: { readonly address: string; readonly port: number } | null;
      readonly payloadType: number;
    }
  | { readonly operation: "close"; readonly local: { readonly address: string; readonly port: number } };

export interface LabAudioOptions {
  /** The phone's own address. */
  readonly address: string;
  /** How many calls can have audio at once; each holds two sockets, all the time. */
  readonly calls: number;
  readonly random: Random;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  /** Calls `beat` every so many milliseconds, about, until what it returns is called. */
  readonly metronome: (everyMs: number, beat: () => void) => () => void;
}

export interface LabAudio {
  /** Null when every port is taken: the call has no audio. */
  take(): number | null;
  free(port: number): void;
  perform(command: AudioCommand): void;
  /** Since the port's audio was opened; null for a port that is not ours. */
  counters(port: number): AudioCounters | null;
  close(): void;
}

/** @throws DemarcError `address-unavailable` */
export async function openLabAudio(options: LabAudioOptions): Promise<LabAudio> {
  const { clock } = options;
  const opened: RtpSockets[] = [];
  try {
    while (opened.length < options.calls) opened.push(await openRtpSockets(options.address));
  } catch (error) {
    closeAll(opened);
    throw error;
  }
  const endpoints = new Map<number, RtpEndpoint>();
  for (const sockets of opened) endpoints.set(sockets.rtp.address().port, new RtpEndpoint(sockets, options.random));
  const freePorts = [...endpoints.keys()];
  const playing = new Set<RtpEndpoint>();
  const stop = options.metronome(FRAME_MS, () => {
    const now = clock();
    for (const endpoint of playing) endpoint.beat(now);
  });
  return {
    take: () => freePorts.shift() ?? null,
    free(port) {
      invariant(endpoints.has(port) && !freePorts.includes(port), "only a port that was taken can be freed");
      freePorts.push(port);
    },
    perform(command) {
      const endpoint = endpoints.get(command.local.port);
      if (endpoint === undefined) return;
      if (command.operation === "close") {
        endpoint.stop();
        playing.delete(endpoint);
      } else {
        endpoint.play(command, clock());
        playing.add(endpoint);
      }
    },
    counters: (port) => endpoints.get(port)?.counters ?? null,
    close() {
      stop();
      closeAll(opened);
    },
  };
}

function closeAll(opened: readonly RtpSockets[]): void {
  for (const { rtp, rtcp } of opened) {
    rtp.close();
    rtcp.close();
  }
}
