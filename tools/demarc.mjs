#!/usr/bin/env node
// The `demarc` command. It looks at the Node version before anything else is loaded: below the floor native modules crash.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isSupportedNode, NODE_RANGE, NODE_REASON } from "./node-version.mjs";

/** The Node that `npm start` and `npm test` fetched into this checkout; an installed package has none. */
function ownNode() {
  const path = fileURLToPath(new URL(`node/node_modules/node-linux-${process.arch}/bin/node`, import.meta.url));
  return existsSync(path) ? path : null;
}

if (isSupportedNode(process.version)) {
  await import("../src/main.ts");
} else if (ownNode() !== null) {
  const args = [fileURLToPath(new URL("../src/main.ts", import.meta.url)), ...process.argv.slice(2)];
  process.exitCode = spawnSync(ownNode(), args, { stdio: "inherit" }).status ?? 1;
} else {
  console.error(`demarc: node-too-old: Demarc needs Node.js ${NODE_RANGE}; this is ${process.version}. ${NODE_REASON}`);
  console.error("Install Node.js 24 LTS, or run `npm start` in the repository: it brings its own.");
  process.exitCode = 1;
}
