// Where the URIs that ENUM has for a number lead (RFC 6116): nowhere but to trunks that are configured, or to any host over one that is named for it.

import { flatCopy } from "../../base/index.ts";
import type { Trunk } from "../../model/index.ts";
import { parseSipUri, type SipUri } from "../../protocol/sip/index.ts";
import { readCalled, userOf } from "../interop/index.ts";
import { boundTargets } from "../registration/index.ts";
import { type CallTarget, orderTargets } from "../routing/index.ts";
import { trunkNamed } from "./border.ts";
import { targetAt } from "./target-at.ts";
import type { Turn } from "./turn.ts";

/** URIs of one number that are looked at. */
const MOST_URIS = 10;

interface NamedPlace {
  readonly uri: string;
  readonly sipUri: SipUri;
  /** As that trunk writes numbers; of a URI without a user the number that was looked up. */
  readonly called: string;
  readonly trunk: Trunk;
  /** Whether the host is the URI's own, not the trunk's. */
  readonly open: boolean;
}

/** Null where it leads nowhere. */
function placeOf(
  uri: string,
  of: { readonly called: string; readonly trunk: string | null },
  { world: { border } }: Turn,
): NamedPlace | null {
  const sipUri = parseSipUri(uri);
  if (sipUri === null) return null;
  const host = sipUri.host.toLowerCase();
  const { trunks } = border.configuration;
  const trunk =
    of.trunk === null
      ? Object.values(trunks).find(({ targets }) => targets.some((target) => target.host.toLowerCase() === host))
      : trunkNamed(border, of.trunk);
  if (trunk === undefined || trunk === null) return null;
  const { plan, emergencyNumbers } = border;
  const open = of.trunk !== null;
  if (userOf(uri) === "") return { uri, sipUri, called: of.called, trunk, open };
  const { called, emergency } = readCalled(uri, { identity: trunk.identity, plan, emergencyNumbers });
  // Nobody's calls are sent on to the emergency services.
  return emergency ? null : { uri, sipUri, called: flatCopy(called.slice(0, 128)), trunk, open };
}

/** Those that lead somewhere. */
export function usableUris(
  uris: readonly string[],
  of: { readonly called: string; readonly trunk: string | null },
  turn: Turn,
): readonly string[] {
  return uris.slice(0, MOST_URIS).filter((uri) => placeOf(uri, of, turn) !== null);
}

/** Their targets, in the order of the URIs. */
export function enumTargets(
  uris: readonly string[],
  of: { readonly called: string; readonly caller: string; readonly trunk: string | null },
  turn: Turn,
): CallTarget[] {
  const { contacts, random } = turn.world;
  return uris.flatMap((uri): readonly CallTarget[] => {
    const place = placeOf(uri, of, turn);
    if (place === null) return [];
    const { trunk, called, sipUri, open } = place;
    const targets = open
      ? [{ trunk, target: targetAt(sipUri), lastResort: false }]
      : orderTargets([trunk], random, (one) => boundTargets(contacts, one, turn.now));
    return targets.map((target) => ({ ...target, edited: { called, caller: of.caller } }));
  });
}
