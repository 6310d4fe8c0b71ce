// The cast of the lab: an office's PBX and its carriers, all of them the same phone with other lines to say.

import type { Millis, Random } from "../base/index.ts";
import type { AudioPorts } from "./agent.ts";
import { answerLabNumber } from "./lab-numbers.ts";
import { createIdentity } from "./phone/identity.ts";
import { Phone } from "./phone/phone.ts";
import type { PhoneOptions } from "./phone/phone-call.ts";
import { answerAfter, type CallScript, callScript } from "./phone/script.ts";

export interface CastOptions {
  /** Letters and digits. In everything the phone writes. */
  readonly name: string;
  readonly listener: PhoneOptions["listener"];
  readonly random: Random;
  readonly audioPorts: AudioPorts;
}

function phoneOf(options: CastOptions, answering: PhoneOptions["answering"]): Phone {
  const { listener, random, audioPorts } = options;
  return new Phone({ identity: createIdentity(options.name), listener, random, audioPorts, answering });
}

/** A carrier that answers the lab's numbers. */
export function createCarrier(options: CastOptions & { readonly failing: boolean }): Phone {
  return phoneOf(options, (called) => answerLabNumber(called, options));
}

/** How long the PBX rings its users before one answers. */
const RING_MS = 1000;

/** A PBX whose numbers ring for a second: those that end in an even digit echo, the others send a tone. */
export function createPbx(options: CastOptions): Phone {
  return phoneOf(options, (called) => {
    const last = called.charCodeAt(called.length - 1) - 0x30;
    return answerAfter(RING_MS, { mode: last % 2 === 0 ? "echo" : "tone" });
  });
}

export interface UserCall {
  /** Names the call in reports. */
  readonly id: string;
  /** The user 1000 has the first number of the PBX, 1001 the next … */
  readonly user: number;
  readonly called: string;
  /** Where the PBX sends its calls: Demarc's listener on its side. */
  readonly to: CallScript["to"];
  /** Counted from the answer. */
  readonly hangUpAfterMs: Millis | null;
}

/** The first number of the lab's PBX, whose user is 1000. */
const FIRST_NUMBER = 12_025_550_100;
const FIRST_USER = 1000;

/** The script of a call by one of the PBX's users, for `place-call`. */
export function userCallScript(call: UserCall): CallScript {
  const caller = `+${FIRST_NUMBER + (call.user - FIRST_USER)}`;
  const { id, to, called, hangUpAfterMs } = call;
  return callScript({ id, to, called, caller, hangUpAfterMs });
}
