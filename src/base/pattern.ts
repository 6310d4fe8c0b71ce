// Regular expressions that take time linear in the text, whoever wrote the text: all ways of matching are followed at once (Thompson, 1968;
// with groups, as Pike's machine does it), so that none is ever gone back over.

import { type CharacterSet, type PatternNode, parsePattern } from "./pattern-syntax.ts";
import { failure, type Result, success } from "./result.ts";

type Instruction =
  | { readonly op: "take"; readonly set: CharacterSet }
  /** The first way is the preferred one. */
  | { readonly op: "split"; readonly first: number; readonly second: number }
  | { readonly op: "save"; readonly slot: number }
  | { readonly op: "start" }
  | { readonly op: "end" }
  | { readonly op: "match" };

/** A compiled expression. Plain and never changed. */
export interface Pattern {
  readonly program: readonly Instruction[];
  /** How many groups capture. */
  readonly groups: number;
}

export interface PatternMatch {
  /** Where the match begins and ends. */
  readonly from: number;
  readonly to: number;
  /** What each group took, the whole match first; empty for a group that took no part. */
  readonly groups: readonly string[];
}

export interface MatchWork {
  readonly match: PatternMatch | null;
  /** Instructions looked at: at most (length of the text + 1) x length of the program x 3. */
  readonly steps: number;
}

/** Repeats with counts are written out; what grows beyond is refused. */
const PROGRAM_LIMIT = 2000;

/** Compiles an expression, or says in one sentence what keeps it from being one. Letters match either case with `ignoreCase`. */
export function compilePattern(source: string, ignoreCase = false): Result<Pattern, string> {
  const parsed = parsePattern(source, ignoreCase);
  if (!parsed.ok) return parsed;
  const size = sizeOf(parsed.value.root);
  if (size > PROGRAM_LIMIT) return failure("the expression's counts make it too long; repeat less, or with * and +");
  const program: Instruction[] = [{ op: "save", slot: 0 }];
  emit(parsed.value.root, program);
  program.push({ op: "save", slot: 1 }, { op: "match" });
  return success({ program, groups: parsed.value.groups });
}

/** How many instructions a node becomes; beyond the limit it is not counted to the end. */
function sizeOf(node: PatternNode): number {
  switch (node.kind) {
    case "sequence":
    case "choice":
      return node.nodes.reduce((sum, inner) => Math.min(sum + sizeOf(inner) + 2, PROGRAM_LIMIT + 1), 0);
    case "group":
      return sizeOf(node.node) + 2;
    case "repeat":
      return Math.min((sizeOf(node.node) + 1) * Math.max(node.most ?? node.least + 1, 1), PROGRAM_LIMIT + 1);
    default:
      return 1;
  }
}

function emit(node: PatternNode, program: Instruction[]): void {
  switch (node.kind) {
    case "set":
      program.push({ op: "take", set: node.set });
      return;
    case "start":
    case "end":
      program.push({ op: node.kind });
      return;
    case "sequence":
      for (const inner of node.nodes) emit(inner, program);
      return;
    case "choice":
      emitChoice(node.nodes, program);
      return;
    case "group":
      if (node.index > 0) program.push({ op: "save", slot: node.index * 2 });
      emit(node.node, program);
      if (node.index > 0) program.push({ op: "save", slot: node.index * 2 + 1 });
      return;
    default:
      emitRepeat(node, program);
  }
}

/** A jump is a split whose ways are the same. */
function jump(to: number): Instruction {
  return { op: "split", first: to, second: to };
}

function emitChoice(nodes: readonly PatternNode[], program: Instruction[]): void {
  const ends: number[] = [];
  for (const [index, inner] of nodes.entries()) {
    if (index === nodes.length - 1) {
      emit(inner, program);
      break;
    }
    const split = program.push(jump(0)) - 1;
    emit(inner, program);
    ends.push(program.push(jump(0)) - 1);
    program[split] = { op: "split", first: split + 1, second: program.length };
  }
  for (const end of ends) program[end] = jump(program.length);
}

