// What is wrong with a configuration, and where. Whoever read the file turns the path into a line and a column.

export interface ConfigurationProblem {
  /** Keys and list positions from the root to the place. */
  readonly path: readonly (string | number)[];
  /** Whether the key itself is the mistake (unknown, missing inside) or its value. */
  readonly at: "key" | "value";
  /** What is wrong and what to do about it, in one line. Repeats no secret. */
  readonly message: string;
}

/** `trunks.acme.targets[0].uri`; the root is the empty text. */
export function formatPath(path: ConfigurationProblem["path"]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else text += text === "" ? part : `.${part}`;
  }
  return text;
}
