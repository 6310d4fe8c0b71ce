// Numbers, ranges and pools: what is taken, what is refused, and what of a pool is given out.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NumberBlock } from "./number.ts";
import { numberConflicts, poolUsage } from "./number-conflicts.ts";
import { accepted, configuration, refused } from "./sample-configuration.ts";

const pool = { range: ["+12025550100", "+12025550199"], pool: "spare" };

describe("the list of numbers", () => {
  it("fills in what an entry does not say", () => {
    const { numbers } = accepted(configuration({ numbers: [{ number: "+12025550100", trunk: "pbx" }] }));
    const nothing = {
      pool: null,
      owner: null,
      callerName: null,
      emergencyLocation: null,
      classOfService: null,
      calls: null,
      tags: [],
    };
    expect(numbers).toEqual([{ first: "+12025550100", last: "+12025550100", trunk: "pbx", ...nothing }]);
  });

  it("takes numbers out of a pool", () => {
    const entry = {
      number: "+12025550150",
      trunk: "pbx",
      owner: "Acme Ltd.",
      callerName: "Acme",
      tags: ["fax", "gold"],
    };
    expect(accepted(configuration({ numbers: [pool, entry] })).numbers[1]).toMatchObject({
      owner: "Acme Ltd.",
      tags: ["fax", "gold"],
    });
  });

  it.each([
    [[{ number: "+12025550100" }], "numbers[0].trunk: missing: expected the name of the trunk, or of a pool"],
    [
      [{ ...pool, trunk: "pbx" }],
      "numbers[0].trunk: numbers of a pool have no trunk: give one out by an entry of its own inside of the pool's range",
    ],
    [
      [pool, { number: "+12025550199", pool: "other" }],
      "numbers[1]: +12025550199 overlaps numbers[0], +12025550100 to +12025550199",
    ],
    [
      [{ number: "+12025550100", trunk: "pbx", tags: ["a b"] }],
      "numbers[0].tags[0]: a name is 1 to 64 letters, digits, '-', '_' or '.', and starts with a letter or digit",
    ],
  ])("refuses %j", (numbers, message) => {
    expect(refused(configuration({ numbers }))).toEqual([message]);
  });
});

const block = (first: number, last: number, of: string | null): NumberBlock => ({
  first: `+${first}`,
  last: `+${last}`,
  trunk: of === null ? "t" : null,
  pool: of,
  owner: null,
  callerName: null,
  emergencyLocation: null,
  classOfService: null,
  calls: null,
  tags: [],
});

describe("conflicts and usage", () => {
  it("counts what is given out, in the pool or across its end", () => {
    const blocks = [
      block(1000, 1099, "a"),
      block(1200, 1209, "a"),
      block(2000, 2000, "b"),
      block(1090, 1204, null),
      block(900, 999, null),
    ];
    expect(poolUsage(blocks)).toEqual([
      { pool: "a", size: 110, used: 15, free: 95 },
      { pool: "b", size: 1, used: 0, free: 1 },
    ]);
  });

  it("agrees with looking at each number", () => {
    const spans = fc.array(fc.tuple(fc.integer({ min: 100, max: 180 }), fc.nat(12), fc.constantFrom("a", null)), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(spans, (written) => {
        const blocks = written.map(([first, more, of]) => block(first, first + more, of));
        const shared = blocks.some((one, index) =>
          blocks
            .slice(0, index)
            .some((other) => one.pool === other.pool && one.first <= other.last && other.first <= one.last),
        );
        expect(numberConflicts(blocks).length > 0).toBe(shared);
        if (shared) return;
        const within = (number: number, of: string | null): boolean =>
          blocks.some(({ first, last, pool: its }) => its === of && `+${number}` >= first && `+${number}` <= last);
        let size = 0;
        let used = 0;
        for (let number = 100; number <= 192; number += 1) {
          if (!within(number, "a")) continue;
          size += 1;
          if (within(number, null)) used += 1;
        }
        expect(poolUsage(blocks)).toEqual(size === 0 ? [] : [{ pool: "a", size, used, free: size - used }]);
      }),
    );
  });
});
