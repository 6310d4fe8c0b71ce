// The policy of a running Demarc: TypeScript of the operator's that decides about calls, in a process of its own.

import { dirname, resolve } from "node:path";
import { DemarcError } from "../base/index.ts";
import type { Answer, Question } from "../engine/index.ts";
import type { Configuration, DecisionGrounds } from "../model/index.ts";
import { formatFault } from "../runtime/config/index.ts";
import { type PolicyFault, PolicyHost } from "../runtime/policy/index.ts";
import type { Log } from "../runtime/telemetry/index.ts";
import type { Undo } from "./undo.ts";

const GROUNDS = new WeakMap<Configuration, DecisionGrounds>();

/** What decisions may name; found once for each configuration. */
function groundsOf(configuration: Configuration): DecisionGrounds {
  const known = GROUNDS.get(configuration);
  if (known !== undefined) return known;
  const { trunks, emergencyNumbers } = configuration;
  const targets = new Map(Object.values(trunks).map(({ name, targets }) => [name, targets.map(({ uri }) => uri)]));
  const grounds = { targets, emergencyNumbers };
  GROUNDS.set(configuration, grounds);
  return grounds;
}

/** @throws DemarcError policy-unusable */
export async function openPolicy(
  current: { readonly configuration: Configuration },
  { file, log, undo }: { file: string; log: Log; undo: Undo },
): Promise<PolicyHost> {
  const host = new PolicyHost({
    directory: dirname(resolve(file)),
    log,
    grounds: () => groundsOf(current.configuration),
  });
  undo.push(() => host.close());
  const fault = await host.use(current.configuration.node.policy);
  if (fault === null) return host;
  const { policy } = current.configuration.node;
  const place = formatFault({ ...fault, file: fault.file ?? policy?.file ?? "" });
  throw new DemarcError("policy-unusable", `the policy cannot be used: ${place}`, {
    remedy: "Mend it, see with `demarc validate` that it loads, or take node.policy out of the configuration.",
  });
}

/** What the policy says to the engine's question. */
export async function askPolicy(host: PolicyHost, asked: Question & { readonly kind: "policy" }): Promise<Answer> {
  const { hook, about } = asked;
  if (hook === "onAnswer") {
    const outcome = await host.judge(about);
    return outcome.ok ? { kind: "judgement", decision: outcome.decision } : none(outcome.fault);
  }
  const outcome = await host.decide(hook, about);
  return outcome.ok ? { kind: "policy", decision: outcome.decision } : none(outcome.fault);
}

function none({ file, line, column, message }: PolicyFault): Answer {
  return { kind: "none", detail: file === null ? message : formatFault({ file, line, column, message }) };
}
