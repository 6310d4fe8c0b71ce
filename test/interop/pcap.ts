// Reads the UDP datagrams of a classic pcap file captured on loopback (Ethernet framing, IPv4).
import { readFileSync } from "node:fs";
import type { Recording } from "./goertzel.ts";
import { decodeALaw, decodeMuLaw } from "./tone.ts";

export interface CapturedDatagram {
  /** Unix time. */
  readonly atMs: number;
  readonly from: Place;
  readonly to: Place;
  readonly payload: Buffer;
}

export interface Place {
  readonly address: string;
  readonly port: number;
}

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const ETHERNET_BYTES = 14;
const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const ETHERNET_LINK = 1;
const UDP_PROTOCOL = 17;

/** All UDP datagrams, in order. Throws for another kind of file; a record cut off at the end is left out. */
export function readDatagrams(path: string): CapturedDatagram[] {
  const file = readFileSync(path);
  if (file.readUInt32LE(0) !== MAGIC_MICROSECONDS || file.readUInt32LE(20) !== ETHERNET_LINK) {
    throw new Error(`${path} is no pcap file of Ethernet frames in microseconds`);
  }
  const datagrams: CapturedDatagram[] = [];
  for (let at = FILE_HEADER_BYTES; at + RECORD_HEADER_BYTES <= file.length; ) {
    const atMs = file.readUInt32LE(at) * 1000 + file.readUInt32LE(at + 4) / 1000;
    const start = at + RECORD_HEADER_BYTES;
    const end = start + file.readUInt32LE(at + 8);
    if (end > file.length) break;
    const datagram = readFrame(file.subarray(start, end));
    if (datagram !== null) datagrams.push({ atMs, ...datagram });
    at = end;
  }
  return datagrams;
}

function readFrame(frame: Buffer): Omit<CapturedDatagram, "atMs"> | null {
  if (frame.length < ETHERNET_BYTES + 28 || frame.readUInt16BE(12) !== 0x0800) return null;
  const ip = frame.subarray(ETHERNET_BYTES);
  if (ip[9] !== UDP_PROTOCOL) return null;
  const udp = ip.subarray((ip.readUInt8(0) & 0x0f) * 4);
  const address = (offset: number) => Array.from(ip.subarray(offset, offset + 4)).join(".");
  return {
    from: { address: address(12), port: udp.readUInt16BE(0) },
    to: { address: address(16), port: udp.readUInt16BE(2) },
    payload: udp.subarray(8, udp.readUInt16BE(4)),
  };
}

const RTP_HEADER_BYTES = 12;

/** What one listens to at `to`: the G.711 of the RTP packets that came there, in the order they came. */
export function listenAt(datagrams: readonly CapturedDatagram[], to: Place): Recording & { readonly packets: number } {
  const decoded: number[] = [];
  let packets = 0;
  for (const { to: place, payload } of datagrams) {
    if (place.address !== to.address || place.port !== to.port || payload.length <= RTP_HEADER_BYTES) continue;
    const payloadType = payload.readUInt8(1) & 0x7f;
    if (payload.readUInt8(0) !== 0x80 || (payloadType !== 0 && payloadType !== 8)) continue;
    packets += 1;
    const decode = payloadType === 0 ? decodeMuLaw : decodeALaw;
    for (const byte of payload.subarray(RTP_HEADER_BYTES)) decoded.push(decode(byte));
  }
  return { samples: Float64Array.from(decoded), sampleRateHz: 8000, packets };
}
