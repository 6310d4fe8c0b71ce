// What of the protocol layer, of the relay's messages and of rtpengine's, has run, character by character of its source: by the engine's own block coverage.
import { type Profiler, Session } from "node:inspector";

const LOOKED_AT = /\/src\/(protocol|media\/(relay|rtpengine))\//;

export class Coverage {
  readonly #session = new Session();
  /** By script: 1 where the source has run. */
  readonly #known = new Map<string, Uint8Array>();
  /** By script: where its functions stand, by start and end. A function that runs does not run those inside it. */
  readonly #functions = new Map<string, Map<string, Profiler.CoverageRange>>();

  /** Before the code to be looked at is loaded: what is compiled already is counted by whole functions. */
  start(): void {
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  stop(): void {
    this.#session.disconnect();
  }

  /** How many characters of source have run. */
  get characters(): number {
    let count = 0;
    for (const script of this.#known.values()) for (const ran of script) count += ran;
    return count;
  }

  /** Whether something has run since the last look that had never run before; `keep` remembers it. */
  grew(keep: boolean): boolean {
    let grew = false;
    for (const { url, functions } of this.#take()) {
      if (!LOOKED_AT.test(url)) continue;
      this.#note(url, functions);
      for (const { ranges } of functions) grew = this.#paint(url, ranges, keep) || grew;
    }
    return grew;
  }

  #take(): Profiler.ScriptCoverage[] {
    let result: Profiler.ScriptCoverage[] = [];
    // With no other thread in between the answer comes at once.
    this.#session.post("Profiler.takePreciseCoverage", (_error, answer) => {
      result = answer?.result ?? [];
    });
    return result;
  }

  #note(url: string, functions: readonly Profiler.FunctionCoverage[]): void {
    const known = this.#functions.get(url) ?? new Map<string, Profiler.CoverageRange>();
    this.#functions.set(url, known);
    for (const { ranges } of functions) {
      const [whole] = ranges;
      if (whole !== undefined) known.set(`${whole.startOffset}-${whole.endOffset}`, whole);
    }
  }

  /** Ranges lie inside each other, the outermost first: the innermost one says whether a character ran. */
  #paint(url: string, ranges: readonly Profiler.CoverageRange[], keep: boolean): boolean {
    const [whole, ...inner] = ranges;
    if (whole === undefined || whole.count === 0) return false;
    const { startOffset, endOffset } = whole;
    const ran = new Uint8Array(endOffset - startOffset).fill(1);
    for (const range of inner) {
      ran.fill(range.count > 0 ? 1 : 0, range.startOffset - startOffset, range.endOffset - startOffset);
    }
    for (const other of this.#functions.get(url)?.values() ?? []) {
      const isInside = other.startOffset >= startOffset && other.endOffset <= endOffset;
      const isItself = other.startOffset === startOffset && other.endOffset === endOffset;
      if (isInside && !isItself) ran.fill(0, other.startOffset - startOffset, other.endOffset - startOffset);
    }
    let known = this.#known.get(url) ?? new Uint8Array(0);
    if (known.length < endOffset) {
      const longer = new Uint8Array(endOffset * 2);
      longer.set(known);
      known = longer;
      this.#known.set(url, known);
    }
    let grew = false;
    for (let index = 0; index < ran.length; index += 1) {
      if (ran[index] === 0 || known[startOffset + index] === 1) continue;
      grew = true;
      if (!keep) return true;
      known[startOffset + index] = 1;
    }
    return grew;
  }
}
