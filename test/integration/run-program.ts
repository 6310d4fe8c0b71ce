// Runs a program as its own process and collects what it says.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export interface Program {
  readonly child: ChildProcess;
  /** What it said on its standard output so far. */
  output(): string;
  /** Resolves to what the pattern found in the output. Rejects when the program ends without having said it. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves when it has ended: its exit code, and what it said on its standard error. */
  readonly ended: Promise<{ readonly code: number | null; readonly errors: string }>;
}

export function runProgram(args: readonly string[], cwd: string): Program {
  const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let errors = "";
  const changed: (() => void)[] = [];
  let over = false;
  const wake = (): void => {
    for (const look of changed.splice(0)) look();
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    wake();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const ended = once(child, "close").then(() => {
    over = true;
    wake();
    return { code: child.exitCode, errors };
  });
  const says = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = pattern.exec(output);
      if (found !== null) return found;
      if (over) throw new Error(`it ended without saying ${pattern}:\n${output}\n${errors}`);
      await new Promise<void>((resolve) => changed.push(resolve));
    }
  };
  return { child, output: () => output, says, ended };
}
