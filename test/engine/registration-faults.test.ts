// Registrations, ours and the PBX's, and OPTIONS while one thing goes wrong, each time another: lost, repeated, not sent, or a fault of our own.
import { describe, expect, test } from "vitest";
import { challengeLine, PASSWORD, USER } from "./digest-peer.ts";
import { replyTo } from "./peer.ts";
import { contactsOf, register } from "./registering-pbx.ts";
import { contactOf, REGISTRATION, statusOf } from "./registrar-peer.ts";
import { Rig, type RigFault } from "./rig.ts";

interface Trouble {
  readonly fault?: RigFault;
  /** Which of what Demarc sends is lost, counted from 1. */
  readonly lose?: number;
  /** Which answer of the carrier's comes twice. */
  readonly double?: number;
  readonly handOver?: boolean;
}

/** A provider that challenges once, grants ten minutes and answers OPTIONS; plays for a while. What was sent, answered and drawn. */
class Play {
  readonly rig: Rig;
  sent = 0;
  answered = 0;
  #challenged = false;
  readonly #trouble: Trouble;

  constructor(trouble: Trouble) {
    this.#trouble = trouble;
    const credentials = { username: USER, password: PASSWORD };
    const carrier = { registration: REGISTRATION, credentials, health: { optionsEvery: "60s" } };
    this.rig = new Rig({ "carrier-a": carrier }, { fault: trouble.fault ?? null, handOver: trouble.handOver ?? false });
    this.rig.start();
  }

  pass(ms: number): void {
    for (let passed = 0; passed < ms; passed += 250) {
      this.#answerAll();
      this.rig.pass(250);
    }
    this.#answerAll();
  }

  #answerAll(): void {
    for (const message of this.rig.sentTo("carrier-a")) {
      this.sent += 1;
      if (this.sent === this.#trouble.lose) continue;
      const text = this.#answerTo(message);
      if (text === null) continue;
      this.answered += 1;
      const times = this.answered === this.#trouble.double ? 2 : 1;
      for (let time = 0; time < times; time += 1) this.rig.receive("carrier-a", text);
    }
  }

  #answerTo(message: ReturnType<Rig["sentTo"]>[number]): string | null {
    if (message.firstLine.startsWith("OPTIONS ")) return replyTo(message, 200);
    if (!message.firstLine.startsWith("REGISTER ")) return null;
    const first = !this.#challenged || message.header("Authorization") === "";
    this.#challenged = true;
    if (first) return replyTo(message, 401, { extra: challengeLine({ header: "WWW-Authenticate" }) });
    return replyTo(message, 200, { extra: `Contact: <${contactOf(message)}>;expires=600\r\n` });
  }

  /** After two minutes it is registered and the target is up, and in the end nothing is left. */
  finish(faults = 0): void {
    this.pass(125_000);
    expect(statusOf(this.rig)).toMatchObject({ state: "registered" });
    const [target] =
      this.rig.engine.trunkActivity(this.rig.now).find(({ trunk }) => trunk === "carrier-a")?.targets ?? [];
    expect(target?.state).toBe("up");
    this.rig.give({ kind: "drain", endCalls: true });
    this.pass(40_000);
    expect(this.rig.engine.status()).toMatchObject({ registrations: 0, transactions: 0, faults });
    this.rig.expectNothingLeft(faults);
  }
}

const quiet = (() => {
  const play = new Play({});
  play.finish();
  return { sent: play.sent, answered: play.answered, chances: play.rig.chances };
})();
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe("our registration and OPTIONS", () => {
  test.each(upTo(quiet.sent))("the %i. message lost", (lose) => {
    new Play({ lose }).finish();
    new Play({ lose, handOver: true }).finish();
  });
  test.each(upTo(quiet.answered))("the %i. answer twice", (double) => new Play({ double }).finish());
  test.each(upTo(quiet.chances.send))("the %i. message not sent", (nth) => {
    const play = new Play({ fault: { what: "send-fails", nth } });
    play.finish();
  });
});

describe("a fault of our own at the nth draw", () => {
  // Of the first three draws come the tokens of a registration: without them there is none until the next configuration.
  test.each(upTo(quiet.chances.draw))("the %i.", (nth) => {
    const play = new Play({ fault: { what: "draw-throws", nth } });
    play.pass(30_000);
    play.rig.start();
    const { faults } = play.rig.engine.status();
    expect(faults).toBeLessThanOrEqual(1);
    play.pass(150_000);
    expect(statusOf(play.rig).state).toBe("registered");
    play.rig.stop();
    expect(play.rig.engine.status().registrations).toBe(0);
  });
});

test("a PBX's REGISTER that comes twice, late or again is taken once", () => {
  const credentials = { username: "office", password: "Circle of Life" };
  const rig = new Rig({
    pbx: { registration: { accept: true }, credentials, identify: { addresses: [] }, targets: [] },
  });
  for (const callId of ["a", "b"]) expect(register(rig, { callId }).firstLine).toBe("SIP/2.0 200 OK");
  expect(contactsOf(rig)).toHaveLength(1);
  rig.stop();
  rig.pass(600_000);
  expect(contactsOf(rig)).toEqual([]);
  rig.expectNothingLeft();
});
