// All ladders that Demarc must play, by topic.
import { ASKED_OUTSIDE } from "./asked-outside.ts";
import { ASKED_POLICY } from "./asked-policy.ts";
import { ATTENDED_RACES } from "./attended-races.ts";
import { CANCEL_RACES, EARLY_MEDIA, FAILOVER, REPETITIONS } from "./border-flows.ts";
import { DELAYED_OFFERS } from "./delayed-offers.ts";
import { EARLY_POLICY, FORKS } from "./early-dialogs.ts";
import { FAX } from "./fax.ts";
import { HANDSHAKE_CALLS, HANDSHAKE_REFUSALS } from "./handshakes.ts";
import { ICE_CALLS, ICE_CHANGES } from "./ice-lite.ts";
import { KEPT_HANDSHAKES } from "./kept-handshakes.ts";
import { KEPT_KEYS } from "./kept-keys.ts";
import type { Ladder } from "./ladder-pieces.ts";
import { OTHER_REQUESTS } from "./other-requests.ts";
import { REDIRECTIONS } from "./redirections.ts";
import { EARLY_CHANGES, RELIABLE_FROM_CALLEE, RELIABLE_TO_CALLER } from "./reliable-responses.ts";
import { REPLACES_RACES } from "./replaces-races.ts";
import { RFC_3665 } from "./rfc-3665.ts";
import { RFC_3666 } from "./rfc-3666.ts";
import { RFC_5359 } from "./rfc-5359.ts";
import { RFC_5589 } from "./rfc-5589.ts";
import { OPPORTUNISTIC, SECURE_CALLS, SECURE_REFUSALS } from "./secure-media.ts";
import { SEMI_ATTENDED } from "./semi-attended.ts";
import { CHANGES, GLARE, HOLD } from "./session-changes.ts";
import { REFRESHES } from "./session-refreshes.ts";
import { TIMERS_OF_CALLEE, TIMERS_OF_CALLER } from "./session-timers.ts";
import { TONES } from "./tones.ts";
import { TRANSFER_EARLY } from "./transfer-early.ts";
import { TRANSFER_RACES } from "./transfer-races.ts";
import { TRANSFER_ROLES } from "./transfer-roles.ts";
import { ATTENDED_TRANSFERS, BLIND_TRANSFERS, PASSED_TRANSFERS, REPLACES } from "./transfers.ts";

export const LADDERS: Readonly<Record<string, readonly Ladder[]>> = {
  "RFC 3665": RFC_3665,
  "RFC 3666": RFC_3666,
  "RFC 5359": RFC_5359,
  "RFC 5589": RFC_5589,
  "early media": EARLY_MEDIA,
  failover: FAILOVER,
  "races of CANCEL": CANCEL_RACES,
  "what is repeated or crosses": REPETITIONS,
  hold: HOLD,
  "changes of the session": CHANGES,
  glare: GLARE,
  "encrypted calls": SECURE_CALLS,
  "encryption refused": SECURE_REFUSALS,
  "encryption where it can be had": OPPORTUNISTIC,
  "keys through changes": KEPT_KEYS,
  "calls with handshakes": HANDSHAKE_CALLS,
  "handshakes refused": HANDSHAKE_REFUSALS,
  "handshakes through changes": KEPT_HANDSHAKES,
  "calls with ICE": ICE_CALLS,
  "ICE through changes": ICE_CHANGES,
  "delayed offers": DELAYED_OFFERS,
  "reliable responses of the callee": RELIABLE_FROM_CALLEE,
  "reliable responses to the caller": RELIABLE_TO_CALLER,
  "changes before the answer": EARLY_CHANGES,
  forks: FORKS,
  "early media by policy": EARLY_POLICY,
  redirections: REDIRECTIONS,
  "calls that wait for somebody outside": ASKED_OUTSIDE,
  "calls that wait for a policy": ASKED_POLICY,
  "blind transfers": BLIND_TRANSFERS,
  "attended transfers": ATTENDED_TRANSFERS,
  "transfers passed on": PASSED_TRANSFERS,
  replaces: REPLACES,
  "races of attended transfers": ATTENDED_RACES,
  "transfers to a call that rings": SEMI_ATTENDED,
  "races of Replaces": REPLACES_RACES,
  "races of transfers": TRANSFER_RACES,
  "the target of a transfer while it rings": TRANSFER_EARLY,
  "who transfers": TRANSFER_ROLES,
  "session timers towards the callee": TIMERS_OF_CALLEE,
  "session timers towards the caller": TIMERS_OF_CALLER,
  "session refreshes": REFRESHES,
  fax: FAX,
  "other requests": OTHER_REQUESTS,
  tones: TONES,
};
