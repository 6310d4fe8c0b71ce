// Checkers that find nothing prove nothing: each planted bug is found, under the rule it breaks.

import { expect, test } from "vitest";
import type { CallRecord, MediaCommand } from "../../src/engine/index.ts";
import type { Agent, LabAction, Rule } from "../../src/lab/index.ts";
import { faultsNamed } from "./faults.ts";
import { runSimulation } from "./simulation.ts";

type Send = Extract<LabAction, { kind: "send" }>;

/** Demarc with each of its actions replaced by what `bend` makes of it. */
function bent(bend: (action: LabAction) => readonly LabAction[]): (agent: Agent) => Agent {
  return (agent) => ({ handle: (input, now) => agent.handle(input, now).flatMap(bend) });
}

/** Only the sends, changed or left out. */
function bentSends(bend: (send: Send) => readonly LabAction[]): (agent: Agent) => Agent {
  return bent((action) => (action.kind === "send" ? bend(action) : [action]));
}

function rewritten(from: RegExp | string, to: string): (agent: Agent) => Agent {
  return bentSends((send) => [{ ...send, text: send.text.replace(from, to) }]);
}

/** The session description in each response changed, its length told rightly. `count` is another number each time. */
function bentAnswers(bend: (body: string, count: number) => string): (agent: Agent) => Agent {
  let count = 0;
  return bentSends((send) => {
    const end = send.text.indexOf("\r\n\r\n") + 4;
    if (end === send.text.length || !send.text.startsWith("SIP/2.0")) return [send];
    count += 1;
    const body = bend(send.text.slice(end), count);
    const head = send.text.slice(0, end).replace(/^Content-Length: \d+/m, `Content-Length: ${body.length}`);
    return [{ ...send, text: head + body }];
  });
}

const isRequest = (method: string, { text }: Send) => text.startsWith(`${method} `);
const isAnswer = (method: string, { text }: Send) => text.startsWith("SIP/2.0 200") && text.includes(` ${method}\r\n`);

/** Media commands changed on their way to the plane. */
function bentMedia(bend: (command: MediaCommand) => MediaCommand): (agent: Agent) => Agent {
  return bent((action) => (action.kind === "media" ? [{ ...action, command: bend(action.command) }] : [action]));
}

/** Offers name another port than the peer did. */
function misplaced(command: MediaCommand): MediaCommand {
  if (command.kind !== "offer") return command;
  const { description } = command;
  const media = description.media.map((stream) => ({ ...stream, port: stream.port === 0 ? 0 : stream.port + 2 }));
  return { ...command, description: { ...description, media } };
}

/** A second on the bill that was not talked. */
function later(record: CallRecord): CallRecord {
  const endedAt = new Date(Date.parse(record.endedAt) + 1000).toISOString();
  return { ...record, endedAt, durationMs: record.durationMs + 1000 };
}

