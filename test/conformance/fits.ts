// Whether a line of a ladder can mean a message: what came out of order, or after a loss, is found by it.
import { type Message, readMessage } from "../engine/peer.ts";
import { statusOf } from "./message-eyes.ts";

/**
 * @param what a method or a status
 * @param of the message that it belongs to, where the ladder says so
 */
export function statusFits(what: string, of: Message | null, text: string): boolean {
  const message = readMessage(text);
  const status = statusOf(message);
  const ofCall = of === null || of.header("Call-ID") === message.header("Call-ID");
  if (status === null) return message.firstLine.startsWith(`${what} `) && ofCall;
  return what === String(status) && ofCall && (of === null || of.header("CSeq") === message.header("CSeq"));
}
