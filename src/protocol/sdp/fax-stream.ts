// Fax in a session description: T.38 over UDPTL (ITU-T T.38 annex D, RFC 3362). RTP and TCP as its transport are not carried.

import type { Attribute, MediaDescription, SessionDescription } from "./description.ts";

/** As `codec` of a call that has become a fax. */
export const FAX_LABEL = "T38/UDPTL";

/**
 * What ITU-T T.38 annex D.2.3 defines, in small letters: it is written in many ways in the field, with other capitals, and
 * with a value where none belongs. T38VendorInfo stays behind: it says who made the device.
 */
const FAX_ATTRIBUTES: ReadonlySet<string> = new Set([
  "t38faxversion",
  "t38maxbitrate",
  "t38faxfillbitremoval",
  "t38faxtranscodingmmr",
  "t38faxtranscodingjbig",
  "t38faxratemanagement",
  "t38faxmaxbuffer",
  "t38faxmaxdatagram",
  "t38faxmaxifp",
  "t38faxudpec",
  "t38faxudpecdepth",
  "t38faxudpfecmaxspan",
  "t38modemtype",
]);

/** Numbers and words without a blank, as all of these have them: no text of somebody's own crosses in their name. */
const PLAIN_VALUE = /^[A-Za-z0-9+_-]{1,64}(?: [A-Za-z0-9+_-]{1,64})?$/;

/** A fax section that is not refused. */
export function isFax(media: MediaDescription): boolean {
  return (
    media.port !== 0 &&
    media.type.toLowerCase() === "image" &&
    media.protocol.toLowerCase() === "udptl" &&
    media.formats.some((format) => format.toLowerCase() === "t38")
  );
}

/** Whether a fax is offered or taken. */
export function hasFax(description: SessionDescription): boolean {
  return description.media.some(isFax);
}

/** Those attributes of a fax that may cross the border, in their order. */
export function faxAttributes(media: MediaDescription): Attribute[] {
  return media.attributes.filter(
    ({ name, value }) => FAX_ATTRIBUTES.has(name.toLowerCase()) && (value === null || PLAIN_VALUE.test(value.trim())),
  );
}
