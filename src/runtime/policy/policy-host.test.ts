import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CONTINUE } from "../../model/index.ts";
import { type Outcome, PolicyHost } from "./policy-host.ts";

const CALL = { id: "c1", called: "+12025550100", headers: {}, tags: [] };
const GROUNDS = { targets: new Map([["carrier-a", ["sip:192.0.2.1"]]]), emergencyNumbers: ["911"] };

interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

let directory = "";
let file = "";
let lines: Line[] = [];
let looking: (() => void)[] = [];
const hosts: PolicyHost[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "demarc-policy-"));
  file = join(directory, "policy.ts");
  lines = [];
  looking = [];
});

afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
  rmSync(directory, { recursive: true });
});

function write(text: string, name = "policy.ts"): void {
  writeFileSync(join(directory, name), text);
}

function hostOf(): PolicyHost {
  const at =
    (level: string) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
      lines.push({ level, message, fields });
      for (const look of looking.splice(0)) look();
    };
  const log = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  const host = new PolicyHost({ directory, log, grounds: () => GROUNDS });
  hosts.push(host);
  return host;
}

/** A line with this message, the `nth` of them; it may have come already. */
async function line(message: RegExp, nth = 1): Promise<Line> {
  for (;;) {
    const found = lines.filter((one) => message.test(one.message))[nth - 1];
    if (found !== undefined) return found;
    await new Promise<void>((resolve) => looking.push(resolve));
  }
}

const settings = (more: object = {}) =>
  ({ file: "policy.ts", deadline: 10_000, onFailure: { kind: "continue" }, ...more }) as const;

async function opened(text: string, more: object = {}): Promise<PolicyHost> {
  write(text);
  const host = hostOf();
  expect(await host.use(settings(more))).toBeNull();
  return host;
}

const policyOf = (hooks: string) =>
  `import { definePolicy } from "demarc/policy";\nexport default definePolicy({\n${hooks}\n});\n`;

function faultOf(outcome: Outcome<unknown>) {
  if (outcome.ok) throw new Error(`it decided ${JSON.stringify(outcome.decision)}`);
  return outcome.fault;
}

describe("a policy that is in use", () => {
  test("decides about calls, before and after their route is known, and when they are answered", async () => {
    const host = await opened(
      policyOf(`
  onCall(call) { return { tags: ["seen"], called: call.called + "9" }; },
  async onRoute() { return { to: ["carrier-a", { trunk: "carrier-a", target: "sip:192.0.2.1" }], maxDuration: "30m" }; },
  onAnswer: () => ({ end: true }),`),
    );
    expect(await host.decide("onCall", CALL)).toEqual({
      ok: true,
      decision: { ...CONTINUE, tags: ["seen"], called: "+120255501009" },
    });
    const to = [
      { trunk: "carrier-a", target: null },
      { trunk: "carrier-a", target: "sip:192.0.2.1" },
    ];
    expect(await host.decide("onRoute", CALL)).toEqual({
      ok: true,
      decision: { ...CONTINUE, to, maxDurationMs: 1_800_000 },
    });
    expect(await host.judge(CALL)).toEqual({ ok: true, decision: { end: true, tags: [] } });
    expect(host.status()).toMatchObject({ state: "running", hooks: ["onCall", "onRoute", "onAnswer"], restarts: 0 });
  });

  test("lets go on what it has no hook for, and is told of ends only where it has one", async () => {
    const host = await opened("export default {}");
    expect(await host.decide("onRoute", CALL)).toEqual({ ok: true, decision: CONTINUE });
    expect(await host.judge(CALL)).toEqual({ ok: true, decision: { end: false, tags: [] } });
    host.end({ id: "c1" });
    expect(host.status()?.outcomes.onEnd.decided).toBe(0);
  });

  test("decides about a thousand calls at once, each by itself", async () => {
    const host = await opened(
      policyOf(`
  async onCall({ id }) { await new Promise((go) => setTimeout(go, Number(id) % 7)); return { tags: ["t" + id] }; },`),
    );
    const outcomes = await Promise.all(
      Array.from({ length: 1000 }, (_, id) => host.decide("onCall", { ...CALL, id: String(id) })),
    );
    const tags = outcomes.map((outcome) => (outcome.ok ? outcome.decision.tags : outcome.fault));
    expect(tags).toEqual(Array.from({ length: 1000 }, (_, id) => [`t${id}`]));
  });

  test("writes into the log, and hears of the ends of calls", async () => {
    const host = await opened("export default { onEnd({ id }: { id: string }) { console.log('ended', id); } }");
    host.end({ id: "c7" });
    expect(await line(/wrote a line/)).toMatchObject({ fields: { text: "ended c7" } });
    expect(host.status()?.outcomes.onEnd.decided).toBe(1);
  });
});

