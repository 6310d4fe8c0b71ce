import { describe, expect, test } from "vitest";
import { EXPECTED } from "./expected-ladders.ts";
import { reciteLadder } from "./recital.ts";

describe.each(Object.entries(EXPECTED))("%s", (_, flows) => {
  const ladders = flows.map(({ name, text }) => [name, text] as const);
  test.each(ladders)("%s: as it is written, nothing is to be said against it", (_name, text) => {
    expect(reciteLadder(text)).toEqual([]);
  });
});
