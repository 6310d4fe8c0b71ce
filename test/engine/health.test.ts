// Whether targets are there: by OPTIONS and by calls, and that one that is not costs no caller any time.
import { afterEach, describe, expect, it } from "vitest";
import { type InviteOptions, inviteFrom, type Message, replyTo } from "./peer.ts";
import { type PeerName, Rig, type Settings } from "./rig.ts";

let rig: Rig;
afterEach(() => {
  rig.stop();
  rig.expectNothingLeft();
});

const HEALTH = { optionsEvery: "10s" };

function start(health: Settings = HEALTH, options: { more?: Settings; handOver?: boolean } = {}): void {
  const { more = {}, handOver = false } = options;
  rig = new Rig({ "carrier-a": { health, limits: { calls: 100 }, ...more } }, { handOver });
  rig.start();
}

function optionsTo(peer: PeerName = "carrier-a"): Message {
  const found = rig.sentTo(peer).filter(({ firstLine }) => firstLine.startsWith("OPTIONS "));
  if (found.length !== 1) throw new Error(`${found.length} OPTIONS to ${peer}`);
  return found[0] as Message;
}

/** Lets time pass until the target is asked. */
function nextOptions(): Message {
  rig.sentTo("carrier-a");
  for (let passed = 0; passed < 12_000; passed += 100) {
    rig.pass(100);
    const found = rig.sentTo("carrier-a").find(({ firstLine }) => firstLine.startsWith("OPTIONS "));
    if (found !== undefined) return found;
  }
  throw new Error("no OPTIONS");
}

const target = () => {
  const found = rig.engine.trunkActivity(rig.now).find(({ trunk }) => trunk === "carrier-a")?.targets[0];
  return { state: found?.state, place: found?.places[0] };
};

let calls = 0;
/** The PBX calls; who is asked. */
function dial(more: InviteOptions = {}): PeerName[] {
  calls += 1;
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { callId: `c${calls}`, branch: `z9hG4bKc${calls}`, ...more }));
  return (["carrier-a", "carrier-b"] as const).filter((peer) => {
    const invite = rig.sentTo(peer).find(({ firstLine }) => firstLine.startsWith("INVITE "));
    if (invite !== undefined) rig.receive(peer, replyTo(invite, 486));
    return invite !== undefined;
  });
}

/** What a call meets there. */
function answer(peer: PeerName, status: number): void {
  const invite = rig.sentTo(peer).find(({ firstLine }) => firstLine.startsWith("INVITE "));
  if (invite === undefined) throw new Error(`no INVITE to ${peer}`);
  rig.receive(peer, replyTo(invite, status));
}

/** Three OPTIONS without an answer. */
function goDown(): void {
  for (let round = 0; round < 3; round += 1) {
    nextOptions();
    rig.pass(2000);
  }
}

describe.each([false, true])("with another engine after each input: %s", (handOver) => {
  it("is asked as often as its trunk says, by what says who asks", () => {
    start(HEALTH, { handOver });
    const first = optionsTo();
    expect(first.firstLine).toBe("OPTIONS sip:192.0.2.3:5060 SIP/2.0");
    expect([first.header("To"), first.header("Contact"), first.header("Accept")]).toEqual([
      "<sip:192.0.2.3:5060>",
      "<sip:127.0.0.2:5060>",
      "application/sdp",
    ]);
    expect(target()).toMatchObject({ state: "unknown" });
    rig.pass(30);
    rig.receive("carrier-a", replyTo(first, 200));
    expect(target()).toMatchObject({
      state: "up",
      place: {
        address: "udp 192.0.2.3:5060",
        state: "up",
        since: "2027-01-15T08:00:00.030Z",
        reason: null,
        roundTripMs: 30,
      },
    });
    rig.pass(8900);
    expect(rig.linesTo("carrier-a")).toEqual([]);
    rig.receive("carrier-a", replyTo(nextOptions(), 405));
    expect([rig.linesTo("carrier-b"), rig.linesTo("pbx")]).toEqual([[], []]);
    expect(target().state).toBe("up");
  });

  it("out after three silences, and then costs no caller any time; in again after two answers", () => {
    start(HEALTH, { handOver });
    rig.receive("carrier-a", replyTo(optionsTo(), 200));
    goDown();
    expect(target()).toMatchObject({ state: "down", place: { state: "down", reason: "does not answer OPTIONS" } });
    expect(rig.logs.filter((line) => line === "warn A server of a target is down.")).toHaveLength(1);
    const at = rig.now;
    expect(dial()).toEqual(["carrier-b"]);
    expect([rig.now, rig.records.at(-1)?.attempts.map(({ trunk }) => trunk)]).toEqual([at, ["carrier-a", "carrier-b"]]);
    rig.receive("carrier-a", replyTo(nextOptions(), 200));
    expect([target().state, dial()]).toEqual(["down", ["carrier-b"]]);
    rig.receive("carrier-a", replyTo(nextOptions(), 404));
    expect([target().state, dial()]).toEqual(["up", ["carrier-a"]]);
    expect(rig.logs).toContain("info A server of a target is back.");
  });
});

