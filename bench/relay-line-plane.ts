// A media plane as a program: a command a line in, a reply a line out. For benchmarks whose relay must live in a network namespace.
import { createInterface } from "node:readline";
import type { MediaCommand } from "../src/engine/index.ts";
import { type RelayPlaneOptions, startRelayPlane } from "../src/media/index.ts";

type Line = MediaCommand | { readonly kind: "status" };

const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const options = JSON.parse(process.argv[2] ?? "{}") as Omit<RelayPlaneOptions, "log">;
const plane = await startRelayPlane({ ...options, log });
const say = (value: unknown) => console.log(JSON.stringify(value));
for await (const text of createInterface({ input: process.stdin })) {
  const line = JSON.parse(text) as Line;
  if (line.kind === "status") say({ ...(await plane.status()), pid: plane.pid });
  else plane.execute(line, say);
}
await plane.close();
