// Makes a fresh clone ready to run: a good Node, the packages, the native addon. Runs on Node 20 and needs nothing else.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { announce, BootstrapError } from "./announce.mjs";
import { runChild } from "./child.mjs";
import { buildNative } from "./native-build.mjs";
import { isSupportedNode, NODE_RANGE, NODE_REASON } from "./node-version.mjs";

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Brings the checkout up to date and returns `{ node, env }`: the Node to use and an environment with it first on PATH.
 * Does nothing, quickly, when nothing changed. Throws BootstrapError with the remedy in its message.
 */
export async function bootstrap() {
  const release = await acquireLock();
  try {
    const node = isSupportedNode(process.version) ? process.execPath : await provideNode();
    const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}` };
    await installPackages(ROOT, { node, env });
    await buildNative({ root: ROOT, node, env });
    return { node, env };
  } finally {
    release();
  }
}

async function provideNode() {
  const folder = join(ROOT, "tools", "node");
  const wanted = `node-${process.platform}-${process.arch}`;
  const version = readJson(join(folder, "package.json")).optionalDependencies[wanted];
  if (version === undefined) {
    throw new BootstrapError(
      `Node.js ${NODE_RANGE} is needed; this is ${process.version}, and there is none to bring along for ${process.platform} ${process.arch}. ` +
        `${NODE_REASON}\nInstall Node.js 24 LTS (https://nodejs.org) and run this again.`,
    );
  }
  const installed = join(folder, "node_modules", wanted);
  const binary = join(installed, "bin", "node");
  const current = existsSync(binary) && readJson(join(installed, "package.json")).version === version;
  if (!current) {
    announce(`Node.js ${process.version} is too old for Demarc: installing ${version} into tools/node`);
    await runNpm(["ci"], { cwd: folder, env: process.env, node: process.execPath });
  }
  return binary;
}

/** Installs what the lock file of `folder` says, where it is not installed yet. */
export async function installPackages(folder, { node, env }) {
  if (packagesAreCurrent(folder)) return;
  announce("installing packages");
  await runNpm(["ci"], { cwd: folder, env, node });
}

/** npm leaves a copy of the lock file behind when, and only when, it has finished: that is the stamp. */
function packagesAreCurrent(folder) {
  const stampPath = join(folder, "node_modules", ".package-lock.json");
  if (!existsSync(stampPath)) return false;
  const wanted = readJson(join(folder, "package-lock.json")).packages;
  const installed = readJson(stampPath).packages;
  const same = Object.entries(wanted).every(([path, entry]) => {
    if (path === "" || (entry.optional && installed[path] === undefined)) return true;
    return installed[path]?.version === entry.version && installed[path]?.integrity === entry.integrity;
  });
  return same && Object.keys(installed).every((path) => path in wanted);
}

async function runNpm(args, { cwd, env, node }) {
  // Started by npm: the same npm again, under the Node of our choice. Otherwise the one on PATH.
  const script = process.env.npm_execpath;
  const usable = script?.endsWith("npm-cli.js") && existsSync(script);
  const [command, first] = usable ? [node, [script]] : ["npm", []];
  // No package of ours needs its install script: what is native brings its binaries, our own addon is built below.
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const { code, output } = await runChild(command, [...first, ...args, ...flags], { cwd, env, capture: true });
  if (code === 0) return;
  const told = output.trim().split("\n").slice(0, 20).join("\n");
  throw new BootstrapError(`\`npm ${args.join(" ")}\` failed in ${cwd}:\n${told}\n${npmRemedy(code, output)}`);
}

function npmRemedy(code, output) {
  if (code === 127) return "npm was not found. Install it (it comes with Node.js) and run this again.";
  if (/EUSAGE/.test(output))
    return "package.json and package-lock.json disagree: run `npm install` with Node.js 24 and commit both.";
  if (/EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH/.test(output)) {
    return "The package registry could not be reached. Check the network, or `npm config get registry`, and run this again.";
  }
  if (/EACCES|EPERM|EROFS/.test(output))
    return "The folder could not be written. Check who owns it and run this again.";
  if (/ENOSPC/.test(output)) return "The disk is full. Make room and run this again.";
  return "Run this again; if it fails the same way, delete node_modules first.";
}

function readJson(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** Two commands started at once must not install over each other. */
async function acquireLock() {
  const folder = join(ROOT, ".bootstrap");
  const path = join(folder, "lock");
  mkdirSync(folder, { recursive: true });
  let told = false;
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: "wx" });
      const release = () => rmSync(path, { force: true });
      process.once("exit", release);
      return () => {
        process.off("exit", release);
        release();
      };
    } catch (error) {
      if (error.code !== "EEXIST")
        throw new BootstrapError(`${folder} cannot be written (${error.code}). Check who owns it.`);
    }
    if (!holderLives(path)) rmSync(path, { force: true });
    else if (!told) announce("another command is setting this checkout up; waiting for it");
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function holderLives(path) {
  try {
    const holder = Number(readFileSync(path, "utf8"));
    // Just created and not written yet: its holder lives.
    if (holder === 0) return true;
    process.kill(holder, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
