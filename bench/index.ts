// `npm run bench`: the figures of docs/benchmarks.md, printed with the machine they were measured on.
import { existsSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { benchCalls } from "./calls.ts";
import { benchEngine } from "./engine.ts";
import { describeMachine } from "./measure.ts";
import { benchParser } from "./parser.ts";
import { benchReload } from "./reload.ts";
import { benchRoutes } from "./routes.ts";
import { benchTransactions } from "./transactions.ts";
import { benchUdp } from "./udp.ts";

// What `node --expose-gc` does, so that `npm run bench` needs no flag.
setFlagsFromString("--expose-gc");
globalThis.gc = runInNewContext("gc") as NonNullable<typeof globalThis.gc>;

console.log(`machine: ${describeMachine()}`);
console.log("\nmessages (processor time: median, best)");
await benchParser();
console.log("\ntransactions");
await benchTransactions();
console.log("\nengine");
await benchEngine();
console.log("\nroutes");
await benchRoutes();
console.log("\nreload");
await benchReload();
console.log("\ndatagrams");
await benchUdp();

const relay = new URL("./relay.ts", import.meta.url);
if (existsSync(relay)) {
  console.log("\nrelay");
  const { benchRelay } = (await import(relay.href)) as { benchRelay: (options: { rounds: number }) => Promise<void> };
  await benchRelay({ rounds: 1 });
}

console.log("\ncalls");
await benchCalls();
