// Where nobody may load a program into the kernel, user space carries everything by itself, and says so.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { MediaCommand, MediaResult } from "../../engine/index.ts";
import { portOf, shown } from "../media-plane.contract.ts";
import { PLANE, Program } from "./kernel-wires.contract.ts";
import { KERNEL_PROGRAM, type NativeStatus } from "./native-relay.ts";
import { eventually, loopback, marks, Peer } from "./relay-rig.contract.ts";

const isRoot = process.getuid?.() === 0;
/** What root may do beyond others, and others may not to begin with. */
const POWERLESS = isRoot ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : [];
const canTry = existsSync(KERNEL_PROGRAM) && (!isRoot || spawnSync("setpriv", ["--version"]).error === undefined);

let folder: string;
let plane: Program;
let phones: { a: Peer; b: Peer };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "demarc-powerless-"));
  phones = { a: await Peer.open(loopback(10)), b: await Peer.open(loopback(11)) };
  const network = (host: number) => ({ address: loopback(host), portFrom: 42_000, portTo: 42_099, advertise: null });
  const options = {
    networks: { inside: network(1), outside: network(2) },
    socketDir: join(folder, "run"),
    mediaTimeoutMs: 0,
    commandDeadlineMs: 20_000,
  };
  const program = [process.execPath, "--input-type=module", "-e", PLANE, JSON.stringify(options)];
  plane = new Program(null, [...POWERLESS, ...program]);
});
afterEach(async () => {
  await plane.end();
  phones.a.close();
  phones.b.close();
  rmSync(folder, { recursive: true, force: true });
});

test.runIf(canTry)(
  "without the right to the kernel calls go through user space, and status and log say why",
  async () => {
    const status = await plane.ask<NativeStatus>({ kind: "status" });
    expect(status.kernel).not.toBe("on");
    expect(status.kernel).toMatch(/not permitted/i);
    const logged = await plane.ask<[string, Record<string, unknown>][]>({ kind: "logged" });
    const started = logged.find(([message]) => message === "media relay started");
    expect(started?.[1]).toMatchObject({ kernelPath: status.kernel, wire: status.wire });

    const ask = (command: MediaCommand) => plane.ask<MediaResult>(command);
    const networks = { a: "inside", b: "outside" };
    const description = phones.a.describe();
    const offered = shown(await ask({ kind: "offer", session: "call", from: "a", description, networks }));
    shown(await ask({ kind: "answer", session: "call", from: "b", description: phones.b.describe() }));
    const to = { address: offered.connection?.address ?? "", port: portOf(offered) };
    for (const mark of [1, 2, 3, 4, 5]) await phones.b.speak(to, mark);
    await eventually(() => marks(phones.a.rtp)).toEqual([1, 2, 3, 4, 5]);
    const counted = await ask({ kind: "query", session: "call" });
    expect(counted).toMatchObject({ ok: true, streams: [{ b: { packets: 5, path: "user-space" } }] });
    expect(await plane.ask<NativeStatus>({ kind: "status" })).toMatchObject({ kernelFlows: 0, forwarded: 5 });
  },
);
