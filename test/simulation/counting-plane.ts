// A media plane that carries nothing: it puts the border's addresses into descriptions and keeps count of its sessions.

import type { MediaCommand, MediaResult } from "../../src/engine/index.ts";
import type { MediaPlane } from "../../src/media/media-plane.ts";
import type { SessionDescription } from "../../src/protocol/sdp/index.ts";

const UNKNOWN: MediaResult = { ok: false, cause: "unknown-session", detail: "never offered, or released" };
const FIRST_PORT = 20_000;
const LAST_PORT = 39_998;

export class CountingPlane implements MediaPlane {
  onEvent: MediaPlane["onEvent"] = null;
  readonly #addresses: Readonly<Record<string, string>>;
  readonly #sessions = new Map<string, { readonly a: string; readonly b: string }>();
  #port = FIRST_PORT;

  /** @param addresses by network */
  constructor(addresses: Readonly<Record<string, string>>) {
    this.#addresses = addresses;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  execute(command: MediaCommand, reply: (result: MediaResult) => void): void {
    const { kind, session } = command;
    if (kind === "offer") this.#sessions.set(session, command.networks);
    const networks = this.#sessions.get(session);
    if (kind === "release" || kind === "query") {
      if (kind === "release") this.#sessions.delete(session);
      reply({ ok: true, description: null, streams: [] });
    } else if (networks === undefined) {
      reply(UNKNOWN);
    } else {
      const address = this.#addresses[command.from === "a" ? networks.b : networks.a] ?? "";
      reply({ ok: true, description: this.#show(command.description, address), streams: [] });
    }
  }

  /** What the other side sees. */
  #show(description: SessionDescription, address: string): SessionDescription {
    this.#port = this.#port >= LAST_PORT ? FIRST_PORT : this.#port + 2;
    const media = description.media.map((section) => ({
      ...section,
      port: section.port === 0 ? 0 : this.#port,
      connection: null,
      attributes: section.attributes.filter(({ name }) => name !== "rtcp"),
    }));
    return { ...description, connection: { addressType: "IP4", address }, media };
  }
}
