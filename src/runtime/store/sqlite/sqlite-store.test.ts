// The SQLite store: the contract, and what only a disk can do to it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sampleBegun, sampleRecord } from "../sample-record.ts";
import { storeContract } from "../store.contract.ts";
import { ANY_CALL, type Store } from "../store.ts";
import { openSqliteStore, type SqliteStoreOptions } from "./sqlite-store.ts";

let directory = "";
let file = "";
const opened: Store[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "demarc-store-"));
  file = join(directory, "deep", "demarc.db");
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
  await rm(directory, { recursive: true });
});

async function open(options: Partial<SqliteStoreOptions> = {}): Promise<Store> {
  const store = await openSqliteStore({ file, onTrouble: () => {}, ...options });
  opened.push(store);
  return store;
}

storeContract("sqlite store", () => open());

describe("the file", () => {
  test("is there the next time, once each", async () => {
    const first = await open();
    await first.writeRecord(sampleRecord());
    await first.close();
    const again = await open();
    await again.writeRecord(sampleRecord());
    expect((await again.cdrs({ ...ANY_CALL, limit: 10, cursor: null })).items).toEqual([sampleRecord()]);
  });

  test("has the columns that are filtered by, and the whole record", async () => {
    const store = await open();
    await store.writeRecord(sampleRecord());
    await store.close();
    const database = new Database(file, { readonly: true });
    expect(database.pragma("user_version", { simple: true })).toBe(2);
    expect(database.pragma("journal_mode", { simple: true })).toBe("wal");
    const row = database.prepare("SELECT * FROM calls").get() as Record<string, unknown>;
    expect(row).toMatchObject({
      id: "call-1",
      started_at: "2026-01-02T03:04:05.678Z",
      duration_ms: 5000,
      emergency: 0,
    });
    expect(JSON.parse(String(row.record))).toEqual(sampleRecord());
    database.close();
  });

  const refusals: readonly (readonly [string, () => Promise<unknown>, RegExp, RegExp])[] = [
    ["that is no database", () => writeFile(file, "not a database, ".repeat(1000)), /SQLITE_NOTADB/, /aside/],
    ["that is a directory", () => mkdir(file), /SQLITE_CANTOPEN/, /may be written/],
    [
      "of another program",
      async () => new Database(file).exec("CREATE TABLE theirs (x)").close(),
      /database of another program/,
      /may be written/,
    ],
    [
      "of a newer Demarc",
      async () => {
        const database = new Database(file);
        database.pragma(`application_id = ${0x444d5243}`);
        database.pragma("user_version = 99");
        database.close();
      },
      /newer Demarc \(schema 99/,
      /may be written/,
    ],
  ];
  test.each(refusals)("%s is refused and left alone", async (_, prepare, message, remedy) => {
    await mkdir(join(directory, "deep"));
    await prepare();
    const before = await readFile(file).catch(() => null);
    await expect(open()).rejects.toMatchObject({
      code: "store-unavailable",
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    });
    expect(await readFile(file).catch(() => null)).toEqual(before);
  });

  test("in a place that is none is refused", async () => {
    await writeFile(join(directory, "deep"), "a file where a directory should be");
    await expect(open()).rejects.toMatchObject({
      code: "store-unavailable",
      remedy: expect.stringContaining("directory"),
    });
  });
});

/** Makes every write fail, as a full disk does, until it is undone. */
function refuseWrites(): () => void {
  const database = new Database(file);
  database.exec(
    "CREATE TRIGGER refuse BEFORE INSERT ON calls BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
  );
  return () => {
    database.exec("DROP TRIGGER refuse");
    database.close();
  };
}

describe("trouble", () => {
  test("is told once, what waits is kept, and written when it is over", async () => {
    const told: (string | null)[] = [];
    let heard = (): void => {};
    const store = await open({
      retryMs: 1,
      onTrouble: (detail) => {
        told.push(detail);
        heard();
      },
    });
    const allow = refuseWrites();
    const trouble = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const written = Promise.all(["a", "b"].map((id) => store.writeRecord(sampleRecord({ id }))));
    await trouble;
    expect(store.state()).toMatchObject({ up: false, waiting: 2, detail: expect.stringContaining("disk is full") });
    expect((await store.cdrs({ ...ANY_CALL, limit: 10, cursor: null })).items).toEqual([]);
    expect((await store.cdr("b"))?.id).toBe("b");
    allow();
    await written;
    expect(told).toEqual([expect.stringContaining("disk is full"), null]);
    expect(store.state()).toEqual({ up: true, detail: null, waiting: 0 });
    expect((await store.cdrs({ ...ANY_CALL, limit: 10, cursor: null })).items).toHaveLength(2);
  });

  test("steps of emergency calls wait behind what is on the disk, in a room of their own", async () => {
    const store = await open({ retryMs: 1, waitingLimit: 1 });
    await store.writeStep(sampleBegun({ call: "a" }));
    const allow = refuseWrites();
    const at = "2026-01-02T03:04:06.000Z";
    const written = [store.writeRecord(sampleRecord()), store.writeStep({ kind: "interrupted", call: "a", at })];
    await expect(store.writeRecord(sampleRecord({ id: "b" }))).rejects.toMatchObject({ code: "store-unavailable" });
    await expect(store.writeStep({ kind: "interrupted", call: "b", at })).rejects.toMatchObject({
      code: "store-unavailable",
    });
    expect((await store.emergencyCall("a"))?.steps.map(({ kind }) => kind)).toEqual(["begun", "interrupted"]);
    allow();
    await Promise.all(written);
    expect((await store.emergencyCall("a"))?.state).toBe("interrupted");
  });

  test("lets no more wait than there is room for, and says so to the one who writes", async () => {
    const store = await open({ retryMs: 1, waitingLimit: 2 });
    const allow = refuseWrites();
    const kept = [store.writeRecord(sampleRecord({ id: "a" })), store.writeRecord(sampleRecord({ id: "b" }))];
    await expect(store.writeRecord(sampleRecord({ id: "c" }))).rejects.toMatchObject({ code: "store-unavailable" });
    const again = store.writeRecord(sampleRecord({ id: "b" }));
    allow();
    await Promise.all([...kept, again]);
    expect(await store.cdr("c")).toBeNull();
  });

  test("that lasts ends with the store, and whoever wrote is told", async () => {
    const store = await open({ retryMs: 1, closeWithinMs: 20 });
    const allow = refuseWrites();
    const refused = expect(store.writeRecord(sampleRecord())).rejects.toMatchObject({ code: "store-unavailable" });
    await store.close();
    await refused;
    allow();
  });

  test("a reader that waits for a write is let go when trouble comes", async () => {
    const store = await open({ retryMs: 1 });
    const allow = refuseWrites();
    const written = store.writeRecord(sampleRecord());
    expect((await store.cdrs({ ...ANY_CALL, limit: 1, cursor: null })).items).toEqual([]);
    allow();
    await written;
  });
});

test("nobody changes what is written of emergency calls", async () => {
  const store = await open();
  await store.writeStep(sampleBegun());
  await store.close();
  const database = new Database(file);
  for (const change of ["DELETE FROM emergency_steps", "UPDATE emergency_steps SET step = '{}'"])
    expect(() => database.exec(change)).toThrow("stays");
  database.close();
});

test("a database of the first schema is taken on as it is", async () => {
  const first = await open();
  await first.writeRecord(sampleRecord());
  await first.close();
  const database = new Database(file);
  database.exec("DROP TABLE emergency_steps; PRAGMA user_version = 1");
  database.close();
  const store = await open();
  await store.writeStep(sampleBegun({ call: "a" }));
  expect((await store.cdr("call-1"))?.id).toBe("call-1");
  expect((await store.emergencyCall("a"))?.caller).toBe("204");
});

test("kill -9 after an acknowledged write loses nothing", async () => {
  const program = join(import.meta.dirname, "writing-process.ts");
  const child = spawn(process.execPath, [program, file], { stdio: ["ignore", "pipe", "inherit"] });
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === 200) child.kill("SIGKILL");
  }
  if (child.signalCode === null) await once(child, "exit");
  expect(child.signalCode).toBe("SIGKILL");
  const store = await open();
  const found = await Promise.all(acknowledged.map((id) => store.cdr(id)));
  expect(found.filter((record) => record === null)).toEqual([]);
  expect(acknowledged.length).toBeGreaterThanOrEqual(200);
});
