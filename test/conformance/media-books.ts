// What the media plane was told, kept in the books of the lab's own plane: where each end of a call is sent what the other says.
import { expect } from "vitest";
import type { MediaCommand } from "../../src/engine/index.ts";
import { FakeMediaPlane } from "../../src/lab/index.ts";
import type { MediaEnd, MediaStep } from "./ladder-script.ts";
import { mediaPlaceOf } from "./voice-ground.ts";

export class MediaBooks {
  readonly #plane = new FakeMediaPlane({
    networks: {
      lan: { address: "127.0.0.1", portFrom: 20_000, portTo: 24_999 },
      wan: { address: "127.0.0.2", portFrom: 30_000, portTo: 34_999 },
    },
  });
  readonly #sessions = new Set<string>();
  #read = 0;

  /** @param commands all of the call so far, in order */
  expect(step: MediaStep, commands: readonly MediaCommand[]): void {
    for (const command of commands.slice(this.#read)) {
      this.#plane.execute(command, () => undefined);
      if (command.kind === "release") this.#sessions.delete(command.session);
      else this.#sessions.add(command.session);
    }
    this.#read = commands.length;
    const joined = [...this.#sessions].map((session) => {
      const ends = (["a", "b"] as const).map((side) => this.#plane.remoteOf(session, 0, side));
      return ends.map((end) => (end === null ? "nowhere" : `${end.address}:${end.port}`));
    });
    const wanted = step.ends.map(placeOf);
    const found = joined.some((ends) => ends.join() === wanted.join() || ends.toReversed().join() === wanted.join());
    expect(found, `${step.line}: the plane joins ${joined.map((ends) => ends.join(" <-> ")).join(" and ")}`).toBe(true);
  }
}

function placeOf({ peer, port }: MediaEnd): string {
  const place = mediaPlaceOf(peer);
  return port === "nowhere" ? "nowhere" : `${place.address}:${port ?? place.port}`;
}
