import { beforeEach, describe, expect, test } from "vitest";
import { type Courier, createCourier, type Errand, type ErrandEnd } from "./courier.ts";
import { sampleNotice } from "./sample-notice.ts";

interface Try {
  readonly errand: Errand;
  readonly signal: AbortSignal;
  readonly take: (said: string) => void;
  readonly fail: (why: string) => void;
}

let now = 0;
let tries: Try[] = [];
let ends: (ErrandEnd & { readonly id: string })[] = [];
let failures: string[] = [];
let pauses: { ms: number; then: () => void }[] = [];
let courier: Courier;

beforeEach(() => {
  now = Date.parse("2026-01-02T03:04:05.000Z");
  tries = [];
  ends = [];
  failures = [];
  pauses = [];
  courier = createCourier({
    deliver: (errand, signal) =>
      new Promise((take, reject) => {
        const fail = (why: string): void => reject(new Error(why));
        signal.addEventListener("abort", () => fail("aborted"));
        tries.push({ errand, signal, take, fail });
      }),
    onFailure: (_, { tries: count, detail }) => failures.push(`${count} ${detail}`),
    onEnd: ({ notice }, end) => ends.push({ id: notice.id, ...end }),
    clock: () => now,
    wait: (ms, then) => {
      const pause = { ms, then };
      pauses.push(pause);
      return () => {
        pauses = pauses.filter((one) => one !== pause);
      };
    },
  });
});

function send(id: string, { call = "call-1", recipient = "desk" } = {}): void {
  courier.send({ recipient, notice: sampleNotice({ id, at: new Date(now).toISOString() }, { id: call }) });
}

const turn = (): Promise<void> => new Promise((go) => setImmediate(go));
const underWay = (): readonly string[] => tries.map(({ errand }) => errand.notice.id);

/** Time passes, and the pause that was asked for first is over. */
function passPause(): number {
  const [pause] = pauses.splice(0, 1);
  if (pause === undefined) throw new Error("nobody waits");
  now += pause.ms;
  pause.then();
  return pause.ms;
}

test("what is sent is under way at once, and told", async () => {
  send("a");
  expect(underWay()).toEqual(["a"]);
  expect(courier.figures("desk")).toMatchObject({ waiting: 1, told: 0 });
  tries[0]?.take("HTTP 204");
  await turn();
  expect(ends).toEqual([{ id: "a", told: true, tries: 1, detail: "HTTP 204" }]);
  expect(courier.figures("desk")).toEqual({ waiting: 0, told: 1, untold: 0, failures: 0, trouble: null });
});

test("what fails is tried again after pauses that grow, and given up after an hour", async () => {
  send("a");
  const waited: number[] = [];
  while (ends.length === 0) {
    tries.pop()?.fail("no answer");
    await turn();
    if (ends.length === 0) waited.push(passPause() / 1000);
  }
  expect(waited.slice(0, 10)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
  expect(waited.reduce((sum, one) => sum + one)).toBeGreaterThanOrEqual(3600);
  expect(waited.slice(0, -1).reduce((sum, one) => sum + one)).toBeLessThan(3600);
  expect(ends).toEqual([{ id: "a", told: false, tries: waited.length + 1, detail: "no answer" }]);
  expect(failures[0]).toBe("1 no answer");
  expect(courier.figures("desk")).toMatchObject({
    waiting: 0,
    untold: 1,
    failures: waited.length + 1,
    trouble: { detail: "no answer" },
  });
});

test("those of one call come in their order, those of another do not wait for them", async () => {
  for (const id of ["a", "b"]) send(id);
  send("c", { call: "call-2" });
  expect(underWay()).toEqual(["a", "c"]);
  tries[0]?.fail("no");
  await turn();
  passPause();
  expect(underWay()).toEqual(["a", "c", "a"]);
  tries[2]?.take("ok");
  await turn();
  expect(underWay()).toEqual(["a", "c", "a", "b"]);
});

test("eight calls are told at a time; one recipient does not wait for another", async () => {
  for (let call = 0; call < 10; call += 1) send(`n${call}`, { call: `call-${call}` });
  expect(tries).toHaveLength(8);
  send("other", { recipient: "security" });
  expect(tries).toHaveLength(9);
  tries[0]?.take("ok");
  await turn();
  expect(underWay().at(-1)).toBe("n8");
});

test("a recipient that takes nothing fills no memory", () => {
  for (let count = 0; count < 1001; count += 1) send(`n${count}`);
  expect(ends).toEqual([{ id: "n1000", told: false, tries: 0, detail: "1000 others wait for this recipient" }]);
  expect(courier.figures("desk")).toMatchObject({ waiting: 1000, untold: 1 });
});

describe("closing", () => {
  test("waits for what is under way, and begins no pause's try", async () => {
    send("a");
    send("b", { call: "call-2" });
    tries[1]?.fail("no");
    await turn();
    const closed = courier.close();
    expect(pauses.map(({ ms }) => ms)).toEqual([2000]);
    tries[0]?.take("ok");
    await turn();
    await closed;
    expect(ends.map(({ id }) => id)).toEqual(["a"]);
    expect(tries).toHaveLength(2);
  });

  test("ends what takes too long, and says nothing of it: the next process tells it", async () => {
    send("a");
    const closed = courier.close();
    passPause();
    await closed;
    expect(tries[0]?.signal.aborted).toBe(true);
    expect([ends, failures]).toEqual([[], []]);
    send("late");
    expect(tries).toHaveLength(1);
  });
});
