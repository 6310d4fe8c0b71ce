// What every store of call records must do. Called by the tests of each.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CallRecord } from "../../engine/index.ts";
import { sampleBegun, sampleRecord } from "./sample-record.ts";
import { ANY_CALL, type CdrFilter, type Store } from "./store.ts";

/** The ids of every page, one list a page. */
async function pagesOf(
  store: Store,
  filter: Partial<CdrFilter>,
  limit: number,
): Promise<readonly (readonly string[])[]> {
  const pages: (readonly string[])[] = [];
  let cursor: string | null = null;
  do {
    const page = await store.cdrs({ ...ANY_CALL, ...filter, limit, cursor });
    pages.push(page.items.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== null);
  return pages;
}

export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(name, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const second = (count: number): string => new Date(1_767_323_045_000 + count * 1000).toISOString();
    const write = async (...records: readonly Partial<CallRecord>[]): Promise<void> => {
      await Promise.all(records.map((changes) => store.writeRecord(sampleRecord(changes))));
    };

    test("gives back what was written, whole", async () => {
      const plain = sampleRecord();
      const failed = sampleRecord({
        id: "call-2 | % _ ' \" \u0000 ü ☎",
        ringingAt: null,
        answeredAt: null,
        durationMs: 0,
        ingressTrunk: null,
        egressTrunk: null,
        route: null,
        bLeg: null,
        attempts: [],
        quality: [],
        emergency: true,
      });
      await write(plain, failed);
      expect(await store.cdr(plain.id)).toEqual(plain);
      expect(await store.cdr(failed.id)).toEqual(failed);
      expect(await store.cdr("nobody")).toBeNull();
    });

    test("sees a record as soon as it was given", async () => {
      const written = store.writeRecord(sampleRecord());
      expect((await store.cdr("call-1"))?.id).toBe("call-1");
      expect(await pagesOf(store, {}, 10)).toEqual([["call-1"]]);
      await written;
    });

    test("writing twice is one record, the first", async () => {
      await write({}, { caller: "+1999" });
      await write({ caller: "+1999" });
      expect(await pagesOf(store, {}, 10)).toEqual([["call-1"]]);
      expect((await store.cdr("call-1"))?.caller).toBe("+12025550100");
    });

    test("lists newest first, page by page, each record once", async () => {
      const ids = Array.from({ length: 7 }, (_, index) => `call-${index}`);
      // Out of order, and with two that started in the same millisecond.
      for (const [index, id] of [...ids.entries()].reverse())
        await write({ id, startedAt: second(Math.floor(index / 2)) });
      const expected = [...ids].reverse();
      for (const limit of [1, 2, 3, 7, 8]) {
        const pages = await pagesOf(store, {}, limit);
        expect(pages.flat()).toEqual(expected);
        expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(limit);
        expect(pages).toHaveLength(Math.ceil(ids.length / limit));
      }
    });

    test("paging goes on where it was while new records arrive", async () => {
      await write(...[1, 2, 3, 4].map((count) => ({ id: `call-${count}`, startedAt: second(count) })));
      const first = await store.cdrs({ ...ANY_CALL, limit: 2, cursor: null });
      await write({ id: "call-5", startedAt: second(5) });
      const rest = await store.cdrs({ ...ANY_CALL, limit: 2, cursor: first.next });
      expect([first.items, rest.items].map((items) => items.map(({ id }) => id))).toEqual([
        ["call-4", "call-3"],
        ["call-2", "call-1"],
      ]);
      expect(rest.next).toBeNull();
    });

    test("a cursor that is none begins at the first page", async () => {
      await write({});
      for (const cursor of ["", "nonsense", "%%%"]) {
        expect((await store.cdrs({ ...ANY_CALL, limit: 1, cursor })).items).toHaveLength(1);
      }
    });

    test("an empty store has one empty page", async () => {
      expect(await pagesOf(store, {}, 5)).toEqual([[]]);
    });

    describe("filters", () => {
      beforeEach(() =>
        write(
          { id: "a", startedAt: second(1), caller: "+12025550100", called: "+13035550142", cause: "busy" },
          { id: "b", startedAt: second(2), caller: "+12025550101", called: "911", egressTrunk: "carrier-b" },
          {
            id: "c",
            startedAt: second(3),
            caller: "al%ce",
            called: "+13035550142",
            ingressTrunk: "carrier-b",
            egressTrunk: "pbx",
          },
          { id: "d", startedAt: second(4), caller: "alice", called: "", ingressTrunk: null, egressTrunk: null },
        ),
      );

      test.each<[Partial<CdrFilter>, readonly string[]]>([
        [{}, ["d", "c", "b", "a"]],
        [{ from: second(2) }, ["d", "c", "b"]],
        [{ to: second(2) }, ["a"]],
        [{ from: second(2), to: second(4) }, ["c", "b"]],
        [{ trunk: "carrier-b" }, ["c", "b"]],
        [{ trunk: "pbx" }, ["c", "b", "a"]],
        [{ trunk: "carrier" }, []],
        [{ cause: "busy" }, ["a"]],
        [{ caller: "+12025550100" }, ["a"]],
        [{ caller: "+1202555010*" }, ["b", "a"]],
        [{ caller: "al%*" }, ["c"]],
        [{ caller: "*" }, ["d", "c", "b", "a"]],
        [{ called: "911" }, ["b"]],
        [{ called: "" }, ["d"]],
        [{ called: "+1303*", trunk: "carrier-b" }, ["c"]],
        [{ caller: "' OR 1=1 --" }, []],
      ])("%j", async (filter, ids) => {
        expect((await pagesOf(store, filter, 10)).flat()).toEqual(ids);
        expect((await pagesOf(store, filter, 1)).flat()).toEqual(ids);
      });
    });

    test("takes many at once", async () => {
      const count = 2500;
      await write(...Array.from({ length: count }, (_, index) => ({ id: `call-${index}`, startedAt: second(index) })));
      expect(store.state()).toEqual({ up: true, detail: null, waiting: 0 });
      const seen = (await pagesOf(store, {}, 1000)).flat();
      expect(new Set(seen).size).toBe(count);
      expect(seen[0]).toBe(`call-${count - 1}`);
    });

    describe("emergency calls", () => {
      const begin = (call: string, at: string) => sampleBegun({ call, at });

      test("are what their steps make of them, whatever came between", async () => {
        const steps = [
          begin("a", second(1)),
          begin("b", second(1)),
          { kind: "answered", trunk: "carrier-a", call: "a", at: second(2) },
          { kind: "interrupted", call: "b", at: second(3) },
          {
            kind: "ended",
            status: 200,
            cause: "normal-clearing",
            endedBy: "caller",
            durationMs: 7,
            call: "a",
            at: second(4),
          },
        ] as const;
        await Promise.all(steps.map((step) => store.writeStep(step)));
        const call = await store.emergencyCall("a");
        expect(call).toMatchObject({
          id: "a",
          state: "ended",
          answeredAt: second(2),
          endedAt: second(4),
          durationMs: 7,
        });
        expect(call?.steps).toEqual([steps[0], steps[2], steps[4]]);
        expect(await store.emergencyCall("b")).toMatchObject({ state: "interrupted", endedAt: null, status: null });
        expect(await store.emergencyCall("c")).toBeNull();
      });

      test("are seen as soon as a step was given, and a step without a beginning is no call", async () => {
        const written = [
          store.writeStep(begin("a", second(1))),
          store.writeStep({ kind: "interrupted", call: "z", at: second(1) }),
        ];
        expect((await store.emergencyCall("a"))?.state).toBe("calling");
        expect(await store.emergencyCall("z")).toBeNull();
        expect((await store.emergencyCalls({ limit: 10, cursor: null })).items.map(({ id }) => id)).toEqual(["a"]);
        await Promise.all(written);
      });

      test("are listed newest first, page by page", async () => {
        const ids = Array.from({ length: 7 }, (_, index) => `call-${index}`);
        for (const [index, id] of ids.entries()) await store.writeStep(begin(id, second(Math.floor(index / 2))));
        for (const limit of [1, 3, 7, 8]) {
          const seen: string[] = [];
          let cursor: string | null = null;
          do {
            const page = await store.emergencyCalls({ limit, cursor });
            expect(page.items.length).toBeLessThanOrEqual(limit);
            seen.push(...page.items.map(({ id }) => id));
            cursor = page.next;
          } while (cursor !== null);
          expect(seen).toEqual([...ids].reverse());
        }
        expect((await store.emergencyCalls({ limit: 1, cursor: "nonsense" })).items).toHaveLength(1);
      });

      test("of late are read step by step", async () => {
        await store.writeStep(begin("old", second(1)));
        await store.writeStep(begin("new", second(5)));
        await store.writeStep({ kind: "interrupted", call: "old", at: second(9) });
        expect(await store.stepsSince(second(5))).toEqual([begin("new", second(5))]);
        expect(await store.stepsSince(second(0))).toHaveLength(3);
      });
    });

    test("writes what waits before it closes, and takes nothing after", async () => {
      const written = store.writeRecord(sampleRecord());
      await store.close();
      await expect(written).resolves.toBeUndefined();
      await expect(store.writeRecord(sampleRecord({ id: "late" }))).rejects.toMatchObject({
        code: "store-unavailable",
      });
      expect(store.state().up).toBe(false);
      await store.close();
    });
  });
}
