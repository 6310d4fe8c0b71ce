// Who a phone is: in everything that it writes stands its own mark, so that a value of one side is recognised wherever it turns up.

import { type Random, randomToken } from "../../base/index.ts";

/** How every mark begins. Nothing that is no mark may contain it. */
export const MARK_PREFIX = "zq0";

export interface PhoneIdentity {
  /** `zq0` and the name. A token, so that it can stand in tags, branches and host names. */
  readonly mark: string;
  /** A host name that only this side may know. */
  readonly host: string;
  readonly userAgent: string;
}

/** @param name letters and digits only */
export function createIdentity(name: string): PhoneIdentity {
  const mark = `${MARK_PREFIX}${name}`;
  return { mark, host: `${mark}.invalid`, userAgent: `${mark}/1.0` };
}

export function newCallId(identity: PhoneIdentity, random: Random): string {
  return `${randomToken(random, 16)}@${identity.host}`;
}

export function newTag(identity: PhoneIdentity, random: Random): string {
  return `${identity.mark}-${randomToken(random, 10)}`;
}

export function newBranch(identity: PhoneIdentity, random: Random): string {
  return `z9hG4bK${identity.mark}-${randomToken(random, 14)}`;
}
