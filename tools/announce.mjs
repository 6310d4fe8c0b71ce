// What the set-up says to the person in front of it: one line a step, and a remedy when a step fails.

export function announce(text) {
  console.error(`demarc: ${text}`);
}

/** A step that cannot be done. Its message says what to do about it. */
export class BootstrapError extends Error {}
