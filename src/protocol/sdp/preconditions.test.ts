// Preconditions as RFC 3312 section 4 writes them.
import { expect, test } from "vitest";
import { formatPrecondition, type Precondition, parsePrecondition } from "./preconditions.ts";

const qos = (kind: Precondition["kind"], rest: Partial<Precondition>): Precondition => ({
  kind,
  type: "qos",
  strength: null,
  segment: "e2e",
  direction: "none",
  ...rest,
});

test.each<[string, string, Precondition]>([
  ["curr", "qos e2e none", qos("curr", {})],
  ["des", "qos mandatory e2e sendrecv", qos("des", { strength: "mandatory", direction: "sendrecv" })],
  ["des", "qos none local send", qos("des", { strength: "none", segment: "local", direction: "send" })],
  ["conf", "qos remote recv", qos("conf", { segment: "remote", direction: "recv" })],
  ["curr", "sec e2e none", qos("curr", { type: "sec" })],
])("a=%s:%s", (name, value, expected) => {
  expect(parsePrecondition({ name, value })).toEqual(expected);
  expect(formatPrecondition(expected)).toEqual({ name, value });
});

test.each([
  ["curr", null],
  ["curr", ""],
  ["curr", "qos e2e"],
  ["curr", "qos e2e none more"],
  ["curr", "qos mandatory e2e sendrecv"],
  ["curr", "qos E2E none"],
  ["des", "qos e2e sendrecv"],
  ["des", "qos perhaps e2e sendrecv"],
  ["des", "qos mandatory"],
  ["conf", "qos remote inactive"],
  ["des2", "qos mandatory e2e sendrecv"],
])("a=%s:%s is none", (name, value) => expect(parsePrecondition({ name, value })).toBeNull());
