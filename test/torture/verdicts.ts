// Our verdict on every message of RFC 4475 and RFC 5118: what reading and validating say, and what the engine answers.

export interface Verdict {
  readonly name: string;
  readonly section: string;
  /** `accepted`, or the status and the reason of the refusal. A response is never answered: its refusal drops it. */
  readonly says: string;
  /** What the engine answers to our own message of that kind: a status, `nothing`, or `passed on` to a carrier. */
  readonly answers: string;
  /** Why so. */
  readonly because: string;
}

const ACCEPTED = "accepted";
const BAD_URI = "400 the Request-URI is malformed";
const BAD_TO = "400 To is malformed";
const MISMATCH = "400 CSeq does not name the request's method";

function verdict(name: string, section: string, says: string, answers: string, because: string): Verdict {
  return { name, section, says, answers, because };
}

// biome-ignore format: a table
export const RFC_4475: readonly Verdict[] = [
  verdict("wsinv", "3.1.1.1", ACCEPTED, "481", "folding, blanks and compact names are all allowed; no branch: RFC 2543 matching; there is no such call"),
  verdict("intmeth", "3.1.1.2", ACCEPTED, "405", "a method is a token; one that is not known is not allowed"),
  verdict("esc01", "3.1.1.3", ACCEPTED, "404", "an escaped at sign or colon separates nothing; no route leads there"),
  verdict("escnull", "3.1.1.4", ACCEPTED, "405", "%00 is an octet like any other"),
  verdict("esc02", "3.1.1.5", ACCEPTED, "405", "an escape in a method or a header name is those characters"),
  verdict("lwsdisp", "3.1.1.6", ACCEPTED, "200", "no blank is needed before the bracket"),
  verdict("longreq", "3.1.1.7", ACCEPTED, "passed on", "long, and within the limits; without an offer it asks for one"),
  verdict("dblreq", "3.1.1.8", ACCEPTED, "405", "Content-Length ends the message; what follows in the datagram is not read"),
  verdict("semiuri", "3.1.1.9", ACCEPTED, "200", "a semicolon before the at sign belongs to the user part"),
  verdict("transports", "3.1.1.10", ACCEPTED, "200", "a transport in Via is a token"),
  verdict("mpart01", "3.1.1.11", ACCEPTED, "405", "a body is bytes"),
  verdict("unreason", "3.1.1.12", ACCEPTED, "nothing", "a phrase may be UTF-8"),
  verdict("noreason", "3.1.1.13", ACCEPTED, "nothing", "a phrase may be empty"),
  verdict("badinv01", "3.1.2.1", "400 Via is missing or malformed", "nothing", "stray separators"),
  verdict("clerr", "3.1.2.2", "400 Content-Length is larger than the body", "400", "a datagram has no more to come"),
  verdict("ncl", "3.1.2.3", "400 Content-Length is not a number", "400", "there is no negative length"),
  verdict("scalar02", "3.1.2.4", "400 CSeq is malformed", "400", "beyond 2^31 - 1"),
  verdict("scalarlg", "3.1.2.5", "400 CSeq is malformed", "nothing", "a response: dropped"),
  verdict("quotbal", "3.1.2.6", BAD_TO, "400", "the quote never closes"),
  verdict("ltgtruri", "3.1.2.7", BAD_URI, "400", "no brackets in a request line"),
  verdict("lwsruri", "3.1.2.8", BAD_URI, "400", "no blanks in a URI"),
  verdict("lwsstart", "3.1.2.9", BAD_URI, "400", "single blanks in a request line"),
  verdict("trws", "3.1.2.10", "400 the request line is not METHOD URI SIP/2.0", "400", "no blank behind the version"),
  verdict("escruri", "3.1.2.11", BAD_URI, "400", "headers in a Request-URI would become ours to send"),
  verdict("baddate", "3.1.2.12", ACCEPTED, "passed on", "nobody here reads Date, and no Date crosses the border; without an offer it asks for one"),
  verdict("regbadct", "3.1.2.13", "400 Contact is malformed", "400", "a question mark wants brackets: half a URI is not bound"),
  verdict("badaspec", "3.1.2.14", BAD_TO, "400", "no blanks in a URI"),
  verdict("baddn", "3.1.2.15", "400 the header section has no end", "nothing", "the archive's file lacks its last empty line"),
  verdict("baddn-terminated", "3.1.2.15", "400 From is malformed", "400", "a comma in a display name wants quotes"),
  verdict("badvers", "3.1.2.16", "505 the SIP version is not 2.0", "505", "another version"),
  verdict("mismatch01", "3.1.2.17", MISMATCH, "400", "methods differ"),
  verdict("mismatch02", "3.1.2.18", MISMATCH, "400", "methods differ; 400 comes before 501"),
  verdict("bigcode", "3.1.2.19", "400 the status has more than three digits", "nothing", "a response: dropped"),
  verdict("badbranch", "3.2.1", ACCEPTED, "200", "the bare cookie is no branch: the transaction layer matches by RFC 2543 rules"),
  verdict("insuf", "3.3.1", "400 from must be there exactly once", "nothing", "what every request needs is missing"),
  verdict("unkscm", "3.3.2", ACCEPTED, "416", "no request can go to such a scheme (RFC 3261 section 8.2.2.1)"),
  verdict("novelsc", "3.3.3", ACCEPTED, "416", "no request can go to such a scheme (RFC 3261 section 8.2.2.1)"),
  verdict("unksm2", "3.3.4", ACCEPTED, "405", "any scheme may stand in To and From; nobody registers here"),
  verdict("bext01", "3.3.5", ACCEPTED, "420", "with Unsupported, which names what Require asks for and not what Proxy-Require does"),
  verdict("invut", "3.3.6", ACCEPTED, "415", "with Accept"),
  verdict("regaut01", "3.3.7", ACCEPTED, "405", "an unknown scheme is no credentials; nobody registers here"),
  verdict("multi01", "3.3.8", "400 from must be there exactly once", "400", "two of what there is one of"),
  verdict("mcl01", "3.3.9", "400 Content-Length is given twice and differs", "400", "where the body ends is not guessed"),
  verdict("bcast", "3.3.10", "400 a response to us has one Via", "nothing", "a response: dropped, and nothing goes to the second Via"),
  verdict("zeromf", "3.3.11", ACCEPTED, "200", "what is for us is answered; what would be passed on gets 483"),
  verdict("cparam01", "3.3.12", ACCEPTED, "405", "a parameter behind the bracket is the header's"),
  verdict("cparam02", "3.3.13", ACCEPTED, "405", "a parameter inside the brackets is the URI's"),
  verdict("regescrt", "3.3.14", ACCEPTED, "405", "headers may stand in a Contact that registers; dialogs refuse them, and nothing acts on them"),
  verdict("sdp01", "3.3.15", ACCEPTED, "406", "what answers a call is a description, and it says that it reads none"),
  verdict("inv2543", "3.4.1", ACCEPTED, "passed on", "RFC 2543: no branch, no From tag, no Max-Forwards; the body ends with the datagram"),
];

