// Reads a SIP message and prints what it says: `node examples/parse-message.ts message.sip`, or an INVITE of its own without a file.
import { readFileSync } from "node:fs";
import { audioFormats, codecLabel, parseDescription } from "demarc/sdp";
import { displayText, header, headerSpelling, parseMessage, validateMessage } from "demarc/sip";

const OFFER =
  "v=0\r\no=- 1 1 IN IP4 192.0.2.40\r\ns=-\r\nc=IN IP4 192.0.2.40\r\nt=0 0\r\nm=audio 17384 RTP/AVP 8 0\r\n";
const INVITE = `INVITE sip:+13035550142@198.51.100.10 SIP/2.0
Via: SIP/2.0/UDP 192.0.2.40:5060;branch=z9hG4bK9a3f;rport
From: "Front Desk" <sip:+12025550100@pbx.office.example>;tag=71f0
To: <sip:+13035550142@198.51.100.10>
Call-ID: 84092ZmQ4
CSeq: 1 INVITE
Contact: <sip:+12025550100@192.0.2.40:5060>
Content-Type: application/sdp
Content-Length: ${OFFER.length}

`;

const file = process.argv[2];
// SIP is bytes. As latin1 each byte is one character, so that whatever is passed on is passed on unchanged.
const text = file === undefined ? INVITE.replaceAll("\n", "\r\n") + OFFER : readFileSync(file, "latin1");
const parsed = parseMessage(text);
const fault = parsed.ok ? validateMessage(parsed.value) : parsed.failure;
if (!parsed.ok || fault !== null) {
  console.log(`not a message to act on: ${fault?.detail}`);
} else {
  const { headers, body, ...start } = parsed.value;
  console.log(start.kind === "request" ? `${start.method} for ${start.uri}` : `a response: ${start.status}`);
  // A value is read when it is asked for. Towards a screen it goes through displayText: nothing in it can play with the terminal.
  const from = headers.read(header.from);
  console.log(`from ${displayText(from?.displayName ?? "nobody by name")} at ${from?.uri}`);
  console.log(`over ${headers.read(header.via)?.map(({ transport, host }) => `${transport} from ${host}`)}`);
  for (let line = 0; line < headers.count; line += 1) {
    console.log(`  ${headerSpelling(headers.nameAt(line))}: ${displayText(headers.valueAt(line))}`);
  }
  const description = parseDescription(body);
  for (const stream of description.ok ? description.value.media : [])
    console.log(`${stream.type}: ${audioFormats(stream).map(({ codec }) => codecLabel(codec))}`);
}
