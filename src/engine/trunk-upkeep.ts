// What is done for trunks without any call: registering them, keeping what they have registered, asking whether they are there. Which of these an input
// is for; a table and little else.

import type { Configuration } from "../model/index.ts";
import type { TransactionEvent } from "../protocol/transaction/index.ts";
import type { Flow } from "../protocol/transport/index.ts";
import type { Turn } from "./call/index.ts";
import { endAsking, isOfHealth, keepAsking, onHealthEvent, onHealthResolved, onHealthTimer } from "./health/index.ts";
import type { ResolveResult } from "./inputs.ts";
import {
  endRegistrations,
  isOfContacts,
  isOfRegistration,
  keepContacts,
  keepRegistered,
  onContactFlowLost,
  onContactsTimer,
  onRegisteredFlowLost,
  onRegistrarResolved,
  onRegistrationEvent,
  onRegistrationTimer,
} from "./registration/index.ts";

/** A configuration is in use: what it asks for begins, what it asks for no more ends. */
export function keepUp({ trunks }: Configuration, turn: Turn): void {
  keepContacts(trunks, turn);
  if (turn.world.draining) return;
  keepAsking(trunks, turn);
  keepRegistered(trunks, turn);
}

/** No more calls are wanted here. */
export function windUp(turn: Turn): void {
  endRegistrations(turn);
  endAsking(turn);
}

/** Whether a timer, a token or a transaction's user is of trunks and not of a call. */
export function isOfUpkeep(key: string): boolean {
  return isOfRegistration(key) || isOfHealth(key) || isOfContacts(key);
}

export function onUpkeepTimer(key: string, turn: Turn): void {
  if (isOfRegistration(key)) onRegistrationTimer(key, turn);
  else if (isOfHealth(key)) onHealthTimer(key, turn);
  else onContactsTimer(key, turn);
}

export function onUpkeepResolved(token: string, result: ResolveResult, turn: Turn): void {
  if (isOfRegistration(token)) onRegistrarResolved(token, result, turn);
  else onHealthResolved(token, result, turn);
}

export function onUpkeepEvent(event: TransactionEvent & { readonly user: string }, turn: Turn): void {
  if (isOfRegistration(event.user)) onRegistrationEvent(event, turn);
  else onHealthEvent(event, turn);
}

/** A connection is gone, whoever closed it (RFC 5626 section 4.4). */
export function onFlowLost(flow: Flow, turn: Turn): void {
  onContactFlowLost(flow, turn);
  onRegisteredFlowLost(flow, turn);
}
