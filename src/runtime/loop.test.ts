import { describe, expect, test } from "vitest";
import type {
  Action,
  Answer,
  CallRecord,
  CallSummary,
  EmergencyStep,
  Input,
  MediaCommand,
  MediaResult,
  ResolveResult,
} from "../engine/index.ts";
import type { MediaPlane } from "../media/index.ts";
import type { Flow, LocateQuery } from "../protocol/transport/index.ts";
import type { Alarm } from "./alarm.ts";
import { type Asked, createLoop, type Loop } from "./loop.ts";
import { createLog } from "./telemetry/index.ts";

const FLOW: Flow = {
  network: "lan",
  transport: "udp",
  localAddress: "127.0.0.1",
  localPort: 5060,
  remoteAddress: "127.0.0.9",
  remotePort: 5060,
};
const RELEASED: MediaResult = { ok: true, description: null, streams: [] };

/** A world of which the test is the clock, the network and the engine's rules. */
class World implements Alarm {
  now = 1000.5;
  readonly seen: { input: Input; now: number }[] = [];
  readonly sent: string[] = [];
  readonly records: CallRecord[] = [];
  readonly steps: EmergencyStep[] = [];
  readonly lines: string[] = [];
  readonly commands: { command: MediaCommand; reply: (result: MediaResult) => void }[] = [];
  readonly resolving: { query: LocateQuery; answer: (result: ResolveResult) => void }[] = [];
  readonly deciding: { asked: Asked; answer: (answer: Answer) => void }[] = [];
  ringAt: number | null = null;
  rules: (input: Input) => readonly Action[] = () => [];
  send: (text: string) => void = (text) => void this.sent.push(text);
  readonly media: MediaPlane = {
    execute: (command, reply) => void this.commands.push({ command, reply }),
    onEvent: null,
  };
  #ring: () => void = () => {};

  readonly loop: Loop = createLoop({
    engine: {
      handle: (input, now) => {
        this.seen.push({ input, now });
        return this.rules(input);
      },
    },
    transport: { send: (_flow, text) => this.send(text) },
    media: this.media,
    decider: { decide: (asked) => new Promise((answer) => this.deciding.push({ asked, answer })) },
    resolver: { resolve: (query) => new Promise((answer) => this.resolving.push({ query, answer })) },
    records: { write: (record) => void this.records.push(record) },
    emergencies: { note: (step) => void this.steps.push(step) },
    log: createLog({ level: "debug", form: "json", color: false, write: (line) => void this.lines.push(line) }),
    clock: () => this.now,
    alarm: this,
  });

  set(delayMs: number, ring: () => void): void {
    this.ringAt = this.now + delayMs;
    this.#ring = ring;
  }

  cancel(): void {
    this.ringAt = null;
  }

  /** Time passes, and the alarm rings when it is set for then. */
  passUntil(now: number): void {
    while (this.ringAt !== null && this.ringAt <= now) {
      this.now = this.ringAt;
      this.ringAt = null;
      this.#ring();
    }
    this.now = now;
  }

  get kinds(): string[] {
    return this.seen.map(({ input }) => (input.kind === "timer" ? input.key : input.kind));
  }
}

const datagram = (text: string): Input => ({ kind: "datagram", flow: FLOW, text });
const send = (text: string): Action => ({ kind: "send", flow: FLOW, text });
const startTimer = (key: string, at: number): Action => ({ kind: "start-timer", key, at });
const release = (token: string): Action => ({ kind: "media", token, command: { kind: "release", session: "s" } });

