// The methods there are (RFC 3261 and later): known where they stand. Others are methods as well, and are kept as written.

import { Vocabulary } from "./vocabulary.ts";

export const METHODS = new Vocabulary([
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
  "SUBSCRIBE",
  "NOTIFY",
  "MESSAGE",
  "PUBLISH",
]);