function emitRepeat(node: PatternNode & { readonly kind: "repeat" }, program: Instruction[]): void {
  const { least, most, lazy } = node;
  const fork = (inside: number, behind: number): Instruction =>
    lazy ? { op: "split", first: behind, second: inside } : { op: "split", first: inside, second: behind };
  for (let count = 0; count < least; count += 1) emit(node.node, program);
  if (most === null) {
    const split = program.push(jump(0)) - 1;
    emit(node.node, program);
    program.push(jump(split));
    program[split] = fork(split + 1, program.length);
    return;
  }
  const splits: number[] = [];
  for (let count = least; count < most; count += 1) {
    splits.push(program.push(jump(0)) - 1);
    emit(node.node, program);
  }
  for (const split of splits) program[split] = fork(split + 1, program.length);
}

interface Thread {
  readonly at: number;
  readonly saved: readonly number[];
}

interface Run {
  readonly pattern: Pattern;
  readonly text: string;
  /** When each instruction was last looked at, as a place in the text plus one: no thread goes where one of this place has been. */
  readonly seen: Int32Array;
  steps: number;
}

/** Follows what takes no character, the preferred ways first, and adds the threads that wait for one. */
function follow(run: Run, from: Thread, next: { readonly place: number; readonly threads: Thread[] }): void {
  const { pattern, text, seen } = run;
  const { place, threads } = next;
  const stack: Thread[] = [from];
  for (let thread = stack.pop(); thread !== undefined; thread = stack.pop()) {
    const { at, saved } = thread;
    run.steps += 1;
    if (seen[at] === place + 1) continue;
    seen[at] = place + 1;
    const instruction = pattern.program[at] as Instruction;
    if (instruction.op === "split") {
      if (instruction.second !== instruction.first) stack.push({ at: instruction.second, saved });
      stack.push({ at: instruction.first, saved });
    } else if (instruction.op === "save") {
      const changed = [...saved];
      changed[instruction.slot] = place;
      stack.push({ at: at + 1, saved: changed });
    } else if (instruction.op === "start") {
      if (place === 0) stack.push({ at: at + 1, saved });
    } else if (instruction.op === "end") {
      if (place === text.length) stack.push({ at: at + 1, saved });
    } else {
      threads.push(thread);
    }
  }
}

/** The first match at or after `from`, and what it took to find it. Of matches at one place the preferred, as Perl has it. */
export function runPattern(pattern: Pattern, text: string, from = 0): MatchWork {
  const run: Run = { pattern, text, seen: new Int32Array(pattern.program.length), steps: 0 };
  const none = new Array<number>((pattern.groups + 1) * 2).fill(-1);
  let threads: Thread[] = [];
  let found: readonly number[] | null = null;
  for (let place = from; place <= text.length; place += 1) {
    // A later beginning is only of interest while no earlier one has matched, and comes after all of them.
    const waiting: Thread[] = threads;
    if (found === null) follow(run, { at: 0, saved: none }, { place, threads: waiting });
    if (waiting.length === 0 && found !== null) break;
    const next: Thread[] = [];
    const code = place < text.length ? text.charCodeAt(place) : -1;
    for (const thread of waiting) {
      run.steps += 1;
      const instruction = pattern.program[thread.at] as Instruction;
      if (instruction.op === "match") {
        found = thread.saved;
        break;
      }
      const taken = instruction.op === "take" && code >= 0 && code < 256 && instruction.set[code] === 1;
      if (taken) follow(run, { at: thread.at + 1, saved: thread.saved }, { place: place + 1, threads: next });
    }
    threads = next;
  }
  return { match: found === null ? null : matchOf(found, text), steps: run.steps };
}

function matchOf(saved: readonly number[], text: string): PatternMatch {
  const groups: string[] = [];
  for (let slot = 0; slot < saved.length; slot += 2) {
    const [start = -1, end = -1] = [saved[slot], saved[slot + 1]];
    groups.push(start < 0 || end < 0 ? "" : text.slice(start, end));
  }
  return { from: saved[0] ?? 0, to: saved[1] ?? 0, groups };
}

/** Whether the expression matches anywhere in the text. */
export function testPattern(pattern: Pattern, text: string): boolean {
  return runPattern(pattern, text).match !== null;
}
