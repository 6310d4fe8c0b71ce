#!/usr/bin/env node
// The `demarc` command. It looks at the Node version before anything else is loaded: below the floor native modules crash.
import { isSupportedNode, NODE_RANGE, NODE_REASON } from "./node-version.mjs";

if (isSupportedNode(process.version)) {
  await import("../src/main.ts");
} else {
  console.error(`demarc: node-too-old: Demarc needs Node.js ${NODE_RANGE}; this is ${process.version}. ${NODE_REASON}`);
  console.error("Install Node.js 24 LTS, or run `npm start` in the repository: it brings its own.");
  process.exitCode = 1;
}
