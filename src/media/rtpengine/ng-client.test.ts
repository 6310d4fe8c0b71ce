import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../media-peers.contract.ts";
import { NgClient, readReply } from "./ng-client.ts";

const LOOPBACK = "127.0.0.1";

describe("a command to rtpengine", () => {
  let server: Socket;
  let client: NgClient;
  /** Cookie and rest of what came, and whom to answer. */
  const asked: { readonly cookie: string; readonly command: string; readonly answer: (text: string) => void }[] = [];

  beforeEach(async () => {
    asked.length = 0;
    server = createSocket("udp4");
    server.bind(0, LOOPBACK);
    await once(server, "listening");
    server.on("message", (datagram, from) => {
      const [cookie = "", command = ""] = datagram.toString("latin1").split(" ", 2);
      asked.push({
        cookie,
        command,
        answer: (text) => server.send(Buffer.from(text, "latin1"), from.port, from.address),
      });
    });
    client = new NgClient({ address: LOOPBACK, port: server.address().port });
  });
  afterEach(() => {
    client.close();
    server.close();
  });

  test("is sent once more with the same cookie when nobody answers, and done when somebody does", async () => {
    const reply = client.ask({ command: "ping" });
    await eventually(() => asked.length).toBe(3);
    expect(new Set(asked.map(({ cookie }) => cookie)).size).toBe(1);
    expect(asked[2]?.command).toBe("d7:command4:pinge");
    asked[2]?.answer(`${asked[2].cookie} d6:result4:ponge`);
    expect(await reply).toMatchObject({ ok: true, value: { result: "pong" } });
  });

  test("comes to silence when nobody ever answers", async () => {
    expect(await client.ask({ command: "ping" })).toMatchObject({ ok: false, failure: { kind: "silent" } });
    expect(asked.length).toBe(4);
  });

  test("takes its own answer alone, whatever else comes and in whatever order", async () => {
    const replies = [client.ask({ command: "a" }), client.ask({ command: "b" })];
    await eventually(() => new Set(asked.map(({ cookie }) => cookie)).size).toBe(2);
    const [one, other] = [
      asked.find(({ command }) => command.includes("1:a")),
      asked.find(({ command }) => command.includes("1:b")),
    ];
    for (const noise of ["", " ", "x", "nobody d6:result2:oke", `${one?.cookie}d6:result2:oke`, `${other?.cookie}`])
      one?.answer(noise);
    other?.answer(`${other.cookie} d6:result2:ok1:n1:2e`);
    other?.answer(`${other.cookie} d6:result2:ok1:n1:3e`);
    one?.answer(`${one.cookie} d6:result2:ok1:n1:1e`);
    const said = await Promise.all(replies);
    expect(said.map((reply) => reply.ok && reply.value.n)).toEqual(["1", "2"]);
  });

  test("is declined in the daemon's own words", async () => {
    const reply = client.ask({ command: "query" });
    await eventually(() => asked.length).toBe(1);
    asked[0]?.answer(`${asked[0].cookie} d6:result5:error12:error-reason15:Unknown call-ide`);
    expect(await reply).toEqual({ ok: false, failure: { kind: "declined", detail: "Unknown call-id" } });
  });

  test("that fits in no datagram is not sent", async () => {
    const reply = await client.ask({ command: "offer", sdp: "x".repeat(70_000) });
    expect(reply).toMatchObject({ ok: false, failure: { kind: "declined" } });
    expect(asked).toEqual([]);
  });

  test("is told at once that nobody is there, or that we have stopped asking", async () => {
    const port = server.address().port;
    const waiting = client.ask({ command: "ping" });
    await eventually(() => asked.length).toBe(1);
    client.close();
    expect(await waiting).toMatchObject({ ok: false, failure: { kind: "silent", refused: false } });
    expect(await client.ask({ command: "ping" })).toMatchObject({ ok: false, failure: { kind: "silent" } });
    server.close();
    server = createSocket("udp4");
    const alone = new NgClient({ address: LOOPBACK, port });
    expect(await alone.ask({ command: "ping" })).toMatchObject({ ok: false, failure: { refused: true } });
    alone.close();
    server.bind(0, LOOPBACK);
    await once(server, "listening");
  });
});

describe("an answer of rtpengine", () => {
  test.each([
    "",
    "i1e",
    "le",
    "de",
    "d6:resulti1ee",
    "d6:result7:unknowne",
    "d6:result5:error12:error-reasoni1ee",
    "x",
  ])("that is none is declined: %j", (text) =>
    expect(readReply(text)).toMatchObject({ ok: false, failure: { kind: "declined" } }),
  );

  test("comes to a value whatever it is", () => {
    fc.assert(fc.property(fc.string(), (text) => typeof readReply(text).ok === "boolean"));
  });
});
