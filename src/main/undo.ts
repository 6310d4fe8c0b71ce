// What was opened is closed again in reverse, however far the opening came.

/** What must be undone, in the order it was done. */
export type Undo = (() => Promise<void> | void)[];

export async function undoAll(undo: Undo): Promise<void> {
  for (const step of undo.splice(0).reverse()) await step();
}
