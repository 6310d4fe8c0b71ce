// What a ladder looks like, and which messages it takes.

import { expect, test } from "vitest";
import type { Flow } from "../protocol/transport/index.ts";
import { formatLadder, messagesOfCall } from "./ladder.ts";
import type { SentMessage } from "./virtual-network.ts";

const FLOW: Flow = {
  network: "net",
  transport: "udp",
  localAddress: "10.0.0.1",
  localPort: 5060,
  remoteAddress: "10.0.0.2",
  remotePort: 5060,
};

function message(first: string, callId: string, method: string): string {
  return `${first}\r\nCall-ID: ${callId}\r\nCSeq: 1 ${method}\r\nContent-Length: 0\r\n\r\n`;
}

function sent(at: number, between: readonly [string, string | null], text: string, copies = 1): SentMessage {
  const [from, to] = between;
  return { at, from, to, flow: FLOW, text, copies };
}

const TRACE = [
  sent(0, ["pbx", "demarc"], message("INVITE sip:+1415@d SIP/2.0", "one", "INVITE")),
  sent(5, ["demarc", "pbx"], message("SIP/2.0 100 Trying", "one", "INVITE"), 0),
  sent(7, ["demarc", "carrier"], message("INVITE sip:1415@c SIP/2.0", "two", "INVITE"), 2),
  sent(8, ["pbx", "demarc"], message("INVITE sip:+1999@d SIP/2.0", "other", "INVITE")),
  sent(9, ["demarc", null], message("BYE sip:x SIP/2.0", "two", "BYE"), 0),
  sent(1234, ["carrier", "demarc"], "noise with\r\nCall-ID: two\r\n"),
];

test("a call's messages are those of all Call-IDs that call its number, however the number is written", () => {
  const expected = TRACE.filter(({ text }) => !text.includes("other"));
  expect(messagesOfCall(TRACE, "one")).toEqual(expected);
  expect(messagesOfCall(TRACE, "two")).toEqual(expected);
  expect(messagesOfCall(TRACE, "nobody's")).toEqual([]);
});

test("each message is an arrow between its parties, with its time and its fate", () => {
  expect(formatLadder(messagesOfCall(TRACE, "one"), ["pbx", "demarc", "carrier"]).split("\n")).toEqual([
    "            pbx                              demarc                           carrier",
    "    0.000   |-------- INVITE +1415 --------->|",
    "    0.005   |<------- 100 INVITE lost -------|",
    "    0.007                                    |----- INVITE 1415 twice ------->|",
    "    0.009                                    |-- BYE unreachable",
    "    1.234                                    |<----------- not SIP -----------|",
  ]);
});
