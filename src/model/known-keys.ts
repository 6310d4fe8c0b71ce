// Which keys a schema knows at a path: for the suggestion beside an unknown one.

import { z } from "zod";

type Schema = z.core.$ZodType;

/** The schemas that may stand one step further in; a union is each of its options. */
function step(schema: Schema, key: string | number): readonly Schema[] {
  return alternatives(schema).flatMap((option): readonly Schema[] => {
    if (option instanceof z.ZodObject) {
      const inner: Schema | undefined = Object.hasOwn(option.shape, key) ? option.shape[key] : undefined;
      return inner === undefined ? [] : [inner];
    }
    if (option instanceof z.ZodRecord) return [option.valueType];
    if (option instanceof z.ZodArray) return [option.element];
    return [];
  });
}

/** The schema without what is wrapped around it. */
function alternatives(schema: Schema): readonly Schema[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly
  ) {
    return alternatives(schema.unwrap());
  }
  if (schema instanceof z.ZodPipe) return alternatives(schema.in);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(alternatives);
  return [schema];
}

export function knownKeys(schema: Schema, path: readonly (string | number)[]): readonly string[] {
  let reached: readonly Schema[] = [schema];
  for (const key of path) reached = reached.flatMap((one) => step(one, key));
  return reached
    .flatMap(alternatives)
    .flatMap((option) => (option instanceof z.ZodObject ? Object.keys(option.shape) : []));
}
