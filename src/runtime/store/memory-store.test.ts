import { expect, test } from "vitest";
import { createMemoryStore } from "./memory-store.ts";
import { sampleRecord } from "./sample-record.ts";
import { storeContract } from "./store.contract.ts";

storeContract("memory store", async () => createMemoryStore());

test("the oldest record goes when it is full", async () => {
  const store = createMemoryStore({ limit: 2 });
  for (const id of ["a", "b", "b", "c"]) await store.writeRecord(sampleRecord({ id }));
  expect(await Promise.all(["a", "b", "c"].map(async (id) => (await store.cdr(id))?.id))).toEqual([
    undefined,
    "b",
    "c",
  ]);
});
