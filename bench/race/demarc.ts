// Demarc, by the door that its users import as `demarc/sip`. Of the contestants it alone validates what it reads.
import {
  answerableHead,
  branchOf,
  cseq,
  firstContact,
  formatResponse,
  from,
  header,
  parseMessage,
  type SipRequest,
  tagOf,
  to,
  topVia,
  validateMessage,
} from "../../src/protocol/sip/index.ts";
import { ANSWER, type Contestant, type Facts } from "./contestant.ts";

const SOURCE = { address: "192.0.2.40", port: 5060 };

function factsOf({ method, sipUri, headers, body }: SipRequest): Facts {
  const via = headers.read(topVia);
  const caller = headers.read(from);
  if (sipUri === null || via === null || caller === null) throw new Error("the sample must be valid");
  return {
    method,
    requestUser: sipUri.user,
    requestHost: sipUri.host,
    viaHost: via.host,
    viaPort: via.port,
    branch: branchOf(via),
    from: caller.uri,
    fromTag: tagOf(caller),
    to: headers.read(to)?.uri,
    callId: headers.first("call-id") ?? "",
    sequence: headers.read(cseq)?.sequence ?? 0,
    contact: headers.read(firstContact)?.uri,
    route: headers.read(header.route)?.[0]?.uri,
    body,
  };
}

function parse(text: string): SipRequest {
  const read = parseMessage(text);
  if (!read.ok || read.value.kind !== "request") throw new Error("invalid");
  return read.value;
}

export const demarc: Contestant<SipRequest> = {
  parse: (text) => {
    const request = parse(text);
    if (validateMessage(request) !== null) throw new Error("invalid");
    return request;
  },
  factsOf,
  uriText: (uri) => uri as string,
  answer: (request, text) => {
    const head = answerableHead(request, SOURCE);
    if (head === null) throw new Error("the sample must be answerable");
    const body = { contentType: "application/sdp", text };
    const headers = [["Contact", ANSWER.contact]] as const;
    return formatResponse(head, { status: ANSWER.status, toTag: ANSWER.tag, headers, body, dialog: true });
  },
};

/** Without the validation, for the figure that is of the same work as the others'. */
export const demarcUnvalidated: Contestant<SipRequest> = { ...demarc, parse };
