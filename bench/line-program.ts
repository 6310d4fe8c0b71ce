// A program that takes lines and answers with lines: the relay's plane, its loads, in namespaces and on cores of their own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export class LineProgram {
  readonly #child;
  readonly #lines;

  constructor([program = "", ...args]: readonly string[]) {
    this.#child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  tell(text: string): void {
    this.#child.stdin.write(text);
  }

  async next(): Promise<string> {
    return String((await this.#lines.next()).value);
  }

  async ask<T>(line: unknown): Promise<T> {
    this.tell(`${JSON.stringify(line)}\n`);
    return JSON.parse(await this.next()) as T;
  }

  async kill(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }

  async end(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.stdin.end();
    await gone;
  }
}