describe("an input", () => {
  test("is handled at once, with the time it is", () => {
    const world = new World();
    world.rules = () => [send("one"), send("two")];
    world.loop.submit(datagram("x"));
    expect(world.seen).toEqual([{ input: datagram("x"), now: 1000.5 }]);
    expect(world.sent).toEqual(["one", "two"]);
  });

  test("that arises from an action waits until all the actions are done", () => {
    const world = new World();
    const order: string[] = [];
    world.media.execute = (_command, reply) => reply(RELEASED);
    world.send = (text) => void order.push(text);
    world.rules = (input) => {
      order.push(input.kind);
      return input.kind === "datagram" ? [release("t1"), send("after the release")] : [];
    };
    world.loop.submit(datagram("x"));
    expect(order).toEqual(["datagram", "after the release", "media-reply"]);
    expect(world.seen[1]?.input).toEqual({ kind: "media-reply", token: "t1", result: RELEASED });
  });

  test("must not come from inside the engine", () => {
    const world = new World();
    world.rules = (input) => {
      if (input.kind === "datagram") world.loop.submit({ kind: "hang-up", call: "c" });
      return [];
    };
    world.loop.submit(datagram("x"));
    expect(world.kinds).toEqual(["datagram"]);
    expect(world.lines.join()).toContain("the engine was entered again");
  });

  test("that the engine fails on is told of, and the next one is handled", () => {
    const world = new World();
    world.rules = (input) => {
      if (input.kind === "datagram") throw new RangeError("a bug");
      return [send("fine")];
    };
    world.loop.submit(datagram("x"));
    world.loop.submit({ kind: "hang-up", call: "c" });
    expect(world.sent).toEqual(["fine"]);
    expect(JSON.parse(world.lines[0] as string)).toMatchObject({
      level: "error",
      input: "datagram",
      error: { message: "a bug" },
    });
    expect(world.loop.statistics()).toMatchObject({ handled: 2, failed: 1 });
  });

  test("keeps its other actions when one fails", () => {
    const world = new World();
    world.send = (text) => {
      if (text === "one") throw new Error("no way out");
      world.sent.push(text);
    };
    world.rules = () => [send("one"), send("two")];
    world.loop.submit(datagram("x"));
    expect(world.sent).toEqual(["two"]);
    expect(JSON.parse(world.lines[0] as string)).toMatchObject({ action: "send", error: { message: "no way out" } });
  });
});

describe("timers", () => {
  test("come back as inputs when they are due, and not before", () => {
    const world = new World();
    world.rules = (input) => (input.kind === "datagram" ? [startTimer("b", 1700), startTimer("a", 1500)] : []);
    world.loop.submit(datagram("x"));
    expect(world.ringAt).toBeLessThanOrEqual(1500);
    world.passUntil(1499);
    expect(world.kinds).toEqual(["datagram"]);
    world.passUntil(5000);
    expect(world.kinds).toEqual(["datagram", "a", "b"]);
    expect(world.seen[1]?.now).toBe(1500);
    expect(world.ringAt).toBeNull();
  });

  test("of the same wake-up can stop and move each other", () => {
    const world = new World();
    world.rules = (input) => {
      if (input.kind === "datagram") return ["a", "b", "c"].map((key) => startTimer(key, 1100));
      const first = input.kind === "timer" && input.key === "a";
      return first ? [{ kind: "stop-timer", key: "b" }, startTimer("c", 1200)] : [];
    };
    world.loop.submit(datagram("x"));
    world.passUntil(1150);
    expect(world.kinds).toEqual(["datagram", "a"]);
    expect(world.loop.statistics().timers).toBe(1);
    world.passUntil(1300);
    expect(world.kinds).toEqual(["datagram", "a", "c"]);
  });

  test("survive an engine that fails on one of them", () => {
    const world = new World();
    world.rules = (input) => {
      if (input.kind === "datagram") return [startTimer("a", 1100), startTimer("b", 1100), startTimer("c", 1200)];
      if (input.kind === "timer" && input.key === "a") throw new Error("a bug");
      return [];
    };
    world.loop.submit(datagram("x"));
    world.passUntil(1300);
    expect(world.kinds).toEqual(["datagram", "a", "b", "c"]);
  });
});

