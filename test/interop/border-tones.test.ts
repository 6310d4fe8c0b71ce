// A telephone system that has its tones in INFO, and baresip, which has them in its stream: each gets the other's in its own form.
import { beforeAll, describe, expect, test } from "vitest";
import { type Border, openBorder } from "./border.ts";
import { CARRIER, doorOf, KEYED_PBX } from "./border-peers.ts";
import { whyNot } from "./programs.ts";
import { takesCall } from "./sipp-calls.ts";
import {
  acks,
  answers,
  asks,
  calls,
  hangsUp,
  hears,
  isAsked,
  mayHear,
  type Step,
  talks,
  waits,
} from "./sipp-script.ts";

const no = whyNot("baresip", "sipp", "tshark");
const EVENT_MS = 15_000;

function presses(key: string, type: "application/dtmf" | "application/dtmf-relay"): Step[] {
  const lines = type === "application/dtmf" ? [key] : [`Signal=${key}`, "Duration=200"];
  return [asks("INFO", { body: { type, lines } }), hears(200)];
}

function isPressed(key: string): Step[] {
  return [isAsked("INFO", { has: ["application/dtmf-relay", `Signal=${key}`, "Duration="] }), answers(200)];
}

describe.skipIf(no)(`tones across a border ${no ?? ""}`, () => {
  let border: Border;
  beforeAll(async () => {
    border = await openBorder();
    return border.close;
  });

  test("who calls has them in INFO: heard by who has them in the stream, and the other way about", async () => {
    const carrier = await border.phone(CARRIER);
    const pbx = await border.callFrom(KEYED_PBX, CARRIER, [
      ...[calls(), mayHear(180), hears(200), acks(), talks(), waits(1000)],
      ...[...presses("5", "application/dtmf-relay"), waits(500), ...presses("9", "application/dtmf")],
      ...[...isPressed("7"), ...isPressed("*"), hangsUp()],
    ]);
    expect(await carrier.event("CALL_DTMF_START", EVENT_MS)).toMatchObject({ param: "5" });
    const { id } = await carrier.event("CALL_DTMF_START", EVENT_MS, 2);
    for (const key of ["7", "*"]) await carrier.command("sndcode", key);
    await pbx.succeeded(EVENT_MS);
    expect(await border.record(id!)).toMatchObject({ cause: "normal-clearing", endedBy: "caller" });
  });

  test("who is called has them in INFO", async () => {
    const pbx = await border.answerAt(KEYED_PBX, [
      ...[takesCall(), waits(1000), ...presses("1", "application/dtmf-relay"), ...isPressed("2"), hangsUp()],
    ]);
    const carrier = await border.phone(CARRIER);
    await carrier.command("dial", `sip:${KEYED_PBX.number}@${doorOf(CARRIER)}`);
    const { id } = await carrier.event("CALL_DTMF_START", EVENT_MS);
    await carrier.command("sndcode", "2");
    await pbx.succeeded(EVENT_MS);
    expect(await border.record(id!)).toMatchObject({ cause: "normal-clearing", endedBy: "callee" });
  });

  test("and in all of it nothing is malformed, and nothing of one side is seen on the other", async () => {
    await border.inspect();
  });
});
