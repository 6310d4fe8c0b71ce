// What of an agent's words goes to the loop and what to the audience, and how a call is cued.

import { expect, test } from "vitest";
import type { Agent, AudioAction, LabInput, ReportAction } from "./agent.ts";
import { callScript } from "./phone/script.ts";
import { createStage } from "./stage.ts";

const SCRIPT = callScript({ id: "one", to: { address: "10.0.0.1", port: 5060 }, called: "1", caller: "2" });
const AUDIO: AudioAction = {
  kind: "audio",
  operation: "close",
  call: "one",
  local: { address: "10.0.0.2", port: 4000 },
};
const REPORT: ReportAction = { kind: "report", call: "one", event: { kind: "answered" } };

function createPlay() {
  const heard: LabInput[] = [];
  const told: unknown[] = [];
  const agent: Agent = {
    handle(input) {
      heard.push(input);
      return [{ kind: "stop-timer", key: "a" }, AUDIO, REPORT, { kind: "stop-timer", key: "b" }];
    },
  };
  const stage = createStage(agent, { audio: (action) => told.push(action), report: (action) => told.push(action) });
  return { heard, told, stage };
}

test("the loop gets the engine's actions in their order, the audience the others", () => {
  const { stage, heard, told } = createPlay();
  const input = { kind: "hang-up", call: "one" } as const;
  expect(stage.handle(input, 0)).toEqual([
    { kind: "stop-timer", key: "a" },
    { kind: "stop-timer", key: "b" },
  ]);
  expect(heard).toEqual([input]);
  expect(told).toEqual([AUDIO, REPORT]);
});

test("a cue places its call, once; timers of the agent's own pass", () => {
  const { stage, heard } = createPlay();
  const cue = stage.cue(SCRIPT);
  stage.handle(cue, 0);
  expect(stage.handle(cue, 1)).toEqual([]);
  stage.handle({ kind: "timer", key: "p|one|step" }, 2);
  expect(heard).toEqual([
    { kind: "place-call", script: SCRIPT },
    { kind: "timer", key: "p|one|step" },
  ]);
});
