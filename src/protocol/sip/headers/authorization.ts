// Challenges, credentials and what follows them, as far as their grammar goes (RFC 3261 sections 20.6, 20.7, 20.27, 20.28 and 20.44).
// What Digest makes of them is not said here. Each line holds one: its commas part parameters.

import { isBlank, isTokenCharacter, trimBlanks } from "../characters.ts";
import { endOfQuoted, type Parameter, type Parameters, skipBlanks } from "../parameters.ts";
import { type Grammar, perLine, readList, single } from "./grammar.ts";
import { endOfRun, token } from "./words.ts";

export interface Authorization {
  /** `Digest`, `Bearer` …, compared without case. */
  readonly scheme: string;
  /** What stands behind the scheme instead of parameters (RFC 8898's Bearer); null when there are parameters. */
  readonly token: string | null;
  /** In order, values as written with their quotes. */
  readonly parameters: Parameters;
}

/** `name=value`, where a value is a token or a quoted string; unquoted URIs and base64 are let through. */
const authParameter: Grammar<Parameter> = {
  read(text, from) {
    const name = token.read(text, from);
    const equals = skipBlanks(text, name === null ? text.length : name.end);
    if (name === null || text.charCodeAt(equals) !== 0x3d) return null;
    const start = skipBlanks(text, equals + 1);
    const quoted = text.charCodeAt(start) === 0x22;
    const end = quoted ? endOfQuoted(text, start) : endOfRun(text, start, isUnquotedCharacter);
    return end <= start || text.charCodeAt(start) === 0x3d
      ? null
      : { value: { name: name.value, value: text.slice(start, end) }, end };
  },
  format: ({ name, value }) => `${name}=${value ?? ""}`,
};

function isUnquotedCharacter(code: number): boolean {
  return isTokenCharacter(code) || "/:@[]=?".includes(String.fromCharCode(code));
}

/** All that is left of the text, between commas. */
const authParameters: Grammar<Parameters> = {
  read(text, from) {
    const parameters = readList(authParameter, text.slice(from));
    return parameters && { value: parameters, end: text.length };
  },
  format: (parameters) => parameters.map((parameter) => authParameter.format(parameter)).join(", "),
};

const authorizationGrammar: Grammar<Authorization> = {
  read(text, from) {
    const scheme = token.read(text, from);
    if (scheme === null || !isBlank(text.charCodeAt(scheme.end))) return null;
    const rest = text.slice(skipBlanks(text, scheme.end));
    const isBare = scheme.value.toLowerCase() !== "digest" && /^[A-Za-z0-9._~+/-]+=*[ \t]*$/.test(rest);
    const bare = isBare ? trimBlanks(rest) : null;
    const parameters = bare === null ? readList(authParameter, rest) : [];
    return parameters && { value: { scheme: scheme.value, token: bare, parameters }, end: text.length };
  },
  format: (value) => `${value.scheme} ${value.token ?? authParameters.format(value.parameters)}`,
};

export const wwwAuthenticate = perLine("www-authenticate", authorizationGrammar);
export const proxyAuthenticate = perLine("proxy-authenticate", authorizationGrammar);
export const authorization = perLine("authorization", authorizationGrammar);
export const proxyAuthorization = perLine("proxy-authorization", authorizationGrammar);
/** `nextnonce`, `rspauth` … of a server that was content. */
export const authenticationInfo = single("authentication-info", authParameters);
