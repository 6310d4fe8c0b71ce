// User-to-User (RFC 7433 section 4.1): what the users' programs tell each other through us.

import { list } from "./grammar.ts";
import { withParameters } from "./parameterised.ts";
import { word } from "./words.ts";

/** The value as written, with its quotes if it has some; `encoding`, `purpose` and `content` are parameters. */
export const userToUser = list("user-to-user", withParameters(word));
