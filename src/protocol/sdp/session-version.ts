// When the version in the o= line goes up: with each change of what we describe, and only then (RFC 3264 section 8).

import type { Attribute, Connection, MediaDescription, Origin, SessionDescription } from "./description.ts";

/** Whether two descriptions say the same in everything but their o= line. */
export function sameButOrigin(one: SessionDescription, other: SessionDescription): boolean {
  return (
    one.sessionName === other.sessionName &&
    one.timing === other.timing &&
    sameConnection(one.connection, other.connection) &&
    sameList(one.bandwidths, other.bandwidths, Object.is) &&
    sameList(one.attributes, other.attributes, sameAttribute) &&
    sameList(one.media, other.media, sameMedia)
  );
}

/**
 * `next` as it goes to a peer that has seen `sent` from us before (null: nothing yet): under the origin already sent,
 * its version one higher where anything changed, the same where nothing did.
 */
export function continueSession(sent: SessionDescription | null, next: SessionDescription): SessionDescription {
  if (sent === null) return next;
  return { ...next, origin: sameButOrigin(sent, next) ? sent.origin : nextVersion(sent.origin) };
}

function nextVersion(origin: Origin): Origin {
  // Wraps at 64 bits, the width RFC 8866 section 5.2 counts on.
  const version = BigInt.asUintN(64, BigInt(origin.sessionVersion) + 1n);
  return { ...origin, sessionVersion: version.toString() };
}

function sameMedia(one: MediaDescription, other: MediaDescription): boolean {
  return (
    one.type === other.type &&
    one.port === other.port &&
    one.portCount === other.portCount &&
    one.protocol === other.protocol &&
    one.title === other.title &&
    sameList(one.formats, other.formats, Object.is) &&
    sameConnection(one.connection, other.connection) &&
    sameList(one.bandwidths, other.bandwidths, Object.is) &&
    sameList(one.attributes, other.attributes, sameAttribute)
  );
}

function sameConnection(one: Connection | null, other: Connection | null): boolean {
  if (one === null || other === null) return one === other;
  return one.addressType === other.addressType && one.address === other.address;
}

function sameAttribute(one: Attribute, other: Attribute): boolean {
  return one.name === other.name && one.value === other.value;
}

function sameList<T>(one: readonly T[], other: readonly T[], same: (a: T, b: T) => boolean): boolean {
  if (one.length !== other.length) return false;
  return one.every((item, index) => same(item, other[index] as T));
}
