// A relay whose signalling process is killed: what it carries goes on, is found again, and is not carried for ever.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { HandshakeTerms } from "../../engine/index.ts";
import type { SessionDescription } from "../../protocol/sdp/index.ts";
import { audio, execute, portOf, session, shown } from "../media-plane.contract.ts";
import type { RelayPlaneOptions } from "./relay-options.ts";
import {
  eventually,
  loopback,
  marks,
  NETWORKS,
  openCall,
  openRig,
  Peer,
  type Rig,
  renew,
  statistics,
} from "./relay-rig.contract.ts";

/** Opens a call for each pair of descriptions that it is told of, and says where each peer sends to. */
const PROGRAM = `
  import { createInterface } from "node:readline";
  import { startRelayPlane } from ${JSON.stringify(new URL("../index.ts", import.meta.url).href)};
  const quiet = () => {};
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const plane = await startRelayPlane({ ...JSON.parse(process.argv[1]), log });
  const execute = (command) => new Promise((resolve) => plane.execute(command, resolve));
  console.log(JSON.stringify({ pid: plane.pid }));
  for await (const line of createInterface({ input: process.stdin })) {
    const { session, a, b, dtls } = JSON.parse(line);
    const networks = { a: "inside", b: "outside" };
    const offered = await execute({ kind: "offer", session, from: "a", description: a, networks });
    const answered = b === null ? null : await execute({ kind: "answer", session, from: "b", description: b, dtls });
    console.log(JSON.stringify({ b: offered.description, a: answered?.description ?? null }));
  }
`;

interface Signalling {
  readonly process: ChildProcess;
  readonly relay: number;
  tell(line: unknown): Promise<Readonly<Record<"a" | "b", unknown>>>;
}

