import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { Secret } from "./secret.ts";

describe("a secret", () => {
  const secret = Secret.reference({ kind: "environment", name: "X" }).resolve("hunter2");

  test("is revealed to who asks", () => {
    expect(secret.reveal()).toBe("hunter2");
    expect(secret.source).toEqual({ kind: "environment", name: "X" });
  });

  test("is shown to nobody else", () => {
    const shown = [
      JSON.stringify({ secret }),
      inspect({ secret }, { depth: 9, showHidden: true }),
      `${secret}`,
      String(secret),
      Object.values(secret).map(String).join(),
      JSON.stringify(structuredClone({ ...secret })),
    ];
    expect(shown.join("\n")).not.toContain("hunter2");
    expect(shown.slice(0, 3)).toEqual(['{"secret":"***"}', "{ secret: *** }", "***"]);
  });

  test("cannot be used before it is resolved", () => {
    expect(() => Secret.reference({ kind: "file", path: "x" }).reveal()).toThrow("before it was resolved");
  });
});
