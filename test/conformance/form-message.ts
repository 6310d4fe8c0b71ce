// What the peers of a ladder say, formed from text alone: no code of ours writes what our code then reads.
import { audioOf, cancelOf, followBack, followUp, inviteFrom, type Message, replyTo } from "../engine/peer.ts";
import type { PeerName } from "../engine/rig.ts";
import type { MessageStep } from "./ladder-script.ts";

/** A message that a ladder has a label for. */
export interface Labelled {
  readonly text: string;
  readonly message: Message;
  /** The peer at the other end from Demarc. */
  readonly peer: PeerName;
  /** It was that peer who said it. */
  readonly spoken: boolean;
}

const PLACES: Readonly<Record<PeerName, { readonly host: string; readonly port: number; readonly mediaPort: number }>> =
  {
    pbx: { host: "10.0.0.20", port: 5080, mediaPort: 4000 },
    "carrier-a": { host: "192.0.2.3", port: 5060, mediaPort: 7000 },
    "carrier-b": { host: "192.0.2.4", port: 5060, mediaPort: 8000 },
    stranger: { host: "192.0.2.99", port: 5060, mediaPort: 9000 },
  };
const FORMATS = "0 8 101";
const OURS = "+12025550100";
const THEIRS = "+13035550142";

/** @param of what the message belongs to, and what that in turn belongs to; null where there is no such thing */
export function formMessage(
  step: MessageStep,
  peer: PeerName,
  of: { readonly it: Labelled | null; readonly its: Labelled | null },
): string {
  if (step.what === "INVITE") return formInvite(step, peer);
  const { it, its } = of;
  if (it === null) throw new Error(`${step.line}: of what?`);
  if (/^\d/.test(step.what)) return formResponse(step, peer, it.message);
  if (step.what === "CANCEL") return cancelOf(it.text);
  const status = statusOf(it.message);
  if (step.what === "ACK" && status !== null && status >= 300) {
    if (its === null) throw new Error(`${step.line}: the failure belongs to no INVITE`);
    return formFailureAck(its.message, it.message);
  }
  const { host, port } = PLACES[peer];
  const place = { branch: branchOf(step), via: `${host}:${port}` };
  if (status === null)
    return followBack(it.message, step.what, { ...place, sequence: 1, tag: step.tag ?? tagOf(peer) });
  const sequence = step.what === "ACK" ? 1 : 2;
  return followUp(it.message, step.what, { ...place, sequence });
}

/** The status of a response; null of a request. */
export function statusOf({ firstLine }: Message): number | null {
  const status = /^SIP\/2\.0 (\d{3}) /.exec(firstLine);
  return status === null ? null : Number(status[1]);
}

function branchOf(step: MessageStep): string {
  return `z9hG4bK-${step.label}`;
}

function tagOf(peer: PeerName): string {
  return `${peer}-tag`;
}

function formInvite(step: MessageStep, peer: PeerName): string {
  const { host, port, mediaPort } = PLACES[peer];
  const outward = peer === "pbx";
  const number = step.number ?? (outward ? THEIRS : OURS);
  const text = inviteFrom(host, port, {
    to: `sip:${number}@${outward ? "127.0.0.1" : "127.0.0.2"}`,
    from: `sip:${outward ? OURS : THEIRS}@${host}`,
    callId: `${step.label}@${host}`,
    branch: branchOf(step),
    body: step.sdp ? audioOf(host, mediaPort, FORMATS) : null,
  });
  if (!step.proxied) return text;
  const inner = `Via: SIP/2.0/UDP client.inside.example;branch=z9hG4bK-inner-${step.label}\r\nMax-Forwards:`;
  return behindProxy(text.replace("Max-Forwards:", inner), peer);
}

function formResponse(step: MessageStep, peer: PeerName, request: Message): string {
  const { host, port, mediaPort } = PLACES[peer];
  const status = Number(step.what);
  const reply = replyTo(request, status, {
    tag: step.tag ?? tagOf(peer),
    body: step.sdp ? audioOf(host, mediaPort, FORMATS) : null,
    ...(status < 300 && request.firstLine.startsWith("INVITE ") ? { contact: `sip:bob@${host}:${port}` } : {}),
  });
  return step.proxied ? behindProxy(reply, peer) : reply;
}

/** As it looks when a proxy at the peer's address has record-routed it (RFC 3261 section 16.6). */
function behindProxy(text: string, peer: PeerName): string {
  const { host, port } = PLACES[peer];
  // The proxy next to us has put itself on top of a request, and is at the bottom of a response to ours.
  const routes = [`<sip:${host}:${port};lr>`, "<sip:inner.inside.example;lr>"];
  if (text.startsWith("SIP/2.0")) routes.reverse();
  const lines = routes.map((route) => `Record-Route: ${route}\r\n`).join("");
  const contact = "Contact: <sip:client@client.inside.example>";
  return text.replace("\r\n", `\r\n${lines}`).replace(/Contact: <[^>]*>/, contact);
}

/** The ACK of a failure, which belongs to the INVITE's transaction (RFC 3261 section 17.1.1.3). */
function formFailureAck(invite: Message, failure: Message): string {
  const uri = invite.firstLine.split(" ")[1] ?? "";
  return (
    `ACK ${uri} SIP/2.0\r\nVia: ${invite.header("Via")}\r\nMax-Forwards: 70\r\nFrom: ${invite.header("From")}\r\n` +
    `To: ${failure.header("To")}\r\nCall-ID: ${invite.header("Call-ID")}\r\n` +
    `CSeq: ${invite.header("CSeq").replace("INVITE", "ACK")}\r\nContent-Length: 0\r\n\r\n`
  );
}