function at(host: number) {
  return { address: loopback(host), portFrom: 42_000, portTo: 42_099, advertise: null };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("a relay whose signalling process is killed", () => {
  let folder: string;
  let a: Peer;
  let b: Peer;
  const relays: number[] = [];
  const rigs: Rig[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "demarc-orphan-"));
    [a, b] = [await Peer.open(loopback(10)), await Peer.open(loopback(11))];
  });
  afterEach(async () => {
    for (const peer of [a, b]) peer.close();
    for (const rig of rigs.splice(0)) await rig.close();
    for (const pid of relays.splice(0)) if (isAlive(pid)) process.kill(pid, "SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  const options = (more: Partial<RelayPlaneOptions> = {}) => {
    return { networks: NETWORKS, socketDir: join(folder, "run"), mediaTimeoutMs: 0, ...more };
  };

  async function startSignalling(more: Partial<RelayPlaneOptions> = {}): Promise<Signalling> {
    const args = ["--input-type=module", "-e", PROGRAM, JSON.stringify(options(more))];
    const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    const next = async () => JSON.parse(String((await once(child.stdout, "data"))[0]));
    const { pid } = await next();
    relays.push(pid);
    const tell = (line: unknown) => {
      const answer = next();
      child.stdin.write(`${JSON.stringify(line)}\n`);
      return answer;
    };
    return { process: child, relay: pid, tell };
  }

  async function killSignalling({ process: child }: Signalling): Promise<void> {
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  async function nextSignalling(more: Partial<RelayPlaneOptions> = {}): Promise<Rig> {
    const rig = await openRig(options(more));
    rigs.push(rig);
    return rig;
  }

  const call = async (signalling: Signalling, session = "call") => {
    const said = await signalling.tell({ session, a: a.describe(), b: b.describe() });
    const at = (description: never) => {
      return {
        address: NETWORKS[description === said.a ? "inside" : "outside"]?.address ?? "",
        port: portOf(description),
      };
    };
    return { a: at(said.a as never), b: at(said.b as never) };
  };

  test("carries on without it, and the next one finds the call as it was", async () => {
    const first = await startSignalling();
    const to = await call(first);
    await a.speak(to.a, 1);
    await b.speak(to.b, 2);
    await eventually(() => [marks(a.rtp), marks(b.rtp)]).toEqual([[2], [1]]);
    await killSignalling(first);
    await a.speak(to.a, 3);
    await b.speak(to.b, 4);
    await eventually(() => [marks(a.rtp), marks(b.rtp)]).toEqual([
      [2, 4],
      [1, 3],
    ]);
    const { plane, logged } = await nextSignalling();
    expect(plane.pid).toBe(first.relay);
    expect(plane.orphans).toEqual(["call"]);
    expect(logged.map(({ message }) => message)).toContain("media relay found again");
    expect((await statistics(plane, "call")).a).toMatchObject({ packets: 2, lost: 0 });
    expect(plane.orphans).toEqual([]);
    // A re-offer keeps the ports, and a moved peer is followed.
    const moved = await Peer.open(loopback(12));
    await renew(plane, "call", { from: "b", offer: moved.describe(), answer: a.describe() });
    await a.speak(to.a, 5);
    await moved.speak(to.b, 6);
    await eventually(() => [marks(a.rtp).at(-1), marks(moved.rtp)]).toEqual([6, [5]]);
    moved.close();
    // New calls do not meet the old one's ports, slots or number.
    const other = await openCall(plane, "other", { a, b });
    expect([other.a.port, other.b.port]).not.toEqual([to.a.port, to.b.port]);
    expect((await execute(plane, { kind: "release", session: "call" })).ok).toBe(true);
    expect(await plane.status()).toMatchObject({ streams: 1, sockets: 4 });
  });

  test("a call that was only offered is found again too, and can be answered", async () => {
    const first = await startSignalling();
    const said = await first.tell({ session: "ringing", a: a.describe(), b: null });
    await killSignalling(first);
    const { plane } = await nextSignalling();
    const answer = await execute(plane, { kind: "answer", session: "ringing", from: "b", description: b.describe() });
    await a.speak({ address: loopback(1), port: portOf(shown(answer)) }, 1);
    await b.speak({ address: loopback(2), port: portOf(said.b as never) }, 2);
    await eventually(() => [marks(a.rtp), marks(b.rtp)]).toEqual([[2], [1]]);
  });

  test("that dies too, after it was found again, is started again with all that it knew", async () => {
    const first = await startSignalling();
    const to = await call(first);
    const beside = await Peer.open(a.address);
    await a.speak(to.a, 1);
    await eventually(() => marks(b.rtp)).toEqual([1]);
    await killSignalling(first);
    const { plane } = await nextSignalling();
    process.kill(first.relay, "SIGKILL");
    await eventually(() => plane.up && plane.pid !== first.relay).toBe(true);
    await beside.speak(to.a, 66);
    await a.speak(to.a, 2);
    await eventually(() => marks(b.rtp)).toEqual([1, 2]);
    expect((await statistics(plane, "call")).a).toMatchObject({ packets: 2, rejected: 1 });
    beside.close();
  });

  describe("in a call whose keys come of a handshake", () => {
    const termsWith = (shownBy: SessionDescription, role: HandshakeTerms["role"]): HandshakeTerms => {
      const value = shownBy.media[0]?.attributes.find(({ name }) => name === "fingerprint")?.value?.slice(8) ?? "";
      return { role, fingerprints: [{ digest: "sha-256", value }], suites: ["AEAD_AES_128_GCM"], association: "one" };
    };
    const isSecured = ({ event }: Rig["events"][number]) => event.kind === "secured";

    /** The call to another relay, which has not answered yet; `answer` has it agree. */
    async function callFar() {
      const far = await openRig({ networks: { inside: at(5), outside: at(6) } });
      rigs.push(far);
      const attributes = [{ name: "setup", value: "actpass" }];
      const offerOf = (peer: Peer) => session(peer.address, audio(peer.rtpPort, { attributes }));
      const networks = { a: "inside", b: "outside" };
      const offer = { kind: "offer", session: "far", from: "a", description: offerOf(b), networks } as const;
      const toNear = shown(await execute(far.plane, offer));
      const first = await startSignalling();
      const dtls = { a: [null], b: [termsWith(toNear, "client")] };
      const said = await first.tell({ session: "call", a: offerOf(a), b: toNear, dtls });
      const toFar = said.b as SessionDescription;
      const agree = async () => {
        const answer = { kind: "answer", session: "far", from: "b", description: toFar } as const;
        shown(await execute(far.plane, { ...answer, dtls: { a: [null], b: [termsWith(toFar, "server")] } }));
        await eventually(() => far.events.filter(isSecured).length).toBe(1);
      };
      return { far, first, agree, to: { address: loopback(1), port: portOf(said.a as SessionDescription) } };
    }

    const hearsLast = (mark: number) => eventually(() => marks(b.rtp).at(-1)).toBe(mark);

    test("it goes on without it, and so does the relay that takes its place", async () => {
      const { far, first, agree, to } = await callFar();
      await agree();
      await eventually(async () => {
        await a.speak(to, 1);
        return marks(b.rtp).includes(1);
      }).toBe(true);
      await killSignalling(first);
      await a.speak(to, 2);
      await hearsLast(2);
      const { plane } = await nextSignalling();
      process.kill(first.relay, "SIGKILL");
      await eventually(() => plane.up && plane.pid !== first.relay).toBe(true);
      await a.speak(to, 3);
      await hearsLast(3);
      expect(far.events.filter(isSecured)).toHaveLength(1);
    });

    test("what comes of it while nobody listens is told to who comes next", async () => {
      const { first, agree } = await callFar();
      await killSignalling(first);
      await agree();
      const next = await nextSignalling();
      await statistics(next.plane, "call");
      await eventually(() => next.events.filter(isSecured)).toEqual([
        { session: "call", event: { kind: "secured", side: "b", stream: 0, suite: "AEAD_AES_128_GCM" } },
      ]);
    });
  });

  test("hundreds of calls are found again", async () => {
    const networks = {
      inside: { address: loopback(1), portFrom: 42_000, portTo: 42_599, advertise: null },
      outside: { address: loopback(2), portFrom: 42_000, portTo: 42_599, advertise: null },
    };
    const first = await startSignalling({ networks });
    for (let index = 0; index < 300; index += 1) await call(first, `call-${index}`);
    await killSignalling(first);
    const { plane } = await nextSignalling({ networks });
    expect(plane.orphans).toHaveLength(300);
    for (const session of plane.orphans) expect((await execute(plane, { kind: "release", session })).ok).toBe(true);
    expect(await plane.status()).toMatchObject({ streams: 0, sockets: 0 });
  });

  test("releases what nobody claims when the time is over", async () => {
    const first = await startSignalling();
    await call(first);
    await call(first, "claimed");
    await killSignalling(first);
    const { plane } = await nextSignalling({ orphanGraceMs: 200 });
    expect((await execute(plane, { kind: "query", session: "claimed" })).ok).toBe(true);
    await eventually(async () => (await plane.status())?.streams).toBe(1);
    expect((await execute(plane, { kind: "query", session: "claimed" })).ok).toBe(true);
    expect(plane.orphans).toEqual([]);
  });

  test("ends when no other comes, and at once when it carries nothing", async () => {
    const first = await startSignalling({ orphanGraceMs: 300 });
    await call(first);
    await killSignalling(first);
    await eventually(() => isAlive(first.relay)).toBe(false);
    const second = await startSignalling();
    expect(second.relay).not.toBe(first.relay);
    await killSignalling(second);
    await eventually(() => isAlive(second.relay)).toBe(false);
  });

  test("is not shared: a second one that is started beside the first is refused", async () => {
    const first = await startSignalling();
    const to = await call(first);
    await expect(openRig(options())).rejects.toMatchObject({ code: "relay-unavailable" });
    await a.speak(to.a, 1);
    await eventually(() => marks(b.rtp)).toEqual([1]);
    await killSignalling(first);
  });

  test("that hangs is left alone, and another takes its place", async () => {
    const first = await startSignalling();
    await call(first);
    process.kill(first.relay, "SIGSTOP");
    await killSignalling(first);
    const { plane } = await nextSignalling();
    expect(plane.pid).not.toBe(first.relay);
    expect(plane.orphans).toEqual([]);
    const next = await openCall(plane, "next", { a, b });
    await a.speak(next.a, 1);
    await eventually(() => marks(b.rtp)).toEqual([1]);
  });

  test("of another build, or with other bounds, is ended and replaced", async () => {
    const first = await startSignalling();
    await call(first);
    await killSignalling(first);
    const { plane } = await nextSignalling({ maxStreams: 64 });
    expect(plane.pid).not.toBe(first.relay);
    await eventually(() => isAlive(first.relay)).toBe(false);
    expect(plane.orphans).toEqual([]);
    expect(readdirSync(join(folder, "run"))).toEqual(["relay.sock"]);
  });
});
