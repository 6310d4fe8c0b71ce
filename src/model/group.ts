// A group of settings: `{ key: value }` where each key is known. What the file does not say, a default says.

import { z } from "zod";

/** An object that refuses keys it does not know and is frozen once read. */
export function group<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, { error: "expected a group of settings" }).readonly();
}

/** A list, frozen once read. */
export function list<Item extends z.core.$ZodType>(item: Item, limits: { from: number; to: number; of: string }) {
  const { from, to, of } = limits;
  const length = from > 0 ? `expected at least ${from} entry` : "";
  return z
    .array(item, { error: `expected a list of ${of}` })
    .min(from, { error: length })
    .max(to, { error: `more than ${to} entries` })
    .readonly();
}
