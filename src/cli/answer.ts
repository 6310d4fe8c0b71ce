// What the commands read out of the API's answers: checked, because another version may be on the other side.

import { z } from "zod";
import { DemarcError } from "../base/index.ts";

const partyFields = {
  id: z.string(),
  startedAt: z.string(),
  answeredAt: z.string().nullable(),
  caller: z.string(),
  called: z.string(),
  ingressTrunk: z.string().nullable(),
  egressTrunk: z.string().nullable(),
  emergency: z.boolean(),
};

export const liveCallSchema = z.object({ ...partyFields, state: z.string() });
export const cdrSchema = z.object({ ...partyFields, durationMs: z.number(), status: z.number(), cause: z.string() });

export const trunkSchema = z.object({
  name: z.string(),
  role: z.string(),
  network: z.string(),
  calls: z.object({ ingress: z.number(), egress: z.number() }),
  registration: z
    .object({ state: z.string(), since: z.string(), reason: z.string().nullable(), nextTryAt: z.string().nullable() })
    .nullable(),
  contacts: z.array(z.object({ since: z.string() })).nullable(),
  emergencyTest: z.object({ at: z.string(), ok: z.boolean(), detail: z.string() }).nullable().default(null),
  targets: z.array(z.object({ uri: z.string(), state: z.string() })),
});

export type ShownTrunk = z.output<typeof trunkSchema>;

export interface Listing<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** @throws DemarcError server-unreachable when the answer is not of that form */
export function readListing<Item>(item: z.ZodType<Item>, answer: unknown): Listing<Item> {
  return readOne(z.object({ items: z.array(item), next: z.string().nullable() }), answer);
}

/** @throws DemarcError server-unreachable when the answer is not of that form */
export function readOne<Item>(item: z.ZodType<Item>, answer: unknown): Item {
  const parsed = item.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new DemarcError("server-unreachable", "the server's answer is not one that this command can read", {
    remedy: "Use the `demarc` of the server's own version.",
  });
}

/** `pbx → carrier-a`, with a dash for a side that there is none of. */
export function formatTrunks({
  ingressTrunk,
  egressTrunk,
}: {
  ingressTrunk: string | null;
  egressTrunk: string | null;
}) {
  return `${ingressTrunk ?? "-"} → ${egressTrunk ?? "-"}`;
}
