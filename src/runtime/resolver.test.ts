import type { LookupAddress } from "node:dns";
import { expect, test } from "vitest";
import { createResolver } from "./resolver.ts";

const DEADLINE_MS = 60_000;

test("localhost is this machine", async () => {
  const result = await createResolver({ deadlineMs: DEADLINE_MS }).resolve("localhost");
  expect(result.ok && result.addresses).toContain("127.0.0.1");
});

test("a name that cannot exist does not resolve, and says so", async () => {
  const result = await createResolver({ deadlineMs: DEADLINE_MS }).resolve("no-such-name.invalid");
  expect(result).toMatchObject({ ok: false, detail: expect.stringMatching(/name/) });
});

test("IPv4 comes first, each address once, otherwise in the order of the answer", async () => {
  const lookup = async (): Promise<LookupAddress[]> => [
    { address: "2001:db8::2", family: 6 },
    { address: "192.0.2.9", family: 4 },
    { address: "192.0.2.1", family: 4 },
    { address: "192.0.2.9", family: 4 },
  ];
  const result = await createResolver({ deadlineMs: DEADLINE_MS, lookup }).resolve("pbx.example");
  expect(result).toEqual({ ok: true, addresses: ["192.0.2.9", "192.0.2.1", "2001:db8::2"] });
});

test("no address is no success", async () => {
  const result = await createResolver({ deadlineMs: DEADLINE_MS, lookup: async () => [] }).resolve("a.example");
  expect(result).toEqual({ ok: false, detail: "the name has no address" });
});

test("one lookup serves all who ask meanwhile, and the next one asks anew", async () => {
  const answers: ((found: LookupAddress[]) => void)[] = [];
  const resolver = createResolver({
    deadlineMs: DEADLINE_MS,
    lookup: () => new Promise((answer) => answers.push(answer)),
  });
  const both = [resolver.resolve("pbx.example"), resolver.resolve("PBX.example")];
  expect(answers).toHaveLength(1);
  answers[0]?.([{ address: "192.0.2.1", family: 4 }]);
  const expected = { ok: true, addresses: ["192.0.2.1"] };
  expect(await Promise.all(both)).toEqual([expected, expected]);
  const later = resolver.resolve("pbx.example");
  expect(answers).toHaveLength(2);
  answers[1]?.([{ address: "192.0.2.2", family: 4 }]);
  expect(await later).toEqual({ ok: true, addresses: ["192.0.2.2"] });
});

test("who never answers is not waited for", async () => {
  const resolver = createResolver({ deadlineMs: 1, lookup: () => new Promise(() => {}) });
  expect(await resolver.resolve("slow.example")).toEqual({
    ok: false,
    detail: "the name servers did not answer in time",
  });
});
