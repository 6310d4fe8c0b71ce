// Every bound on what a peer can make us read: what lies on it is read, what lies one beyond it is refused. And time that grows with length.
import { describe, expect, test } from "vitest";
import { LIST_ELEMENT_LIMIT } from "./header-fields.ts";
import { HEADER_TABLE } from "./headers/header-table.ts";
import { contact, from } from "./headers/name-address.ts";
import { route } from "./headers/routing.ts";
import { topVia, via } from "./headers/via.ts";
import { MESSAGE_LIMITS, parseMessage } from "./parse-message.ts";
import { sampleRequest } from "./sample-messages.ts";
import { parseSipUri } from "./uri.ts";
import { validateMessage } from "./validate-message.ts";

const HEAD = "INVITE sip:a@b SIP/2.0\r\n";

function isRead(text: string): boolean {
  return parseMessage(text).ok;
}

const list = (element: string, count: number): string => new Array(count).fill(element).join(", ");

const startLine = (length: number): string => {
  const rest = "INVITE sip:@b SIP/2.0\r\n".length - 1;
  return `INVITE sip:${"a".repeat(length - rest)}@b SIP/2.0\r\n\r\n`;
};
const head = (length: number): string => {
  const full = `A:${"b".repeat(8188)}\r\n`.repeat(3);
  return `${HEAD}${full}A:${"b".repeat(length - full.length - 4)}\r\n\r\n`;
};

test.each<[string, number, (size: number) => boolean]>([
  ["bytes of the start line, with its CR", MESSAGE_LIMITS.startLineBytes, (size) => isRead(startLine(size))],
  ["header lines", MESSAGE_LIMITS.headerLines, (size) => isRead(`${HEAD}${"A:\r\n".repeat(size)}\r\n`)],
  ["bytes of a line", MESSAGE_LIMITS.lineBytes, (size) => isRead(`${HEAD}A:${"b".repeat(size - 2)}\r\n\r\n`)],
  [
    "bytes of a folded line's part",
    MESSAGE_LIMITS.lineBytes,
    (size) => isRead(`${HEAD}A:\r\n${" ".repeat(size)}\r\n\r\n`),
  ],
  ["bytes of the header section", MESSAGE_LIMITS.headBytes, (size) => isRead(head(size + 1))],
  [
    "bytes of a body without Content-Length",
    MESSAGE_LIMITS.bodyBytes,
    (size) => isRead(`${HEAD}\r\n${"x".repeat(size)}`),
  ],
  ["bytes of a body", MESSAGE_LIMITS.bodyBytes, (size) => isRead(`${HEAD}l:${size}\r\n\r\n${"x".repeat(size)}`)],
  ["digits of a Content-Length", 10, (size) => isRead(`${HEAD}l:${"0".repeat(size)}\r\n\r\n`)],
  ["parameters of a URI", 64, (size) => parseSipUri(`sip:a@b${";c".repeat(size)}`) !== null],
  ["parameters of a Via", 64, (size) => topVia.parse(`SIP/2.0/UDP a${";c".repeat(size)}`) !== null],
  ["parameters of a From", 64, (size) => from.parse(`<sip:a>${";c".repeat(size)}`) !== null],
  ["elements of a line of Vias", 64, (size) => via.parse(list("SIP/2.0/UDP a", size)) !== null],
  ["elements of a line of Contacts", 64, (size) => contact.parse(list("<sip:a>", size)) !== null],
  ["digits of a port", 5, (size) => parseSipUri(`sip:a:${"0".repeat(size)}`) !== null],
])("%s: %i, and no more", (_what, limit, read) => expect([read(limit), read(limit + 1)]).toEqual([true, false]));

test("the elements of a list over all its lines: 256, and no more", () => {
  const lines = (count: number): string[] =>
    Array.from(
      { length: Math.ceil(count / 64) },
      (_each, n) => `Route: ${list("<sip:a>", Math.min(64, count - n * 64))}`,
    );
  const read = (count: number) => {
    const parsed = parseMessage(sampleRequest("INVITE", { add: lines(count) }));
    return parsed.ok ? (parsed.value.headers.read(route)?.length ?? null) : null;
  };
  expect([read(LIST_ELEMENT_LIMIT), read(LIST_ELEMENT_LIMIT + 1)]).toEqual([LIST_ELEMENT_LIMIT, null]);
});

/** Processor time of one run, the least of several: what else the machine does can only add to it. */
function leastMs(run: () => unknown): number {
  const times = Array.from({ length: 7 }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

/** What a peer can fill a value with, and what comes at its end so that it is not simply accepted. */
const NOISE = [
  " ",
  "\t",
  ";",
  ";a",
  ";a=",
  ",",
  '"',
  '\\"',
  "\\",
  "<",
  ">",
  "<>",
  "(",
  "%",
  "%41",
  "@",
  ":",
  "[",
  "=",
  "?",
  "1",
  "a",
  "+",
  ".",
  "-",
  "a.",
  "a,",
  "\r\n ",
];

describe("time grows with length and no faster", () => {
  // Sixteen times the length takes sixteen times as long; were it quadratic, 256 times. The bound lies far from both.
  const ratio = (run: (text: string) => unknown, noise: string): number => {
    const texts = [2000, 32_000].map((length) => `${noise.repeat(length / noise.length)}\x01`) as [string, string];
    const [short, long] = [() => run(texts[0]), () => run(texts[1])];
    for (let turn = 0; turn < 3; turn += 1) long();
    const repeats = 16;
    const base = leastMs(() => {
      for (let turn = 0; turn < repeats; turn += 1) short();
    });
    // What takes no time at all has nothing to grow.
    return leastMs(long) / Math.max(base / repeats, 0.05);
  };

  test.each(HEADER_TABLE.map(({ codec }) => [codec.name, codec] as const))("of a %s", (_name, codec) => {
    for (const noise of NOISE) expect([noise, ratio((text) => codec.parse(text), noise) < 100]).toEqual([noise, true]);
  });

  test("of a URI and a message", () => {
    for (const noise of NOISE) {
      const uri = ratio((text) => parseSipUri(`sip:${text}`), noise);
      const message = ratio((text) => {
        const parsed = parseMessage(`${HEAD}A:${text}\r\n\r\n${text}`);
        return parsed.ok ? validateMessage(parsed.value) : null;
      }, noise);
      expect([noise, uri < 100, message < 100]).toEqual([noise, true, true]);
    }
  });
});
