// The ACK of a 2xx (RFC 3261 section 13.2.2.4): sent, kept for when the 2xx is repeated, and held back while it is not known where it goes.

import { setNamed } from "../../base/index.ts";
import { type Dialog, formatInDialogRequest } from "../../protocol/dialog/index.ts";
import type { Body, HeaderLine } from "../../protocol/sip/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { viaTowards } from "../own-addresses.ts";
import { ackCredentials } from "./authenticate.ts";
import type { Attempt, Leg } from "./call.ts";
import { isWayUnknown } from "./dialog-way.ts";
import type { OwnAck } from "./leg-exchanges.ts";
import { streamInDialog } from "./long-request.ts";
import { newBranch, type Turn } from "./turn.ts";

interface Acknowledged {
  readonly dialog: Dialog;
  readonly flow: Flow;
  /** That of the INVITE, whatever was said in the dialog since. */
  readonly sequence: number;
  readonly body: Body | null;
  /** That the INVITE went out with. */
  readonly credentials: readonly HeaderLine[];
}

/** Sends an ACK in a dialog of the leg, or holds it back. */
export function writeAck(leg: Leg, { dialog, flow, sequence, body, credentials }: Acknowledged, turn: Turn): OwnAck {
  if (isWayUnknown(leg, dialog.remoteTag, turn)) return { sent: false, sequence, body };
  const branch = newBranch(turn);
  const headers = ackCredentials(leg, { invite: credentials, flow }, turn);
  const write = (way: Flow): string => {
    const via = viaTowards(turn.world.border, { trunk: leg.trunk, flow: way, branch });
    return formatInDialogRequest(dialog, { method: "ACK", sequence, via, headers, body });
  };
  const text = write(flow);
  // Nobody tells what becomes of an ACK: where TCP is not taken the 2xx comes again, and is answered over UDP.
  const stream = streamInDialog(dialog, { flow, text }, turn);
  turn.actions.push(
    stream === null ? { kind: "send", flow, text } : { kind: "send", flow: stream, text: write(stream) },
  );
  return { sent: true, flow, text };
}

/** The 2xx came again. One whose ACK has not gone out yet will have it. */
export function repeatAck(ack: OwnAck, turn: Turn): void {
  if (ack.sent) turn.actions.push({ kind: "send", flow: ack.flow, text: ack.text });
}

/** Those of the INVITE that opened the leg. */
export function openingCredentials({ authentication }: Leg): readonly HeaderLine[] {
  return authentication?.invite ?? [];
}

/** Acknowledges a 2xx to the INVITE of an attempt. */
export function acknowledge(
  attempt: Attempt,
  answered: {
    readonly dialog: Dialog;
    readonly flow: Flow;
    readonly sequence?: number;
    readonly body?: Body | null;
  },
  turn: Turn,
): void {
  const { dialog, flow, sequence = dialog.localSequence, body = null } = answered;
  const { leg } = attempt;
  if (leg === null) return;
  const credentials = openingCredentials(leg);
  const ack = writeAck(leg, { dialog, flow, sequence, body, credentials }, turn);
  setNamed(attempt.acks, dialog.remoteTag, ack);
}
