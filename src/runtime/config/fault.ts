// One thing wrong with a configuration file, with its place: `office.yaml:8:15: trunks.acme.trasport: unknown key; …`.

export interface Fault {
  /** The file as it was named to us. */
  readonly file: string;
  /** From 1; null when it is the file as a whole. */
  readonly line: number | null;
  readonly column: number | null;
  /** What is wrong and what to do about it, with the path of the setting in front where there is one. */
  readonly message: string;
}

export function formatFault({ file, line, column, message }: Fault): string {
  if (line === null) return `${file}: ${message}`;
  return column === null ? `${file}:${line}: ${message}` : `${file}:${line}:${column}: ${message}`;
}
