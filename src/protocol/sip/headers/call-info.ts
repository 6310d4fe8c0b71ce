// Alert-Info, Call-Info, Error-Info (RFC 3261 sections 20.4, 20.9 and 20.18): things elsewhere about a call. Nothing here fetches them.

import { list } from "./grammar.ts";
import { uriReference } from "./uri-reference.ts";

export const alertInfo = list("alert-info", uriReference);
export const callInfo = list("call-info", uriReference);
export const errorInfo = list("error-info", uriReference);
