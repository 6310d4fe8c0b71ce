// What is not SIP, on real sockets: datagrams of every size, streams that say nothing or too much. Demarc stays up and answers.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { seededRandom } from "../../src/base/index.ts";
import { openGround } from "./ground.ts";
import { LAN_ADDRESS, openOffice, PBX, STRANGER, WAN_ADDRESS } from "./office.ts";
import { waitUntil } from "./wait-until.ts";

const SEED = 5060;
const DATAGRAMS = 2000;
const PIECES = [
  "INVITE ",
  "SIP/2.0 ",
  "\r\n",
  "\r\n\r\n",
  "Via: ",
  "\0",
  "Content-Length: 99999999\r\n",
  "sip:a@b",
  ";",
  ",",
  '"',
  "<",
];

function noise(random: ReturnType<typeof seededRandom>, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; ) {
    const draw = random.uint32();
    const piece =
      (draw & 3) === 0 ? Buffer.from(PIECES[(draw >>> 2) % PIECES.length] ?? "") : Buffer.from([draw >>> 24]);
    at += piece.copy(buffer, at);
  }
  return buffer;
}

async function bound(address: string): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(0, address);
  await once(socket, "listening");
  return socket;
}

async function send(socket: Socket, payload: Buffer, address: string): Promise<void> {
  await new Promise<void>((resolve) => socket.send(payload, 5060, address, () => resolve()));
}

async function sayOptions(socket: Socket): Promise<string> {
  const { port } = socket.address();
  const lines = [
    `OPTIONS sip:${LAN_ADDRESS} SIP/2.0`,
    `Via: SIP/2.0/UDP ${PBX.address}:${port};branch=z9hG4bK-after-noise;rport`,
    "Max-Forwards: 70",
    `From: <sip:pbx@${PBX.address}>;tag=after`,
    `To: <sip:${LAN_ADDRESS}>`,
    "Call-ID: after-noise",
    "CSeq: 1 OPTIONS",
    "Content-Length: 0",
  ];
  const answered = once(socket, "message");
  await send(socket, Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), LAN_ADDRESS);
  const [message] = (await answered) as [Buffer];
  return message.toString("latin1").split("\r\n", 1)[0] ?? "";
}

test(`noise of up to 64 kB from a peer and from a stranger changes nothing (seed ${SEED})`, async () => {
  const ground = openGround();
  const { demarc } = await openOffice(ground);
  const random = seededRandom(SEED);
  const sockets = [await bound(PBX.address), await bound(STRANGER)];
  ground.atEnd(() => {
    for (const socket of sockets) socket.close();
  });
  for (let count = 0; count < DATAGRAMS; count += 1) {
    const bytes = count % 100 === 0 ? 65_507 : random.uint32() % 1500;
    const socket = sockets[count % 2] as Socket;
    await send(socket, noise(random, bytes), count % 2 === 0 ? LAN_ADDRESS : WAN_ADDRESS);
  }
  const stream = connect(5060, LAN_ADDRESS);
  stream.on("error", () => {});
  await once(stream, "connect");
  stream.write(noise(random, 200_000));
  await waitUntil(() => stream.closed || stream.destroyed || stream.readableEnded, {
    timeoutMs: 20_000,
    describe: () => "Demarc to close a connection that speaks no SIP",
  });
  expect(await sayOptions(sockets[0] as Socket)).toBe("SIP/2.0 200 OK");
  expect(await demarc.calls()).toEqual([]);
  expect(await demarc.interrupt()).toBe(0);
  expect(demarc.program.output()).not.toContain("A fault of our own");
});
