// urn:service: names of RFC 5031, and what is none.
import { expect, test } from "vitest";
import { formatServiceUrn, isServiceWithin, parseServiceUrn } from "./urn-service.ts";

test.each([
  ["urn:service:sos", ["sos"]],
  ["URN:Service:SOS.Animal-Control", ["sos", "animal-control"]],
  ["urn:service:counseling.children.x1", ["counseling", "children", "x1"]],
  [`urn:service:${"a".repeat(27)}`, ["a".repeat(27)]],
])("%s", (text, labels) => {
  expect(parseServiceUrn(text)).toEqual(labels);
  expect(formatServiceUrn(labels)).toBe(text.toLowerCase());
});

test.each([
  "urn:service:",
  "urn:service",
  "urn:other:sos",
  "urn:service:.sos",
  "urn:service:sos.",
  "urn:service:sos..fire",
  "urn:service:-sos",
  "urn:service:sos-",
  "urn:service:s_s",
  "urn:service:sos;x",
  "urn:service:sos ",
  `urn:service:${"a".repeat(28)}`,
  `urn:service:sos${".a".repeat(150)}`,
])("%j is none", (text) => expect(parseServiceUrn(text)).toBeNull());

test("a kind of a service is that service", () => {
  expect(isServiceWithin(["sos", "fire"], ["sos"])).toBe(true);
  expect(isServiceWithin(["sos"], ["sos"])).toBe(true);
  expect(isServiceWithin(["sos"], ["sos", "fire"])).toBe(false);
  expect(isServiceWithin(["counseling"], ["sos"])).toBe(false);
});
