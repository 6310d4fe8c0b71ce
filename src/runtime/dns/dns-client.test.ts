// The DNS client against name servers on loopback: good, silent, refusing, lying, and such as have much to say.
import { type Answer, encode } from "dns-packet";
import { afterEach, describe, expect, it } from "vitest";
import { seededRandom } from "../../base/index.ts";
import { createDnsClient } from "./dns-client.ts";
import { openSampleNameServer, type SampleAnswering, type SampleNameServer } from "./sample-name-server.ts";

const open: SampleNameServer[] = [];

afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function serve(answering: SampleAnswering): Promise<SampleNameServer> {
  const server = await openSampleNameServer(answering);
  open.push(server);
  return server;
}

/** Patience long enough for a busy machine, and short where a silent server is waited out. */
function clientOf(servers: readonly SampleNameServer[], patienceMs: readonly number[] = [5000]) {
  return createDnsClient({ servers: () => servers, random: seededRandom(5), patienceMs });
}

const address = (name: string, literal: string, ttl = 60): Answer => ({ type: "A", name, ttl, data: literal });
const soa = (ttl: number, minimum: number): Answer => ({
  type: "SOA",
  name: "example",
  ttl,
  data: { mname: "ns.example", rname: "admin.example", serial: 1, refresh: 1, retry: 1, expire: 1, minimum },
});

describe("what the answers say", () => {
  it("addresses, with the shortest time to live", async () => {
    const server = await serve(() => ({
      answers: [address("a.example", "192.0.2.1", 90), address("A.example", "192.0.2.2", 30)],
    }));
    expect(await clientOf([server]).ask({ type: "A", name: "a.EXAMPLE." })).toEqual({
      answer: { kind: "addresses", addresses: ["192.0.2.1", "192.0.2.2"] },
      ttlMs: 30_000,
    });
  });

  it("SRV and NAPTR records", async () => {
    const server = await serve((query) => {
      const [question] = query.questions ?? [];
      if (question?.type === "SRV") {
        const record = { priority: 1, weight: 2, port: 5070, target: "b.example" };
        return { answers: [{ type: "SRV", name: "_sip._udp.example", ttl: 5, data: record }] };
      }
      const record = {
        order: 1,
        preference: 2,
        flags: "s",
        services: "SIP+D2U",
        regexp: "",
        replacement: "_sip._udp.example",
      };
      return { answers: [{ type: "NAPTR", name: "example", ttl: 5, data: record }] };
    });
    const client = clientOf([server]);
    expect((await client.ask({ type: "SRV", name: "_sip._udp.example" })).answer).toEqual({
      kind: "srv",
      records: [{ priority: 1, weight: 2, port: 5070, target: "b.example" }],
    });
    expect((await client.ask({ type: "NAPTR", name: "example" })).answer).toEqual({
      kind: "naptr",
      records: [
        { order: 1, preference: 2, flags: "s", service: "SIP+D2U", regexp: "", replacement: "_sip._udp.example" },
      ],
    });
  });

  it("aliases are followed within the reply, and only such as lead on from the name", async () => {
    const server = await serve(() => ({
      answers: [
        address("other.example", "192.0.2.66"),
        { type: "CNAME", name: "a.example", ttl: 10, data: "b.example" },
        { type: "CNAME", name: "b.example", ttl: 20, data: "c.example" },
        address("c.example", "192.0.2.3", 40),
      ],
    }));
    expect(await clientOf([server]).ask({ type: "A", name: "a.example" })).toEqual({
      answer: { kind: "addresses", addresses: ["192.0.2.3"] },
      ttlMs: 10_000,
    });
    expect((await clientOf([server]).ask({ type: "A", name: "d.example" })).answer).toEqual({ kind: "none" });
  });

  it("a ring of aliases ends", async () => {
    const ring = (name: string, next: string): Answer => ({ type: "CNAME", name, ttl: 10, data: next });
    const server = await serve(() => ({ answers: [ring("a.example", "b.example"), ring("b.example", "a.example")] }));
    expect((await clientOf([server]).ask({ type: "A", name: "a.example" })).answer).toEqual({ kind: "none" });
  });

  it.each([
    ["no such name", { rcode: 3, authorities: [soa(300, 60)] }, 60_000],
    ["no such record", { authorities: [soa(30, 60)] }, 30_000],
    ["no such name, without the zone's word", { rcode: 3 }, 0],
  ])("%s", async (_what, reply, ttlMs) => {
    const server = await serve(() => reply);
    const asked = await clientOf([server]).ask({ type: "SRV", name: "_sip._udp.example" });
    expect(asked).toEqual({ answer: { kind: "none" }, ttlMs });
  });
});

