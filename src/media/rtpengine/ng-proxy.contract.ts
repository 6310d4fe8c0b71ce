// A bad network on the way to an rtpengine: a proxy that loses, repeats and holds back datagrams as it is told.

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

export type Fate = "pass" | "lose" | "twice" | "hold";

export class NgProxy {
  readonly address: string;
  readonly #front: Socket;
  readonly #back: Socket;
  #client: { readonly address: string; readonly port: number } | null = null;
  readonly #held: (() => void)[] = [];
  /** What becomes of the next datagrams, there and back; afterwards all pass. */
  readonly there: Fate[] = [];
  readonly back: Fate[] = [];
  /** How many datagrams the daemon was sent. */
  forwarded = 0;

  private constructor(address: string, front: Socket, back: Socket) {
    this.address = address;
    this.#front = front;
    this.#back = back;
    front.on("message", (datagram, from) => {
      this.#client = from;
      this.#deal(this.there.shift() ?? "pass", () => {
        this.forwarded += 1;
        back.send(datagram);
      });
    });
    back.on("message", (datagram) => {
      this.#deal(this.back.shift() ?? "pass", () => {
        if (this.#client !== null) front.send(datagram, this.#client.port, this.#client.address);
      });
    });
  }

  static async open(address: string, to: { readonly address: string; readonly port: number }): Promise<NgProxy> {
    const [front, back] = [createSocket("udp4"), createSocket("udp4")];
    front.bind(0, address);
    back.connect(to.port, to.address);
    await Promise.all([once(front, "listening"), once(back, "connect")]);
    back.on("error", () => undefined);
    return new NgProxy(address, front, back);
  }

  get port(): number {
    return this.#front.address().port;
  }

  /** What was held back goes on, the last first. */
  letGo(): void {
    for (const go of this.#held.splice(0).reverse()) go();
  }

  close(): void {
    this.#front.close();
    this.#back.close();
  }

  #deal(fate: Fate, go: () => void): void {
    if (fate === "hold") this.#held.push(go);
    else if (fate !== "lose") go();
    if (fate === "twice") go();
  }
}
