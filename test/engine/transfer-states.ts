// Ann at the PBX has called Bob at carrier-a and refers him to Carl at carrier-b: brought into each of the states that the two calls can be in.
import { inRuns } from "./call-states.ts";
import { CARRIER, type Established, establish } from "./established.ts";
import { audioOf, followBack, followUp, type Message, replyTo, withLines } from "./peer.ts";
import { Rig } from "./rig.ts";

const ANN = { via: "10.0.0.20:5080", contact: "sip:ann@10.0.0.20:5080" };
const CARL = "sip:192.0.2.4:5060";
export const CARL_AUDIO = audioOf("192.0.2.4", 7300, "0 101");
const BOB_AUDIO = audioOf("192.0.2.3", 7000, "0 101");

const TRUNKS = { pbx: { signaling: { transfer: "execute" } } };
const BESIDES = {
  routes: [
    { name: "carl", match: { from: "pbx", called: "+1415*" }, to: ["carrier-b"] },
    { name: "outbound", match: { from: "pbx", called: "+*" }, to: ["carrier-a"] },
  ],
};

type Party = "pbx" | "carrier-a" | "carrier-b";
const PARTIES: readonly (readonly [string, Party])[] = [
  ["ann", "pbx"],
  ["bob", "carrier-a"],
  ["carl", "carrier-b"],
];

/** The first words of messages: requests by their method, responses by their status. */
function wordOf({ firstLine, body }: Message): string {
  const [first = "", second = ""] = firstLine.split(" ");
  if (first === "NOTIFY") return `NOTIFY(${body.slice(8, 11)})`;
  return first === "SIP/2.0" ? second : first;
}

export class TransferScene {
  readonly rig = new Rig(TRUNKS, { besides: BESIDES });
  readonly #call: Established;
  /** The last that each party was asked and may answer. */
  notify: Message | null = null;
  invite: Message | null = null;
  question: Message | null = null;

  constructor() {
    this.#call = establish(this.rig);
  }

  /** What the parties have been sent: the first words of it, in order. */
  read(): string[] {
    return PARTIES.flatMap(([name, peer]) => {
      const messages = this.rig.sentTo(peer);
      for (const message of messages) this.#note(peer, message);
      return messages.length === 0 ? [] : [`${name} ${inRuns(messages.map(wordOf)).join(" ")}`];
    });
  }

  #note(peer: Party, message: Message): void {
    const { firstLine } = message;
    if (peer === "pbx" && firstLine.startsWith("NOTIFY ")) this.notify = message;
    if (peer === "carrier-b" && firstLine.startsWith("INVITE ")) this.invite ??= message;
    if (peer === "carrier-a" && /^(INVITE|UPDATE) /.test(firstLine)) this.question = message;
  }

  ann(method: string, sequence: number, lines: readonly string[] = [], body?: string): string {
    const described = body === undefined ? {} : { body };
    const request = followUp(this.#call.ok, method, {
      branch: `z9hG4bKann${method}${sequence}`,
      sequence,
      via: ANN.via,
      ...described,
    });
    return withLines(request, [`Contact: <${ANN.contact}>`, ...lines]);
  }

  refer(sequence: number): string {
    return this.ann("REFER", sequence, ["Refer-To: <sip:+14155550177@127.0.0.1>"]);
  }

  bob(method: string, sequence: number): string {
    return followBack(this.#call.invite, method, {
      branch: `z9hG4bKbob${method}${sequence}`,
      sequence,
      via: "192.0.2.3:5060",
    });
  }

  /** A request of Carl's in the dialog of the new call; null as long as he was not called. */
  carl(method: string): string | null {
    if (this.invite === null) return null;
    const branch = `z9hG4bKcarl${method}`;
    return followBack(this.invite, method, { branch, sequence: 1, via: "192.0.2.4:5060", tag: "carl" });
  }

  carlSays(status: number, body: string | null = null): string | null {
    return this.invite === null ? null : replyTo(this.invite, status, { tag: "carl", contact: CARL, body });
  }

  bobSays(status: number): string | null {
    if (this.question === null) return null;
    return replyTo(this.question, status, { contact: CARRIER, body: status < 300 ? BOB_AUDIO : null });
  }

  annSays(status: number): string | null {
    return this.notify === null ? null : replyTo(this.notify, status, { contact: ANN.contact });
  }
}

function give(scene: TransferScene, party: Party, text: string | null): void {
  if (text === null) throw new Error(`${party} cannot say that yet`);
  scene.rig.receive(party, text);
  scene.read();
}

function referred(planeWaits = false): TransferScene {
  const scene = new TransferScene();
  scene.rig.holdMedia = planeWaits;
  give(scene, "pbx", scene.refer(2));
  return scene;
}

function rings(): TransferScene {
  const scene = referred();
  give(scene, "pbx", scene.annSays(200));
  give(scene, "carrier-b", scene.carlSays(180));
  return scene;
}

function answered(planeWaits = false): TransferScene {
  const scene = rings();
  scene.rig.holdMedia = planeWaits;
  give(scene, "carrier-b", scene.carlSays(200, CARL_AUDIO));
  return scene;
}

function agreed(planeWaits = false): TransferScene {
  const scene = answered();
  scene.rig.holdMedia = planeWaits;
  give(scene, "carrier-a", scene.bobSays(200));
  return scene;
}

export const TRANSFER_STATES: Readonly<Record<string, () => TransferScene>> = {
  "referred, the plane makes room": () => referred(true),
  "carl asked, ann not told yet": () => referred(),
  "carl rings": rings,
  "carl heard before he answers": () => {
    const scene = rings();
    give(scene, "carrier-b", scene.carlSays(183, CARL_AUDIO));
    return scene;
  },
  "carl answered, the plane makes room": () => answered(true),
  "carl answered, bob asked": () => answered(),
  "bob agreed, the plane joins": () => agreed(true),
  "joined, ann not told yet": () => agreed(),
  "joined, ann told": () => {
    const scene = agreed();
    for (let notify = 0; notify < 2; notify += 1) give(scene, "pbx", scene.annSays(200));
    return scene;
  },
  "carl refused, ann not told yet": () => {
    const scene = rings();
    give(scene, "carrier-b", scene.carlSays(486));
    return scene;
  },
};