it("an emergency call goes there all the same, after the others", () => {
  start();
  goDown();
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { to: "sip:911@127.0.0.1" }));
  const invite = rig.sentTo("carrier-b").find(({ firstLine }) => firstLine.startsWith("INVITE "));
  if (invite !== undefined) rig.receive("carrier-b", replyTo(invite, 503));
  const last = rig.sentTo("carrier-a").find(({ firstLine }) => firstLine.startsWith("INVITE "));
  if (last !== undefined) rig.receive("carrier-a", replyTo(last, 486));
  expect(rig.records).toMatchObject([{ emergency: true, status: 486 }]);
});

it("alone down, the caller is told at once", () => {
  start(HEALTH);
  goDown();
  rig.reconfigure({ "carrier-a": { health: HEALTH, limits: { calls: 100 } }, "carrier-b": { limits: { calls: 0 } } });
  const at = rig.now;
  expect(dial()).toEqual([]);
  expect([rig.linesTo("pbx").at(-1)?.slice(8, 11), rig.now]).toEqual(["503", at]);
});

it.each([
  ["503", "answers OPTIONS with 503"],
  ["408", "answers OPTIONS with 408"],
  ["broken", "cannot be reached"],
])("down by %s", (how, reason) => {
  start({ optionsEvery: "10s", downAfter: 2 });
  for (let round = 0; round < 2; round += 1) {
    const asked = round === 0 ? optionsTo() : nextOptions();
    if (how === "broken") rig.break("carrier-a");
    else rig.receive("carrier-a", replyTo(asked, Number(how)));
  }
  expect(target()).toMatchObject({ state: "down", place: { reason } });
});

it("one that flaps neither goes out by single losses nor comes in by single answers", () => {
  start();
  for (let round = 0; round < 4; round += 1) {
    nextOptions();
    rig.pass(2000);
    nextOptions();
    rig.pass(2000);
    rig.receive("carrier-a", replyTo(nextOptions(), 200));
  }
  expect(target().state).toBe("up");
  goDown();
  for (let round = 0; round < 4; round += 1) {
    rig.receive("carrier-a", replyTo(nextOptions(), 200));
    nextOptions();
    rig.pass(2000);
  }
  expect(target().state).toBe("down");
});

it("late and foreign answers count for nothing", () => {
  start();
  const first = optionsTo();
  rig.pass(2000);
  rig.receive("carrier-a", replyTo(first, 200));
  expect(target().state).toBe("unknown");
});

it("is asked no more when its trunk wants it no more, and nothing is held against it", () => {
  start();
  goDown();
  rig.reconfigure({ "carrier-a": { limits: { calls: 100 } } });
  expect(target()).toMatchObject({ state: "unknown", place: { state: "unknown" } });
  expect(dial()).toEqual(["carrier-a"]);
  rig.pass(60_000);
  expect(rig.linesTo("carrier-a").filter((line) => line.startsWith("OPTIONS"))).toEqual([]);
});

describe("by calls alone", () => {
  /** A call that carrier-a does not answer. */
  const silence = () => {
    calls += 1;
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { callId: `c${calls}`, branch: `z9hG4bKc${calls}` }));
    const lines = rig.linesTo("carrier-a");
    rig.pass(2000);
    const other = rig.sentTo("carrier-b").find(({ firstLine }) => firstLine.startsWith("INVITE "));
    if (other !== undefined) rig.receive("carrier-b", replyTo(other, 486));
    rig.sentTo("carrier-a");
    return lines.some((line) => line.startsWith("INVITE"));
  };

  it("after three failures it is left alone, one call asks after a pause that doubles, an answer lets all in", () => {
    start({});
    rig.reconfigure({ "carrier-a": { limits: { calls: 100 } }, "carrier-b": { limits: { calls: 0 } } });
    expect([silence(), silence(), silence()]).toEqual([true, true, true]);
    expect(target()).toMatchObject({ state: "down", place: { state: "stopped", reason: "does not answer" } });
    const at = rig.now;
    expect(dial()).toEqual([]);
    expect([rig.now, rig.linesTo("pbx").at(-1)?.slice(8, 11)]).toEqual([at, "503"]);
    rig.pass(1000);
    expect(silence()).toBe(true);
    rig.pass(1900);
    expect(dial()).toEqual([]);
    rig.pass(100);
    expect(dial()).toEqual(["carrier-a"]);
    expect(target()).toMatchObject({ state: "unknown", place: { state: "unknown" } });
    expect(dial()).toEqual(["carrier-a"]);
  });

  it.each<[string, string[], object]>([
    ["one 503 without a word of when is of its call alone", ["503"], { state: "unknown", place: { state: "unknown" } }],
    [
      "two in a row count: others are asked first",
      ["503", "503"],
      { place: { state: "failed", reason: "answers 503" } },
    ],
    ["but not with an answer between them", ["503", "486", "503"], { place: { state: "unknown" } }],
  ])("%s", (_what, answers, standing) => {
    start({});
    for (const [n, status] of answers.entries()) {
      rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { callId: `x${n}`, branch: `z9hG4bKx${n}` }));
      answer("carrier-a", Number(status));
      if (status === "503") answer("carrier-b", 486);
    }
    expect(target()).toMatchObject(standing);
    expect(dial()).toEqual([answers.join() === "503,503" ? "carrier-b" : "carrier-a"]);
  });
});
