// Dialogs (RFC 3261 section 12): how both sides make them, the order of the route set, sequence numbers, and the requests inside them.
import { describe, expect, test } from "vitest";
import { parseMessage, type SipRequest, type SipResponse } from "../sip/index.ts";
import {
  acceptSequence,
  type Dialog,
  type DialogSeed,
  dialogOfRequest,
  dialogOfResponse,
  isLooseRoute,
  nextHopOf,
  nextSequence,
} from "./dialog.ts";
import { formatInDialogRequest } from "./in-dialog-request.ts";

function read(startLine: string, lines: readonly string[]) {
  const parsed = parseMessage([startLine, ...lines, "Content-Length: 0", "", ""].join("\r\n"));
  if (!parsed.ok) throw new Error(parsed.failure.detail);
  return parsed.value;
}

interface Parts {
  readonly from?: string;
  readonly to?: string;
  readonly contact?: string | null;
  readonly routes?: readonly string[];
}

function linesOf({ from, to, contact, routes = [] }: Parts): string[] {
  return [
    ...routes.map((route) => `Record-Route: ${route}`),
    "Via: SIP/2.0/UDP 192.0.2.40;branch=z9hG4bKa",
    `From: ${from ?? '"Alice" <sip:alice@a.example>;tag=from-1'}`,
    `To: ${to ?? "Bob <sip:bob@b.example>;x=y"}`,
    "Call-ID: call-1@a.example",
    "CSeq: 7 INVITE",
    ...(contact === null ? [] : [`Contact: ${contact ?? "<sip:alice@192.0.2.40:5062;transport=udp>;q=1"}`]),
  ];
}

const invite = (parts: Parts = {}): SipRequest =>
  read("INVITE sip:bob@b.example SIP/2.0", linesOf(parts)) as SipRequest;
const response = (status: number, parts: Parts = {}): SipResponse =>
  read(
    `SIP/2.0 ${status} OK`,
    linesOf({ to: "<sip:bob@b.example>;tag=to-1", contact: "<sip:bob@192.0.2.50>", ...parts }),
  ) as SipResponse;

describe("made by a request that we answer (section 12.1.1)", () => {
  test("has the peer's Contact as target and its Record-Route in order", () => {
    const routes = ["<sip:p2;lr>, <sip:p1:5070;lr>;x=y", "<sips:p0>"];
    expect(dialogOfRequest(invite({ routes }), "local-1")).toEqual({
      callId: "call-1@a.example",
      localTag: "local-1",
      remoteTag: "from-1",
      localAddress: '"Bob" <sip:bob@b.example>;x=y',
      remoteAddress: '"Alice" <sip:alice@a.example>',
      remoteTarget: "sip:alice@192.0.2.40:5062;transport=udp",
      routeSet: ["sip:p2;lr", "sip:p1:5070;lr", "sips:p0"],
      localSequence: 0,
      remoteSequence: 7,
    });
  });

  test("has an empty remote tag where the peer gave none (RFC 2543)", () => {
    expect(dialogOfRequest(invite({ from: "sip:alice@a.example" }), "l")?.remoteTag).toBe("");
  });

  test.each<[string, Parts]>([
    ["no Contact", { contact: null }],
    ["a Contact that is no SIP URI", { contact: "<tel:+1303>" }],
    ["a wildcard Contact", { contact: "*" }],
    [
      "a Contact with headers, which would be ours to send (RFC 4475 regescrt)",
      { contact: "<sip:a@b?Route=%3Csip:c%3E>" },
    ],
    ["a malformed Contact", { contact: "<sip:a@b" }],
    ["a malformed Record-Route", { routes: ["<sip:p1;lr>", "<sip:p2"] }],
    ["a Record-Route that is no SIP URI", { routes: ["<http://p1>"] }],
    ["a Record-Route with headers", { routes: ["<sip:p1;lr?Subject=x>"] }],
    ["a malformed From", { from: "<sip:a" }],
    ["a malformed To", { to: "<sip:b" }],
  ])("is not made with %s", (_what, parts) => expect(dialogOfRequest(invite(parts), "l")).toBeNull());
});

const SEED: DialogSeed = {
  callId: "call-1@a.example",
  localTag: "from-1",
  localAddress: '"Alice" <sip:alice@a.example>',
  remoteAddress: "<sip:bob@b.example>",
  sequence: 7,
};

describe("made by a response to our INVITE (section 12.1.2)", () => {
  test.each([183, 200])("of status %i has the Record-Route reversed", (status) => {
    const made = dialogOfResponse(
      SEED,
      response(status, { routes: ["<sip:p2;lr>,<sip:p1;lr>", "<sip:p0;lr>"] }),
      "sip:fallback",
    );
    expect(made).toEqual({
      callId: "call-1@a.example",
      localTag: "from-1",
      remoteTag: "to-1",
      localAddress: '"Alice" <sip:alice@a.example>',
      remoteAddress: "<sip:bob@b.example>",
      remoteTarget: "sip:bob@192.0.2.50",
      routeSet: ["sip:p0;lr", "sip:p1;lr", "sip:p2;lr"],
      localSequence: 7,
      remoteSequence: null,
    });
  });

  test.each([null, "<tel:+1>", "<sip:a@b?c=d>", "<sip:a"])(
    "with Contact %j has the target that the INVITE had",
    (contact) => {
      expect(dialogOfResponse(SEED, response(180, { contact }), "sip:fallback")?.remoteTarget).toBe("sip:fallback");
    },
  );

  test("without a To tag: a 1xx makes none, a 2xx of an RFC 2543 peer does", () => {
    const to = "<sip:bob@b.example>";
    expect(dialogOfResponse(SEED, response(180, { to }), "sip:f")).toBeNull();
    expect(dialogOfResponse(SEED, response(200, { to }), "sip:f")?.remoteTag).toBe("");
  });

  test("a 2xx with a malformed Record-Route can still be acknowledged", () => {
    expect(dialogOfResponse(SEED, response(200, { routes: ["<sip:p1"] }), "sip:f")?.routeSet).toEqual([]);
  });

  test("a To that cannot be read makes none", () => {
    expect(dialogOfResponse(SEED, response(200, { to: "<sip:b" }), "sip:f")).toBeNull();
  });
});

