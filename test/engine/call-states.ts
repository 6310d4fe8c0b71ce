// A call from the PBX to carrier-a, brought into each of the states that it can be in, with what its peers need to go on.
import { audioOf, cancelOf, followBack, followUp, inviteFrom, type Message, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

export const CALLER_INVITE = inviteFrom("10.0.0.20", 5080);
const CONTACT = "sip:192.0.2.3:5060";
const TARGET_AUDIO = audioOf("192.0.2.3", 7000, "0 101");

/** What the peers have heard so far; null for what they have not. */
export class Scene {
  readonly rig = new Rig();
  /** At carrier-a: the INVITE that opened the call. */
  invite: Message | null = null;
  /** At the PBX: the last response that had our tag. */
  heard: Message | null = null;
  /** At either side: the last request that changes the session. */
  change: { readonly at: "pbx" | "carrier-a"; readonly message: Message } | null = null;

  constructor(planeWaits = false) {
    this.rig.holdMedia = planeWaits;
    this.rig.receive("pbx", CALLER_INVITE);
  }

  /** Reads what the peers have been sent: the first words of it, in order. */
  read(): string[] {
    const atPbx = this.rig.sentTo("pbx");
    const atCarrier = this.rig.sentTo("carrier-a");
    for (const message of atPbx) {
      if (message.header("To").includes(";tag=") && message.firstLine.startsWith("SIP/2.0")) this.heard = message;
      else if (/^(INVITE|UPDATE) /.test(message.firstLine)) this.change = { at: "pbx", message };
    }
    for (const message of atCarrier) {
      if (message.firstLine.startsWith("INVITE ") && this.invite === null) this.invite = message;
      else if (/^(INVITE|UPDATE) /.test(message.firstLine)) this.change = { at: "carrier-a", message };
    }
    const words = (name: string, messages: readonly Message[]): string[] =>
      messages.length === 0 ? [] : [`${name} ${inRuns(messages.map(wordOf)).join(" ")}`];
    const others = (["carrier-b", "stranger"] as const).flatMap((peer) => words(peer, this.rig.sentTo(peer)));
    return [...words("pbx", atPbx), ...words("carrier-a", atCarrier), ...others];
  }

  /** A request of the caller inside the dialog; null where there is none yet. */
  fromCaller(method: string, sequence: number, body: string | null = null): string | null {
    if (this.heard === null) return null;
    const branch = `z9hG4bKcaller${method}${sequence}`;
    return described(
      followUp(this.heard, method, { branch, sequence, via: "10.0.0.20:5080" }),
      body,
      "sip:10.0.0.20:5080",
    );
  }

  fromTarget(method: string, sequence: number, body: string | null = null): string | null {
    if (this.invite === null) return null;
    const branch = `z9hG4bKtarget${method}${sequence}`;
    return described(followBack(this.invite, method, { branch, sequence, via: "192.0.2.3:5060" }), body, CONTACT);
  }

  /** A response of the target to the INVITE that opened the call. */
  answer(status: number, options: { readonly body?: string | null; readonly tag?: string } = {}): string | null {
    const { body = null, tag = "bob-tag" } = options;
    return this.invite === null ? null : replyTo(this.invite, status, { contact: CONTACT, body, tag });
  }

  /** A response to the change that is open at its peer. */
  answerChange(status: number): readonly ["pbx" | "carrier-a", string] | null {
    if (this.change === null) return null;
    const { at, message } = this.change;
    const host = at === "pbx" ? "10.0.0.20" : "192.0.2.3";
    const body = status < 300 ? audioOf(host, 7100, "0 101") : null;
    return [at, replyTo(message, status, { contact: at === "pbx" ? "sip:10.0.0.20:5080" : CONTACT, body })];
  }
}

/** `500 500 BYE` as `2x500 BYE`. */
export function inRuns(words: readonly string[]): string[] {
  const runs: { readonly word: string; count: number }[] = [];
  for (const word of words) {
    const last = runs.at(-1);
    if (last?.word === word) last.count += 1;
    else runs.push({ word, count: 1 });
  }
  return runs.map(({ word, count }) => (count === 1 ? word : `${count}x${word}`));
}

function wordOf({ firstLine }: Message): string {
  const [first = "", second = ""] = firstLine.split(" ");
  return first === "SIP/2.0" ? second : first;
}

function described(text: string, body: string | null, contact: string): string {
  const lines = `Contact: <${contact}>\r\n`;
  if (body === null) return text.replace("Content-Length", `${lines}Content-Length`);
  return text.replace(
    "Content-Length: 0\r\n\r\n",
    `${lines}Content-Type: application/sdp\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}

function give(scene: Scene, peer: "pbx" | "carrier-a", text: string | null): void {
  if (text === null) throw new Error(`${peer} cannot say that yet`);
  scene.rig.receive(peer, text);
  scene.read();
}

function calling(): Scene {
  const scene = new Scene();
  scene.read();
  return scene;
}

function proceeding(status: number, body: string | null = null): Scene {
  const scene = calling();
  give(scene, "carrier-a", scene.answer(status, { body }));
  return scene;
}

function answered(): Scene {
  const scene = proceeding(180);
  give(scene, "carrier-a", scene.answer(200, { body: TARGET_AUDIO }));
  return scene;
}

export function standing(): Scene {
  const scene = answered();
  give(scene, "pbx", scene.fromCaller("ACK", 1));
  return scene;
}

/** A re-INVITE of one side; the plane's answers wait from then on where it says so. */
function changing(from: "pbx" | "carrier-a", planeWaits = false): Scene {
  const scene = standing();
  scene.rig.holdMedia = planeWaits;
  const text =
    from === "pbx"
      ? scene.fromCaller("INVITE", 5, audioOf("10.0.0.20", 4100))
      : scene.fromTarget("INVITE", 5, audioOf("192.0.2.3", 7100, "0 101"));
  give(scene, from, text);
  return scene;
}

function changed(from: "pbx" | "carrier-a", planeWaits = false): Scene {
  const scene = changing(from);
  scene.rig.holdMedia = planeWaits;
  const [at, text] = scene.answerChange(200) ?? [];
  give(scene, at ?? from, text ?? null);
  return scene;
}

export const STATES: Readonly<Record<string, () => Scene>> = {
  "the plane makes room": () => {
    const scene = new Scene(true);
    scene.read();
    return scene;
  },
  asked: calling,
  "100 came": () => proceeding(100),
  rings: () => proceeding(180),
  "early media": () => proceeding(183, TARGET_AUDIO),
  "answered, the plane joins": () => {
    const scene = proceeding(180);
    scene.rig.holdMedia = true;
    give(scene, "carrier-a", scene.answer(200, { body: TARGET_AUDIO }));
    return scene;
  },
  "answered, no ACK yet": answered,
  stands: standing,
  "caller changes, the plane makes room": () => changing("pbx", true),
  "caller changes, target asked": () => changing("pbx"),
  "caller changes, the plane joins": () => changed("pbx", true),
  "caller changed, no ACK yet": () => changed("pbx"),
  "target changes, caller asked": () => changing("carrier-a"),
  "target changed, no ACK yet": () => changed("carrier-a"),
  "caller gone, BYE at target": () => {
    const scene = standing();
    give(scene, "pbx", scene.fromCaller("BYE", 5));
    return scene;
  },
  "cancelled, INVITE at target": () => {
    const scene = proceeding(180);
    give(scene, "pbx", cancelOf(CALLER_INVITE));
    return scene;
  },
};
