// Numbers as the API lists them: page by page, by trunk, pool and number.
import Fastify from "fastify";
import { expect, test } from "vitest";
import type { NumberBlock } from "../model/index.ts";
import { addNumbers } from "./numbers.ts";
import type { ApiPort } from "./port.ts";

const block = (first: string, last: string, more: Partial<NumberBlock>): NumberBlock => ({
  first,
  last,
  trunk: null,
  pool: null,
  owner: null,
  callerName: null,
  emergencyLocation: null,
  classOfService: null,
  calls: null,
  tags: [],
  ...more,
});

const NUMBERS = [
  block("+12025550150", "+12025550150", { trunk: "pbx", owner: "Ann" }),
  block("+12025550100", "+12025550199", { pool: "spare" }),
  block("+4420794600", "+4420794609", { trunk: "london" }),
  block("+12025550100", "+12025550100", { trunk: "pbx" }),
];

const server = Fastify();
addNumbers(server, { numbers: () => NUMBERS } as Partial<ApiPort> as ApiPort);

async function ask(query: string) {
  const answer = await server.inject(`/api/v1/${query}`);
  return {
    status: answer.statusCode,
    ...(answer.json() as { items?: NumberBlock[]; next?: string | null; detail?: string }),
  };
}

test("all, in order, with what each says", async () => {
  const { items, next } = await ask("numbers");
  expect(next).toBeNull();
  expect(items?.map(({ first, pool }) => `${first} ${pool}`)).toEqual([
    "+4420794600 null",
    "+12025550100 spare",
    "+12025550100 null",
    "+12025550150 null",
  ]);
  expect(items?.[3]).toEqual(NUMBERS[0]);
});

test("page by page, none twice and none left out", async () => {
  const seen: string[] = [];
  let cursor = "";
  for (let page = 0; page < 4; page += 1) {
    const { items, next } = await ask(`numbers?limit=1${cursor}`);
    seen.push(...(items ?? []).map(({ first, trunk }) => `${first} ${trunk}`));
    expect(next === null).toBe(page === 3);
    cursor = `&cursor=${encodeURIComponent(next ?? "")}`;
  }
  expect(seen).toEqual(["+4420794600 london", "+12025550100 null", "+12025550100 pbx", "+12025550150 pbx"]);
});

test.each([
  ["trunk=london", ["+4420794600"]],
  ["pool=spare", ["+12025550100"]],
  ["number=%2B12025550150", ["+12025550100", "+12025550150"]],
  ["number=%2B120255501500", []],
])("those of %s", async (query, first) => {
  expect((await ask(`numbers?${query}`)).items?.map((item) => item.first)).toEqual(first);
});

test.each([["numbers?number=1"], ["numbers?cursor=x"], ["numbers?limit=0"], ["number-pools?x=1"]])(
  "%s is refused",
  async (query) => {
    expect((await ask(query)).status).toBe(422);
  },
);

test("how much of a pool is given out", async () => {
  expect((await ask("number-pools")).items).toEqual([{ pool: "spare", size: 100, used: 2, free: 98 }]);
});
