// Call-ID and In-Reply-To (RFC 3261 sections 20.8 and 20.21).

import { isCallIdCharacter } from "../characters.ts";
import { list, single } from "./grammar.ts";
import { runOf } from "./words.ts";

/** The text of a Call-ID, for all headers that name one. */
export const callIdText = runOf(isCallIdCharacter);

/** Case-sensitive, compared byte by byte. */
export const callId = single("call-id", callIdText);
export const inReplyTo = list("in-reply-to", callIdText);
