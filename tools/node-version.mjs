// Which Node.js Demarc runs on. Plain JavaScript without dependencies: it must run on the Node that is too old.

export const NODE_RANGE = "^24.14.1 || >=26";

/** Why the floor is where it is, in one sentence for the person in front of it. */
export const NODE_REASON =
  "Earlier versions let a caller slow the whole process down with chosen phone numbers (CVE-2026-21717) or crash with the native parts.";

/** True when `version` (`24.21.0`, with or without a leading v) satisfies NODE_RANGE. Pre-releases do not. */
export function isSupportedNode(version) {
  const match = /^v?(\d+)\.(\d+)\.(\d+)$/.exec(version);
  if (match === null) return false;
  const [major, minor, patch] = match.slice(1).map(Number);
  if (major !== 24) return major >= 26;
  return minor > 14 || (minor === 14 && patch >= 1);
}
