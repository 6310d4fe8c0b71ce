// What a message must have before anything acts on it.
import { describe, expect, test } from "vitest";
import { parseMessage } from "./parse-message.ts";
import { type SampleParts, sampleRequest, sampleResponse } from "./sample-messages.ts";
import { validateMessage } from "./validate-message.ts";

function complaint(text: string): string | null {
  const parsed = parseMessage(text);
  if (!parsed.ok) throw new Error(parsed.failure.detail);
  const failure = validateMessage(parsed.value);
  if (failure !== null) {
    expect(failure.status).toBe(failure.detail.includes("2.0") ? 505 : 400);
    expect(failure.request).toBe(parsed.value.kind === "request" ? parsed.value : null);
  }
  return failure?.detail ?? null;
}

describe("a request", () => {
  test.each<[string, SampleParts]>([
    ["as it should be", {}],
    ["without Max-Forwards, as RFC 2543 peers send it", { change: { "Max-Forwards": null } }],
    ["without a From tag, as RFC 2543 peers send it", { change: { From: "<sip:a@b>" } }],
    ["without a branch, as RFC 2543 peers send it", { change: { Via: "SIP/2.0/UDP h" } }],
    ["without Content-Length", { change: { "Content-Length": null } }],
    ["without Contact", { change: { Contact: null } }],
    ["with several Vias", { add: ["Via: SIP/2.0/UDP i", "v: SIP/2.0/UDP j, SIP/2.0/UDP k"] }],
    ["with a second Via of another version, which is for whoever wrote it", { add: ["Via: SIP/7.0/UDP i"] }],
    ["with Max-Forwards 0255", { change: { "Max-Forwards": "0255" } }],
    ["with a malformed second Via, which is not ours to read", { add: ["Via: ;;"] }],
  ])("is let through %s", (_case, parts) => expect(complaint(sampleRequest("INVITE", parts))).toBeNull());

  test.each<[string, SampleParts]>([
    ["Via is missing or malformed", { change: { Via: null } }],
    ["Via is missing or malformed", { change: { Via: "SIP/2.0/UDP" } }],
    ["the topmost Via is not of SIP 2.0", { change: { Via: "SIP/7.0/UDP h;branch=z9hG4bKa" } }],
    ["the topmost Via is not of SIP 2.0", { change: { Via: "HTTP/2.0/TCP h" } }],
    ["from must be there exactly once", { change: { From: null } }],
    ["from must be there exactly once", { add: ["f: <sip:a@b>;tag=1"] }],
    ["to must be there exactly once", { change: { To: null } }],
    ["to must be there exactly once", { add: ["t: <sip:a@b>"] }],
    ["call-id must be there exactly once", { change: { "Call-ID": null } }],
    ["call-id must be there exactly once", { add: ["i: x"] }],
    ["cseq must be there exactly once", { change: { CSeq: null } }],
    ["cseq must be there exactly once", { add: ["CSeq: 314159 INVITE"] }],
    ["max-forwards may be there only once", { add: ["Max-Forwards: 70"] }],
    ["content-type may be there only once", { add: ["Content-Type: a/b", "c: a/b"] }],
    ["From is malformed", { change: { From: "sip:a@b;tag=" } }],
    ["To is malformed", { change: { To: '"x <sip:a@b>' } }],
    ["Call-ID is malformed", { change: { "Call-ID": "" } }],
    ["Call-ID is malformed", { change: { "Call-ID": "a b" } }],
    ["CSeq is malformed", { change: { CSeq: "x INVITE" } }],
    ["CSeq does not name the request's method", { change: { CSeq: "1 BYE" } }],
    ["CSeq does not name the request's method", { change: { CSeq: "1 invite" } }],
    ["Max-Forwards is not a number from 0 to 255", { change: { "Max-Forwards": "256" } }],
    ["Max-Forwards is not a number from 0 to 255", { change: { "Max-Forwards": "-1" } }],
    ["Max-Forwards is not a number from 0 to 255", { change: { "Max-Forwards": "" } }],
    ["Contact is malformed", { change: { Contact: "sip:a@b?c=d" } }],
    ["Contact is malformed", { change: { Contact: "<sip:a@b>,<sip:c" } }],
  ])("is refused: %s (%j)", (detail, parts) => expect(complaint(sampleRequest("INVITE", parts))).toBe(detail));

  test.each(["BYE", "ACK", "CANCEL", "OPTIONS", "INFO"])("%s may have any Contact: nobody reads it", (method) => {
    expect(complaint(sampleRequest(method, { change: { Contact: "<<" } }))).toBeNull();
  });
});

describe("a response", () => {
  test("is let through, with any method and any Contact", () => {
    expect(complaint(sampleResponse(200, { method: "BYE", add: ["Contact: <<", "Max-Forwards: 999"] }))).toBeNull();
  });

  test.each<[string, SampleParts]>([
    ["a response to us has one Via", { add: ["Via: SIP/2.0/UDP 255.255.255.255"] }],
    ["a response to us has one Via", { change: { Via: "SIP/2.0/UDP h, SIP/2.0/UDP i" } }],
    ["the topmost Via is not of SIP 2.0", { change: { Via: "SIP/2.1/UDP h" } }],
    ["CSeq is malformed", { change: { CSeq: "9292394834772304023312 OPTIONS" } }],
    ["to must be there exactly once", { add: ["To: <sip:a@b>;tag=2"] }],
  ])("is refused: %s (%j)", (detail, parts) => expect(complaint(sampleResponse(200, parts))).toBe(detail));
});
