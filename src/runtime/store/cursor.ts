// Where a page ended: the start and id of its last record, in a word that a client hands back unread.

export interface Cursor {
  readonly startedAt: string;
  readonly id: string;
}

export function formatCursor({ startedAt, id }: Cursor): string {
  return Buffer.from(`${startedAt}|${id}`, "utf8").toString("base64url");
}

export function parseCursor(text: string): Cursor | null {
  const [startedAt, ...rest] = Buffer.from(text, "base64url").toString("utf8").split("|");
  return startedAt === undefined || rest.length === 0 ? null : { startedAt, id: rest.join("|") };
}
