import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startDatabaseThread } from "./database-thread.ts";

test("a thread that dies fails what was asked of it and what is asked later", async () => {
  const directory = await mkdtemp(join(tmpdir(), "demarc-thread-"));
  const thread = await startDatabaseThread(join(directory, "demarc.db"));
  expect(await thread.ask({ kind: "find", id: "x" })).toBeNull();
  const asked = thread.ask({ kind: "find", id: "x" }).catch((failure: unknown) => failure);
  await thread.terminate();
  // Answered before it died, or failed: never left waiting.
  expect([null, "DatabaseFailure"]).toContain(((await asked) as Error | null)?.name ?? null);
  await expect(thread.ask({ kind: "find", id: "x" })).rejects.toMatchObject({ name: "DatabaseFailure", code: null });
  await rm(directory, { recursive: true });
});

test("a file that cannot be opened is no thread", async () => {
  await expect(startDatabaseThread("/dev/null/demarc.db")).rejects.toMatchObject({ name: "DatabaseFailure" });
});
