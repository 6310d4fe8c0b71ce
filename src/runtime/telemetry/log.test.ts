import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createLog, type Log, type LogLevel } from "./log.ts";

function collect(form: "json" | "text", level: LogLevel = "info"): { log: Log; lines: string[] } {
  const lines: string[] = [];
  return { log: createLog({ level, form, color: false, write: (line) => lines.push(line) }), lines };
}

const STEERS_A_TERMINAL = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e]/u;

describe("JSON lines", () => {
  test("carry time, level, message and the fields, the call among them", () => {
    const { log, lines } = collect("json");
    log.info("call ended", { call: "c1", status: 200 });
    expect(lines).toHaveLength(1);
    const line = JSON.parse(lines[0] as string);
    expect(line).toEqual({ level: "info", time: line.time, call: "c1", status: 200, message: "call ended" });
    expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test("leave out what is below the level", () => {
    const { log, lines } = collect("json", "warn");
    log.debug("a");
    log.info("b");
    log.warn("c");
    log.error("d");
    expect(lines.map((line) => JSON.parse(line).message)).toEqual(["c", "d"]);
  });

  test("tell an error with its stack", () => {
    const { log, lines } = collect("json");
    log.error("failed", { error: new RangeError("too far") });
    expect(JSON.parse(lines[0] as string).error).toMatchObject({ type: "RangeError", message: "too far" });
    expect(JSON.parse(lines[0] as string).error.stack).toContain("log.test.ts");
  });

  test("keep secrets, at the top and one step below", () => {
    const { log, lines } = collect("json");
    log.info("x", {
      password: "hunter2",
      trunk: { credentials: "hunter2", name: "a" },
      headers: { authorization: "hunter2" },
    });
    expect(lines[0]).not.toContain("hunter2");
    expect(JSON.parse(lines[0] as string).trunk.name).toBe("a");
  });
});

test.each(["json", "text"] as const)(
  "whatever a peer writes, a line of %s is one line and steers no terminal",
  (form) => {
    const hostile = fc.string({
      unit: fc.constantFrom("\u001b[2J", "\u009b1m", "\r\n", "\0", "\u202e", "\u2028", '"', "a", " "),
    });
    fc.assert(
      fc.property(hostile, hostile, (message, value) => {
        const { log, lines } = collect(form);
        log.warn(message, { value, nested: { value } });
        expect(lines).toHaveLength(1);
        expect(lines[0]).toMatch(/\n$/);
        expect((lines[0] as string).slice(0, -1)).not.toMatch(STEERS_A_TERMINAL);
        if (form === "json")
          expect(JSON.parse(lines[0] as string)).toMatchObject({ message, value, nested: { value } });
      }),
    );
  },
);

describe("text for people", () => {
  test("is time, level, message, fields", () => {
    const { log, lines } = collect("text");
    log.warn("no answer", { call: "c1", target: "sip:a b", attempts: 2 });
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} warn {2}no answer call=c1 target="sip:a b" attempts=2\n$/);
  });

  test("shows an error's stack below", () => {
    const { log, lines } = collect("text");
    log.error("failed", { error: new RangeError("too\u001b[2J far") });
    expect(lines[0]).toContain("\n  RangeError: too\\u001b[2J far\n      at ");
  });
});

test("secrets are not written, neither as fields nor in fields of fields; what is given is left as it is", () => {
  const lines: string[] = [];
  const log = createLog({ level: "info", form: "json", color: false, write: (line) => lines.push(line) });
  const fields = {
    password: "p1",
    trunk: { name: "a", credentials: "p2", deep: { name: "b" } },
    error: new Error("x"),
  };
  log.info("configured", fields);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ password: "***", trunk: { name: "a", credentials: "***" } });
  expect(lines[0]).not.toMatch(/p1|p2/);
  expect(fields.password).toBe("p1");
});