describe("the world's answers", () => {
  test("of the media plane come back with their token", () => {
    const world = new World();
    world.rules = (input) => (input.kind === "datagram" ? [release("t1"), release("t2")] : []);
    world.loop.submit(datagram("x"));
    world.commands[1]?.reply(RELEASED);
    world.commands[0]?.reply({ ok: false, cause: "unavailable", detail: "gone" });
    expect(world.seen.slice(1).map(({ input }) => input)).toEqual([
      { kind: "media-reply", token: "t2", result: RELEASED },
      { kind: "media-reply", token: "t1", result: { ok: false, cause: "unavailable", detail: "gone" } },
    ]);
  });

  test("that nobody asked for come as media events", () => {
    const world = new World();
    world.media.onEvent?.("s", { kind: "timeout", afterMs: 30_000 });
    expect(world.seen[0]?.input).toEqual({
      kind: "media-event",
      session: "s",
      event: { kind: "timeout", afterMs: 30_000 },
    });
  });

  test("of the resolver come back with their token", async () => {
    const world = new World();
    const query: LocateQuery = { host: "pbx.example", port: null, transport: null, secure: false, reach: [] };
    const places = [{ address: "192.0.2.1", port: 5060, transport: "udp" }] as const;
    world.rules = (input) => (input.kind === "datagram" ? [{ kind: "resolve", token: "t", query }] : []);
    world.loop.submit(datagram("x"));
    expect(world.resolving[0]?.query).toEqual(query);
    world.resolving[0]?.answer({ ok: true, places });
    await Promise.resolve();
    expect(world.seen[1]?.input).toEqual({
      kind: "resolved",
      token: "t",
      result: { ok: true, places },
    });
  });

  test("of those outside come back with their token", async () => {
    const world = new World();
    const question = { kind: "enum", suffix: "e164.arpa", called: "+12025550100" } as const;
    const asked = { question, call: { id: "c1" } as CallSummary, until: 5000 };
    world.rules = (input) => (input.kind === "datagram" ? [{ kind: "decide", token: "t", ...asked }] : []);
    world.loop.submit(datagram("x"));
    expect(world.deciding[0]?.asked).toMatchObject(asked);
    world.deciding[0]?.answer({ kind: "enum", uris: [] });
    await Promise.resolve();
    expect(world.seen[1]?.input).toEqual({ kind: "decided", token: "t", answer: { kind: "enum", uris: [] } });
  });

  test("log lines carry the call they belong to", () => {
    const world = new World();
    world.rules = () => [{ kind: "log", level: "warn", message: "odd", call: "c1", fields: { status: 481 } }];
    world.loop.submit(datagram("x"));
    expect(JSON.parse(world.lines[0] as string)).toMatchObject({
      level: "warn",
      message: "odd",
      call: "c1",
      status: 481,
    });
  });
});

test("the figures tell the longest turn and wait since they were read", () => {
  const world = new World();
  world.media.execute = (_command, reply) => reply(RELEASED);
  world.rules = (input) => {
    world.now += input.kind === "datagram" ? 7 : 2;
    return input.kind === "datagram" ? [release("t")] : [];
  };
  world.loop.submit(datagram("x"));
  expect(world.loop.statistics()).toEqual({ handled: 2, failed: 0, longestTurnMs: 7, longestWaitMs: 0, timers: 0 });
  world.send = () => {
    world.now += 5;
  };
  world.rules = (input) => (input.kind === "datagram" ? [release("t"), send("slow")] : []);
  world.loop.submit(datagram("x"));
  expect(world.loop.statistics()).toEqual({ handled: 4, failed: 0, longestTurnMs: 5, longestWaitMs: 5, timers: 0 });
});

test("after stop nothing comes in, but what waited is handled", () => {
  const world = new World();
  world.media.execute = (_command, reply) => {
    reply(RELEASED);
    world.loop.stop();
  };
  world.rules = (input) => (input.kind === "datagram" ? [release("t"), startTimer("a", 1100)] : []);
  world.loop.submit(datagram("x"));
  world.loop.submit(datagram("y"));
  world.passUntil(2000);
  expect(world.kinds).toEqual(["datagram", "media-reply"]);
});
