// Places a call without audio over TCP and hangs up a while after the answer: `node examples/place-call.ts sip:bob@192.0.2.7 5`.
import { once } from "node:events";
import { connect } from "node:net";
import { type Dialog, dialogOfResponse, formatInDialogRequest, nextSequence } from "demarc/dialog";
import { cseq, type Frame, formatHostPort, parseMessage, parseSipUri, StreamFramer } from "demarc/sip";

const [uri = "sip:127.0.0.1", seconds = "5"] = process.argv.slice(2);
const socket = connect(parseSipUri(uri)?.port ?? 5060, parseSipUri(uri)?.host);
await once(socket, "connect");
const here = formatHostPort(socket.localAddress ?? "", socket.localPort ?? null);
const names = { localAddress: `<sip:me@${here};transport=tcp>`, remoteAddress: `<${uri}>` };
const seed = { callId: crypto.randomUUID(), localTag: crypto.randomUUID(), sequence: 1, ...names };
const offer = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n";
let hangingUp = false;

function send(method: string, dialog: Dialog, transaction = method): void {
  const via = `SIP/2.0/TCP ${here};branch=z9hG4bK${seed.localTag}${transaction}`;
  const sequence = method === "BYE" ? nextSequence(dialog) : dialog.localSequence;
  const body = method === "INVITE" ? { contentType: "application/sdp", text: offer } : null;
  const headers = [["Contact", names.localAddress]] as const;
  socket.write(formatInDialogRequest(dialog, { method, via, sequence, headers, body }), "latin1");
}
function hear(frame: Frame): void {
  const read = frame.kind === "message" ? parseMessage(frame.text) : null;
  if (!read?.ok || read.value.kind === "request") return;
  const { status, reason, headers } = read.value;
  console.log(`${headers.first("cseq")}: ${status} ${reason}`);
  const dialog = status < 200 ? null : dialogOfResponse(seed, read.value, uri);
  if (dialog === null) return;
  const invited = headers.read(cseq)?.method === "INVITE";
  // The ACK of a refusal belongs to the INVITE's transaction, that of an answer does not (RFC 3261 section 17.1.1.3).
  if (invited && status < 300) send("ACK", dialog);
  else if (invited) send("ACK", { ...dialog, remoteTarget: uri, routeSet: [] }, "INVITE");
  if (!invited || status >= 300) socket.end();
  else if (!hangingUp) setTimeout(send, Number(seconds) * 1000, "BYE", dialog);
  hangingUp = true;
}
const framer = new StreamFramer();
socket.setEncoding("latin1").on("data", (text: string) => framer.push(text).forEach(hear));
send("INVITE", { ...seed, remoteTag: "", remoteTarget: uri, routeSet: [], localSequence: 1, remoteSequence: null });
