// Our own mistakes. A failed invariant costs the one call it happened in: the engine catches it at its door.

export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** States what must hold here. Throws InvariantError when it does not: the code is wrong, not the peer. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** For the default branch of an exhaustive switch. */
export function unreachable(value: never, message = "unreachable"): never {
  throw new InvariantError(`${message}: ${JSON.stringify(value)}`);
}
