// Event, Allow-Events, Subscription-State (RFC 6665 sections 8.2.1 to 8.2.3).

import { list, single } from "./grammar.ts";
import { tokenWithParameters } from "./parameterised.ts";
import { token } from "./words.ts";

/** The value is the package with its templates (`presence.winfo`); the parameter `id` tells subscriptions of one dialog apart. */
export const event = single("event", tokenWithParameters);
export const allowEvents = list("allow-events", token);
/** `active`, `pending` or `terminated`, with `expires` and `retry-after` in seconds and `reason`. */
export const subscriptionState = single("subscription-state", tokenWithParameters);
