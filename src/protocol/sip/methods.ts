// The methods there are (RFC 3261 and later): known where they stand. Others are methods as well, and are kept as written.

import { wordsIn } from "./known-words.ts";

/** The method in [from, to) of the loaded text, as written. */
export const methodIn = wordsIn([
  "INVITE",
  "ACK",
  "BYE",
  "CANCEL",
  "OPTIONS",
  "REGISTER",
  "PRACK",
  "UPDATE",
  "REFER",
  "INFO",
  "NOTIFY",
  "MESSAGE",
  "PUBLISH",
]);
