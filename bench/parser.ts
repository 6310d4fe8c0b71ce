// What reading and writing messages costs.
import { formatDescription, parseDescription } from "../src/protocol/sdp/index.ts";
import {
  answerableHead,
  cseq,
  firstContact,
  formatResponse,
  from,
  header,
  parseMessage,
  type SipMessage,
  tagOf,
  to,
  topVia,
  validateMessage,
} from "../src/protocol/sip/index.ts";
import { measureOperation, printLine } from "./measure.ts";
import { byeAnswer, carrierInvite, SAMPLE_OFFER, sampleInvite } from "./messages.ts";

/** What a B2BUA looks at in an INVITE before it decides anything. */
function readTyped(message: SipMessage): number {
  const { headers } = message;
  const fromAddress = headers.read(from);
  const toAddress = headers.read(to);
  const contact = headers.read(firstContact);
  const via = headers.read(topVia);
  const route = headers.read(header.route)?.[0];
  const sequence = headers.read(cseq);
  const target = message.kind === "request" ? message.sipUri : null;
  const tag = fromAddress === null ? null : tagOf(fromAddress);
  return (
    (tag?.length ?? 0) +
    (toAddress?.uri.length ?? 0) +
    (contact?.uri.length ?? 0) +
    (via?.port ?? 0) +
    (route?.uri.length ?? 0) +
    (sequence?.sequence ?? 0) +
    (target?.user?.length ?? 0) +
    (headers.first("call-id")?.length ?? 0) +
    (headers.first("max-forwards")?.length ?? 0) +
    message.body.length
  );
}

function readWhole(text: string): SipMessage {
  const parsed = parseMessage(text);
  if (!parsed.ok || validateMessage(parsed.value) !== null) throw new Error("the sample must be valid");
  return parsed.value;
}

/** Many different messages: one and the same string would be read from warm caches and with warm branch predictions. */
function inTurns<Item>(make: (serial: number) => Item): () => Item {
  const items = Array.from({ length: 1024 }, (_each, serial) => make(serial));
  let turn = 0;
  return () => {
    turn = (turn + 1) & 1023;
    return items[turn] as Item;
  };
}

/** As a transport hands it over. */
function asText(bytes: Buffer): string {
  return bytes.toString("latin1");
}

export async function benchParser(): Promise<void> {
  const nextBytes = inTurns((serial) => Buffer.from(sampleInvite(serial), "latin1"));
  const nextText = inTurns((serial) => asText(Buffer.from(sampleInvite(serial), "latin1")));
  printLine("sample INVITE", `${sampleInvite().length} bytes`);
  // A yardstick: what it says on another machine tells how the other figures compare.
  await measureOperation({ name: "bytes to text", run: () => asText(nextBytes()).charCodeAt(9) });
  await measureOperation({ name: "find the header lines", run: () => parseMessage(nextText()) });
  await measureOperation({ name: "read and validate", run: () => readWhole(nextText()) });
  await measureOperation({
    name: "read, validate and the typed access of a B2BUA",
    run: () => readTyped(readWhole(nextText())),
  });
  await measureOperation({
    name: "the same from bytes",
    run: () => readTyped(readWhole(asText(nextBytes()))),
  });
  for (const [name, make] of Object.entries({ "a carrier's INVITE": carrierInvite, "an answer to a BYE": byeAnswer })) {
    const next = inTurns((serial) => asText(Buffer.from(make(serial), "latin1")));
    await measureOperation({
      name: `the same work on ${name}, ${make().length} bytes`,
      run: () => readTyped(readWhole(next())),
    });
  }
  await benchWriting();
}

async function benchWriting(): Promise<void> {
  const message = readWhole(sampleInvite());
  if (message.kind !== "request") throw new Error("the sample must be a request");
  const source = { address: "192.0.2.40", port: 5060 };
  const head = answerableHead(message, source);
  if (head === null) throw new Error("the sample must have a Via");
  const body = { contentType: "application/sdp", text: SAMPLE_OFFER };
  const headers = [
    ["Contact", "<sip:198.51.100.10:5060>"],
    ["Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS"],
    ["Server", "Demarc"],
  ] as const;
  await measureOperation({ name: "keep what responses repeat", run: () => answerableHead(message, source) });
  await measureOperation({
    name: "write a 180",
    run: () => formatResponse(head, { status: 180, toTag: "k2v9s0q1t5", headers }).length,
  });
  await measureOperation({
    name: "write a 200 with a description",
    run: () => formatResponse(head, { status: 200, toTag: "k2v9s0q1t5", headers, body, dialog: true }).length,
  });
  await measureOperation({ name: "read a session description", run: () => parseDescription(SAMPLE_OFFER) });
  const parsed = parseDescription(SAMPLE_OFFER);
  if (!parsed.ok) throw new Error("the sample description must be valid");
  await measureOperation({
    name: "write a session description",
    run: () => formatDescription(parsed.value).length,
  });
}
