// A password or key. It can be read by the code that needs it and by nothing that prints: logs, JSON, inspection.

import { z } from "zod";
import { invariant } from "../base/index.ts";

/** Where a secret is to be had. A `literal` stands in the file itself. */
export type SecretSource =
  | { readonly kind: "literal" }
  | { readonly kind: "environment"; readonly name: string }
  | { readonly kind: "file"; readonly path: string };

const HIDDEN = "***";

export class Secret {
  readonly source: SecretSource;
  readonly #text: string | null;

  private constructor(source: SecretSource, text: string | null) {
    this.source = source;
    this.#text = text;
  }

  static literal(text: string): Secret {
    return new Secret({ kind: "literal" }, text);
  }

  static reference(source: SecretSource): Secret {
    return new Secret(source, null);
  }

  /** Whether the text is at hand. */
  get resolved(): boolean {
    return this.#text !== null;
  }

  /** The same secret with its text. */
  resolve(text: string): Secret {
    return new Secret(this.source, text);
  }

  /** The text itself: for computing with it, never for showing. */
  reveal(): string {
    invariant(this.#text !== null, "a secret was used before it was resolved");
    return this.#text;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return HIDDEN;
  }
}

const EXPECTED = "expected a secret in quotes, ${NAME_OF_A_VARIABLE} or { file: path }";

/** `${NAME}`, `{ file: path }`, or the text itself. No message of this schema repeats what was written. */
export const secretSchema = z.unknown().transform((input, context): Secret => {
  const refuse = (message: string): Secret => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  if (input === undefined) return refuse(`missing: ${EXPECTED}`);
  if (typeof input === "object" && input !== null) {
    const entries = Object.entries(input);
    const [key, path] = entries[0] ?? [];
    const valid = entries.length === 1 && key === "file" && typeof path === "string" && path !== "";
    return valid ? Secret.reference({ kind: "file", path }) : refuse(EXPECTED);
  }
  if (typeof input !== "string" || input === "") return refuse(EXPECTED);
  const name = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(input)?.[1];
  if (name !== undefined) return Secret.reference({ kind: "environment", name });
  return input.startsWith("${")
    ? refuse("a variable is written ${NAME}: letters, digits and _")
    : Secret.literal(input);
});
