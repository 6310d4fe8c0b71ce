// /api/v1/numbers: the blocks of numbers and what they belong to; /api/v1/number-pools: how much of each pool is given out.

import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { compareBlocks, type NumberBlock, poolUsage } from "../model/index.ts";
import type { ApiPort } from "./port.ts";
import { sendProblem } from "./problem.ts";
import { pageParameters, parseQuery, textParameter } from "./query.ts";

const EXPECTED_CURSOR = "expected the cursor of an answer before";

const listQuery = z.strictObject({
  ...pageParameters,
  cursor: textParameter
    .regex(/^(?:pool|given):\+[0-9]{3,15}$/, { error: EXPECTED_CURSOR })
    .nullable()
    .default(null),
  trunk: textParameter.nullable().default(null),
  pool: textParameter.nullable().default(null),
  number: textParameter
    .regex(/^\+[1-9][0-9]{2,14}$/, { error: "expected an E.164 number, such as +12025550100" })
    .nullable()
    .default(null),
});

const noQuery = z.strictObject({});

type Query = z.output<typeof listQuery>;

/** A pool stands before what is given out of it. */
function inOrder(one: NumberBlock, other: NumberBlock): number {
  return compareBlocks(one, other) || Number(one.pool === null) - Number(other.pool === null);
}

function cursorOf({ first, pool }: NumberBlock): string {
  return `${pool === null ? "given" : "pool"}:${first}`;
}

function isBehind(block: NumberBlock, cursor: string): boolean {
  const [kind, first = ""] = cursor.split(":");
  const place = compareBlocks(block, { first, last: first });
  return place > 0 || (place === 0 && kind === "pool" && block.pool === null);
}

function matches(block: NumberBlock, { trunk, pool, number }: Query): boolean {
  if (trunk !== null && block.trunk !== trunk) return false;
  if (pool !== null && block.pool !== pool) return false;
  if (number === null) return true;
  return number.length === block.first.length && number >= block.first && number <= block.last;
}

/** Sorted once for each configuration: a list of a million is asked for page by page. */
const SORTED = new WeakMap<readonly NumberBlock[], readonly NumberBlock[]>();

function sorted(blocks: readonly NumberBlock[]): readonly NumberBlock[] {
  const known = SORTED.get(blocks);
  if (known !== undefined) return known;
  const ordered = [...blocks].sort(inOrder);
  SORTED.set(blocks, ordered);
  return ordered;
}

export function addNumbers(server: FastifyInstance, port: ApiPort): void {
  server.get("/api/v1/numbers", (request, reply) => {
    const query = parseQuery(listQuery, request.query);
    if (!query.ok) return sendProblem(reply, query.failure);
    const { limit, cursor } = query.value;
    const items: NumberBlock[] = [];
    let more = false;
    for (const block of sorted(port.numbers())) {
      if (!matches(block, query.value) || (cursor !== null && !isBehind(block, cursor))) continue;
      more = items.length === limit;
      if (more) break;
      items.push(block);
    }
    const last = items.at(-1);
    return { items, next: more && last !== undefined ? cursorOf(last) : null };
  });

  server.get("/api/v1/number-pools", (request, reply) => {
    const query = parseQuery(noQuery, request.query);
    return query.ok ? { items: poolUsage(port.numbers()), next: null } : sendProblem(reply, query.failure);
  });
}
