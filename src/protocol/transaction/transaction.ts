// One live transaction as the layer keeps it: plain data, so that it can be written down.

import type { RunningTimer } from "../../base/index.ts";
import type { ResponseHead } from "../sip/index.ts";
import type { Flow } from "../transport/index.ts";
import type { InviteClientState } from "./invite-client.ts";
import type { InviteServerState } from "./invite-server.ts";
import type { TransactionKey } from "./keys.ts";
import type { NonInviteClientState } from "./non-invite-client.ts";
import type { NonInviteServerState } from "./non-invite-server.ts";
import type { TransactionTimer } from "./timers.ts";

export type Machine = InviteClientState | NonInviteClientState | InviteServerState | NonInviteServerState;

export interface Transaction {
  readonly key: TransactionKey;
  readonly method: string;
  /** Where our messages go. */
  readonly flow: Flow;
  readonly machine: Machine;
  /** The transaction user's own word for what this transaction is to it; empty where it is nobody's. */
  user: string;
  /** Whether the user hears what becomes of it: not of a CANCEL. */
  readonly told: boolean;
  /** What responses repeat of the request; null on the client side. */
  readonly head: ResponseHead | null;
  /** The To tag that our responses carried; what a CANCEL is answered with too (section 9.2). */
  toTag: string | null;
  /** See mergeKeyOf; null where it does not apply. */
  readonly merge: string | null;
  readonly running: RunningTimer<TransactionTimer>[];
}
