// Who calls, as the network says, and who may know: RFC 3325 section 9, RFC 3323 section 4.2, Remote-Party-ID (draft-ietf-sip-privacy-04).

import type { HeaderCodec } from "../header-codec.ts";
import { listInPlace } from "../in-place.ts";
import { list } from "./grammar.ts";
import { nameAddress } from "./name-address.ts";
import { token } from "./words.ts";

export const assertedIdentity = listInPlace("p-asserted-identity", nameAddress);
export const preferredIdentity = listInPlace("p-preferred-identity", nameAddress);
export const remotePartyId = listInPlace("remote-party-id", nameAddress);

const values = list("privacy", token);

/**
 * Privacy values in lower case. Semicolons part them; commas are understood too, as some write them, and a wish for privacy that is not
 * understood would be one not granted.
 */
export const privacy: HeaderCodec<readonly string[]> = {
  name: "privacy",
  parse: (value) => values.parse(value.replaceAll(";", ","))?.map((text) => text.toLowerCase()) ?? null,
  format: (privacies) => privacies.join(";"),
};
