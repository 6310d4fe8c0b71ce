// A relay that an earlier signalling process left behind: whether there is one, whether we understand each other, and what it carries.

import { once } from "node:events";
import { openSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { DemarcError } from "../../base/index.ts";
import { protocolOf } from "./command-runner.ts";
import { frameMessage, MessageFrames } from "./message-frames.ts";
import { loadNativeRelay } from "./native-relay.ts";
import type { RelayChild } from "./relay-child.ts";
import { type RelayResult, readReport, type SessionNote } from "./relay-message.ts";

const MEMORY_DESCRIPTOR = 3;
const ANSWER_WITHIN_MS = 2000;
/** A controller that was just killed may not have been missed yet. */
const TRIES = 10;
const RETRY_AFTER_MS = 200;

export interface FoundRelay {
  readonly socket: Socket;
  readonly pid: number;
  /** Our own descriptor of the memory that its streams are in. */
  readonly memory: number;
}

/**
 * Null when there is none, or none that can be gone on with: that one is ended. Throws DemarcError `relay-unavailable` when another
 * signalling process has it.
 */
export async function findRelay(socketPath: string, slots: number): Promise<FoundRelay | null> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const socket = await reach(socketPath);
    if (socket === null) return null;
    const hello = await greet(socket);
    if (typeof hello === "object") return takeOver(socket, hello, slots);
    socket.destroy();
    // One that hangs holds its ports and nothing else: a new one is better than no start.
    if (hello === "silent") return null;
    await pause(RETRY_AFTER_MS);
  }
  throw new DemarcError("relay-unavailable", `the media relay at ${socketPath} belongs to another Demarc that runs`, {
    remedy: "Stop the other one, or give this one a data directory of its own.",
  });
}

type Hello = Extract<RelayResult, { kind: "hello" }>;

async function takeOver(socket: Socket, hello: Hello, slots: number): Promise<FoundRelay | null> {
  if (hello.protocol === protocolOf(loadNativeRelay()) && hello.slots === slots) {
    try {
      const memory = openSync(`/proc/${hello.pid}/fd/${MEMORY_DESCRIPTOR}`, "r+");
      return { socket, pid: hello.pid, memory };
    } catch {
      // Without its memory a later relay could not go on where it stopped.
    }
  }
  // Its calls are of another build, or of other bounds: they cannot be led.
  const gone = once(socket, "close");
  socket.write(frameMessage({ op: "stop", id: 0 }));
  await Promise.race([gone, pause(ANSWER_WITHIN_MS)]);
  socket.destroy();
  return null;
}

async function reach(socketPath: string): Promise<Socket | null> {
  const socket = connect(socketPath);
  try {
    await once(socket, "connect");
    return socket;
  } catch {
    socket.destroy();
    return null;
  }
}

/** One that has a controller hangs up on us. */
function greet(socket: Socket): Promise<Hello | "refused" | "silent"> {
  return new Promise((resolve) => {
    const frames = new MessageFrames();
    const settle = (hello: Hello | "refused" | "silent") => {
      clearTimeout(late);
      socket.removeAllListeners();
      socket.on("error", () => socket.destroy());
      resolve(hello);
    };
    const late = setTimeout(() => settle("silent"), ANSWER_WITHIN_MS);
    socket.on("error", () => settle("refused"));
    socket.on("close", () => settle("refused"));
    socket.on("data", (chunk) => {
      // Events of its streams may come first.
      for (const message of frames.push(chunk) ?? [null]) {
        const report = readReport(message);
        if (report === null) return settle("silent");
        if (!("event" in report) && report.result.kind === "hello") return settle(report.result);
      }
    });
    socket.write(frameMessage({ op: "hello", id: 0 }));
  });
}

/** All that it carries, in pages. */
export async function listSessions(child: RelayChild): Promise<SessionNote[]> {
  const all: SessionNote[] = [];
  for (let more = true; more; ) {
    const page = await child.ask({ op: "list", after: all.at(-1)?.session ?? 0 }, ANSWER_WITHIN_MS);
    if (page?.kind !== "sessions") break;
    all.push(...page.sessions);
    more = page.more && page.sessions.length > 0;
  }
  return all;
}
