// Puts an agent of the lab where an engine is expected: the loop that has real sockets carries out what engines ask for, the rest goes to the
// audience.

import type { Millis } from "../base/index.ts";
import type { Action, Input } from "../engine/index.ts";
import type { Agent, AudioAction, LabAction, LabInput, ReportAction } from "./agent.ts";
import type { CallScript } from "./phone/script.ts";

export interface Audience {
  audio(action: AudioAction): void;
  report(action: ReportAction): void;
}

export interface Stage {
  handle(input: Input, now: Millis): readonly Action[];
  /** The input that makes the agent place the call. It is good for one call. */
  cue(script: CallScript): Input;
}

const CUE = "cue|";

export function createStage(agent: Agent, audience: Audience): Stage {
  const cues = new Map<string, CallScript>();
  const take = (input: Input): LabInput | null => {
    if (input.kind !== "timer" || !input.key.startsWith(CUE)) return input;
    const script = cues.get(input.key);
    cues.delete(input.key);
    return script === undefined ? null : { kind: "place-call", script };
  };
  return {
    handle(input, now) {
      const taken = take(input);
      return taken === null ? [] : agent.handle(taken, now).filter((action) => isEngineAction(action, audience));
    },
    cue(script) {
      const key = CUE + script.id;
      cues.set(key, script);
      return { kind: "timer", key };
    },
  };
}

/** The lab's own actions are told to the audience on the way. */
function isEngineAction(action: LabAction, audience: Audience): action is Action {
  if (action.kind === "audio") audience.audio(action);
  else if (action.kind === "report") audience.report(action);
  else return true;
  return false;
}
