// What a phone believes of a standing call's audio: for whoever compares it with what the other end believes.

import { answerDirection, connectionOf, type Direction, isAudio, streamDirection } from "../../protocol/sdp/index.ts";
import type { AudioAddress } from "../agent.ts";
import type { PhoneCall, PhoneState } from "./phone-call.ts";

export interface PhoneSession {
  /** As in its reports. */
  readonly call: string;
  readonly callId: string;
  /** Nothing is open: no change of either side, no answer without its ACK, no other try to come. */
  readonly settled: boolean;
  readonly local: AudioAddress;
  /** Where the other side's description says that its audio is. */
  readonly remote: AudioAddress;
  /** As we see it: what both of us want. */
  readonly direction: Direction;
  /** The RTP payload type of the voice. */
  readonly payloadType: string;
}

/** Nothing of a call that does not stand, or has no audio agreed on. */
export function sessionOf(phone: PhoneState, call: PhoneCall): PhoneSession[] {
  const { description, remote: theirs, audioPort } = call;
  if (call.state !== "answered" || description === null || theirs === null || audioPort === null) return [];
  const ours = description.media.find(isAudio);
  const other = theirs.media.find(isAudio);
  const connection = other === undefined ? null : connectionOf(theirs, other);
  if (ours === undefined || other === undefined || connection === null) return [];
  const formats = other.formats.filter((format) => ours.formats.includes(format));
  return [
    {
      call: call.id,
      callId: call.callId,
      settled: call.change === null && call.accepted === null && call.retry === null,
      local: { address: phone.options.listener.localAddress, port: audioPort },
      remote: { address: connection.address, port: other.port },
      direction: answerDirection(streamDirection(theirs, other), streamDirection(description, ours)),
      payloadType: formats[0] ?? "",
    },
  ];
}
