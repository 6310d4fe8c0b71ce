// The process of a policy: the operator's own code, apart from everything that calls depend on. Started by policy-child.ts with the path of the
// policy and the process that started it, and a socket as descriptor 3. It ends when that does, whatever the policy is doing then.

import { writeFileSync } from "node:fs";
import { Session } from "node:inspector";
import { registerHooks } from "node:module";
import { Socket } from "node:net";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { Policy, PolicyHook } from "../../engine/index.ts";
import { faultOf } from "./fault-place.ts";
import {
  type HookPlace,
  Lines,
  type PolicyFault,
  type PolicyQuestion,
  type PolicyReport,
  type PolicyRequest,
  readRequest,
} from "./policy-message.ts";
import { faultOfPolicy, hooksOf, runHook } from "./run-policy.ts";

const SOCKET_DESCRIPTOR = 3;
/** What `demarc/policy` is, wherever the policy lies. */
const DOOR = new URL("../../engine/policy-contract.ts", import.meta.url).href;
/** How deep an error looks for a place in the policy: what it calls may lie far above. */
const STACK_DEPTH = 50;

const [, , path = "", parent = ""] = process.argv;
const socket = new Socket({ fd: SOCKET_DESCRIPTOR, readable: true, writable: true });
const files = new Set<string>();

function say(report: PolicyReport): void {
  socket.write(`${JSON.stringify(report)}\n`);
}

/** Hears of every file that the policy loads, and brings it what it gets from us. */
function watchLoading(): void {
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "demarc/policy" ? { url: DOOR, shortCircuit: true } : next(specifier, context),
    load: (url, context, next) => {
      if (url.startsWith("file:") && url !== DOOR && !url.includes("/node_modules/")) files.add(fileURLToPath(url));
      return next(url, context);
    },
  });
}

/** Where each hook is written: what never comes back has no stack that could tell. */
function placesOf(policy: Policy): Partial<Record<PolicyHook, HookPlace | null>> {
  const scripts = new Map<string, string>();
  const session = new Session();
  session.connect();
  session.on("Debugger.scriptParsed", ({ params }) => scripts.set(params.scriptId, params.url));
  session.post("Debugger.enable");
  const places: Partial<Record<PolicyHook, HookPlace | null>> = {};
  const shown = globalThis as { demarcHook?: unknown };
  for (const hook of hooksOf(policy)) {
    places[hook] = null;
    shown.demarcHook = policy[hook];
    session.post("Runtime.evaluate", { expression: "globalThis.demarcHook" }, (_, found) => {
      const { objectId } = found?.result ?? {};
      if (objectId === undefined) return;
      session.post("Runtime.getProperties", { objectId, ownProperties: false }, (_error, properties) => {
        const location = properties?.internalProperties?.find(({ name }) => name === "[[FunctionLocation]]");
        const { scriptId, lineNumber, columnNumber } = location?.value?.value ?? {};
        const url = scripts.get(String(scriptId)) ?? "";
        if (!url.startsWith("file:")) return;
        places[hook] = { file: fileURLToPath(url), line: lineNumber + 1, column: columnNumber + 1 };
      });
    });
  }
  delete shown.demarcHook;
  session.disconnect();
  return places;
}

const isIts = (file: string): boolean => files.has(file);

function answer(policy: Policy, { ask, hook, call }: PolicyQuestion): void {
  runHook(policy, hook, call).then(
    // The JSON as it is: it was made once.
    (decision) => socket.write(`{"kind":"answer","id":${ask},"decision":${decision}}\n`),
    (thrown: unknown) => say({ kind: "failed", id: ask, fault: faultOf(thrown, isIts) }),
  );
}

/** What it was told and is still busy with. */
const busy = new Set<Promise<void>>();

function hear(policy: Policy, request: PolicyRequest): void {
  if ("ping" in request) say({ kind: "pong" });
  else if ("drain" in request) void Promise.all(busy).then(() => say({ kind: "drained" }));
  else if ("ask" in request) answer(policy, request);
  else {
    const { tell: hook, call } = request;
    const told = runHook(policy, hook, call).then(
      () => undefined,
      (thrown: unknown) => say({ kind: "fault", hook, fault: faultOf(thrown, isIts) }),
    );
    busy.add(told);
    void told.then(() => busy.delete(told));
  }
}

function refuse(fault: PolicyFault): void {
  say({ kind: "refused", fault, files: [...files] });
}

async function load(): Promise<Policy | null> {
  try {
    const { default: exported } = (await import(pathToFileURL(path).href)) as { default?: Policy };
    const message = faultOfPolicy(exported);
    if (message === null && exported !== undefined) return exported;
    refuse({ file: path, line: null, column: null, message: message ?? "" });
  } catch (thrown) {
    const fault = faultOf(thrown, isIts);
    refuse(fault.file === null ? { ...fault, file: path } : fault);
  }
  return null;
}

async function main(): Promise<void> {
  Error.stackTraceLimit = STACK_DEPTH;
  // Ctrl-C reaches every process of the terminal: we end when our socket does.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  socket.on("close", () => process.exit(0));
  socket.on("error", () => process.exit(0));
  // Where memory runs out, the kernel is to end this process before the one that has the calls.
  try {
    writeFileSync("/proc/self/oom_score_adj", "1000");
  } catch {
    // Not on this system.
  }
  process.on("uncaughtException", (thrown) => {
    say({ kind: "crashed", fault: faultOf(thrown, isIts) });
    socket.end(() => process.exit(1));
  });
  new Worker(new URL("orphan-worker.ts", import.meta.url), { workerData: Number(parent) }).unref();
  files.add(path);
  watchLoading();
  const policy = await load();
  if (policy === null) return void socket.end();
  say({ kind: "ready", hooks: placesOf(policy), files: [...files] });
  const lines = new Lines();
  socket.setEncoding("utf8").on("data", (text: string) => {
    for (const line of lines.push(text) ?? []) hear(policy, readRequest(line));
  });
}

await main();
