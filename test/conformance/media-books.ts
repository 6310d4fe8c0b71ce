// What the media plane was told, kept in the books of the lab's own plane: where each end of a call is sent what the other says, and how encrypted.
import { expect } from "vitest";
import type { MediaCommand } from "../../src/engine/index.ts";
import { FakeMediaPlane } from "../../src/lab/index.ts";
import { peerFingerprint } from "./handshake-names.ts";
import { type KeyNames, peerKey, suiteOf } from "./key-names.ts";
import type { ChecksStep, HandshakesStep, KeysStep, MediaEnd, MediaStep } from "./ladder-script.ts";
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
    this.#follow(commands);
    const joined = [...this.#sessions].map((session) => {
      const ends = (["a", "b"] as const).map((side) => this.#plane.remoteOf(session, 0, side));
      return ends.map((end) => (end === null ? "nowhere" : `${end.address}:${end.port}`));
    });
    const wanted = step.ends.map(placeOf);
    const found = joined.some((ends) => ends.join() === wanted.join() || ends.toReversed().join() === wanted.join());
    expect(found, `${step.line}: the plane joins ${joined.map((ends) => ends.join(" <-> ")).join(" and ")}`).toBe(true);
  }

  /** What the peers encrypt with is known by its name; what is sent to them, by the name that Demarc's own lines gave it. */
  expectKeys(step: KeysStep, commands: readonly MediaCommand[], names: KeyNames): void {
    this.#follow(commands);
    const found = [...this.#sessions].flatMap((session) =>
      (["a", "b"] as const).map((side) => {
        const address = this.#plane.remoteOf(session, 0, side)?.address;
        const keys = this.#plane.keysOf(session, 0, side);
        const told = keys === null ? "clear" : `${keys.suite} ${keys.receive} ${names.nameOf(keys.send)}`;
        return `${address} ${told}`;
      }),
    );
    for (const { peer, keys } of step.ends) {
      const told = keys === null ? "clear" : `${suiteOf(keys.suite)} ${peerKey(keys.theirs, keys.suite)} ${keys.ours}`;
      expect(found, step.line).toContain(`${mediaPlaceOf(peer).address} ${told}`);
    }
  }

  expectChecks(step: ChecksStep, commands: readonly MediaCommand[], names: KeyNames): void {
    this.#follow(commands);
    const found = [...this.#sessions].flatMap((session) =>
      (["a", "b"] as const).map((side) => {
        const own = this.#plane.checksOf(session, 0, side);
        const name = own === null ? null : names.nameOf(`${own.fragment}:${own.password}`);
        return `${this.#plane.remoteOf(session, 0, side)?.address} ${name}`;
      }),
    );
    for (const { peer, name } of step.ends) {
      expect(found, step.line).toContain(`${mediaPlaceOf(peer).address} ${name}`);
    }
  }

  expectTerms(step: HandshakesStep, commands: readonly MediaCommand[]): void {
    this.#follow(commands);
    const found = [...this.#sessions].flatMap((session) =>
      (["a", "b"] as const).map((side) => {
        const terms = this.#plane.handshakeOf(session, 0, side);
        const values = terms?.fingerprints.map(({ value }) => value).join();
        const told = terms === null ? "none" : `${terms.role} ${values} ${terms.association.split(" ").at(-1)}`;
        return `${this.#plane.remoteOf(session, 0, side)?.address} ${told}`;
      }),
    );
    for (const { peer, terms } of step.ends) {
      const told = terms === null ? "none" : `${terms.role} ${peerFingerprint(terms.theirs)} ${terms.association}`;
      expect(found, step.line).toContain(`${mediaPlaceOf(peer).address} ${told}`);
    }
  }

  #follow(commands: readonly MediaCommand[]): void {
    for (const command of commands.slice(this.#read)) {
      this.#plane.execute(command, () => undefined);
      if (command.kind === "release") this.#sessions.delete(command.session);
      else this.#sessions.add(command.session);
    }
    this.#read = commands.length;
  }
}

function placeOf({ peer, port }: MediaEnd): string {
  const place = mediaPlaceOf(peer);
  return port === "nowhere" ? "nowhere" : `${place.address}:${port ?? place.port}`;
}