test("a policy that is ended hears of what it was told, and is not waited for longer than that", async () => {
  const late = `onEnd({ id }) { return new Promise((done) => setTimeout(() => { console.log("kept", id); done(); }, 200)); }`;
  const host = await opened(`export default { ${late} }`);
  host.end({ id: "c1" });
  host.end({ id: "c2" });
  await host.close();
  expect(await line(/wrote a line/, 2)).toMatchObject({ fields: { text: "kept c2" } });
  expect(faultOf(await host.decide("onCall", CALL)).message).toBe("it does not run");
  const never = await opened("export default { onEnd: () => new Promise(() => setInterval(() => {}, 1e6)) }");
  never.end({ id: "c1" });
  await never.close();
  expect(never.status()?.state).toBe("down");
});

describe("what goes wrong in a policy costs the call its decision, with file and line", () => {
  test.each([
    ["throws", `onCall() {\n throw new Error("no database");\n }`, { line: 4, message: "Error: no database" }],
    ["throws later", `async onCall() {\n await null; throw new Error("gone"); }`, { line: 4, message: "Error: gone" }],
    ["throws nothing useful", "onCall() { throw undefined; }", { line: null, message: "it threw undefined" }],
    [
      "names a trunk that is not there",
      `onCall: () => ({ to: ["carrier-b"] })`,
      { line: 3, message: /^onCall decided to\[0\]: there is no trunk "carrier-b"; did you mean "carrier-a"\?$/ },
    ],
    ["answers what is no decision", "onCall: () => 7", { line: 3, message: /^onCall decided expected a group/ }],
    [
      "answers too much",
      `onCall: () => "x".repeat(1e6)`,
      { message: /RangeError: onCall answers with 1000002 characters/ },
    ],
    ["answers in circles", "onCall: () => { const a = {}; a.a = a; return a; }", { message: /circular structure/ }],
  ])("it %s", async (_, hook, fault) => {
    const host = await opened(policyOf(hook));
    const found = faultOf(await host.decide("onCall", CALL));
    expect(found).toMatchObject({ ...fault, message: expect.stringMatching(fault.message) });
    if ("line" in fault && fault.line !== null) expect(found.file).toBe(file);
    expect(host.status()).toMatchObject({ state: "running", outcomes: { onCall: { failed: 1 } }, lastFault: found });
    expect(await line(/was not decided about/)).toMatchObject({ level: "warn", fields: { hook: "onCall" } });
  });

  test("it waits for too long, and others do not", async () => {
    const host = await opened(
      policyOf(`
  async onCall({ id }) { if (id === "slow") await new Promise(() => setInterval(() => {}, 1e6)); },`),
      { deadline: 300 },
    );
    const slow = host.decide("onCall", { ...CALL, id: "slow" });
    expect(await host.decide("onCall", CALL)).toMatchObject({ ok: true });
    expect(faultOf(await slow)).toMatchObject({ file, line: 4, message: "onCall did not decide within 300 ms" });
    expect(host.status()).toMatchObject({ state: "running", restarts: 0, outcomes: { onCall: { late: 1 } } });
  });

  test.each([
    ["loops for ever", "for (;;);", /it did not come back in onCall within 500 ms|did not decide within/],
    ["ends its process", "process.exit(3);", /^it exited with 3$/],
    ["kills its process", `process.kill(process.pid, "SIGKILL");`, /^it was ended by SIGKILL$/],
    [
      "crashes later",
      `setTimeout(() => { throw new Error("later"); });\n return new Promise(() => {});`,
      /^Error: later$/,
    ],
    [
      "fills its memory",
      "const all = []; for (;;) all.push({ a: [all.length] });",
      /^it used more than 128 MiB of memory$/,
    ],
    [
      "fills memory outside of its own",
      "const all = []; const more = () => { all.push(Buffer.alloc(5e7, 1)); setTimeout(more); }; more(); return new Promise(() => {});",
      /^it used more than 512 MiB of memory$/,
    ],
    [
      "floods us",
      `for (let n = 0; n < 1e9; n += 1) try { require("node:fs").writeSync(3, "x".repeat(65536)); } catch {}`,
      /too long/,
    ],
  ])("it %s: another process goes on in its place", async (_, body, message) => {
    const looping = body === "for (;;);";
    const host = await opened(
      `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);\n${policyOf(
        `  onCall({ id }) { if (id === "bad") {\n ${body} } },`,
      )}`,
      looping ? { deadline: 500 } : {},
    );
    const pid = (await line(/is in use/)).fields.pid;
    const fault = faultOf(await host.decide("onCall", { ...CALL, id: "bad" }));
    expect(fault).toMatchObject({ file, line: expect.any(Number), message: expect.stringMatching(message) });
    const again = await line(/is in use/, 2);
    expect(again.fields.pid).not.toBe(pid);
    expect(await host.decide("onCall", CALL)).toMatchObject({ ok: true });
    expect(await line(/process ended/)).toMatchObject({ level: "error", fields: { file, afterMs: 0 } });
    expect(host.status()).toMatchObject({ state: "running", restarts: 1 });
  });

  test("one that ends at every call is left alone for longer and longer, and calls do not wait for it meanwhile", async () => {
    const host = await opened(policyOf("onCall() { process.exit(1); }"));
    faultOf(await host.decide("onCall", CALL));
    await line(/is in use/, 2);
    faultOf(await host.decide("onCall", CALL));
    expect(await line(/process ended/, 2)).toMatchObject({ fields: { afterMs: 1000 } });
    expect(host.status()?.state).toBe("down");
    expect(faultOf(await host.decide("onCall", CALL)).message).toBe("it does not run");
    expect(host.status()?.outcomes.onCall.unavailable).toBe(1);
  });

  test("calls that come while it is started again are decided about by the next process", async () => {
    const host = await opened(
      policyOf(`onCall({ id }) { if (id === "bad") process.exit(1); return { tags: ["ok"] }; }`),
    );
    faultOf(await host.decide("onCall", { ...CALL, id: "bad" }));
    expect(host.status()?.state).toBe("starting");
    expect(await host.decide("onCall", CALL)).toMatchObject({ ok: true, decision: { tags: ["ok"] } });
  });

  test("a fault that every call meets is one line of the log", async () => {
    const host = await opened(policyOf("onCall() { throw new Error(); }"));
    for (let count = 0; count < 20; count += 1) faultOf(await host.decide("onCall", CALL));
    expect(lines.filter(({ level }) => level === "warn")).toHaveLength(1);
    expect(host.status()?.outcomes.onCall.failed).toBe(20);
  });
});