const BUGS: readonly { readonly bug: string; readonly rule: Rule; readonly wrap: (agent: Agent) => Agent }[] = [
  {
    bug: "the ACK of a 2xx is not sent",
    rule: "acknowledged",
    wrap: bentSends((send) => (isRequest("ACK", send) ? [] : [send])),
  },
  {
    bug: "a record is written twice",
    rule: "record",
    wrap: bent((action) => (action.kind === "record" ? [action, action] : [action])),
  },
  { bug: "no record is written", rule: "record", wrap: bent((action) => (action.kind === "record" ? [] : [action])) },
  {
    bug: "the record tells another status",
    rule: "record",
    wrap: bent((action) =>
      action.kind === "record" && action.record.status === 486
        ? [{ ...action, record: { ...action.record, status: 480 } }]
        : [action],
    ),
  },
  {
    bug: "the record tells another cause",
    rule: "outcome",
    wrap: bent((action) =>
      action.kind === "record" && action.record.cause === "busy"
        ? [{ ...action, record: { ...action.record, cause: "no-answer" } }]
        : [action],
    ),
  },
  {
    bug: "the record tells another duration",
    rule: "outcome",
    wrap: bent((action) =>
      action.kind === "record" && action.record.answeredAt !== null
        ? [{ ...action, record: later(action.record) }]
        : [action],
    ),
  },
  {
    bug: "the end of an emergency call is not told",
    rule: "audit",
    wrap: bent((action) => (action.kind === "emergency" && action.step.kind === "ended" ? [] : [action])),
  },
  {
    bug: "a host name of the PBX gets out",
    rule: "leak",
    wrap: rewritten("Max-Forwards", "X-Was: zq0pbx.invalid\r\nMax-Forwards"),
  },
  {
    bug: "our inner address gets out",
    rule: "leak",
    wrap: rewritten("Max-Forwards", "Warning: 399 10.1.0.5\r\nMax-Forwards"),
  },
  {
    bug: "a timer is forgotten",
    rule: "left-over",
    wrap: bent((action) => (action.kind === "start-timer" && action.key.endsWith("timerJ") ? [] : [action])),
  },
  {
    bug: "a session that nobody refreshes is let go on",
    rule: "session-timer",
    wrap: bent((action) => (action.kind === "start-timer" && action.key.includes("|expire.") ? [] : [action])),
  },
  {
    bug: "the media session is never released",
    rule: "left-over",
    wrap: bent((action) => (action.kind === "media" && action.command.kind === "release" ? [] : [action])),
  },
  {
    bug: "an INVITE is refused after it was answered",
    rule: "one-final-response",
    wrap: bentSends((send) =>
      isAnswer("INVITE", send) ? [send, { ...send, text: send.text.replace("200 OK", "486 Busy Here") }] : [send],
    ),
  },
  {
    bug: "ringing is told after the answer",
    rule: "one-final-response",
    wrap: bentSends((send) =>
      isAnswer("INVITE", send) ? [send, { ...send, text: send.text.replace("200 OK", "180 Ringing") }] : [send],
    ),
  },
  {
    bug: "a BYE has the CSeq of the INVITE",
    rule: "sequence",
    wrap: bentSends((send) => [
      isRequest("BYE", send) ? { ...send, text: send.text.replace(/^CSeq: \d+/m, "CSeq: 1") } : send,
    ]),
  },
  { bug: "a header is broken", rule: "message", wrap: rewritten("Max-Forwards: ", "Max-Forwards: x") },
  { bug: "Content-Length is wrong", rule: "message", wrap: rewritten("m=audio", "m=audio ") },
  {
    bug: "a request goes to nobody's address",
    rule: "destination",
    wrap: bentSends((send) => [
      isRequest("BYE", send) ? { ...send, flow: { ...send.flow, remoteAddress: "198.51.100.99" } } : send,
    ]),
  },
  {
    bug: "an answer goes to who never asked",
    rule: "destination",
    wrap: bentSends((send) => [
      send.text.startsWith("SIP/2.0 486") ? { ...send, flow: { ...send.flow, remoteAddress: "198.51.100.99" } } : send,
    ]),
  },
  {
    bug: "the answer takes up what was not offered",
    rule: "session",
    wrap: bentAnswers((body) => body.replace(/^(m=audio \d+ RTP\/AVP) .*$/m, "$1 18")),
  },
  {
    bug: "the version of a session goes up without a change",
    rule: "session",
    wrap: bentAnswers((body, count) => body.replace(/^(o=\S+ \d+) \d+/m, `$1 ${1000 + count}`)),
  },
  {
    bug: "the plane sends a caller its audio to another port",
    rule: "agreement",
    wrap: bentMedia(misplaced),
  },
  {
    bug: "one side is told that it is on hold",
    rule: "agreement",
    wrap: bentAnswers((body) => body.replace("a=sendrecv", "a=sendonly")),
  },
  {
    bug: "the two sides are told different codecs",
    rule: "agreement",
    wrap: bentAnswers((body) => body.replace(/^(m=audio \d+ RTP\/AVP) 0\b/m, "$1 8")),
  },
  {
    bug: "a forbidden number is called",
    rule: "forbidden-call",
    wrap: rewritten(/^INVITE sip:\+1415/, "INVITE sip:+1900"),
  },
  {
    bug: "a transferred call says that it came out of one that never was",
    rule: "record",
    wrap: bent((action) => {
      if (action.kind !== "record" || action.record.transferredFrom === null) return [action];
      return [{ ...action, record: { ...action.record, transferredFrom: "nobody" } }];
    }),
  },
  {
    bug: "a message leaves from another network's address",
    rule: "fault",
    wrap: bentSends((send) => [{ ...send, flow: { ...send.flow, localAddress: "10.9.9.9" } }]),
  },
  {
    bug: "the engine throws",
    rule: "fault",
    wrap: (agent) => {
      let inputs = 0;
      return {
        handle(input, now) {
          inputs += 1;
          if (inputs === 500) throw new Error("planted");
          return agent.handle(input, now);
        },
      };
    },
  },
];

test.each(BUGS)("$bug: $rule", ({ rule, wrap }) => {
  const faults = faultsNamed("none");
  if (faults === null) throw new Error("there are no such faults");
  const found = runSimulation({ seed: 1, calls: 250, faults, wrap });
  expect(found.violations.map((violation) => violation.rule)).toContain(rule);
});

test("with nothing planted, nothing is found", () => {
  const faults = faultsNamed("none");
  if (faults === null) throw new Error("there are no such faults");
  expect(runSimulation({ seed: 1, calls: 250, faults }).violations).toEqual([]);
});
