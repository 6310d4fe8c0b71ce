// A few values by names that others chose, as plain data that can be written down.

/**
 * In the order in which the names came. For a few: a name is found by looking through them. An object with such names as its properties would
 * have a shape of its own for each call, which the engine of the language keeps and looks up.
 */
export type NamedList<Value> = { readonly name: string; value: Value }[];

export function namedValue<Value>(list: NamedList<Value>, name: string): Value | undefined {
  for (const entry of list) if (entry.name === name) return entry.value;
  return undefined;
}

/** Adds the value, or puts it where the name's last one was. */
export function setNamed<Value>(list: NamedList<Value>, name: string, value: Value): void {
  for (const entry of list) {
    if (entry.name !== name) continue;
    entry.value = value;
    return;
  }
  list.push({ name, value });
}

/** The others keep their order. False when there was none of that name. */
export function dropNamed<Value>(list: NamedList<Value>, name: string): boolean {
  const index = list.findIndex((entry) => entry.name === name);
  if (index >= 0) list.splice(index, 1);
  return index >= 0;
}
