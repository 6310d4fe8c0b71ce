// Values that rules write: text with variables, `${caller}`, `${header:X-Name}`, taken apart once.

import { z } from "zod";
import { faultOfHeaderUse } from "./guarded-headers.ts";
import { phrase } from "./text.ts";

/** What a call can be asked for in a value. */
export const TEMPLATE_VARIABLES = ["caller", "callerName", "called", "trunk", "otherTrunk", "callId"] as const;
export type TemplateVariable = (typeof TEMPLATE_VARIABLES)[number];

export type TemplatePart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "variable"; readonly name: TemplateVariable }
  /** The first line of that name, in lower case; empty where there is none. */
  | { readonly kind: "header"; readonly name: string }
  /** What group `index` of the pattern took; 0 for all of it. Only where something is replaced. */
  | { readonly kind: "group"; readonly index: number };

export type Template = readonly TemplatePart[];

const HEADER_NAME = /^[A-Za-z0-9.!%*_+`'~-]{1,64}$/;

/** The part that `${…}` stands for, or what is wrong with it. */
function partOf(inside: string): TemplatePart | string {
  if (inside.startsWith("header:")) {
    const name = inside.slice("header:".length);
    if (!HEADER_NAME.test(name)) return `"${name}" is not the name of a header`;
    return faultOfHeaderUse(name, "read") ?? { kind: "header", name: name.toLowerCase() };
  }
  const variable = TEMPLATE_VARIABLES.find((known) => known === inside);
  if (variable !== undefined) return { kind: "variable", name: variable };
  return `unknown variable "${inside}"; known: ${TEMPLATE_VARIABLES.join(", ")}, header:NAME`;
}

function textParts(text: string, withGroups: boolean): TemplatePart[] {
  if (!withGroups) return text === "" ? [] : [{ kind: "text", text }];
  return text.split(/(\$[0-9])/).flatMap((piece): TemplatePart[] => {
    if (piece === "") return [];
    return /^\$[0-9]$/.test(piece)
      ? [{ kind: "group", index: Number(piece.slice(1)) }]
      : [{ kind: "text", text: piece }];
  });
}

/** The parts of a value, or what is wrong with it. */
function parseTemplate(text: string, withGroups: boolean): Template | string {
  const parts: TemplatePart[] = [];
  let at = 0;
  for (let open = text.indexOf("${"); open >= 0; open = text.indexOf("${", at)) {
    const close = text.indexOf("}", open);
    if (close < 0) return "a variable is not closed with }";
    const part = partOf(text.slice(open + 2, close));
    if (typeof part === "string") return part;
    parts.push(...textParts(text.slice(at, open), withGroups), part);
    at = close + 1;
  }
  return [...parts, ...textParts(text.slice(at), withGroups)];
}

function templateOf(text: z.ZodType<string>, withGroups: boolean) {
  return text.transform((value, context): Template => {
    const parts = parseTemplate(value, withGroups);
    if (typeof parts !== "string") return parts;
    context.addIssue({ code: "custom", message: parts });
    return z.NEVER;
  });
}

/** One line, without control characters. */
export const templateSchema = templateOf(phrase("a header's value", 1024), false);
/** What is put in a pattern's place: `$1` to `$9` and `$0` stand for what it took. It may be empty. */
export const replacementSchema = templateOf(
  z.union([z.literal(""), phrase("a text", 1024)], { error: "expected a text" }),
  true,
);
