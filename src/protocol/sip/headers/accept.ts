// Accept, Accept-Encoding, Accept-Language (RFC 3261 sections 20.1 to 20.3): what bodies somebody understands.

import { list } from "./grammar.ts";
import { mediaType } from "./media-type.ts";
import { tokenWithParameters, withParameters } from "./parameterised.ts";

/** Media ranges; a line without a value says that no body is understood. */
export const accept = list("accept", withParameters(mediaType), { orEmpty: true });
export const acceptEncoding = list("accept-encoding", tokenWithParameters, { orEmpty: true });
export const acceptLanguage = list("accept-language", tokenWithParameters, { orEmpty: true });
