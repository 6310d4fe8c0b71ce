// Profiles of telephone systems that stand in an office.

import { type Profile, setting } from "./profile.ts";

const RECORDS_CAUSES = "It writes and reads Q.850 causes in Reason, and shows them in its records.";

export const PHONE_SYSTEMS: readonly Profile[] = [
  {
    name: "asterisk",
    peer: "Asterisk with chan_pjsip",
    settings: [
      setting(
        "identity.callerHeader",
        "from",
        "An endpoint neither sends nor believes P-Asserted-Identity unless send_pai and trust_id_inbound are set; From always works.",
      ),
      setting(
        "identity.diversion",
        "diversion",
        "Its send_diversion is on by default, and Diversion is what it reads a forwarded call from; History-Info is off by default.",
      ),
    ],
  },
  {
    name: "freepbx",
    peer: "FreePBX, which is Asterisk with chan_pjsip",
    settings: [
      setting(
        "identity.callerHeader",
        "from",
        "A trunk's Send RPID/PAI and Trust RPID/PAI are off unless somebody set them; From always works.",
      ),
      setting("identity.diversion", "diversion", "Its Asterisk sends and reads Diversion for forwarded calls."),
    ],
  },
  {
    name: "freeswitch",
    peer: "FreeSWITCH with mod_sofia",
    settings: [
      setting(
        "identity.callerHeader",
        "remote-party-id",
        "Its sip_cid_type is rpid unless set otherwise: the caller stands in Remote-Party-ID.",
      ),
      setting("headers.reason", "map", RECORDS_CAUSES),
    ],
  },
  {
    name: "3cx",
    peer: "3CX",
    settings: [
      setting(
        "identity.callerHeader",
        "p-asserted-identity",
        "From holds the trunk's authentication ID by default, and the caller is in P-Asserted-Identity where the template says so; without it From is read.",
      ),
    ],
  },
  {
    name: "cucm",
    peer: "Cisco Unified Communications Manager",
    settings: [
      setting(
        "identity.callerHeader",
        "p-asserted-identity",
        "A SIP trunk's Asserted Identity carries the caller and, with Privacy, whether it may be shown.",
      ),
      setting(
        "identity.diversion",
        "diversion",
        "Redirecting numbers go in Diversion; it does not take History-Info for them.",
      ),
      setting("headers.reason", "map", RECORDS_CAUSES),
    ],
  },
  {
    name: "avaya",
    peer: "Avaya Aura Session Manager and Communication Manager",
    settings: [
      setting(
        "identity.callerHeader",
        "p-asserted-identity",
        "Communication Manager asserts the caller in P-Asserted-Identity; From may hold an alias.",
      ),
      setting(
        "identity.diversion",
        "history-info",
        "It writes forwarded and covered calls into History-Info, with the reason in the entry itself (RFC 4244).",
      ),
    ],
  },
  {
    name: "mitel",
    peer: "Mitel MiVoice Business",
    settings: [
      setting(
        "identity.callerHeader",
        "p-asserted-identity",
        "It reads callers from P-Asserted-Identity first, then P-Preferred-Identity, then From.",
      ),
    ],
  },
];
