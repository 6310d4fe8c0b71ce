// An office with everything that routes can ask, and what those outside say to it: for calls that are explained and then made.
import type { Answer } from "../../src/engine/index.ts";
import type { Settings } from "./rig.ts";

/** As the rig's, with everything that routes can ask. */
export const OFFICE: Settings = {
  country: "US",
  emergencyNumbers: ["911", "933"],
  calendars: {
    office: {
      timeZone: "America/New_York",
      hours: [{ days: "mon-fri", from: "09:00", to: "17:30" }],
      holidays: ["12-25", "07-04"],
    },
  },
  hooks: { crm: { url: "https://crm.example/route", inviteHeaders: ["X-Line"] } },
  numberLists: { blocked: ["+1900*", "+1976*", "/^\\+881/"] },
  classesOfService: {
    staff: [
      { called: { list: "blocked" }, allow: false },
      { called: ["+1*", "4*"], allow: true },
      { during: "office", allow: true },
    ],
    inside: [{ called: "+1202*", allow: true }],
  },
  numbers: [
    { range: ["+12025550100", "+12025550149"], trunk: "pbx", tags: ["desk"] },
    { range: ["+12025550150", "+12025550199"], trunk: "pbx", classOfService: "inside" },
    { number: "+13035550100", trunk: "carrier-b", tags: ["fax"] },
  ],
  routes: [
    { name: "emergency", match: { emergency: true }, to: ["carrier-a", "carrier-b"] },
    {
      name: "closed",
      match: { calledTags: "desk", outside: "office" },
      to: { reject: 480, reason: "Closed", cause: 18 },
    },
    { name: "inbound", match: { from: ["carrier-a", "carrier-b"] }, to: "numbers" },
    { name: "fax", match: { calledTags: "fax" }, to: "numbers" },
    { name: "line", match: { headers: [{ header: "X-Line", matches: "blue" }] }, to: ["carrier-b"] },
    { name: "asked", match: { called: "+1720*" }, to: { hook: "crm" } },
    { name: "own", match: { called: "+1202555*" }, to: "numbers", fallback: ["carrier-a"] },
    { name: "world", match: { called: "+*" }, to: { table: "world" } },
  ],
  routeTables: {
    world: {
      order: "longest",
      routes: [
        { name: "germany", match: { called: "+49*" }, to: { enum: "e164.arpa" }, fallback: ["carrier-b"] },
        { name: "uk", match: { called: "+44*" }, to: ["carrier-b"] },
        {
          name: "london",
          match: { called: "+4420*" },
          edit: { called: { stripPrefix: "+44", addPrefix: "+4411" }, caller: { set: "+12025550100" } },
          to: ["carrier-a", "carrier-b"],
        },
        { name: "home", match: { called: "+1*" }, to: ["carrier-a"], fallback: ["carrier-b"] },
        { name: "premium", match: { called: "/^\\+1900/" }, to: { reject: 403 } },
      ],
    },
  },
};
export const TRUNKS = {
  pbx: { limits: { classOfService: "staff" } },
  "carrier-b": { identity: { format: "national", country: "GB" } },
};

const HOOK_SAYS = { to: null, called: null, caller: null };
const TO_B = { kind: "trunks", entries: [{ trunk: "carrier-b", weight: null }] } as const;
const NOTHING: Answer = { kind: "none", detail: "the connection was refused" };
/** To a hook, and of a number. */
export const SAID = {
  nothing: [NOTHING, NOTHING],
  "go on": [
    { kind: "hook", decision: HOOK_SAYS },
    { kind: "enum", uris: [] },
  ],
  "another number": [
    { kind: "hook", decision: { ...HOOK_SAYS, called: "+4920794600", caller: "+12025550101" } },
    { kind: "enum", uris: ["sip:+4930123@192.0.2.3", "sip:+4930124@elsewhere.example"] },
  ],
  "carrier b": [
    { kind: "hook", decision: { ...HOOK_SAYS, to: TO_B } },
    { kind: "enum", uris: ["sip:192.0.2.4"] },
  ],
  no: [
    { kind: "hook", decision: { ...HOOK_SAYS, to: { kind: "reject", status: 486, reason: null, cause: 17 } } },
    { kind: "enum", uris: ["sip:911@192.0.2.4"] },
  ],
} as const satisfies Record<string, readonly [Answer, Answer]>;
