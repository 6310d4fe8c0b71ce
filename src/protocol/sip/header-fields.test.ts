// Reading headers of several lines: lists go together, challenges stay apart, and each is parsed once.
import { expect, test } from "vitest";
import type { HeaderCodec } from "./header-codec.ts";
import { recordRoute, route } from "./headers/routing.ts";
import { parseMessage } from "./parse-message.ts";
import { sampleRequest } from "./sample-messages.ts";

function headersWith(...add: string[]) {
  const parsed = parseMessage(sampleRequest("INVITE", { add }));
  if (!parsed.ok) throw new Error(parsed.failure.detail);
  return parsed.value.headers;
}

const number: HeaderCodec<number> = {
  name: "x-number",
  parse: (value) => (/^\d+$/.test(value) ? Number(value) : null),
  format: String,
};

test("a list is all its lines, read once", () => {
  const headers = headersWith("Route: <sip:a>, <sip:b>", "X-Other: 1", "ROUTE: <sip:c>");
  const read = headers.read(route);
  expect(read?.map(({ uri }) => uri)).toEqual(["sip:a", "sip:b", "sip:c"]);
  expect(headers.read(route)).toBe(read);
  expect(headers.read(recordRoute)).toEqual([]);
  expect(headersWith("Route: <sip:a>", "Route: b").read(route)).toBeNull();
});

test("of others the first line counts, or each for itself", () => {
  const headers = headersWith("X-Number: 1", "X-Number: b", "x-number: 3");
  expect(headers.read(number)).toBe(1);
  expect(headers.readEach(number)).toEqual([1, null, 3]);
  expect(headersWith("X-Number: b", "X-Number: 3").read(number)).toBeNull();
  expect(headersWith().read(number)).toBeNull();
  expect(headersWith().readEach(number)).toEqual([]);
});
