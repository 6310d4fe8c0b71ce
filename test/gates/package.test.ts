import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildLibrary } from "../../tools/build-library.mjs";
import { complaintsOfPackage } from "../../tools/check-package.mjs";

const folder = mkdtempSync(join(tmpdir(), "demarc-package-proof-"));
const description = join(folder, "package.json");
let whole = "";

beforeAll(async () => {
  await buildLibrary({ node: process.execPath, env: process.env }, folder);
  whole = readFileSync(description, "utf8");
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ["a door that leads nowhere", "./protocol/sip/index.js", "./protocol/sip/door.js"],
  ["declarations that are not there", "./protocol/sdp/index.d.ts", "./protocol/sdp/door.d.ts"],
  ["modules said to be something else", '"type": "module"', '"type": "commonjs"'],
])("the gate of the package catches %s", async (_, right, wrong) => {
  expect(await complaintsOfPackage(folder)).toEqual([]);
  expect(whole).toContain(right);
  writeFileSync(description, whole.replace(right, wrong));
  const complaints = await complaintsOfPackage(folder);
  writeFileSync(description, whole);
  expect(complaints).not.toEqual([]);
});