const dialog = (parts: Partial<Dialog> = {}): Dialog => ({
  callId: "call-1",
  localTag: "l1",
  remoteTag: "r1",
  localAddress: "<sip:bob@b.example>",
  remoteAddress: '"Alice" <sip:alice@a.example>',
  remoteTarget: "sip:alice@192.0.2.40:5062;transport=tcp",
  routeSet: [],
  localSequence: 0,
  remoteSequence: null,
  ...parts,
});

describe("sequence numbers (section 12.2)", () => {
  test("of the peer only grow, gaps allowed", () => {
    const it = dialog();
    expect([7, 7, 6, 8, 100, 99].map((sequence) => acceptSequence(it, sequence))).toEqual([
      true,
      false,
      false,
      true,
      true,
      false,
    ]);
    expect(it.remoteSequence).toBe(100);
  });

  test("0 is a number like any other", () => {
    const it = dialog();
    expect([0, 0, 1].map((sequence) => acceptSequence(it, sequence))).toEqual([true, false, true]);
  });

  test("of ours count up by one", () => {
    const it = dialog({ localSequence: 41 });
    expect([nextSequence(it), nextSequence(it), it.localSequence]).toEqual([42, 43, 43]);
  });
});

describe("a request inside (section 12.2.1.1)", () => {
  const parts = { method: "BYE", sequence: 3, via: "SIP/2.0/UDP 198.51.100.10;branch=z9hG4bKx" };
  const startAndRoutes = (it: Dialog): string[] =>
    formatInDialogRequest(it, parts)
      .split("\r\n")
      .filter((line, index) => index === 0 || line.startsWith("Route"));

  test("without routes goes to the target", () => {
    expect(formatInDialogRequest(dialog(), { ...parts, headers: [["Reason", "Q.850;cause=16"]] })).toBe(
      [
        "BYE sip:alice@192.0.2.40:5062;transport=tcp SIP/2.0",
        "Via: SIP/2.0/UDP 198.51.100.10;branch=z9hG4bKx",
        "Max-Forwards: 70",
        "From: <sip:bob@b.example>;tag=l1",
        'To: "Alice" <sip:alice@a.example>;tag=r1',
        "Call-ID: call-1",
        "CSeq: 3 BYE",
        "Reason: Q.850;cause=16",
        "Content-Length: 0",
        "",
        "",
      ].join("\r\n"),
    );
  });

  test("with a loose first route keeps the target as its Request-URI", () => {
    const it = dialog({ routeSet: ["sip:p1;lr", "sip:p2"] });
    expect(nextHopOf(it)).toBe("sip:p1;lr");
    expect(startAndRoutes(it)).toEqual([
      "BYE sip:alice@192.0.2.40:5062;transport=tcp SIP/2.0",
      "Route: <sip:p1;lr>",
      "Route: <sip:p2>",
    ]);
  });

  test("with a strict first route has it as its Request-URI, and the target as the last route", () => {
    const it = dialog({ routeSet: ["sip:p1", "sip:p2;lr"] });
    expect(nextHopOf(it)).toBe("sip:p1");
    expect(startAndRoutes(it)).toEqual([
      "BYE sip:p1 SIP/2.0",
      "Route: <sip:p2;lr>",
      "Route: <sip:alice@192.0.2.40:5062;transport=tcp>",
    ]);
  });

  test("to a peer without a tag has none, and a body is counted", () => {
    const body = { contentType: "application/sdp", text: "v=0\r\n" };
    const text = formatInDialogRequest(dialog({ remoteTag: "" }), { ...parts, method: "INVITE", body });
    expect(text).toContain('\r\nTo: "Alice" <sip:alice@a.example>\r\n');
    expect(text).toMatch(/\r\nContent-Type: application\/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n$/);
  });

  test("reads back as a valid message of the same dialog", () => {
    const parsed = parseMessage(formatInDialogRequest(dialog({ routeSet: ["sip:[2001:db8::1]:5070;lr"] }), parts));
    expect(parsed.ok && parsed.value.headers.all("route")).toEqual(["<sip:[2001:db8::1]:5070;lr>"]);
  });

  test.each([
    ["sip:p1;lr", true],
    ["sip:p1;LR", true],
    ["sip:p1;lr=on", true],
    ["sip:p1", false],
    ["sip:lr@p1", false],
    ["nonsense;lr", false],
  ])("%s is a loose route: %s", (uri, loose) => expect(isLooseRoute(uri)).toBe(loose));
});
