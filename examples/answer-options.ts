// Answers OPTIONS over UDP and refuses all else: `node examples/answer-options.ts 5070`; Ctrl-C ends it.
import { randomUUID } from "node:crypto";
import { createSocket } from "node:dgram";
import { answerableHead, formatResponse, parseMessage, topVia, validateMessage } from "demarc/sip";
import { type Flow, responseFlow } from "demarc/transport";

const socket = createSocket("udp4");
// Without transactions a request that comes twice is answered twice, alike: so the tag is one for all (RFC 3261 section 8.2.7).
const toTag = randomUUID();

socket.on("message", (bytes, source) => {
  const parsed = parseMessage(bytes.toString("latin1"));
  const request = parsed.ok ? parsed.value : parsed.failure.request;
  // Responses are not for us, ACK is answered by nobody, and of what is no request there is nothing to answer.
  if (request?.kind !== "request" || request.method === "ACK") return;
  // What a response repeats; null without it: then nobody could match our answer to what they sent.
  const head = answerableHead(request, source);
  const via = request.headers.read(topVia);
  if (head === null || via === null) return;
  const fault = parsed.ok ? validateMessage(request) : parsed.failure;
  const status = fault?.status ?? (request.method === "OPTIONS" ? 200 : 405);
  const headers = [
    ["Allow", "OPTIONS"],
    ["Accept", "application/sdp"],
  ] as const;
  const { address: localAddress, port: localPort } = socket.address();
  const ends = { localAddress, localPort, remoteAddress: source.address, remotePort: source.port };
  const from: Flow = { network: "here", transport: "udp", ...ends };
  const { remotePort, remoteAddress } = responseFlow(via, from);
  socket.send(Buffer.from(formatResponse(head, { status, toTag, headers }), "latin1"), remotePort, remoteAddress);
});

socket.bind(Number(process.argv[2] ?? 5060), process.argv[3] ?? "127.0.0.1", () => {
  console.log(`answering OPTIONS at sip:${socket.address().address}:${socket.address().port}`);
});
process.once("SIGINT", () => socket.close());
