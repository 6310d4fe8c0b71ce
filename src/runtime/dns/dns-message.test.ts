// Replies are a stranger's bytes: whatever they are, reading them gives a value, and no address in it is anything but one.
import { type Answer, encode } from "dns-packet";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type DnsQuestion, parseAddress } from "../../protocol/transport/index.ts";
import { formatQuestion, readReply } from "./dns-message.ts";

const NAME = "a.example";
const RECORDS: Readonly<Record<DnsQuestion["type"], Answer>> = {
  A: { type: "A", name: NAME, ttl: 60, data: "192.0.2.1" },
  AAAA: { type: "AAAA", name: NAME, ttl: 60, data: "2001:db8::1" },
  SRV: { type: "SRV", name: NAME, ttl: 60, data: { priority: 1, weight: 2, port: 5060, target: "b.example" } },
  NAPTR: {
    type: "NAPTR",
    name: NAME,
    ttl: 60,
    data: { order: 1, preference: 1, flags: "s", services: "SIP+D2U", regexp: "", replacement: "b.example" },
  },
};
const SOA: Answer = {
  type: "SOA",
  name: "example",
  ttl: 30,
  data: { mname: "ns.example", rname: "admin.example", serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 30 },
};

function replyTo(type: DnsQuestion["type"]): Buffer {
  const alias: Answer = { type: "CNAME", name: "b.example", ttl: 1, data: NAME };
  const questions = [{ type, name: NAME }];
  return encode({ type: "response", id: 7, flags: 0, questions, answers: [alias, RECORDS[type]], authorities: [SOA] });
}

const type = fc.constantFrom("A" as const, "AAAA" as const, "SRV" as const, "NAPTR" as const);

test("damaged replies are read as values", () => {
  const damage = fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 8 });
  let read = 0;
  fc.assert(
    fc.property(type, damage, fc.nat(200), (asked, bytes, cut) => {
      const reply = replyTo(asked);
      for (const [index, byte] of bytes) if (index < reply.length) reply[index] = byte;
      const reading = readReply(cut < 150 ? reply : reply.subarray(0, cut), { type: asked, name: NAME }, 7);
      if (reading?.kind !== "reply") return;
      read += 1;
      const { answer, ttlMs } = reading.reply;
      expect(ttlMs).toBeGreaterThanOrEqual(0);
      if (answer.kind === "addresses")
        for (const address of answer.addresses) expect(parseAddress(address)).not.toBeNull();
    }),
    { numRuns: 5000 },
  );
  expect(read).toBeGreaterThan(100);
});

test("any bytes are read as values", () => {
  fc.assert(
    fc.property(type, fc.uint8Array({ maxLength: 600 }), (asked, bytes) => {
      readReply(Buffer.from(bytes), { type: asked, name: NAME }, 7);
    }),
    { numRuns: 2000 },
  );
});

test("a question is one, with room for a larger reply where it asks for it", () => {
  const plain = formatQuestion({ type: "SRV", name: "_sip._udp.A.example." }, { id: 7, edns: false });
  const edns = formatQuestion({ type: "SRV", name: "_sip._udp.A.example." }, { id: 7, edns: true });
  // Header, name, type and class; then RFC 6891's pseudo-record of eleven bytes.
  expect([plain.length, edns.length]).toEqual([12 + 21 + 4, 12 + 21 + 4 + 11]);
});
