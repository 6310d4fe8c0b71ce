// Asks the name servers of this machine: the one that answered last first, then the others, each a second time with more patience.

import type { Millis, Random } from "../../base/index.ts";
import type { DnsQuestion } from "../../protocol/transport/index.ts";
import { askOverTcp, askOverUdp, type NameServer } from "./ask-server.ts";
import { type DnsReading, type DnsReply, formatQuestion, readReply } from "./dns-message.ts";

export interface DnsClientOptions {
  /** In the order to ask them; read before each question. */
  readonly servers: () => readonly NameServer[];
  readonly random: Random;
  /** How long each server has, round by round. */
  readonly patienceMs?: readonly Millis[];
}

export interface DnsClient {
  /** Never rejects: an answer `failed` says that no server helped. */
  ask(question: DnsQuestion): Promise<DnsReply>;
}

/** A caller hears silence meanwhile, so it is short: the second round is there for the packet that got lost. */
const PATIENCE_MS: readonly Millis[] = [600, 1200];

export function createDnsClient({ servers, random, patienceMs = PATIENCE_MS }: DnsClientOptions): DnsClient {
  /** The server that answered last; the others are asked after it. */
  let trusted = "";

  const exchange = async (
    question: DnsQuestion,
    by: { server: NameServer; timeoutMs: Millis; edns: boolean },
  ): Promise<DnsReading | null> => {
    const { server, timeoutMs, edns } = by;
    const id = random.uint32() & 0xffff;
    const asking = { server, timeoutMs, packet: formatQuestion(question, { id, edns }) };
    const read = (bytes: Buffer): DnsReading | null => readReply(bytes, question, id);
    const reading = await askOverUdp(asking, read);
    return reading?.kind === "truncated" ? askOverTcp(asking, read) : reading;
  };

  return {
    async ask(question) {
      let detail = "the name servers do not answer";
      const list = [...servers()];
      const ordered = list.sort((one, other) => rank(one, trusted) - rank(other, trusted));
      for (const timeoutMs of patienceMs) {
        for (const server of ordered) {
          let reading = await exchange(question, { server, timeoutMs, edns: true });
          if (reading?.kind === "misunderstood") {
            reading = await exchange(question, { server, timeoutMs, edns: false });
          }
          if (reading?.kind === "reply") {
            trusted = nameOf(server);
            return reading.reply;
          }
          if (reading?.kind === "unhelpful") detail = reading.detail;
        }
      }
      return { answer: { kind: "failed", detail }, ttlMs: 0 };
    },
  };
}

function nameOf({ address, port }: NameServer): string {
  return `${address} ${port}`;
}

function rank(server: NameServer, trusted: string): number {
  return nameOf(server) === trusted ? 0 : 1;
}
