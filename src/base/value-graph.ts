// Writes plain data down as JSON values, and reads it back so that what was one object is one object again.

/** A value that JSON can hold. An object that stands in it a second time is `{"$same": n}`: the nth object, counted in the order of writing. */
export type Written = null | boolean | number | string | Written[] | { [name: string]: Written };

/**
 * Plain data as JSON values, in a copy: objects without a class, arrays, strings, numbers, booleans, null. Properties that are undefined
 * are left out. What `substitute` gives for an object is written in its place. Throws a TypeError on anything
 * else, numbers that JSON does not know and properties named $same or $for included, and names where it stood.
 */
export function writeGraph(value: unknown, substitute: (value: object) => Written | null = () => null): Written {
  const known = new Map<object, number>();
  const write = (item: unknown, path: string): Written => {
    if (item === null || typeof item === "string" || typeof item === "boolean") return item;
    if (typeof item === "number" && Number.isFinite(item)) return item;
    if (typeof item !== "object") throw new TypeError(`cannot be written down: ${typeof item} at ${path}`);
    const seen = known.get(item);
    if (seen !== undefined) return { $same: seen };
    const instead = substitute(item);
    if (instead !== null) return { $for: instead };
    known.set(item, known.size);
    if (Array.isArray(item)) return item.map((entry, index) => write(entry, `${path}[${index}]`));
    if (Object.getPrototypeOf(item) !== Object.prototype)
      throw new TypeError(`cannot be written down: an object with a class at ${path}`);
    if (Object.hasOwn(item, "$same") || Object.hasOwn(item, "$for"))
      throw new TypeError(`cannot be written down: names that mean something else at ${path}`);
    const entries = Object.entries(item).filter(([, entry]) => entry !== undefined);
    return Object.fromEntries(entries.map(([name, entry]) => [name, write(entry, `${path}.${name}`)]));
  };
  return write(value, "");
}

/** What `writeGraph` wrote, changed in place into what it was; null where it holds a substitute that `resolve` does not know. */
export function readGraph(written: Written, resolve: (substitute: Written) => object | null = () => null): unknown {
  const known: object[] = [];
  let complete = true;
  const read = (item: Written): unknown => {
    if (item === null || typeof item !== "object") return item;
    if (Array.isArray(item)) {
      known.push(item);
      for (const [index, entry] of item.entries()) item[index] = read(entry) as Written;
      return item;
    }
    if (typeof item.$same === "number") return known[item.$same];
    if (item.$for !== undefined) {
      const value = resolve(item.$for);
      if (value === null) complete = false;
      return value;
    }
    known.push(item);
    for (const [name, entry] of Object.entries(item)) item[name] = read(entry) as Written;
    return item;
  };
  const value = read(written);
  return complete ? value : null;
}
