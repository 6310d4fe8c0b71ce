// Gives one of the lab's agents real sockets, timers and audio. On the virtual network the same agent has none of them.

import type { Random } from "../base/index.ts";
import type { Agent, AudioPorts, LabInput, PhoneEvent } from "../lab/index.ts";
import { openLabAudio } from "../media/index.ts";
import { createAlarm, createTimers } from "../runtime/index.ts";
import type { Log } from "../runtime/telemetry/index.ts";
import { type BoundListener, openTransports } from "../runtime/transport/index.ts";

export interface HostOptions {
  /** The agent's name: that of the trunk whose peer it plays. */
  readonly name: string;
  /** Where it listens, over UDP. */
  readonly address: string;
  readonly port: number;
  readonly random: Random;
  readonly log: Log;
  create(listener: BoundListener, audioPorts: AudioPorts): Agent;
  onReport(call: string, event: PhoneEvent): void;
}

export interface HostedAgent {
  submit(input: LabInput): void;
  close(): Promise<void>;
}

/** Calls of one agent that can have audio at once. */
const AUDIO_CALLS = 16;

function metronome(everyMs: number, beat: () => void): () => void {
  const interval = setInterval(beat, everyMs);
  return () => clearInterval(interval);
}

/** @throws DemarcError address-in-use, address-unavailable */
export async function hostAgent(options: HostOptions): Promise<HostedAgent> {
  const { name, address, port, random, log } = options;
  const clock = (): number => performance.now();
  const audio = await openLabAudio({ address, calls: AUDIO_CALLS, random, clock, metronome });
  let agent: Agent | null = null;
  const timers = createTimers({ clock, alarm: createAlarm(), onDue: (key) => submit({ kind: "timer", key }) });
  const listen = [{ transport: "udp" as const, address, port, certificate: null }];
  const network = { listen, advertise: null };
  const transports = await openTransports(
    { [name]: network },
    {
      onMessage: (flow, text) => submit({ kind: "datagram", flow, text }),
      onError: (flow, detail) => submit({ kind: "transport-error", flow, detail }),
      log,
    },
  ).catch((error: unknown) => {
    audio.close();
    throw error;
  });

  function submit(input: LabInput): void {
    for (const action of agent?.handle(input, clock()) ?? []) {
      if (action.kind === "send") transports.send(action.flow, action.text);
      else if (action.kind === "start-timer") timers.start(action.key, action.at);
      else if (action.kind === "stop-timer") timers.stop(action.key);
      else if (action.kind === "audio") audio.perform(action);
      else if (action.kind === "report") options.onReport(action.call, action.event);
    }
  }

  const [listener] = transports.listeners;
  if (listener !== undefined) agent = options.create(listener, audio);
  return {
    submit,
    close: async () => {
      timers.close();
      audio.close();
      await transports.close();
    },
  };
}
