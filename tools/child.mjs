// Runs one program in the foreground: its signals, its exit code, its output. Runs on Node 20.
import { spawn } from "node:child_process";
import { constants } from "node:os";

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"];

/** One Ctrl-C can arrive twice, from the terminal and from npm: within this time it is one. */
const SAME_SIGNAL_MS = 500;

let interrupted = false;

/** Whether somebody asked us to stop while a child ran: what would come next is not started. */
export function wasInterrupted() {
  return interrupted;
}

/**
 * Runs `command` and resolves to its exit code (128 + n when signal n ended it, 127 when it could not be started).
 * With `capture`, its output is collected and given with the code instead of being shown.
 * A signal that reaches us reaches it; on a terminal Ctrl-C has reached it already.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, capture?: boolean }} options
 * @returns {Promise<{ code: number, output: string }>}
 */
export function runChild(command, args, { cwd, env, capture = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: capture ? ["ignore", "pipe", "pipe"] : "inherit" });
    const output = [];
    child.stdout?.on("data", (chunk) => output.push(chunk));
    child.stderr?.on("data", (chunk) => output.push(chunk));
    const stopForwarding = forwardSignals(child);
    const finish = (code) => {
      stopForwarding();
      resolve({ code, output: Buffer.concat(output).toString() });
    };
    child.on("error", (error) => {
      output.push(Buffer.from(`${command}: ${error.message}\n`));
      if (!capture) console.error(`${command}: ${error.message}`);
      finish(127);
    });
    child.on("close", (code, signal) => finish(code ?? 128 + constants.signals[signal]));
  });
}

function forwardSignals(child) {
  const lastAt = new Map();
  const listeners = FORWARDED.map((signal) => {
    const listener = () => {
      interrupted = true;
      const now = Date.now();
      const repeated = now - (lastAt.get(signal) ?? Number.NEGATIVE_INFINITY) < SAME_SIGNAL_MS;
      lastAt.set(signal, now);
      const terminalSentIt = signal === "SIGINT" && process.stdin.isTTY;
      if (!repeated && !terminalSentIt) child.kill(signal);
    };
    process.on(signal, listener);
    return [signal, listener];
  });
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
}
