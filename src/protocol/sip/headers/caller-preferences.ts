// Accept-Contact, Reject-Contact, Request-Disposition (RFC 3841 section 9), Feature-Caps (RFC 6809 section 4): features as parameters.

import { list, where } from "./grammar.ts";
import { tokenWithParameters } from "./parameterised.ts";
import { token } from "./words.ts";

/** `*;feature;feature="value"`: the star stands for whoever it is. */
const features = where(tokenWithParameters, ({ value }) => value === "*");

export const acceptContact = list("accept-contact", features);
export const rejectContact = list("reject-contact", features);
/** Feature names begin with a plus sign. */
export const featureCaps = list("feature-caps", features);
/** `proxy`, `no-fork` …; at most one of each pair. */
export const requestDisposition = list("request-disposition", token);
