// A URI in angle brackets with parameters behind it, and nobody's name before it.

import { isAbsoluteUri } from "../uri.ts";
import { withParameters } from "./parameterised.ts";
import { inBrackets } from "./words.ts";

/** The value is the URI, as written, without angle brackets. */
export const uriReference = withParameters(inBrackets(isAbsoluteUri));
