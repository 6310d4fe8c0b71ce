// Profiles of those who carry calls: providers by name, by the standard they go by, and gateways to the telephone network.

import { type Profile, setting } from "./profile.ts";

const E164 = "Numbers go as E.164 with the plus.";

export const NETWORKS: readonly Profile[] = [
  {
    name: "generic",
    peer: "any peer of which nothing else is known",
    settings: [],
  },
  {
    name: "sipconnect-2.0",
    peer: "providers and PBXs by SIPconnect 1.1 and 2.0",
    settings: [
      setting("identity.format", "e164", "SIPconnect has global numbers only."),
      setting("identity.userPhone", true, "Its SIP URIs of numbers say user=phone."),
      setting("identity.domain", "peer", "Callers are users of the provider's domain."),
      setting(
        "identity.callerHeader",
        "p-asserted-identity",
        "The caller is asserted in P-Asserted-Identity, with Privacy: id and an anonymous From where it is withheld.",
      ),
      setting("identity.diversion", "both", "Forwarded calls have History-Info, Diversion or both."),
      setting(
        "registration.bulkNumbers",
        true,
        "Its registration mode has one registration for all numbers (RFC 6140); a trunk without registration is of its static mode.",
      ),
    ],
  },
  {
    name: "twilio",
    peer: "Twilio Elastic SIP Trunking",
    settings: [
      setting(
        "identity.format",
        "e164",
        "Callers and called are E.164 with the plus; a From that is not a number of the account is refused (error 32204).",
      ),
    ],
  },
  {
    name: "telnyx",
    peer: "Telnyx",
    settings: [
      setting("identity.format", "e164", `${E164} Other forms depend on the connection's country.`),
      setting(
        "identity.callerHeader",
        "p-asserted-identity",
        "It takes the caller from P-Preferred-Identity, P-Asserted-Identity, Remote-Party-ID, then From, and hides it for Privacy: id while a valid number is there.",
      ),
    ],
  },
  {
    name: "bandwidth",
    peer: "Bandwidth",
    settings: [
      setting("identity.format", "e164", E164),
      setting(
        "identity.callerHeader",
        "p-asserted-identity",
        "A peer's privacy type is P_ASSERTED unless set otherwise, for emergency calls as well, and filling several headers is advised against.",
      ),
    ],
  },
  {
    name: "generic-gateway",
    peer: "gateways to ISDN, ISUP and analogue lines",
    settings: [
      setting(
        "identity.userPhone",
        true,
        "A gateway tells numbers from names by user=phone (RFC 3398 section 8.2.1.1).",
      ),
      setting(
        "identity.diversion",
        "diversion",
        "ISDN's redirecting number is carried in Diversion (RFC 5806 section 9.1).",
      ),
      setting("headers.reason", "map", "Causes of the telephone network are carried in Reason (RFC 3326, RFC 6432)."),
      setting(
        "responses.byCause",
        true,
        "The cause says more than the one status that many causes become (RFC 3398 section 8.2.6.1).",
      ),
    ],
  },
];
