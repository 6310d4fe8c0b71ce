// The configuration as calls look things up in it: compiled once, replaced whole, never changed.

import type { Configuration, NumberPlan, Trunk } from "../../model/index.ts";
import { numberPlanOf } from "../../model/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import {
  type CallLimits,
  compileIdentification,
  compileLimits,
  type Identification,
  identifyTrunk,
} from "../admission/index.ts";
import { compileRouting, type Routing } from "../routing/index.ts";

export interface Border {
  readonly configuration: Configuration;
  readonly identification: Identification;
  readonly routing: Routing;
  readonly limits: CallLimits;
  readonly plan: NumberPlan | null;
  /** The test number, which goes as they do, is the last of them. */
  readonly emergencyNumbers: ReadonlySet<string>;
  /** Null where there is none. */
  readonly testNumber: string | null;
  /** Whose the flow asked about last is: nothing that could be looked up is changed by it. */
  readonly lastSpeaker: { flow: Flow | null; trunk: Trunk | null };
}

export function compileBorder(configuration: Configuration): Border {
  const { emergencyNumbers, emergency } = configuration;
  const { testNumber } = emergency;
  const real = emergencyNumbers.filter((number) => number !== testNumber);
  return {
    configuration,
    identification: compileIdentification(configuration),
    routing: compileRouting(configuration),
    limits: compileLimits(configuration),
    plan: configuration.country === null ? null : numberPlanOf(configuration.country),
    emergencyNumbers: new Set(testNumber === null ? real : [...real, testNumber]),
    testNumber,
    lastSpeaker: { flow: null, trunk: null },
  };
}

export function trunkNamed(border: Border, name: string): Trunk | null {
  const { trunks } = border.configuration;
  return Object.hasOwn(trunks, name) ? (trunks[name] ?? null) : null;
}

/** The trunk that speaks on this flow; null for a stranger. */
export function trunkOfFlow(border: Border, flow: Flow): Trunk | null {
  // Asked several times of one message, by the same flow object.
  const { lastSpeaker } = border;
  if (lastSpeaker.flow === flow) return lastSpeaker.trunk;
  const name = identifyTrunk(border.identification, flow);
  lastSpeaker.flow = flow;
  lastSpeaker.trunk = name === null ? null : trunkNamed(border, name);
  return lastSpeaker.trunk;
}
