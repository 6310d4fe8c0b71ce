// `npm run bench`: the figures of docs/benchmarks.md, printed with the machine they were measured on.
import { describeMachine } from "./measure.ts";
import { benchParser } from "./parser.ts";

console.log(`machine: ${describeMachine()}`);
console.log("\nmessages");
await benchParser();
