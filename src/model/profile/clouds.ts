// Profiles of telephone systems in a cloud, to which a carrier is brought along.

import { type Profile, setting } from "./profile.ts";

const E164 = "All numbers go as E.164 with the plus, in both directions.";
const ENCRYPTED = "It takes media over SRTP with keys in SDP only (RFC 4568).";
const EARLY_OFFER = "It answers no INVITE without an offer.";

export const CLOUDS: readonly Profile[] = [
  {
    name: "teams-direct-routing",
    peer: "Microsoft Teams Direct Routing (set identity.domain to the name that the tenant knows us by)",
    settings: [
      setting("identity.format", "e164", E164),
      setting(
        "identity.userPhone",
        true,
        "Its Request-URIs say user=phone, and numbers without it are taken for names.",
      ),
      setting(
        "identity.callerHeader",
        "p-asserted-identity",
        "With ForwardPai it sends P-Asserted-Identity and Privacy: id for callers who withhold their number.",
      ),
      setting(
        "identity.diversion",
        "history-info",
        "With ForwardCallHistory a forwarded or simultaneously ringing call has History-Info.",
      ),
      setting("signaling.delayedOffer", false, EARLY_OFFER),
      setting("media.hold", "inactive", "It understands a=inactive as hold, and no address of zeros."),
      setting("media.encryption", "sdes", ENCRYPTED),
    ],
  },
  {
    name: "zoom",
    peer: "Zoom Phone with premises peering (BYOC-P)",
    settings: [
      setting("identity.format", "e164", E164),
      setting("signaling.delayedOffer", false, EARLY_OFFER),
      setting("media.encryption", "sdes", "TLS 1.2 and SRTP are required of every border."),
    ],
  },
  {
    name: "webex",
    peer: "Webex Calling, as its local gateway",
    settings: [
      setting("identity.format", "e164", E164),
      setting("identity.callerHeader", "p-asserted-identity", "Its local gateways are set up with asserted-id pai."),
      setting("signaling.delayedOffer", false, "Its local gateways are set up with early-offer forced."),
      setting("media.encryption", "sdes", ENCRYPTED),
    ],
  },
];
