// Our verdict on every message of RFC 4475 and RFC 5118: what reading and validating say, and who decides what is left.

export interface Verdict {
  readonly name: string;
  readonly section: string;
  /** `accepted`, or the status and the reason of the refusal. A response is never answered: its refusal drops it. */
  readonly says: string;
  /** Why so, and what the engine has to decide where reading does not. */
  readonly because: string;
}

const ACCEPTED = "accepted";
const BAD_URI = "400 the Request-URI is malformed";
const BAD_TO = "400 To is malformed";
const MISMATCH = "400 CSeq does not name the request's method";

function verdict(name: string, section: string, says: string, because: string): Verdict {
  return { name, section, says, because };
}

// biome-ignore format: a table
export const RFC_4475: readonly Verdict[] = [
  verdict("wsinv", "3.1.1.1", ACCEPTED, "folding, blanks and compact names are all allowed; the top branch has no cookie: RFC 2543 matching"),
  verdict("intmeth", "3.1.1.2", ACCEPTED, "a method is a token; engine: 405 or 501 for one it does not know"),
  verdict("esc01", "3.1.1.3", ACCEPTED, "an escaped at sign or colon separates nothing"),
  verdict("escnull", "3.1.1.4", ACCEPTED, "%00 is an octet like any other"),
  verdict("esc02", "3.1.1.5", ACCEPTED, "an escape in a method or a header name is those characters; engine: 405 or 501"),
  verdict("lwsdisp", "3.1.1.6", ACCEPTED, "no blank is needed before the bracket"),
  verdict("longreq", "3.1.1.7", ACCEPTED, "long, and within the limits"),
  verdict("dblreq", "3.1.1.8", ACCEPTED, "Content-Length ends the message; what follows in the datagram is not read"),
  verdict("semiuri", "3.1.1.9", ACCEPTED, "a semicolon before the at sign belongs to the user part"),
  verdict("transports", "3.1.1.10", ACCEPTED, "a transport in Via is a token"),
  verdict("mpart01", "3.1.1.11", ACCEPTED, "a body is bytes"),
  verdict("unreason", "3.1.1.12", ACCEPTED, "a phrase may be UTF-8"),
  verdict("noreason", "3.1.1.13", ACCEPTED, "a phrase may be empty"),
  verdict("badinv01", "3.1.2.1", "400 Via is missing or malformed", "stray separators"),
  verdict("clerr", "3.1.2.2", "400 Content-Length is larger than the body", "a datagram has no more to come"),
  verdict("ncl", "3.1.2.3", "400 Content-Length is not a number", "there is no negative length"),
  verdict("scalar02", "3.1.2.4", "400 CSeq is malformed", "beyond 2^31 - 1"),
  verdict("scalarlg", "3.1.2.5", "400 CSeq is malformed", "a response: dropped"),
  verdict("quotbal", "3.1.2.6", BAD_TO, "the quote never closes"),
  verdict("ltgtruri", "3.1.2.7", BAD_URI, "no brackets in a request line"),
  verdict("lwsruri", "3.1.2.8", BAD_URI, "no blanks in a URI"),
  verdict("lwsstart", "3.1.2.9", BAD_URI, "single blanks in a request line"),
  verdict("trws", "3.1.2.10", "400 the request line is not METHOD URI SIP/2.0", "no blank behind the version"),
  verdict("escruri", "3.1.2.11", BAD_URI, "headers in a Request-URI would become ours to send"),
  verdict("baddate", "3.1.2.12", ACCEPTED, "nobody here reads Date, and no Date crosses the border"),
  verdict("regbadct", "3.1.2.13", "400 Contact is malformed", "a question mark wants brackets: half a URI is not bound"),
  verdict("badaspec", "3.1.2.14", BAD_TO, "no blanks in a URI"),
  verdict("baddn", "3.1.2.15", "400 the header section has no end", "the archive's file lacks its last empty line"),
  verdict("baddn-terminated", "3.1.2.15", "400 From is malformed", "a comma in a display name wants quotes"),
  verdict("badvers", "3.1.2.16", "505 the SIP version is not 2.0", "another version"),
  verdict("mismatch01", "3.1.2.17", MISMATCH, "methods differ"),
  verdict("mismatch02", "3.1.2.18", MISMATCH, "methods differ; 400 comes before 501"),
  verdict("bigcode", "3.1.2.19", "400 the status has more than three digits", "a response: dropped"),
  verdict("badbranch", "3.2.1", ACCEPTED, "the bare cookie is no branch: the transaction layer matches by RFC 2543 rules"),
  verdict("insuf", "3.3.1", "400 from must be there exactly once", "what every request needs is missing"),
  verdict("unkscm", "3.3.2", ACCEPTED, "engine: 416"),
  verdict("novelsc", "3.3.3", ACCEPTED, "engine: 416"),
  verdict("unksm2", "3.3.4", ACCEPTED, "any scheme may stand in To and From; engine: 405 while it registers nobody"),
  verdict("bext01", "3.3.5", ACCEPTED, "engine: 420 with Unsupported"),
  verdict("invut", "3.3.6", ACCEPTED, "engine: 415 with Accept"),
  verdict("regaut01", "3.3.7", ACCEPTED, "engine: an unknown scheme is no credentials"),
  verdict("multi01", "3.3.8", "400 from must be there exactly once", "two of what there is one of"),
  verdict("mcl01", "3.3.9", "400 Content-Length is given twice and differs", "where the body ends is not guessed"),
  verdict("bcast", "3.3.10", "400 a response to us has one Via", "a response: dropped, and nothing goes to the second Via"),
  verdict("zeromf", "3.3.11", ACCEPTED, "engine: 483 for what it would pass on"),
  verdict("cparam01", "3.3.12", ACCEPTED, "a parameter behind the bracket is the header's"),
  verdict("cparam02", "3.3.13", ACCEPTED, "a parameter inside the brackets is the URI's"),
  verdict("regescrt", "3.3.14", ACCEPTED, "headers may stand in a Contact that registers; dialogs refuse them, and nothing acts on them"),
  verdict("sdp01", "3.3.15", ACCEPTED, "engine: 406, or an answer without a description"),
  verdict("inv2543", "3.4.1", ACCEPTED, "RFC 2543: no branch, no From tag, no Max-Forwards; the body ends with the datagram"),
];

