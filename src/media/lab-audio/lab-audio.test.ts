// The lab's audio over real sockets on loopback, its time beaten by the test.

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import { seededRandom } from "../../base/index.ts";
import { type LabAudio, openLabAudio } from "./lab-audio.ts";

const ADDRESS = "127.0.0.1";
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

interface Setting {
  readonly audio: LabAudio;
  /** Lets so much time pass, in one beat. */
  readonly pass: (ms: number) => void;
}

async function openAudio(calls = 1): Promise<Setting> {
  let [now, beat] = [0, () => {}];
  const metronome = (_everyMs: number, run: () => void) => {
    beat = run;
    return () => {
      beat = () => {};
    };
  };
  const audio = await openLabAudio({ address: ADDRESS, calls, random: seededRandom(1), clock: () => now, metronome });
  closing.push(() => audio.close());
  const pass = (ms: number) => {
    now += ms;
    beat();
  };
  return { audio, pass };
}

/** The other side of a call. */
async function openPeer(): Promise<{
  socket: Socket;
  port: number;
  heard: Buffer[];
  until: (count: number) => Promise<void>;
}> {
  const socket = createSocket("udp4");
  const heard: Buffer[] = [];
  socket.on("message", (packet) => heard.push(packet));
  socket.bind(0, ADDRESS);
  await once(socket, "listening");
  closing.push(() => socket.close());
  const until = async (count: number) => {
    while (heard.length < count) await once(socket, "message");
  };
  return { socket, port: socket.address().port, heard, until };
}

function takePort(audio: LabAudio): number {
  const port = audio.take();
  if (port === null) throw new Error("no port is free");
  return port;
}

test("a tone is a stream of RTP: one packet each 20 ms, numbered, stamped, with one source", async () => {
  const { audio, pass } = await openAudio();
  const peer = await openPeer();
  const port = takePort(audio);
  expect(port % 2).toBe(0);
  const remote = { address: ADDRESS, port: peer.port };
  audio.perform({ operation: "open", mode: "tone", local: { address: ADDRESS, port }, remote, payloadType: 8 });
  for (let frame = 0; frame < 10; frame += 1) pass(20);
  await peer.until(11);
  const first = peer.heard[0] as Buffer;
  peer.heard.forEach((packet, index) => {
    expect(packet).toHaveLength(172);
    expect(packet[0]).toBe(0x80);
    expect(packet[1]).toBe(index === 0 ? 0x88 : 8);
    expect(packet.readUInt16BE(2)).toBe((first.readUInt16BE(2) + index) & 0xffff);
    expect(packet.readUInt32BE(4)).toBe((first.readUInt32BE(4) + index * 160) >>> 0);
    expect(packet.readUInt32BE(8)).toBe(first.readUInt32BE(8));
  });
  expect(audio.counters(port)).toMatchObject({ sent: 11, received: 0 });
});

test("after a pause of the process only a few frames are made up for", async () => {
  const { audio, pass } = await openAudio();
  const peer = await openPeer();
  const port = takePort(audio);
  const remote = { address: ADDRESS, port: peer.port };
  audio.perform({ operation: "open", mode: "silence", local: { address: ADDRESS, port }, remote, payloadType: 0 });
  pass(0);
  pass(10_000);
  expect(audio.counters(port)?.sent).toBe(6);
  await peer.until(6);
  const [first, second] = peer.heard;
  expect((second as Buffer).readUInt32BE(4) - (first as Buffer).readUInt32BE(4)).toBe((500 - 5 + 1) * 160);
});

test("an echo sends back what it hears, under its own source, and to the other side of the call only", async () => {
  const { audio } = await openAudio();
  const peer = await openPeer();
  const port = takePort(audio);
  const remote = { address: ADDRESS, port: peer.port };
  audio.perform({ operation: "open", mode: "echo", local: { address: ADDRESS, port }, remote, payloadType: 0 });
  const packet = Buffer.from("80000001000000a0deadbeef01020304", "hex");
  peer.socket.send(packet, port, ADDRESS);
  peer.socket.send(Buffer.from("not RTP at all"), port, ADDRESS);
  peer.socket.send(packet, port, ADDRESS);
  await peer.until(2);
  const echoed = peer.heard[0] as Buffer;
  expect(echoed.subarray(0, 8)).toEqual(packet.subarray(0, 8));
  expect(echoed.subarray(12)).toEqual(packet.subarray(12));
  expect(echoed.readUInt32BE(8)).not.toBe(0xdeadbeef);
  expect(audio.counters(port)).toMatchObject({ received: 2, malformed: 1, sent: 2 });
});

test("on hold, and when closed, nothing is sent", async () => {
  const { audio, pass } = await openAudio();
  const port = takePort(audio);
  const local = { address: ADDRESS, port };
  audio.perform({ operation: "open", mode: "tone", local, remote: null, payloadType: 0 });
  pass(100);
  expect(audio.counters(port)?.sent).toBe(0);
  audio.perform({ operation: "close", local });
  pass(100);
  expect(audio.counters(port)?.sent).toBe(0);
});

test("ports run out, and come back", async () => {
  const { audio } = await openAudio(2);
  const [one, two] = [takePort(audio), takePort(audio)];
  expect(one).not.toBe(two);
  expect(audio.take()).toBeNull();
  audio.free(one);
  expect(audio.take()).toBe(one);
  expect(() => audio.free(9)).toThrow("taken");
  expect(audio.counters(9)).toBeNull();
});

test("an address that the machine has not is an error with a code", async () => {
  const metronome = () => () => {};
  const options = { address: "192.0.2.1", calls: 1, random: seededRandom(1), clock: () => 0, metronome };
  await expect(openLabAudio(options)).rejects.toMatchObject({ code: "address-unavailable" });
});
