// What the media plane tells of a handshake (DTLS-SRTP): keys that were agreed on, or a party that is not who its description said.

import type { MediaEvent } from "../media-contract.ts";
import { type Call, legOf } from "./call.ts";
import { endCall } from "./release.ts";
import { logCall, type Turn } from "./turn.ts";

type HandshakeEvent = Extract<MediaEvent, { kind: "secured" | "unsecured" }>;

/** What has come of a stream's handshake: a call that is answered is not let go on without what its trunk demands. */
export function onHandshake(call: Call, event: HandshakeEvent, turn: Turn): void {
  const { side, stream } = event;
  const leg = legOf(call, side);
  if (leg === null || call.end !== null) return;
  const handshake = leg.keys.session === call.id ? (leg.keys.rings[stream]?.handshake ?? null) : null;
  if (event.kind === "secured") {
    if (handshake !== null) handshake.suite = event.suite;
    return;
  }
  const fields = { trunk: leg.trunk.name, stream, fault: event.fault };
  logCall(
    call,
    { level: "warn", message: "A party's handshake came to nothing; its audio has no keys.", fields },
    turn,
  );
  // While it rings, another phone may answer, and what is at fault is told again.
  if (call.answeredAt !== null) endCall(call, { cause: "encryption", endedBy: "demarc" }, turn);
}
