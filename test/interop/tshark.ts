// tshark as a passive witness: captures what really went over loopback, finds malformed messages and leaked names.
import { execFile } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Ground, Program } from "./ground.ts";
import { type CapturedDatagram, readDatagrams } from "./pcap.ts";
import { waitUntil } from "./wait-until.ts";

const run = promisify(execFile);
const PROBE_TIMEOUT_MS = 15_000;
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Where a party sends from: an address and a range of ports. */
export interface Sender {
  readonly address: string;
  readonly ports: readonly [from: number, to: number];
}

export interface Capture {
  readonly path: string;
  /** Resolves once all that was sent before is in it. */
  sync(): Promise<void>;
  /** Ends the capture once all that was sent before is in it. Throws when packets were dropped. */
  stop(): Promise<Capture>;
  /** All datagrams so far, without our own probes. */
  datagrams(): CapturedDatagram[];
  /** What tshark finds wrong in the SIP, SDP, RTP and RTCP of these senders, after `stop`. SIP is what has a SIP port; `unjudged`, a filter, is left out. */
  judge(senders: readonly Sender[], sipPorts: readonly number[], unjudged?: string): Promise<Verdict>;
}

/** Captures UDP between these loopback addresses. Resolves once packets are really seen. */
export async function startCapture(ground: Ground, addresses: readonly string[]): Promise<Capture> {
  const path = join(ground.folder, "capture.pcap");
  const hosts = addresses.map((address) => `host ${address}`).join(" or ");
  const args = ["-i", "lo", "-f", `udp and (${hosts})`, "-F", "pcap", "-w", path, "-P", "-l", "-n", "-B", "32"];
  // Fields instead of whole lines, and no dissection of what is carried: only ports are looked for while capturing.
  const fields = ["-T", "fields", "-e", "udp.srcport", "--disable-protocol", "sip", "--disable-protocol", "rtp"];
  const tshark = await ground.start("tshark", [...args, ...fields]);
  const [address] = addresses;
  if (address === undefined) throw new Error("a capture needs an address");
  // A probe of its own each time: one sent before must not be taken for one sent now, while what came between is still on its way.
  const probePorts = new Set<number>();
  const sync = async (): Promise<void> => {
    const probe = createSocket("udp4");
    try {
      probe.bind(0, address);
      await once(probe, "listening");
      probePorts.add(probe.address().port);
      await seeProbe(tshark, probe);
    } finally {
      probe.close();
    }
  };
  await sync();
  const capture: Capture = {
    path,
    sync,
    stop: async () => {
      await sync();
      await tshark.stop("SIGINT");
      const dropped = /(\d+) packets? dropped/.exec(tshark.output());
      if (dropped !== null && Number(dropped[1]) > 0) throw new Error(`the capture lost packets: ${dropped[0]}`);
      return capture;
    },
    datagrams: () => readDatagrams(path).filter(({ from }) => !probePorts.has(from.port)),
    judge: (senders, sipPorts, unjudged) => judgeFile(path, { senders, sipPorts, unjudged: unjudged ?? null }),
  };
  return capture;
}

/** Sends probes from a port nobody else has until one more of them is seen than before. */
async function seeProbe(tshark: Program, probe: Socket): Promise<void> {
  const { address, port } = probe.address();
  const seen = () => tshark.output().split(`\n${port}\n`).length + (tshark.output().startsWith(`${port}\n`) ? 1 : 0);
  const before = seen();
  await waitUntil(
    () => {
      if (tshark.exitCode() !== null) throw new Error(`tshark ended: ${tshark.output()}`);
      probe.send("probe", port, address);
      return seen() > before;
    },
    { timeoutMs: PROBE_TIMEOUT_MS, describe: () => `tshark to see a probe: ${tshark.output().slice(-1000)}` },
  );
}

/**
 * Malformed, noted as a warning or an error by a dissector, no SDP line, or RTCP whose lengths do not add up. The reason in an encrypted
 * BYE it reads as if it were not encrypted, so that there is nothing to be said of those.
 */
const UNREADABLE = "(srtcp && rtcp.pt == 203)";
const ORACLE = `(_ws.malformed || _ws.expert.severity >= 0x600000 || sdp.invalid || rtcp.length_check == 0) && !${UNREADABLE}`;

/** What tshark says of what was sent. */
export interface Verdict {
  /** One line for each frame that is wrong. */
  readonly complaints: readonly string[];
  /** How many frames it could take apart, by protocol: where this is 0, no complaint means nothing. */
  readonly dissected: { readonly sip: number; readonly sdp: number; readonly rtp: number; readonly rtcp: number };
}

async function judgeFile(
  path: string,
  about: {
    readonly senders: readonly Sender[];
    readonly sipPorts: readonly number[];
    readonly unjudged: string | null;
  },
): Promise<Verdict> {
  const { senders, sipPorts, unjudged } = about;
  const from = senders.map(({ address, ports: [lowest, highest] }) => {
    return `(ip.src == ${address} && udp.srcport >= ${lowest} && udp.srcport <= ${highest})`;
  });
  const read = async (filter: string, fields: readonly string[]) => {
    const decodeAs = sipPorts.flatMap((port) => ["-d", `udp.port==${port},sip`]);
    const filters = ["-Y", `(${filter}) && (${from.join(" || ")})`];
    const args = [
      "-r",
      path,
      "-n",
      ...decodeAs,
      ...filters,
      "-T",
      "fields",
      ...fields.flatMap((field) => ["-e", field]),
    ];
    const { stdout } = await run("tshark", args, { maxBuffer: MOST_OUTPUT_BYTES });
    return stdout.split("\n").filter((line) => line !== "");
  };
  const wrong = ["frame.number", "ip.src", "ip.dst", "_ws.col.Protocol", "_ws.col.Info", "_ws.expert.message"];
  const found = await read(unjudged === null ? ORACLE : `(${ORACLE}) && !(${unjudged})`, wrong);
  // tshark reads on in what is encrypted, where chance may have put what looks like another report.
  const complaints = found.filter((line) => line.split("\t")[3] !== "SRTCP");
  const stacks = (await read("sip || rtp || rtcp", ["frame.protocols"])).map((stack) => stack.split(":"));
  const count = (protocol: string) => stacks.filter((stack) => stack.includes(protocol)).length;
  return { complaints, dissected: { sip: count("sip"), sdp: count("sdp"), rtp: count("rtp"), rtcp: count("rtcp") } };
}

/** A string that must not be seen, and where it was. */
export interface Leak {
  readonly forbidden: string;
  readonly from: string;
  readonly to: string;
  /** The bytes around it. */
  readonly around: string;
}

/** Every place where one of `forbidden` stands in what `sender` sent, in whatever protocol. Case makes no difference. */
export function findLeaks(
  datagrams: readonly CapturedDatagram[],
  sender: Sender,
  forbidden: readonly string[],
): Leak[] {
  const leaks: Leak[] = [];
  for (const { from, to, payload } of datagrams) {
    const [lowest, highest] = sender.ports;
    if (from.address !== sender.address || from.port < lowest || from.port > highest) continue;
    const text = payload.toString("latin1").toLowerCase();
    for (const word of forbidden) {
      const at = text.indexOf(word.toLowerCase());
      if (at === -1) continue;
      const around = text.slice(Math.max(0, at - 60), at + word.length + 60);
      leaks.push({ forbidden: word, from: `${from.address}:${from.port}`, to: `${to.address}:${to.port}`, around });
    }
  }
  return leaks;
}