// biome-ignore format: a table
export const RFC_5118: readonly Verdict[] = [
  verdict("ipv6-good", "4.1", ACCEPTED, "brackets in the Request-URI and in Contact"),
  verdict("ipv6-bad", "4.2", BAD_URI, "no brackets"),
  verdict("port-ambiguous", "4.3", ACCEPTED, "all inside the brackets is the address; no port"),
  verdict("port-unambiguous", "4.4", ACCEPTED, "the port stands behind the brackets"),
  verdict("via-received-param-with-delim", "4.5", ACCEPTED, "brackets in received are tolerated; engine: 481"),
  verdict("via-received-param-no-delim", "4.5", ACCEPTED, "received as the grammar has it; engine: 481"),
  verdict("ipv6-in-sdp", "4.6", ACCEPTED, "the description is read by its own parser"),
  verdict("mult-ip-in-header", "4.7", ACCEPTED, "both families in one list of Vias; engine: 481"),
  verdict("mult-ip-in-sdp", "4.8", ACCEPTED, "the description is read by its own parser"),
  verdict("ipv4-mapped-ipv6", "4.9", ACCEPTED, "a mapped address is an address"),
  verdict("ipv6-bug-abnf-3-colons", "4.10", ACCEPTED, "three colons, as the RFC 3261 grammar once had it: to be tolerated"),
  verdict("ipv6-correct-abnf-2-colons", "4.10", ACCEPTED, "two colons"),
];
