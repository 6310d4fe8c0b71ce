// Whether a request's sender takes a body of some kind: said, unsaid, ruled out.
import { expect, test } from "vitest";
import { accepts } from "./accepts.ts";
import { parseMessage } from "./parse-message.ts";
import { sampleRequest } from "./sample-messages.ts";

function isSdpTaken(...lines: string[]): boolean {
  const parsed = parseMessage(sampleRequest("INVITE", { add: lines }));
  if (!parsed.ok || parsed.value.kind !== "request") throw new Error("not a request");
  return accepts(parsed.value, "application/sdp");
}

test.each<[boolean, ...string[]]>([
  [true],
  [true, "Accept: application/sdp"],
  [true, "Accept: Application/SDP;level=1, text/html"],
  [true, "Accept: text/html", "Accept: application/sdp"],
  [true, "Accept: application/*"],
  [true, "Accept: */*"],
  [true, "Accept: text/html, */*;q=0.1"],
  [true, "Accept: application/*;q=0, application/sdp"],
  [true, "Accept: application/sdp;q=0, application/sdp;q=0.5"],
  [true, "Accept: ;;"],
  [false, "Accept:"],
  [false, "Accept: text/html"],
  [false, "Accept: text/*, application/isup"],
  [false, "Accept: application/sdp;q=0"],
  [false, "Accept: */*, application/sdp;q=0.000"],
  [false, "Accept: */*, application/*;q=0"],
  [false, "Accept: app/*"],
])("%j of %j", (expected, ...lines) => expect(isSdpTaken(...lines)).toBe(expected));

test("nothing but session descriptions is taken unsaid", () => {
  const parsed = parseMessage(sampleRequest("OPTIONS"));
  if (!parsed.ok || parsed.value.kind !== "request") throw new Error("not a request");
  expect(accepts(parsed.value, "text/html")).toBe(false);
});
