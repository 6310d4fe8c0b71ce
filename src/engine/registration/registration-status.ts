// A registration as it is shown.

import type { BoundContact } from "./bound-contact.ts";
import { ownRegistrationOf, type Registration, type RegistrationState } from "./registration.ts";

export interface RegistrationStatus {
  readonly state: RegistrationState;
  /** Since when it is so: ISO 8601, UTC, as all times. */
  readonly since: string;
  readonly aor: string;
  /** The registrar that has it, or was asked last; as configured. */
  readonly registrar: string;
  /** Where that is: `udp 192.0.2.3:5060`; null before it is known. */
  readonly address: string | null;
  /** The contact that is registered; null while none is. */
  readonly contact: string | null;
  /** Until when it is granted; null while it is not. */
  readonly until: string | null;
  readonly bulkNumbers: boolean;
  readonly serviceRoute: readonly string[];
  readonly gruu: string | null;
  /** Why the last try failed; null where it did not. */
  readonly reason: string | null;
  readonly nextTryAt: string | null;
}

/** A contact of a peer that registers with us, as it is shown. */
export interface ContactStatus {
  readonly contact: string;
  /** Where it registered from: `udp 192.0.2.3:5060`. */
  readonly address: string;
  readonly since: string;
  readonly until: string;
  readonly bulkNumbers: boolean;
  readonly path: readonly string[];
  readonly userAgent: string | null;
}

export function contactStatus({ uri, flow, since, until, bulk, path, userAgent }: BoundContact): ContactStatus {
  const address = `${flow.transport} ${flow.remoteAddress}:${flow.remotePort}`;
  return {
    contact: uri,
    address,
    since: iso(since) ?? "",
    until: iso(until) ?? "",
    bulkNumbers: bulk,
    path,
    userAgent,
  };
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(Math.round(at)).toISOString();
}

/** Nothing secret is in it. */
export function registrationStatus(registration: Registration): RegistrationStatus {
  const { trunk, state, since, grant, pass, reason, nextTryAt } = registration;
  const own = ownRegistrationOf(trunk);
  const place = grant ?? pass?.place ?? null;
  const flow = place?.flow ?? null;
  return {
    state,
    since: iso(since) ?? "",
    aor: own?.aor ?? "",
    registrar: place?.registrar.uri ?? own?.registrar.uri ?? "",
    address: flow === null ? null : `${flow.transport} ${flow.remoteAddress}:${flow.remotePort}`,
    contact: grant?.contact ?? null,
    until: iso(grant?.until ?? null),
    bulkNumbers: own?.bulkNumbers ?? false,
    serviceRoute: grant?.serviceRoute ?? [],
    gruu: grant?.publicGruu ?? null,
    reason,
    nextTryAt: iso(nextTryAt),
  };
}