describe("how servers are asked", () => {
  it("what is cut off over UDP is fetched whole over TCP", async () => {
    const answers = Array.from({ length: 200 }, (_, n) => address("many.example", `192.0.2.${n}`));
    const server = await serve(() => ({ answers, truncated: true }));
    const { answer } = await clientOf([server]).ask({ type: "A", name: "many.example" });
    expect(answer.kind === "addresses" && answer.addresses).toHaveLength(200);
    expect(server.asked).toEqual(["udp A many.example", "tcp A many.example"]);
  });

  it("larger replies are allowed, but not of a server that does not understand that", async () => {
    const server = await serve((query) =>
      (query.additionals ?? []).length > 0 ? { rcode: 1 } : { answers: [address("a.example", "192.0.2.1")] },
    );
    expect((await clientOf([server]).ask({ type: "A", name: "a.example" })).answer.kind).toBe("addresses");
    expect(server.queries.map(({ additionals }) => additionals?.map(({ type }) => type))).toEqual([["OPT"], []]);
  });

  it("each question has an id and a port that cannot be told from the last", async () => {
    const server = await serve(() => ({ rcode: 3 }));
    const client = clientOf([server]);
    for (let n = 0; n < 20; n += 1) await client.ask({ type: "A", name: `n${n}.example` });
    expect(new Set(server.queries.map(({ id }) => id)).size).toBe(20);
    expect(new Set(server.ports).size).toBeGreaterThan(10);
  });

  it("replies to other questions, with another id and of other shapes are not heeded", async () => {
    const server = await serve((query) => {
      const id = query.id ?? 0;
      const forged = (more: object): Buffer => {
        const questions = query.questions ?? [];
        return encode({
          type: "response",
          id,
          flags: 0,
          questions,
          answers: [address("a.example", "192.0.2.66")],
          ...more,
        });
      };
      const [first = Buffer.from("rubbish"), ...later] = [
        forged({ id: id ^ 1 }),
        forged({ questions: [{ type: "A", name: "b.example" }] }),
        forged({ type: "query" }),
        forged({ questions: [] }),
        Buffer.from("rubbish"),
        Buffer.alloc(0),
      ];
      return later[server.asked.length - 2] ?? first;
    });
    const { answer } = await clientOf([server], [100, 100, 100, 100, 100, 100]).ask({ type: "A", name: "a.example" });
    expect(answer).toEqual({ kind: "failed", detail: "the name servers do not answer" });
    expect(server.asked).toHaveLength(6);
  });

  it("a silent or refusing server is passed by, and the one that answered is asked first from then on", async () => {
    const silent = await serve(() => null);
    const refusing = await serve(() => ({ rcode: 5 }));
    const good = await serve(() => ({ answers: [address("a.example", "192.0.2.1")] }));
    const client = clientOf([silent, refusing, good], [1000]);
    expect((await client.ask({ type: "A", name: "a.example" })).answer.kind).toBe("addresses");
    expect((await client.ask({ type: "A", name: "a.example" })).answer.kind).toBe("addresses");
    expect([silent, refusing, good].map(({ asked }) => asked.length)).toEqual([1, 1, 2]);
  });

  it("when none helps, it says why", async () => {
    const refusing = await serve(() => ({ rcode: 2 }));
    const { answer } = await clientOf([refusing], [5000, 5000]).ask({ type: "A", name: "a.example" });
    expect(answer).toEqual({ kind: "failed", detail: "the name server answered with code 2" });
    expect(refusing.asked).toHaveLength(2);
  });

  it("a server that is not there is no reason to wait", async () => {
    const gone = await openSampleNameServer(() => null);
    await gone.close();
    const good = await serve(() => ({ answers: [address("a.example", "192.0.2.1")] }));
    const { answer } = await clientOf([gone, good], [60_000]).ask({ type: "A", name: "a.example" });
    expect(answer.kind).toBe("addresses");
  });
});
