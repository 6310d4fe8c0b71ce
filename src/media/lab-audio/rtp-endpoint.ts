// One phone's audio on a pair of sockets: plays a tone or silence every 20 ms, or sends back what it hears (RFC 3550).

import type { RemoteInfo, Socket } from "node:dgram";
import { type Random, randomBelow } from "../../base/index.ts";
import { FRAME_BYTES, FRAME_MS, frameOf } from "./tone.ts";

const HEADER_BYTES = 12;
const LONGEST_BYTES = 1500;
/** After a pause of the process no more frames than this are made up for. */
const MOST_AT_ONCE = 5;

export interface Playing {
  readonly mode: "echo" | "tone" | "silence";
  /** Null: on hold, nothing is sent. */
  readonly remote: { readonly address: string; readonly port: number } | null;
  /** 8 is PCMA, everything else PCMU. */
  readonly payloadType: number;
}

export interface AudioCounters {
  readonly sent: number;
  readonly received: number;
  /** What came to the port and is no RTP. */
  readonly malformed: number;
  readonly rtcpReceived: number;
}

export interface RtpSockets {
  readonly rtp: Socket;
  /** The next port. What comes is counted, nothing is sent. */
  readonly rtcp: Socket;
}

export class RtpEndpoint {
  readonly #sockets: RtpSockets;
  readonly #random: Random;
  #playing: Playing | null = null;
  #startedAt = 0;
  #frames = 0;
  #ssrc = 0;
  #sequence = 0;
  #timestamp = 0;
  #counters = { sent: 0, received: 0, malformed: 0, rtcpReceived: 0 };

  constructor(sockets: RtpSockets, random: Random) {
    this.#sockets = sockets;
    this.#random = random;
    sockets.rtp.on("message", (packet, from) => this.#hear(packet, from));
    sockets.rtcp.on("message", () => {
      this.#counters.rtcpReceived += 1;
    });
    // A send that fails is a packet lost: the peer is gone, and says so by signalling.
    sockets.rtp.on("error", () => undefined);
    sockets.rtcp.on("error", () => undefined);
  }

  get counters(): AudioCounters {
    return { ...this.#counters };
  }

  /** Begins, or goes on with something else: what a call plays next continues its stream. */
  play(playing: Playing, nowMs: number): void {
    if (this.#playing === null) {
      this.#ssrc = this.#random.uint32();
      this.#sequence = randomBelow(this.#random, 0x10000);
      this.#timestamp = this.#random.uint32();
      this.#startedAt = nowMs;
      this.#frames = 0;
      this.#counters = { sent: 0, received: 0, malformed: 0, rtcpReceived: 0 };
    }
    this.#playing = playing;
  }

  stop(): void {
    this.#playing = null;
  }

  /** Sends the frames that are due. */
  beat(nowMs: number): void {
    const playing = this.#playing;
    if (playing === null || playing.mode === "echo") return;
    const due = Math.floor((nowMs - this.#startedAt) / FRAME_MS) + 1;
    // What cannot be made up for is left out, timestamps included, as if it had been lost.
    const skipped = Math.max(0, due - this.#frames - MOST_AT_ONCE);
    this.#frames += skipped;
    this.#timestamp = (this.#timestamp + skipped * FRAME_BYTES) >>> 0;
    while (this.#frames < due) this.#sendFrame(playing, playing.mode);
  }

  #sendFrame(playing: Playing, sound: "tone" | "silence"): void {
    const packet = Buffer.allocUnsafe(HEADER_BYTES + FRAME_BYTES);
    packet[0] = 0x80;
    packet[1] = playing.payloadType | (this.#frames === 0 ? 0x80 : 0);
    packet.writeUInt16BE(this.#sequence, 2);
    packet.writeUInt32BE(this.#timestamp, 4);
    packet.writeUInt32BE(this.#ssrc, 8);
    frameOf(sound, playing.payloadType === 8 ? "PCMA" : "PCMU", this.#frames).copy(packet, HEADER_BYTES);
    this.#frames += 1;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#timestamp = (this.#timestamp + FRAME_BYTES) >>> 0;
    this.#send(packet, playing);
  }

  #send(packet: Buffer, { remote }: Playing): void {
    if (remote === null) return;
    this.#counters.sent += 1;
    this.#sockets.rtp.send(packet, remote.port, remote.address);
  }

  #hear(packet: Buffer, from: RemoteInfo): void {
    const playing = this.#playing;
    if (packet.length < HEADER_BYTES || packet.length > LONGEST_BYTES || (packet[0] ?? 0) >> 6 !== 2) {
      this.#counters.malformed += 1;
      return;
    }
    this.#counters.received += 1;
    // Only what comes from the other side of the call is sent back: nobody can aim our packets at somebody else.
    if (playing?.mode !== "echo" || from.address !== playing.remote?.address) return;
    const echoed = Buffer.from(packet);
    echoed.writeUInt32BE(this.#ssrc, 8);
    this.#send(echoed, playing);
  }
}
