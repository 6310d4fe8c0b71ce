// Several rtpengines, bad networks, daemons that die, and ourselves started again.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  eventually,
  loopback,
  marks,
  type OpenCall,
  openCall,
  Peer,
  renew,
  statistics,
} from "../media-peers.contract.ts";
import { execute, portOf, shown } from "../media-plane.contract.ts";
import { NgClient } from "./ng-client.ts";
import { type Fate, NgProxy } from "./ng-proxy.contract.ts";
import { Daemon, type NgRig, OTHER_PLACE, openPlane, PLACE, WITHOUT_RTPENGINE } from "./rtpengine-rig.contract.ts";

const networks = { a: "inside", b: "outside" };

describe.skipIf(WITHOUT_RTPENGINE !== null)(`the plane of rtpengine ${WITHOUT_RTPENGINE ?? ""}`, () => {
  let a: Peer;
  let b: Peer;
  const daemons: Daemon[] = [];
  const rigs: NgRig[] = [];

  beforeEach(async () => {
    [a, b] = [await Peer.open(loopback(20)), await Peer.open(loopback(21))];
  });
  afterEach(async () => {
    for (const { plane } of rigs.splice(0)) await plane.close();
    for (const daemon of daemons.splice(0)) await daemon.kill();
    for (const peer of [a, b]) peer.close();
  });

  async function start(...places: (typeof PLACE)[]): Promise<Daemon[]> {
    for (const place of places) daemons.push(await Daemon.start(place));
    return daemons;
  }

  async function open(...args: Parameters<typeof openPlane>): Promise<NgRig> {
    const rig = await openPlane(...args);
    rigs.push(rig);
    return rig;
  }

  const offer = (rig: NgRig, session: string) =>
    execute(rig.plane, { kind: "offer", session, from: "a", description: a.describe(), networks });
  const query = (rig: NgRig, session: string) => execute(rig.plane, { kind: "query", session });
  const counts = (rig: NgRig) => rig.plane.instances().map(({ sessions }) => sessions);
  const ups = (rig: NgRig) => rig.plane.instances().map(({ up }) => up);

  async function carries(call: OpenCall): Promise<void> {
    const [atA, atB] = [a.rtp.length, b.rtp.length];
    await a.speak(call.a, 1);
    await b.speak(call.b, 2);
    await eventually(() => [a.rtp.length, b.rtp.length]).toEqual([atA + 1, atB + 1]);
  }

  test("new calls are shared by weight, and stay where they are", async () => {
    const [one, two] = await start(PLACE, OTHER_PLACE);
    const instances = [
      { ...one!.instance, weight: 3, addresses: one!.place.interfaces },
      { ...two!.instance, weight: 1, addresses: two!.place.interfaces },
    ];
    const rig = await open(daemons, { instances });
    const shownAt = new Map<string, string>();
    for (let n = 0; n < 8; n += 1) shownAt.set(`s${n}`, shown(await offer(rig, `s${n}`)).connection?.address ?? "");
    expect(counts(rig)).toEqual([6, 2]);
    for (const [id, address] of shownAt) expect(shown(await offer(rig, id)).connection?.address).toBe(address);
    expect(counts(rig)).toEqual([6, 2]);
  });

  test("one that is killed takes no new calls, its calls are told to be silent, and it is used again when it is back", async () => {
    const [one] = await start(PLACE, OTHER_PLACE);
    const rig = await open(daemons);
    const calls = [await openCall(rig.plane, "first", { a, b }), await openCall(rig.plane, "second", { a, b })];
    expect(counts(rig)).toEqual([1, 1]);
    await one!.kill();
    await eventually(() => ups(rig)).toEqual([false, true]);
    for (let n = 0; n < 4; n += 1) expect((await offer(rig, `new${n}`)).ok).toBe(true);
    expect(counts(rig)).toEqual([1, 5]);
    await carries(calls[1]!);
    expect(await query(rig, "first")).toMatchObject({ ok: false, cause: "unavailable" });
    expect(await execute(rig.plane, { kind: "release", session: "new0" })).toMatchObject({ ok: true });
    await one!.restart();
    await eventually(() => ups(rig)).toEqual([true, true]);
    await eventually(() => rig.events).toContainEqual({ session: "first", event: { kind: "timeout", afterMs: 0 } });
    expect(await query(rig, "first")).toMatchObject({ ok: false, cause: "unknown-session" });
    expect(await execute(rig.plane, { kind: "release", session: "first" })).toMatchObject({ ok: false });
    for (let n = 4; n < 8; n += 1) expect((await offer(rig, `new${n}`)).ok).toBe(true);
    expect(counts(rig)).toEqual([2, 6]);
  });

  test("a new call goes to the next where one does not answer or has no port left", async () => {
    const [one] = await start(PLACE, { ...OTHER_PLACE, portTo: OTHER_PLACE.portFrom + 3 });
    const rig = await open(daemons);
    // Nobody has noticed yet that it stands still.
    one!.freeze(true);
    expect(shown(await offer(rig, "s0")).connection?.address).toBe(OTHER_PLACE.interfaces.outside);
    expect(ups(rig)).toEqual([false, true]);
    one!.freeze(false);
    await eventually(() => ups(rig)).toEqual([true, true]);
    for (let n = 1; n < 8; n += 1) expect((await offer(rig, `s${n}`)).ok).toBe(true);
    expect(counts(rig)).toEqual([6, 2]);
  });

  test("refuses calls as long as none answers, and says so", async () => {
    const daemon = (await start(PLACE))[0]!;
    await daemon.kill();
    const rig = await open(daemons);
    expect([rig.plane.up, await offer(rig, "s")]).toMatchObject([false, { ok: false, cause: "unavailable" }]);
    expect(rig.logged).toContain("no rtpengine answers: calls are refused until one does");
    await daemon.restart();
    await eventually(() => rig.plane.up).toBe(true);
    expect((await offer(rig, "s")).ok).toBe(true);
  });

  test("a call whose end could not be told is ended when its instance answers again", async () => {
    const [daemon] = await start(PLACE);
    const rig = await open(daemons);
    await openCall(rig.plane, "call", { a, b });
    daemon!.freeze(true);
    expect(await execute(rig.plane, { kind: "release", session: "call" })).toMatchObject({
      ok: false,
      cause: "unavailable",
    });
    daemon!.freeze(false);
    await eventually(() => rig.plane.up).toBe(true);
    const client = new NgClient(daemon!.instance);
    await eventually(async () => client.ask({ command: "list" })).toMatchObject({ ok: true, value: { calls: [] } });
    client.close();
  });

  test.each<[string, readonly Fate[], readonly Fate[]]>([
    ["lost on the way there", ["lose", "lose", "pass"], []],
    ["lost on the way back", [], ["lose", "lose", "pass"]],
    ["repeated", ["twice", "twice", "twice", "twice"], ["twice", "twice", "twice"]],
    ["held back and overtaken", ["hold", "pass", "hold"], ["pass", "hold"]],
  ])("commands that are %s are carried out once", async (_, there, back) => {
    const [daemon] = await start({ ...PLACE, portTo: PLACE.portFrom + 3 });
    const proxy = await NgProxy.open(loopback(30), daemon!.instance);
    const rig = await open(daemons, {
      instances: [{ address: proxy.address, port: proxy.port }],
      watchEveryMs: 60_000,
    });
    for (let round = 0; round < 3; round += 1) {
      proxy.there.push(...there);
      proxy.back.push(...back);
      const call = await openCall(rig.plane, `s${round}`, { a, b });
      proxy.letGo();
      await carries(call);
      await renew(rig.plane, `s${round}`, { from: "b", offer: b.describe(), answer: a.describe() });
      await carries(call);
      proxy.there.push(...there);
      proxy.back.push(...back);
      // Were one call opened twice, or not ended, the two pairs of ports would not last for three.
      expect(await execute(rig.plane, { kind: "release", session: `s${round}` })).toMatchObject({ ok: true });
      proxy.letGo();
    }
    proxy.close();
  });

  test("two hundred calls at once are opened, changed and ended, and nothing is left", async () => {
    const [daemon] = await start({ ...PLACE, portTo: PLACE.portFrom + 399 });
    const rig = await open(daemons);
    const ids = Array.from({ length: 200 }, (_, index) => `s${index}`);
    const calls = await Promise.all(ids.map((id) => openCall(rig.plane, id, { a, b })));
    expect(new Set(calls.map((call) => call.a.port)).size).toBe(200);
    await Promise.all(ids.map((id) => renew(rig.plane, id, { from: "b", offer: b.describe(), answer: a.describe() })));
    const more = await offer(rig, "more");
    expect(more).toMatchObject({ ok: false, cause: "no-ports" });
    const ended = await Promise.all(ids.map((session) => execute(rig.plane, { kind: "release", session })));
    expect(ended.every(({ ok }) => ok)).toBe(true);
    const client = new NgClient(daemon!.instance);
    await eventually(async () => client.ask({ command: "list" })).toMatchObject({ ok: true, value: { calls: [] } });
    client.close();
  });

  test("one that dies between an offer and its answer fails the answer, and the call can be ended", async () => {
    const [one] = await start(PLACE, OTHER_PLACE);
    const rig = await open(daemons);
    expect((await offer(rig, "s")).ok).toBe(true);
    one!.freeze(true);
    const answer = { kind: "answer", session: "s", from: "b", description: b.describe() } as const;
    expect(await execute(rig.plane, answer)).toMatchObject({ ok: false, cause: "unavailable" });
    one!.freeze(false);
    await eventually(() => ups(rig)).toEqual([true, true]);
    expect((await execute(rig.plane, answer)).ok).toBe(true);
    await one!.restart();
    expect(await execute(rig.plane, answer)).toMatchObject({ ok: false, cause: "unknown-session" });
    expect(await execute(rig.plane, { kind: "release", session: "s" })).toMatchObject({ ok: true, streams: [] });
  });

  test("commands that wait when the plane is closed are answered, and so are later ones", async () => {
    const [daemon] = await start(PLACE);
    const rig = await open(daemons);
    daemon!.freeze(true);
    const waiting = Promise.all([offer(rig, "one"), offer(rig, "two")]);
    await rig.plane.close();
    expect((await waiting).map(({ ok }) => ok)).toEqual([false, false]);
    expect(await offer(rig, "three")).toMatchObject({ ok: false, cause: "unavailable" });
  });

  test("an rtpengine whose interfaces are others is not used, and the remedy is told", async () => {
    await start({ ...PLACE, interfaces: { lan: loopback(1), wan: loopback(2) } });
    const network = (host: number) => ({ address: loopback(host), portFrom: 1, portTo: 2, advertise: null });
    const rig = await open(daemons, { networks: { inside: network(1), outside: network(2) } });
    const refused = await offer(rig, "s");
    expect(refused).toMatchObject({ ok: false, cause: "unavailable" });
    expect(refused.ok ? "" : refused.detail).toContain(`--interface=outside/${loopback(2)}`);
  });

  describe("started again", () => {
    test("finds its calls, goes on with those that are named, and ends the others", async () => {
      await start(PLACE, OTHER_PLACE);
      const before = await open(daemons);
      const call = await openCall(before.plane, "kept", { a, b });
      await openCall(before.plane, "left", { a, b });
      const foreign = await open(daemons, { owner: "another" });
      await openCall(foreign.plane, "kept", { a, b });
      await before.plane.close();
      const after = await open(daemons);
      expect([...after.plane.orphans].sort()).toEqual(["kept", "left"]);
      await carries(call);
      expect((await statistics(after.plane, "kept")).a.packets).toBe(1);
      expect(after.plane.orphans).toEqual(["left"]);
      // Offers and answers go on, from either side, on the ports that there are.
      expect(portOf(shown(await offer(after, "kept")))).toBe(call.b.port);
      const answer = { kind: "answer", session: "kept", from: "b", description: b.describe() } as const;
      expect(portOf(shown(await execute(after.plane, answer)))).toBe(call.a.port);
      await renew(after.plane, "kept", { from: "b", offer: b.describe(), answer: a.describe() });
      await carries(call);
      expect(await query(foreign, "kept")).toMatchObject({ ok: true });
      expect(await execute(after.plane, { kind: "release", session: "kept" })).toMatchObject({ ok: true });
      await after.plane.close();
      const last = await open(daemons, { orphanGraceMs: 1 });
      await eventually(() => last.plane.orphans).toEqual([]);
      expect(last.logged).toContain("media sessions that nobody claimed are released");
      expect(await query(last, "left")).toMatchObject({ ok: false, cause: "unknown-session" });
      expect(await query(foreign, "kept")).toMatchObject({ ok: true });
    });

    test("finds the calls of an instance that was not there at the start", async () => {
      const [daemon] = await start(PLACE);
      const before = await open(daemons);
      const call = await openCall(before.plane, "kept", { a, b });
      await before.plane.close();
      daemon!.freeze(true);
      const after = await open(daemons);
      expect(after.plane.orphans).toEqual([]);
      daemon!.freeze(false);
      await eventually(() => after.plane.orphans).toEqual(["kept"]);
      await carries(call);
      expect(marks(a.rtp)).toEqual([2]);
    });
  });
});
