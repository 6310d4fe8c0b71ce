// linphone as a phone without sound card or screen: its daemon, told what to do over a socket; what it speaks is a file.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { PHONE_MEDIA_ADDRESS } from "./baresip.ts";
import { freePort } from "./free-port.ts";
import type { Ground, Program } from "./ground.ts";
import { makeTone, writeWav } from "./tone.ts";
import { waitUntil } from "./wait-until.ts";

const START_TIMEOUT_MS = 15_000;
const REPLY_TIMEOUT_MS = 5000;
const TONE_SECONDS = 60;
const MEDIA_PORTS = 10;

export interface LinphoneOptions {
  readonly address: string;
  readonly port: number;
  /** Its user name, as in its own address. */
  readonly user: string;
  /** Of the tone it speaks. */
  readonly toneHz: number;
}

export interface Linphone {
  readonly program: Program;
  /** Where it listens: RTP is at one of the even ports. */
  readonly media: { readonly address: string; readonly ports: readonly [from: number, to: number] };
  /** Runs a command of its daemon, `call sip:…` or `dtmf 5`. Resolves to its answer; throws when it refuses. */
  command(text: string): Promise<string>;
  /** Speaks its tone from now on, until its streams change. Before it has answered, it cannot: that takes a sound card. */
  talk(): Promise<void>;
  /** Resolves to the first event in which this stands, or the `nth`; throws when it does not come in time. */
  event(text: string, timeoutMs: number, nth?: number): Promise<string>;
}

/** Resolves once it can be told what to do. */
export async function startLinphone(ground: Ground, options: LinphoneOptions): Promise<Linphone> {
  const { user, toneHz } = options;
  const folder = join(ground.folder, `linphone-${user}`);
  // Without the folder of its database it neither listens nor calls.
  mkdirSync(join(folder, ".local/share/linphone"), { recursive: true });
  const tone = join(folder, "tone.wav");
  writeWav(tone, makeTone(toneHz, TONE_SECONDS));
  const mediaPort = await freePort(PHONE_MEDIA_ADDRESS, MEDIA_PORTS);
  const media = { address: PHONE_MEDIA_ADDRESS, ports: [mediaPort, mediaPort + MEDIA_PORTS - 1] } as const;
  writeFileSync(join(folder, "config"), configurationText(options, media.ports));
  // The daemon puts its socket into /tmp, whatever it is told.
  const name = `demarc-interop-linphone-${process.pid}-${mediaPort}`;
  ground.atEnd(() => rmSync(`/tmp/${name}`, { force: true }));
  const args = ["--config", join(folder, "config"), "--pipe", name, "--disable-stats-events"];
  const env = { ...process.env, HOME: folder };
  const program = await ground.start("linphone-daemon", [...args, "--log", join(folder, "log")], { env });
  const control = await connectControl(program, `/tmp/${name}`);
  ground.atEnd(() => {
    control.destroy();
  });
  const phone = operate(program, control, { media, tone });
  await phone.command("audio-codec-disable ALL");
  for (const codec of ["PCMU/8000/1", "PCMA/8000/1"]) await phone.command(`audio-codec-enable ${codec}`);
  return phone;
}

function operate(
  program: Program,
  control: Socket,
  { media, tone }: { readonly media: Linphone["media"]; readonly tone: string },
): Linphone {
  let heard = "";
  control.on("data", (chunk: Buffer) => {
    heard += chunk.toString("utf8");
  });
  let last: Promise<unknown> = Promise.resolve();
  const run = async (text: string): Promise<string> => {
    heard = "";
    control.write(`${text}\n`);
    const describe = () => `linphone to answer ${text}; it said ${JSON.stringify(heard)}`;
    await waitUntil(() => /^Status: (Ok\n|Error\nReason: .*\n)/.test(heard), { timeoutMs: REPLY_TIMEOUT_MS, describe });
    if (heard.startsWith("Status: Error")) throw new Error(`linphone refused ${text}: ${heard}`);
    return heard;
  };
  /** One after the other: an answer does not say what it is to. */
  const command = (text: string): Promise<string> => {
    const answer = last.then(() => run(text));
    last = answer.catch(() => null);
    return answer;
  };
  const events: string[] = [];
  const takeEvents = async (): Promise<void> => {
    for (;;) {
      const event = await command("pop-event");
      if (!event.includes("Event-type:")) return;
      events.push(event);
    }
  };
  return {
    program,
    media,
    command,
    talk: async () => {
      await command(`incall-player-start ${tone}`);
    },
    event: (text, timeoutMs, nth = 1) => {
      const find = async () => {
        await takeEvents();
        return events.filter((event) => event.includes(text))[nth - 1];
      };
      return waitUntil(find, { timeoutMs, describe: () => `linphone's ${text}; there were ${events.join("")}` });
    },
  };
}

async function connectControl(program: Program, path: string): Promise<Socket> {
  const tryConnect = () => {
    if (program.exitCode() !== null) throw new Error(`linphone ended: ${program.output().slice(-2000)}`);
    return new Promise<Socket | null>((resolve) => {
      const socket = connect(path);
      socket.once("error", () => resolve(null));
      socket.once("connect", () => resolve(socket));
    });
  };
  return waitUntil(tryConnect, {
    timeoutMs: START_TIMEOUT_MS,
    describe: () => `linphone's socket: ${program.output().slice(-2000)}`,
  });
}

function configurationText({ address, port, user }: LinphoneOptions, ports: readonly number[]): string {
  return `[sip]
sip_port=${port}
sip_tcp_port=-1
sip_tls_port=-1
bind_address=${address}
contact=sip:${user}@${address}
use_ipv6=0
auto_net_state_mon=0
register_only_when_network_is_up=0
guess_hostname=0
use_rfc2833=1
use_info=0
[rtp]
bind_address=${PHONE_MEDIA_ADDRESS}
audio_rtp_port=${ports.join("-")}
[video]
enabled=0
`;
}
