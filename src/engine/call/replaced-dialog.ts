// The dialog that Replaces names (RFC 3891 section 3): found by what we know of it, and only by who is its peer.

import type { Trunk } from "../../model/index.ts";
import { header, type Parameterised, parseUriHeaders, type SipUri } from "../../protocol/sip/index.ts";
import type { Call, Leg } from "./call.ts";
import { dialogWith, legAt } from "./find-leg.ts";
import type { Turn } from "./turn.ts";

export interface ReplacedDialog {
  readonly call: Call;
  readonly leg: Leg;
}

/** The value of Replaces in the headers of a URI (RFC 5589 section 7); `false` where there is none, null where it cannot be read. */
export function replacesIn(uri: SipUri | null): Parameterised | null | false {
  if (uri === null || uri.headers === null) return false;
  const found = parseUriHeaders(uri.headers)?.filter(({ name }) => name.toLowerCase() === "replaces");
  if (found === undefined) return null;
  const [one, ...more] = found;
  if (one === undefined) return false;
  return more.length > 0 ? null : header.replaces.parse(one.value);
}

/** Names a dialog to another trunk, which may take its place from now on. Nothing of the dialog's own peer is in the name. */
export function nameFor({ call, leg }: ReplacedDialog, trunk: Trunk): string {
  leg.namedTo = trunk.name;
  return `${call.id};to-tag=${leg.localTag};from-tag=${call.id}`;
}

/**
 * Null for one that is not known, or not that of a peer of this trunk, or named to it: who has overheard its tags takes nobody's place.
 */
export function replacedDialog(replaces: Parameterised, trunk: Trunk, turn: Turn): ReplacedDialog | null {
  const { calls, legs } = turn.world;
  const { toTag, fromTag } = header.dialogTags(replaces);
  const place = legs.get(toTag);
  const call = place === undefined ? undefined : calls.get(place.call);
  const leg = place === undefined || call === undefined ? undefined : legAt(call, place);
  if (call === undefined || leg === undefined) return null;
  if (leg.namedTo === trunk.name && replaces.value === call.id && fromTag === call.id) return { call, leg };
  if (leg.trunk.name !== trunk.name) return null;
  return dialogWith(leg, fromTag)?.callId === replaces.value ? { call, leg } : null;
}
