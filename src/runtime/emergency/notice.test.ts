import { expect, test } from "vitest";
import { documentOf, placeText, subjectOf, textOf } from "./notice.ts";
import { sampleNotice } from "./sample-notice.ts";

test("a guard at a desk reads who calls, where to go and whom to call back", () => {
  const notice = sampleNotice();
  expect(subjectOf(notice)).toBe("Emergency call: 204 (Ann) dialled 911 at hq");
  expect(textOf(notice).split("\n")).toEqual([
    "Emergency call to 911",
    "",
    "Caller:     204 (Ann)",
    "Call back:  +12025550190 (leads to the caller until 2026-01-02T06:04:05.000Z)",
    "Place:      hq: room 214, floor 2, Example Corp, behind the lift, 16b Ann Street, Washington, DC 20500, US",
    "Began:      2026-01-02T03:04:05.000Z (UTC)",
    "Came from:  pbx",
    "Went to:    carrier-a",
    "",
    "The call has just begun.",
    "",
    "Demarc edge-1, call call-1",
    "",
  ]);
});

test("a program reads the same", () => {
  const document = documentOf(sampleNotice());
  expect(document).toMatchObject({
    id: "n-1",
    event: "began",
    node: "edge-1",
    text: "Emergency call: 204 (Ann) dialled 911 at hq",
    caller: { number: "204", name: "Ann" },
    called: "911",
    callback: { number: "+12025550190", until: "2026-01-02T06:04:05.000Z" },
    location: { name: "hq", address: { street: "Ann Street" }, text: expect.stringContaining("floor 2") },
    call: { id: "call-1", state: "calling", status: null },
    ingressTrunk: "pbx",
    egressTrunk: "carrier-a",
  });
  expect(JSON.stringify(document)).not.toContain("steps");
});

test("places are written as they are in their country, and without an address by their point", () => {
  const { location } = sampleNotice().call;
  if (location === null || location.address === null) throw new Error("the sample has an address");
  const german = {
    ...location.address,
    country: "DE",
    room: null,
    floor: null,
    name: null,
    additional: null,
    state: null,
  };
  expect(placeText({ ...location, address: german })).toBe("Ann Street 16b, Washington, 20500, DE");
  const point = { latitude: 38.5, longitude: -77 };
  expect(placeText({ address: null, point })).toBe("38.5, -77 (latitude, longitude)");
  expect(placeText({ address: null, point: null })).toBe("known by its numbers alone");
});

test("what is not known is said to be not known", () => {
  const text = textOf(
    sampleNotice({}, { caller: "", callerName: null, location: null, callback: null, egressTrunk: null }),
  );
  expect(text).toContain("Caller:     unknown\n");
  expect(text).toContain("Place:      not known\n");
  expect(text).toContain("Went to:    nobody yet\n");
});

test.each([
  ["answered", { answeredAt: "A" }, "The emergency services answered by carrier-a at A."],
  ["failed", { cause: "no-route", status: 404, endedAt: "E" }, "Nobody answered: no-route (404) at E. See to it that"],
  [
    "ended",
    { answeredAt: "A", endedBy: "caller", endedAt: "E", durationMs: 61_400 },
    "by caller at E, after 61 seconds.",
  ],
  ["ended", { cause: "cancelled", endedAt: "E" }, "The caller gave up before anybody answered (cancelled) at E."],
  ["interrupted", {}, "Demarc ended in the middle of the call. See to it that"],
] as const)("%s says what came of it", (event, call, words) => {
  expect(textOf(sampleNotice({ event }, call))).toContain(words);
});

test("a test that failed says over which trunk, and is nobody's call for help", () => {
  const call = {
    test: { by: "schedule", trunk: "carrier-a" },
    called: "933",
    cause: "unknown-number",
    status: 404,
  } as const;
  expect(subjectOf(sampleNotice({ event: "test-failed" }, call))).toBe(
    "Test of emergency calls FAILED: Nobody answered the test number over carrier-a: unknown-number (404). Calls for help may not get through there.",
  );
});

test("what a caller writes stays on its line, in the subject too", () => {
  const notice = sampleNotice({}, { callerName: "Ann\r\nBcc: all@example.com\u2028\u202e", caller: "2\n04" });
  expect(subjectOf(notice)).not.toMatch(/[\r\n\u2028\u202e]/);
  expect(textOf(notice).split("\n")).toHaveLength(13);
});
