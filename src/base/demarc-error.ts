// What the world does to us: ports taken, files unreadable, a store that is gone. Each has a code that docs/errors.md lists.

/** Every code, with the sentence that says what it means. */
export const ERROR_CODES = {
  "store-unavailable": "The store of call records cannot be opened, read or written.",
  "relay-unavailable": "The media relay cannot be started.",
  "server-unreachable": "The command found no running Demarc at the address of the API.",
  "address-in-use": "An address and port that the configuration names is already taken.",
  "address-unavailable": "An address that the configuration names cannot be opened on this machine.",
  "certificate-unusable":
    "A certificate that the configuration names cannot be used, or its key or authorities cannot.",
  "policy-unusable": "The policy that the configuration names does not load.",
  "node-too-old": "Demarc was started with a version of Node.js that it does not run on.",
  "not-found": "The API has nothing at this path, or nothing with this name.",
  "query-invalid": "A parameter of the request is unknown, repeated or out of its range; each is listed.",
  "request-invalid": "The request is not one that HTTP or the API can read.",
  "wrong-host": "The request names another host than this machine while the API listens on loopback only.",
  "not-ready": "Demarc lives and cannot take calls now; what is missing is listed.",
  "internal-error": "Demarc failed on this request; its log says more.",
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Caught where a request/reply pair ends. `remedy` says what the operator can do, in one sentence. */
export class DemarcError extends Error {
  override readonly name = "DemarcError";
  readonly code: ErrorCode;
  readonly remedy: string;

  constructor(code: ErrorCode, message: string, { remedy, cause }: { remedy: string; cause?: unknown }) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.remedy = remedy;
  }
}
