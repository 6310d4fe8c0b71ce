// Lists that live long must not keep room for what will never come.

const NONE: readonly never[] = [];

/** The same entries and no room for more: V8 gives a list that has grown by one entry room for 17. All that are empty are one. */
export function tight<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? NONE : list.slice();
}
