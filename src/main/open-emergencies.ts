// What is done about emergency calls outside the engine: audit records, people who are told, tests of their way.

import type { EmergencyStep, Input } from "../engine/index.ts";
import {
  createEmergencyDesk,
  createTestRunner,
  type EmergencyDesk,
  type TestRunner,
} from "../runtime/emergency/index.ts";
import type { Store } from "../runtime/store/index.ts";
import type { Log } from "../runtime/telemetry/index.ts";
import type { Current } from "./current.ts";
import type { Undo } from "./undo.ts";

export interface Emergencies {
  readonly desk: EmergencyDesk;
  readonly tests: TestRunner;
  note(step: EmergencyStep): void;
}

/** Goes on where a process before this one was. `submit` reaches the engine once there is one. */
export async function openEmergencies(
  current: Current,
  { store, log, submit, undo }: { store: Store; log: Log; submit: (input: Input) => void; undo: Undo },
): Promise<Emergencies> {
  const configuration = () => current.configuration;
  const clock = () => Date.now();
  const desk = createEmergencyDesk({ store, log, configuration, clock });
  undo.push(() => desk.close());
  const note = (step: EmergencyStep): void => {
    desk.note(step);
    tests.hear(step);
  };
  const tests = createTestRunner({
    store,
    configuration,
    submit: (order) => submit({ kind: "emergency-test", order }),
    note,
    clock,
  });
  undo.push(() => tests.stop());
  try {
    await desk.resume();
    await tests.resume();
  } catch (error) {
    // Calls are taken all the same: the next ones are more than the last ones.
    log.error("what the process before this one left of emergency calls could not be read", { error });
  }
  return { desk, tests, note };
}
