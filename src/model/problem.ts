// What is wrong with a configuration, and where. Whoever read the file turns the path into a line and a column.

export interface ConfigurationProblem {
  /** Keys and list positions from the root to the place. */
  readonly path: readonly (string | number)[];
  /** Whether the key itself is the mistake (unknown, missing inside) or its value. */
  readonly at: "key" | "value";
  /** What is wrong and what to do about it, in one line. Repeats no secret. */
  readonly message: string;
}

/** `trunks.acme.targets[0].uri`; a key that is no plain word in quotes, `trunks["a b"]`. The root is the empty text. */
export function formatPath(path: ConfigurationProblem["path"]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (!/^[\w-]+$/.test(part)) text += `[${JSON.stringify(part)}]`;
    else text += text === "" ? part : `.${part}`;
  }
  return text;
}
