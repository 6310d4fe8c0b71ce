// How a call is to be answered: Answer-Mode, Priv-Answer-Mode (RFC 5373 section 4), P-Early-Media (RFC 5009 section 8).

import { list, single } from "./grammar.ts";
import { tokenWithParameters } from "./parameterised.ts";
import { token } from "./words.ts";

/** `Manual` or `Auto`; the parameter `require` refuses any other way. */
export const answerMode = single("answer-mode", tokenWithParameters);
export const privAnswerMode = single("priv-answer-mode", tokenWithParameters);
/** `supported`, or directions of media and `gated`. A line without a value is allowed. */
export const earlyMedia = list("p-early-media", token, { orEmpty: true });
