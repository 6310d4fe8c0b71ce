import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import { afterEach, describe, expect, test } from "vitest";
import { importRules } from "../../tools/import-rules.mjs";

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A small house that keeps every rule; each case below adds one wrong import to it. */
const HOUSE: Readonly<Record<string, string>> = {
  "src/base/index.ts": 'export { a } from "./a.ts";',
  "src/base/a.ts": "export const a = 1;",
  "src/protocol/sip/index.ts": 'export { s } from "./s.ts";',
  "src/protocol/sip/s.ts": 'import { a } from "../../base/index.ts"; export const s = a;',
  "src/protocol/sdp/index.ts": 'export { d } from "./d.ts";',
  "src/protocol/sdp/d.ts": "export const d = 1;",
  "src/protocol/transport/index.ts": 'export { t } from "./t.ts";',
  "src/protocol/transport/t.ts": 'import { s } from "../sip/index.ts"; export const t = s;',
  "src/engine/index.ts": 'export { e } from "./engine.ts";',
  "src/engine/engine.ts": 'import { c } from "./call/call.ts"; export const e = c;',
  "src/engine/call/call.ts": 'import { r } from "../routing/r.ts"; export const c = r;',
  "src/engine/routing/r.ts": 'import { t } from "../../protocol/transport/index.ts"; export const r = t;',
  "src/media/index.ts": 'export type { M } from "./media-plane.ts"; export { m } from "./m.ts";',
  "src/media/media-plane.ts": 'import type { e } from "../engine/index.ts"; export type M = typeof e;',
  "src/media/m.ts": "export const m = 1;",
  "src/runtime/index.ts": 'export { l } from "./loop.ts";',
  "src/runtime/loop.ts": 'import { m } from "../media/index.ts"; export const l = m;',
  "src/runtime/store/index.ts": 'export { o } from "./store.ts";',
  "src/runtime/store/store.ts": 'import { l } from "../loop.ts"; export const o = l;',
  "src/api/index.ts": 'export { p } from "./p.ts";',
  "src/api/p.ts": 'import { o } from "../runtime/store/index.ts"; export const p = o;',
  "src/lab/index.ts": 'export { f } from "./f.ts";',
  "src/lab/f.ts": 'import type { M } from "../media/media-plane.ts"; export const f: M = 1;',
  "src/main.ts": 'import { l } from "./runtime/index.ts"; import { f } from "./lab/index.ts"; l(f);',
};

async function cruiseHouse(changes: Readonly<Record<string, string>>): Promise<ICruiseResult> {
  const root = mkdtempSync(join(tmpdir(), "demarc-imports-"));
  folders.push(root);
  for (const [path, text] of Object.entries({ ...HOUSE, ...changes })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const { forbidden, options } = importRules(root);
  const { output } = await cruise(["src"], { ...options, ruleSet: { forbidden }, validate: true, baseDir: root });
  if (typeof output === "string") throw new Error("expected a result, not a report");
  return output;
}

describe("the rule of imports", () => {
  test("is content with a house that keeps it, having seen all of it", async () => {
    const { summary, modules } = await cruiseHouse({});
    expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([]);
    expect(modules.map(({ source }) => source).sort()).toEqual(Object.keys(HOUSE).sort());
  });

  test.each([
    ["order-base", "src/base/b.ts", 'import { e } from "../engine/index.ts"; e();'],
    ["order-engine", "src/engine/b.ts", 'import type { M } from "../media/index.ts"; export type B = M;'],
    ["order-in-protocol-0", "src/protocol/sip/b.ts", 'import { t } from "../transport/index.ts"; t();'],
    ["order-in-protocol-siblings", "src/protocol/sdp/b.ts", 'import { s } from "../sip/index.ts"; s();'],
    ["order-in-engine-call", "src/engine/routing/b.ts", 'import { c } from "../call/call.ts"; c();'],
    ["order-in-engine-root", "src/engine/call/b.ts", 'import { e } from "../engine.ts"; e();'],
    ["door-src/base", "src/engine/b.ts", 'import { a } from "../base/a.ts"; a();'],
    ["door-src/engine", "src/media/b.ts", 'import { c } from "../engine/call/call.ts"; c();'],
    ["door-src/runtime", "src/api/b.ts", 'import { l } from "../runtime/loop.ts"; l();'],
    ["door-src/runtime/store", "src/api/b.ts", 'import { o } from "../runtime/store/store.ts"; o();'],
    ["door-src/protocol/sip", "src/protocol/transport/b.ts", 'import { s } from "../sip/s.ts"; s();'],
    ["own-door-src/base", "src/base/b.ts", 'import { a } from "./index.ts"; a();'],
    ["own-door-src/runtime", "src/runtime/store/b.ts", 'import { l } from "../index.ts"; l();'],
    ["lab-sees", "src/lab/b.ts", 'import { l } from "../runtime/index.ts"; l();'],
    ["lab-is-seen-by", "src/runtime/b.ts", 'import { f } from "../lab/index.ts"; f();'],
    ["media-plane-only-by-lab", "src/runtime/b.ts", 'import type { M } from "../media/media-plane.ts"; let b: M;'],
    ["main-is-the-root", "src/runtime/b.ts", 'import "../main.ts";'],
    ["pure-no-platform", "src/engine/b.ts", 'import { join } from "node:path"; join();'],
    ["no-cycles", "src/base/a.ts", 'import type { B } from "./b.ts"; export const a: B = 1;'],
    ["resolvable", "src/base/b.ts", 'import { x } from "./nowhere.ts"; x();'],
    ["no-tests-from-src", "src/base/b.ts", 'import { x } from "./a.test.ts"; x();'],
    ["no-orphans", "src/base/b.ts", "export const b = 1;"],
  ])("%s: %s", async (rule, path, text) => {
    const b = 'import type { a } from "./a.ts"; export type B = typeof a;';
    const others = {
      "src/base/a.test.ts": "export const x = 1;",
      ...(rule === "no-cycles" ? { "src/base/b.ts": b } : {}),
    };
    const { summary } = await cruiseHouse({ ...others, [path]: text });
    expect(summary.violations.map((violation) => violation.rule.name)).toContain(rule);
  });

  test("doors-everywhere: a folder without a door is closed", async () => {
    const { summary } = await cruiseHouse({
      "src/model/trunk.ts": "export const trunk = 1;",
      "src/engine/b.ts": 'import { trunk } from "../model/trunk.ts"; trunk();',
    });
    expect(summary.violations.map((violation) => violation.rule.name)).toContain("doors-everywhere");
  });
});
