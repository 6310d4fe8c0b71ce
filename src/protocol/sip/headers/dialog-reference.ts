// Headers that name another dialog: Replaces (RFC 3891 section 6.1) and Join (RFC 3911 section 7.1).

import { callIdText } from "./call-id.ts";
import { single, where } from "./grammar.ts";
import { type Parameterised, parameterText, withParameters } from "./parameterised.ts";

/** The value is the Call-ID; `dialogTags` gives the tags, each of which is there exactly once. */
const dialogReference = where(withParameters(callIdText), (reference) => {
  const names = reference.parameters.map(({ name }) => name.toLowerCase());
  const once = (tag: string) => names.indexOf(tag) >= 0 && names.indexOf(tag) === names.lastIndexOf(tag);
  const { fromTag, toTag } = dialogTags(reference);
  return once("from-tag") && once("to-tag") && fromTag !== "" && toTag !== "";
});

export const replaces = single("replaces", dialogReference);
export const join = single("join", dialogReference);

/** The tags as the dialog's other end sees them: `toTag` is the one that the reader gave itself. */
export function dialogTags({ parameters }: Parameterised): { readonly toTag: string; readonly fromTag: string } {
  return { toTag: parameterText(parameters, "to-tag") ?? "", fromTag: parameterText(parameters, "from-tag") ?? "" };
}

/** Whether only a dialog that is still early may be replaced. */
export function isEarlyOnly({ parameters }: Parameterised): boolean {
  return parameterText(parameters, "early-only") !== null;
}
