// When a phone does what its script has for the time after the answer.

import { type PhoneCall, type PhoneMoment, startCallTimer } from "./phone-call.ts";

/** Starts the timer of the script's next deed, where there is one. */
export function awaitNextDeed(call: PhoneCall, moment: PhoneMoment): void {
  const next = call.script.deeds[call.deed];
  if (next !== undefined) startCallTimer(call, { name: "deed", afterMs: next.afterMs }, moment);
}
