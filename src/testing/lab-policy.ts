// The policy in the lab: its hooks are called as its process calls them, and what they say is checked as it is there.

import { pathToFileURL } from "node:url";
import { invariant } from "../base/index.ts";
import type { Answer, CallRecord, Policy, PolicyHook, Question } from "../engine/index.ts";
import { type Configuration, type DecisionGrounds, parseAnswerDecision, parseCallDecision } from "../model/index.ts";
import { faultOf, faultOfPolicy, runHookWithin } from "../runtime/policy/index.ts";
import type { LabDecision } from "./lab-call.ts";

/** Of a policy that no configuration names. */
export const DEFAULT_DEADLINE_MS = 500;

export class LabPolicy {
  readonly #policy: Policy | null;
  readonly #file: string | null;
  readonly #configuration: Configuration;
  #said: LabDecision[] = [];

  /** @param file where it was read from; null where it was given */
  constructor(policy: Policy | null, file: string | null, configuration: Configuration) {
    this.#policy = policy;
    this.#file = file;
    this.#configuration = configuration;
  }

  /** What it has said since this was last asked. */
  takeSaid(): readonly LabDecision[] {
    const said = this.#said;
    this.#said = [];
    return said;
  }

  async answer(question: Question): Promise<Answer> {
    invariant(question.kind === "policy", "the lab asks the policy alone");
    const { hook, about } = question;
    const said = await this.#run(hook, about);
    if ("fault" in said) return this.#note(hook, null, said.fault);
    const read = hook === "onAnswer" ? parseAnswerDecision(said.said) : parseCallDecision(said.said, this.#grounds());
    if (!read.ok) return this.#note(hook, said.said, `${hook} decided ${read.failure}`);
    this.#said.push({ hook, said: said.said, fault: null });
    return "end" in read.value ? { kind: "judgement", decision: read.value } : { kind: "policy", decision: read.value };
  }

  #note(hook: PolicyHook, said: unknown, fault: string): Answer {
    this.#said.push({ hook, said, fault });
    return { kind: "none", detail: fault };
  }

  async #run(hook: PolicyHook, about: unknown): Promise<{ readonly said: unknown } | { readonly fault: string }> {
    const policy = this.#policy;
    if (policy === null) return { said: null };
    try {
      // As it would reach another process, and come back from there.
      const told: unknown = JSON.parse(JSON.stringify(about));
      const withinMs = this.#configuration.node.policy?.deadline ?? DEFAULT_DEADLINE_MS;
      return { said: JSON.parse(await runHookWithin(policy, { hook, call: told, withinMs })) };
    } catch (thrown) {
      const { file, line, message } = faultOf(thrown, (path) => path === this.#file);
      return { fault: file === null ? message : `${file}:${line}: ${message}` };
    }
  }

  async tell(record: CallRecord): Promise<void> {
    if (this.#policy?.onEnd === undefined) return;
    const said = await this.#run("onEnd", record);
    this.#said.push({ hook: "onEnd", said: null, fault: "fault" in said ? said.fault : null });
  }

  #grounds(): DecisionGrounds {
    const { trunks, emergencyNumbers } = this.#configuration;
    const targets = new Map(Object.values(trunks).map((trunk) => [trunk.name, trunk.targets.map(({ uri }) => uri)]));
    return { targets, emergencyNumbers };
  }
}

/** The policy in a file. Rejects with what keeps it from being one. */
export async function loadPolicy(path: string): Promise<Policy> {
  const { default: exported } = (await import(pathToFileURL(path).href)) as { default?: Policy };
  const fault = faultOfPolicy(exported);
  if (fault !== null || exported === undefined) throw new TypeError(`${path}: ${fault}`);
  return exported;
}
