// A hook's answer is a stranger's JSON: whatever it is, it is read as a value, and what is taken names nothing that is not there.
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseHookAnswer } from "./hook-answer.ts";
import { parseConfiguration } from "./parse-configuration.ts";

const LAN = {
  listen: [{ transport: "udp", address: "127.0.0.1", port: 5060 }],
  media: { address: "127.0.0.1", ports: "20000-20999" },
};
const TRUNK = { role: "pbx", network: "lan", targets: [{ uri: "sip:10.0.0.20" }] };
const parsed = parseConfiguration({
  networks: { lan: LAN },
  trunks: { a: TRUNK, b: { ...TRUNK, targets: [{ uri: "sip:10.0.0.21" }] } },
  routeTables: { more: { routes: [{ name: "r", to: ["a"] }] } },
});
if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
const configuration = parsed.value;

const name = fc.constantFrom("a", "b", "c", "more", "numbers", "__proto__", "constructor");
const share = fc.oneof(name, fc.record({ trunk: name, weight: fc.integer({ min: -1, max: 70_000 }) }));
const to = fc.oneof(
  fc.array(share, { maxLength: 3 }),
  name,
  fc.record({ table: name }),
  fc.record({ reject: fc.integer({ min: 0, max: 800 }), reason: fc.string() }, { requiredKeys: ["reject"] }),
  fc.record({ hook: name }),
  fc.jsonValue(),
);
const answer = fc.oneof(
  fc.jsonValue(),
  fc.record({ to, called: fc.string(), caller: fc.constantFrom("+12025550100", "1001", null) }, { requiredKeys: [] }),
);

test("any JSON is read as a value, and what is taken leads to trunks and tables that are there", () => {
  let taken = 0;
  fc.assert(
    fc.property(answer, (written) => {
      const read = parseHookAnswer(JSON.parse(JSON.stringify(written)), configuration);
      if (!read.ok) {
        expect(read.failure).toMatch(/: /);
        return;
      }
      taken += 1;
      const { to: destination, called } = read.value;
      if (destination?.kind === "trunks")
        for (const { trunk } of destination.entries) expect(["a", "b"]).toContain(trunk);
      if (destination?.kind === "table") expect(destination.table).toBe("more");
      if (called !== null) expect(called).toMatch(/^\+?[0-9A-Za-z*#._-]{1,63}$/);
    }),
    { numRuns: 5000 },
  );
  expect(taken).toBeGreaterThan(100);
});
