// Answers what routing asks of those outside: a hook over HTTP, name servers for ENUM, the policy. And explains a call with what they really say.

import { type Millis, SECOND, unreachable } from "../base/index.ts";
import {
  type Answer,
  type Engine,
  type ExplainQuestion,
  type ExplainRefusal,
  type Explanation,
  nameOfQuestion,
  type Question,
} from "../engine/index.ts";
import type { Resolver } from "./dns/index.ts";
import type { Hooks } from "./hooks/index.ts";
import type { Asked } from "./loop.ts";

/** What became of the numbers that name servers were asked for. */
export interface EnumFigures {
  /** It has SIP URIs. */
  found: number;
  /** It has none. */
  none: number;
  /** Nobody said. */
  failed: number;
}

export interface Decider {
  /** Never rejects: what goes wrong is an answer. */
  decide(asked: Asked): Promise<Answer>;
  readonly numbers: Readonly<EnumFigures>;
}

export interface Outside {
  readonly hooks: Hooks;
  readonly resolver: Pick<Resolver, "urisOf">;
  /** Never rejects. */
  readonly policy: (question: Extract<Question, { kind: "policy" }>) => Promise<Answer>;
}

export function createDecider({ hooks, resolver, policy }: Outside): Decider {
  const numbers: EnumFigures = { found: 0, none: 0, failed: 0 };
  const urisOf = async (query: { number: string; suffix: string }): Promise<Answer> => {
    const answer = await resolver.urisOf(query);
    if (answer.kind !== "enum") numbers.failed += 1;
    else numbers[answer.uris.length > 0 ? "found" : "none"] += 1;
    return answer;
  };
  return {
    numbers,
    decide: ({ question, ...about }) => {
      switch (question.kind) {
        case "hook":
          return hooks.ask(question, about);
        case "enum":
          return urisOf({ number: question.called, suffix: question.suffix });
        case "policy":
          return policy(question);
        default:
          return unreachable(question);
      }
    },
  };
}

/** Questions that one explanation asks at most; a call asks no more than that either. */
const QUESTIONS_MOST = 8;
/** No call waits: they have their time, whatever is configured. */
const PATIENCE_MS: Millis = 3 * SECOND;

/** What would happen to this call, with the answers of those whom it would ask: they are really asked. */
export async function explainAsking(
  engine: Pick<Engine, "explain">,
  question: ExplainQuestion,
  by: { readonly at: Millis; readonly decider: Pick<Decider, "decide">; readonly clock: () => Millis },
): Promise<Explanation | ExplainRefusal> {
  const { at, decider, clock } = by;
  const answers = new Map<string, Answer>();
  for (;;) {
    const explained = engine.explain(question, at, answers);
    if (typeof explained === "string") return explained;
    const open = explained.asks.find(({ answer }) => answer === null);
    if (open === undefined || answers.size >= QUESTIONS_MOST) return explained;
    const { call } = open;
    const asked = { question: open.question, call, until: clock() + PATIENCE_MS, trial: true };
    answers.set(nameOfQuestion(open.question), await decider.decide(asked));
  }
}
