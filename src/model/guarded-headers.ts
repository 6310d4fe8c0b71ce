// Which headers no rule may touch, and why: those that make the two legs two, those that hold secrets, and those that a setting of their own writes.

import { headerName } from "../protocol/sip/index.ts";

/** What a rule wants with a header. */
export type HeaderUse = "pass" | "write" | "remove" | "read";

const OF_THE_LEG = new Set(
  (
    "via route record-route path service-route contact from to call-id cseq max-forwards max-breadth require proxy-require unsupported rseq rack " +
    "session-expires min-se expires min-expires event subscription-state replaces join target-dialog refer-to refer-sub mime-version " +
    "content-type content-length content-encoding content-disposition content-language content-id security-client security-server security-verify"
  ).split(" "),
);
/** We say them of ourselves; whoever wants them unsaid may. */
const OF_OURSELVES = new Set(["allow", "supported", "allow-events", "accept"]);
const CREDENTIALS = new Set([
  "authorization",
  "proxy-authorization",
  "www-authenticate",
  "proxy-authenticate",
  "authentication-info",
  "proxy-authentication-info",
]);
const SETTINGS: Readonly<Record<string, string>> = {
  "p-asserted-identity": "identity.callerHeader",
  "p-preferred-identity": "identity.callerHeader",
  "remote-party-id": "identity.callerHeader",
  privacy: "identity.withheld",
  diversion: "identity.diversion",
  "history-info": "identity.diversion",
  reason: "headers.reason",
  "user-to-user": "headers.userToUser",
  "session-id": "headers.sessionId",
};

/** Why a header is not to be used so, in one sentence; null where it may. */
export function faultOfHeaderUse(written: string, use: HeaderUse): string | null {
  const name = headerName(written);
  if (CREDENTIALS.has(name)) return `${written} holds credentials: they are between one peer and us, and never cross`;
  if (use === "read") return null;
  if (OF_THE_LEG.has(name)) return `${written} is each leg's own: a call would break by it`;
  if (OF_OURSELVES.has(name) && use !== "remove") return `${written} says what we can do, not what the other side can`;
  const setting = SETTINGS[name];
  if (use === "pass" && setting !== undefined)
    return `${written} is written by ${setting}, without addresses of the other side`;
  return null;
}
