// A registration of ours with a provider as a value: what was granted, what is being tried, when it is tried again. Plain data, so that it can be
// written down.

import type { Millis, Random, RunningTimer } from "../../base/index.ts";
import type { OwnRegistration, TargetUri, Trunk } from "../../model/index.ts";
import type { DigestHash } from "../../protocol/sip/index.ts";
import type { TransactionKey, TransactionLayer } from "../../protocol/transaction/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import type { Action } from "../actions.ts";
import type { CredentialsHeader, Login } from "../credentials/index.ts";
import type { Own } from "../own-addresses.ts";
import type { DestinationMemory } from "../routing/index.ts";

/** A place where a registrar may be. */
export interface RegistrarPlace {
  readonly registrar: TargetUri;
  readonly flow: Flow;
}

/** What the registrar has granted. */
export interface Grant extends RegistrarPlace {
  /** Of ours, as it is registered: a URI. */
  readonly contact: string;
  readonly grantedAt: Millis;
  readonly until: Millis;
  /** The proxies that our requests to the provider take, as URIs, the first one first (RFC 3608). */
  readonly serviceRoute: readonly string[];
  /** By which this line is reached wherever it is registered (RFC 5627); null where the registrar gives none. */
  readonly publicGruu: string | null;
  readonly temporaryGruu: string | null;
  /** How often a NAT on the way has to see something of us; null where none is there. */
  readonly keepAliveMs: Millis | null;
}

/** One round through the registrars. */
export interface Pass {
  /** Not looked up yet. */
  readonly registrars: TargetUri[];
  /** Not asked yet, and those of them that failed a moment ago. */
  places: RegistrarPlace[];
  readonly postponed: RegistrarPlace[];
  /** The token of what the resolver is asked; null while it is asked nothing. */
  asking: { readonly token: string; readonly registrar: TargetUri } | null;
  /** Being asked; null before the first. */
  place: RegistrarPlace | null;
  /** The contact that it is told. */
  contact: string;
  transaction: TransactionKey | null;
  /** The headers whose challenge this very request has answered. */
  challenged: readonly CredentialsHeader[];
  /** How often the registrar found the time too brief. */
  raises: number;
  /** The longest that any of them asked to be left alone. */
  retryAfterMs: Millis;
  /** What went wrong last. */
  reason: string;
}

export type RegistrationState =
  /** Never registered yet, or not any more. */
  | "registering"
  | "registered"
  /** Waits for the next try. */
  | "failed"
  /** Is being taken back. */
  | "ending";

export interface Registration {
  /** Tells its contact from all others, and cannot be guessed: the `line` of its URI. */
  readonly line: string;
  /** As configured when it began. */
  readonly trunk: Trunk;
  readonly callId: string;
  readonly localTag: string;
  sequence: number;
  state: RegistrationState;
  /** Since when it is in this state, milliseconds since 1970. */
  since: Millis;
  grant: Grant | null;
  pass: Pass | null;
  /** What the registrar has asked for by challenges. */
  login: Login | null;
  /** For how long it asks, in seconds: more than configured where the registrar wants that. */
  seconds: number;
  /** Whether it says nothing of flows (RFC 5626), since a proxy on the way cannot have that. */
  plain: boolean;
  /** Rounds that failed, one after the other. */
  failures: number;
  /** Why the last round failed; null where it did not. */
  reason: string | null;
  /** Null while none is waited for. */
  nextTryAt: Millis | null;
  readonly timers: RunningTimer[];
}

export interface Registrations {
  readonly byLine: Map<string, Registration>;
  /** Those that are not being taken back. */
  readonly byTrunk: Map<string, Registration>;
}

export function createRegistrations(): Registrations {
  return { byLine: new Map(), byTrunk: new Map() };
}

/** What registering stands on. */
export interface RegistrationTurn {
  readonly now: Millis;
  readonly actions: Action[];
  readonly world: {
    readonly border: Own;
    readonly random: Random;
    readonly hash: DigestHash;
    readonly layer: TransactionLayer;
    readonly destinations: DestinationMemory;
    readonly registrations: Registrations;
  };
}

/** How the trunk registers with its peer; null where it does not. */
export function ownRegistrationOf({ registration }: Trunk): OwnRegistration | null {
  return registration === null || registration.accept ? null : registration;
}
