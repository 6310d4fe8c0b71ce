// What the relay's tests stand on: a plane with a process of its own, and peers with real sockets.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import type { MediaEvent } from "../../engine/index.ts";
import { loopback } from "../media-peers.contract.ts";
import type { RelayNetworks } from "./relay-network.ts";
import type { RelayPlaneOptions } from "./relay-options.ts";
import { type RelayPlane, startRelayPlane } from "./relay-plane.ts";

export * from "../media-peers.contract.ts";

// A relay is a process: on a busy machine it takes its time to start, and nothing here measures how long.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

export interface LogLine {
  readonly level: string;
  readonly message: string;
}

export interface Rig {
  readonly plane: RelayPlane;
  readonly events: { readonly session: string; readonly event: MediaEvent }[];
  readonly logged: LogLine[];
  close(): Promise<void>;
}

export const NETWORKS: RelayNetworks = {
  inside: { address: loopback(1), portFrom: 42_000, portTo: 42_099, advertise: null },
  outside: { address: loopback(2), portFrom: 42_000, portTo: 42_099, advertise: null },
};

export async function openRig(options: Partial<RelayPlaneOptions> = {}): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), "demarc-relay-"));
  const logged: LogLine[] = [];
  const keep = (level: string) => (message: string) => logged.push({ level, message });
  const log = { debug: keep("debug"), info: keep("info"), warn: keep("warn"), error: keep("error") };
  const discard = () => rmSync(folder, { recursive: true, force: true });
  const plane = await startRelayPlane({
    networks: NETWORKS,
    socketDir: join(folder, "run"),
    mediaTimeoutMs: 0,
    // Two busy cores may take their time to start a process.
    commandDeadlineMs: 20_000,
    log,
    ...options,
  }).catch((error: unknown) => {
    discard();
    throw error;
  });
  const events: Rig["events"] = [];
  plane.onEvent = (id, event) => events.push({ session: id, event });
  const close = async () => {
    await plane.close();
    discard();
  };
  return { plane, events, logged, close };
}
