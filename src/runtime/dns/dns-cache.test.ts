// How long answers are believed, by a clock of the test's own.
import { describe, expect, it } from "vitest";
import type { DnsAnswer } from "../../protocol/transport/index.ts";
import { DnsCache } from "./dns-cache.ts";

const QUESTION = { type: "A", name: "a.example" } as const;
const ADDRESS: DnsAnswer = { kind: "addresses", addresses: ["192.0.2.1"] };
const OTHER: DnsAnswer = { kind: "addresses", addresses: ["192.0.2.2"] };
const NONE: DnsAnswer = { kind: "none" };
const FAILED: DnsAnswer = { kind: "failed", detail: "silence" };
const HOUR = 3_600_000;

describe("DnsCache", () => {
  it("gives an answer for as long as it holds, in any spelling of the name", () => {
    const cache = new DnsCache(10);
    cache.keep(QUESTION, { answer: ADDRESS, ttlMs: 1000 }, 0);
    expect(cache.get({ type: "A", name: "A.Example." }, 999)).toEqual(ADDRESS);
    expect(cache.get(QUESTION, 1000)).toBeNull();
    expect(cache.get({ type: "AAAA", name: "a.example" }, 0)).toBeNull();
  });

  it("does not keep what holds for this question only", () => {
    const cache = new DnsCache(10);
    expect(cache.keep(QUESTION, { answer: ADDRESS, ttlMs: 0 }, 5)).toEqual(ADDRESS);
    expect(cache.get(QUESTION, 5)).toBeNull();
  });

  it("believes nobody for longer than a day, and an absence for a quarter of an hour", () => {
    const cache = new DnsCache(10);
    cache.keep(QUESTION, { answer: ADDRESS, ttlMs: 9999 * HOUR }, 0);
    expect(cache.get(QUESTION, 24 * HOUR - 1)).toEqual(ADDRESS);
    expect(cache.get(QUESTION, 24 * HOUR)).toBeNull();
    cache.keep(QUESTION, { answer: NONE, ttlMs: 9999 * HOUR }, 0);
    expect(cache.get(QUESTION, HOUR / 4 - 1)).toEqual(NONE);
    expect(cache.get(QUESTION, HOUR / 4)).toBeNull();
  });

  it("lets the last answer stand in while nobody answers, for a day, and takes the next real one at once", () => {
    const cache = new DnsCache(10);
    cache.keep(QUESTION, { answer: ADDRESS, ttlMs: 1000 }, 0);
    for (let now = 1000; now < 24 * HOUR; now += HOUR) {
      expect(cache.keep(QUESTION, { answer: FAILED, ttlMs: 0 }, now)).toEqual(ADDRESS);
      expect(cache.get(QUESTION, now + 1999)).toEqual(ADDRESS);
      expect(cache.get(QUESTION, now + 2000)).toBeNull();
    }
    expect(cache.keep(QUESTION, { answer: FAILED, ttlMs: 0 }, 24 * HOUR + 1000)).toEqual(FAILED);
    expect(cache.keep(QUESTION, { answer: OTHER, ttlMs: 1000 }, 25 * HOUR)).toEqual(OTHER);
  });

  it("leaves silent servers alone for two seconds", () => {
    const cache = new DnsCache(10);
    cache.keep(QUESTION, { answer: FAILED, ttlMs: 0 }, 0);
    expect(cache.get(QUESTION, 1999)).toEqual(FAILED);
    expect(cache.get(QUESTION, 2000)).toBeNull();
  });

  it("is bounded: the answer that was not renewed for longest goes first", () => {
    const cache = new DnsCache(2);
    const keep = (name: string): void => {
      cache.keep({ type: "A", name }, { answer: ADDRESS, ttlMs: HOUR }, 0);
    };
    for (const name of ["a", "b", "a", "c"]) keep(name);
    expect(cache.size).toBe(2);
    expect(cache.get({ type: "A", name: "b" }, 0)).toBeNull();
    expect(cache.get({ type: "A", name: "a" }, 0)).toEqual(ADDRESS);
  });
});