// biome-ignore format: a table
export const RFC_5118: readonly Verdict[] = [
  verdict("ipv6-good", "4.1", ACCEPTED, "405", "brackets in the Request-URI and in Contact"),
  verdict("ipv6-bad", "4.2", BAD_URI, "400", "no brackets"),
  verdict("port-ambiguous", "4.3", ACCEPTED, "405", "all inside the brackets is the address; no port"),
  verdict("port-unambiguous", "4.4", ACCEPTED, "405", "the port stands behind the brackets"),
  verdict("via-received-param-with-delim", "4.5", ACCEPTED, "481", "brackets in received are tolerated; there is no such call"),
  verdict("via-received-param-no-delim", "4.5", ACCEPTED, "481", "received as the grammar has it; there is no such call"),
  verdict("ipv6-in-sdp", "4.6", ACCEPTED, "passed on", "the description is read by its own parser"),
  verdict("mult-ip-in-header", "4.7", ACCEPTED, "481", "both families in one list of Vias; there is no such call"),
  verdict("mult-ip-in-sdp", "4.8", ACCEPTED, "passed on", "the description is read by its own parser"),
  verdict("ipv4-mapped-ipv6", "4.9", ACCEPTED, "passed on", "a mapped address is an address; without an offer it asks for one"),
  verdict("ipv6-bug-abnf-3-colons", "4.10", ACCEPTED, "200", "three colons, as the RFC 3261 grammar once had it: to be tolerated"),
  verdict("ipv6-correct-abnf-2-colons", "4.10", ACCEPTED, "200", "two colons"),
];

/** Where the RFCs' own messages get another answer than ours of that kind, and why. */
export const OTHER_ANSWERS: Readonly<Record<string, readonly [answers: string, because: string]>> = {
  esc01: ["404", "it calls a name, and no route leads there"],
  longreq: ["404", "it calls a name, and no route leads there"],
  baddate: ["404", "it calls a name, and no route leads there"],
  "ipv6-in-sdp": ["404", "it calls a name, and no route leads there"],
  "mult-ip-in-sdp": ["404", "it calls a name, and no route leads there"],
  "ipv4-mapped-ipv6": ["404", "it calls a name, and no route leads there"],
  inv2543: ["400", "it has no Contact: a call could not be ended"],
  "via-received-param-no-delim": ["200", "it is an OPTIONS"],
};
