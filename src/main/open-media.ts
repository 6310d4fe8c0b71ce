// The media plane: the embedded relay, or the rtpengines that the configuration names.

import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type Millis, SECOND } from "../base/index.ts";
import {
  type MediaPlane,
  type RtpengineNetwork,
  type ServicePort,
  startRelayPlane,
  startRtpenginePlane,
} from "../media/index.ts";
import type { Configuration } from "../model/index.ts";
import type { Log, MediaFigures } from "../runtime/telemetry/index.ts";
import type { Undo } from "./undo.ts";

const LONGEST_FOLDER_BYTES = 90;
/** A call in which neither side was heard for so long is one that nobody is in. */
const MEDIA_TIMEOUT_MS: Millis = 300 * SECOND;
const OWNER_BYTES = 8;

export interface MediaPart extends MediaPlane {
  /** It takes commands. */
  readonly up: boolean;
  figures(): Promise<MediaFigures>;
  close(): Promise<void>;
}

/** What the metrics tell of it. */
export function mediaSources(media: MediaPart) {
  return { relayUp: () => media.up, media: () => media.figures() };
}

function mediaNetworks({ networks }: Configuration) {
  return Object.fromEntries(
    Object.entries(networks).map(([name, { media, advertise, dscp }]) => {
      const { address, ports, learn, sources, rtcpMux, path } = media;
      const marked = dscp.media === null ? {} : { dscp: dscp.media };
      return [
        name,
        { address, portFrom: ports.from, portTo: ports.to, learn, sources, rtcpMux, path, advertise, ...marked },
      ];
    }),
  );
}

/** The configuration was refused where a peer's address would have to be held to. */
function rtpengineNetworks(configuration: Configuration): Readonly<Record<string, RtpengineNetwork>> {
  return Object.fromEntries(
    Object.entries(mediaNetworks(configuration)).map(([name, { learn, ...network }]) => {
      return [name, { ...network, learn: learn === "any" ? ("any" as const) : ("none" as const) }];
    }),
  );
}

/** Always the same for one data directory, so that the next start finds the relay. The system allows a socket 107 bytes of path. */
function relayFolder(dataDir: string): string {
  const beside = resolve(dataDir, "relay");
  if (Buffer.byteLength(beside) <= LONGEST_FOLDER_BYTES) return beside;
  const name = createHash("sha256").update(beside).digest("hex").slice(0, 16);
  return join(tmpdir(), `demarc-${name}`);
}

/** By what our calls are told from another Demarc's at an rtpengine that both use: the same for one data directory, and no other's. */
function mediaOwner(dataDir: string): string {
  const file = resolve(dataDir, "media-owner");
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(file, randomBytes(OWNER_BYTES).toString("hex"), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return `demarc-${readFileSync(file, "utf8").trim()}`;
}

/** `services`: what no media may be sent to, as it fills up. */
export async function openMedia(
  configuration: Configuration,
  { dataDir, log, undo, services }: { dataDir: string; log: Log; undo: Undo; services: readonly ServicePort[] },
): Promise<MediaPart> {
  const { rtpengine, mediaGrace: orphanGraceMs } = configuration.node;
  const always = { mediaTimeoutMs: MEDIA_TIMEOUT_MS, orphanGraceMs, services: () => services, log };
  const media = rtpengine.length > 0 ? await openRtpengine() : await openRelay();
  undo.push(() => media.close());
  return media;

  async function openRtpengine(): Promise<MediaPart> {
    const plane = await startRtpenginePlane({
      ...always,
      instances: rtpengine,
      networks: rtpengineNetworks(configuration),
      owner: mediaOwner(dataDir),
    });
    const figures = () => Promise.resolve({ instances: plane.instances(), relay: null });
    return Object.assign(plane, { figures });
  }

  async function openRelay(): Promise<MediaPart> {
    const networks = mediaNetworks(configuration);
    const plane = await startRelayPlane({ ...always, networks, socketDir: relayFolder(dataDir) });
    // One that is being started again would have the scrape wait.
    const figures = async () => ({ instances: [], relay: plane.up ? await plane.status() : null });
    return Object.assign(plane, { figures });
  }
}
