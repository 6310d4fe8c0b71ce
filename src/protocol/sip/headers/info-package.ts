// Info-Package and Recv-Info (RFC 6086 sections 7.2 and 7.3): what INFO carries, and what somebody takes.

import { list, single } from "./grammar.ts";
import { tokenWithParameters } from "./parameterised.ts";

export const infoPackage = single("info-package", tokenWithParameters);
/** A line without a value says: none. */
export const recvInfo = list("recv-info", tokenWithParameters, { orEmpty: true });