test("a policy that loops ends with the Demarc that asked it, however that ended", async () => {
  write(policyOf(`onCall() { console.log("looping"); for (;;); },`));
  write(
    `import { PolicyHost } from ${JSON.stringify(new URL("policy-host.ts", import.meta.url).href)};
const say = (message, fields) => console.log(JSON.stringify({ message, ...fields }));
const log = { info: say, warn: say, error: say };
const host = new PolicyHost({ directory: ${JSON.stringify(directory)}, log, grounds: () => null });
await host.use({ file: "policy.ts", deadline: 600000, onFailure: { kind: "continue" } });
await host.decide("onCall", {});
`,
    "host.mjs",
  );
  const parent = spawn(process.execPath, [join(directory, "host.mjs")], { stdio: ["ignore", "pipe", "inherit"] });
  let pid = 0;
  for await (const text of createInterface({ input: parent.stdout })) {
    const said = JSON.parse(text) as { readonly message: string; readonly pid?: number };
    pid = said.pid ?? pid;
    if (said.message === "the policy wrote a line") break;
  }
  parent.kill("SIGKILL");
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), { timeout: 20_000, interval: 50 });
});

describe("a policy that does not load is refused", () => {
  test.each([
    ["is not there", null, { message: expect.stringContaining("Cannot find module") }],
    [
      "is no TypeScript",
      "export default {\n onCall( {\n",
      { line: 2, message: expect.stringContaining("SyntaxError") },
    ],
    ["throws", "\nthrow new Error('not today');", { line: 2, message: "Error: not today" }],
    ["imports what is not there", `import "./rates.ts";`, { message: expect.stringContaining("rates.ts") }],
    ["exports nothing", "export const a = 1;", { message: expect.stringContaining("export default definePolicy") }],
    [
      "has a hook that there is not",
      "export default { onCalls() {} };",
      { message: 'unknown hook "onCalls"; known: onCall, onRoute, onAnswer, onEnd' },
    ],
    ["has a hook that cannot be called", "export default { onCall: 1 };", { message: "onCall is no function" }],
    ["ends its process", "process.exit(0);", { message: "it exited with 0" }],
  ])("it %s", async (_, text, fault) => {
    if (text !== null) write(text);
    const host = hostOf();
    expect(await host.use(settings())).toMatchObject({ file, ...fault });
  });
});

describe("a policy that changes", () => {
  test("is used for new calls, while those that wait hear from the one before", async () => {
    const host = await opened(
      policyOf(
        `async onCall({ id }) { if (id === "slow") await new Promise((go) => setTimeout(go, 1500)); return { tags: ["one"] }; }`,
      ),
    );
    const slow = host.decide("onCall", { ...CALL, id: "slow" });
    write(policyOf(`onCall: () => ({ tags: ["two"] })`));
    await line(/is in use/, 2);
    expect(await host.decide("onCall", CALL)).toMatchObject({ decision: { tags: ["two"] } });
    expect(await slow).toMatchObject({ decision: { tags: ["one"] } });
  });

  test("into one that does not load is refused, the one before stays, and one that is mended is used", async () => {
    const host = await opened(policyOf(`onCall: () => ({ tags: ["one"] })`));
    write("export default {\n onCall(\n");
    expect(await line(/does not load; the one before stays in use/)).toMatchObject({ fields: { file, line: 2 } });
    expect(host.status()).toMatchObject({ state: "running", refused: { file, line: 2 } });
    expect(await host.decide("onCall", CALL)).toMatchObject({ decision: { tags: ["one"] } });
    write(policyOf(`onCall: () => ({ tags: ["three"] })`));
    await line(/is in use/, 2);
    expect(await host.decide("onCall", CALL)).toMatchObject({ decision: { tags: ["three"] } });
    expect(host.status()?.refused).toBeNull();
  });

  test("in a file that it imports is loaded anew as well", async () => {
    write(`export const tag = "one";`, "tag.ts");
    const host = await opened(`import { tag } from "./tag.ts";\n${policyOf("onCall: () => ({ tags: [tag] })")}`);
    write(`export const tag = "two";`, "tag.ts");
    await line(/is in use/, 2);
    expect(await host.decide("onCall", CALL)).toMatchObject({ decision: { tags: ["two"] } });
  });

  test("by the configuration is replaced, or gone", async () => {
    const host = await opened(policyOf(`onCall: () => ({ tags: ["one"] })`));
    write(policyOf(`onCall: () => ({ tags: ["other"] })`), "other.ts");
    expect(await host.use(settings({ file: "other.ts" }))).toBeNull();
    expect(await host.decide("onCall", CALL)).toMatchObject({ decision: { tags: ["other"] } });
    expect(await host.use(settings({ file: "none.ts" }))).toMatchObject({ file: join(directory, "none.ts") });
    expect(await host.decide("onCall", CALL)).toMatchObject({ decision: { tags: ["other"] } });
    expect(await host.use(null)).toBeNull();
    expect(host.status()).toBeNull();
    expect(faultOf(await host.decide("onCall", CALL)).message).toBe("there is no policy");
  });
});
