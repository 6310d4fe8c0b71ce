// Addresses and ports as the file writes them: IP literals, `address:port`, `20000-29999`, `10.0.0.0/8`.

import { z } from "zod";
import {
  formatCidr,
  isGroupAddress,
  isUnspecifiedAddress,
  parseAddress,
  parseCidr,
} from "../protocol/transport/index.ts";
import { wholeNumber } from "./text.ts";

const EXPECTED_ADDRESS = "expected an IP address, such as 192.0.2.10 or 2001:db8::10";

/** One address of this machine or of a peer. Wildcards are refused: a border must know on which side it stands. */
export const addressSchema = z.string({ error: EXPECTED_ADDRESS }).superRefine((text, context) => {
  const address = parseAddress(text);
  if (address === null) context.addIssue({ code: "custom", message: EXPECTED_ADDRESS });
  else if (isUnspecifiedAddress(address)) {
    context.addIssue({ code: "custom", message: `${text} stands for every address; name the one of this side` });
  } else if (isGroupAddress(address)) {
    context.addIssue({ code: "custom", message: `${text} is a group address; name the address of one machine` });
  }
});

/** 0 asks the system for any free port. */
export const listenPortSchema = wholeNumber("a port", 0, 65_535);

const EXPECTED_BLOCK = "expected an address or a block of them, such as 192.0.2.10 or 198.51.100.0/28";

/** `address/bits`, or one address. Kept as text; `parseCidr` reads it. */
export const cidrSchema = z.string({ error: EXPECTED_BLOCK }).superRefine((text, context) => {
  const cidr = parseCidr(text);
  const address = parseAddress(text.split("/")[0] ?? "");
  if (cidr === null || address === null) {
    context.addIssue({ code: "custom", message: EXPECTED_BLOCK });
  } else if (cidr.prefixBits === 0) {
    context.addIssue({ code: "custom", message: `${text} is the whole internet; name the peer's own addresses` });
  } else if (address.words.some((word, index) => word !== cidr.words[index])) {
    const message = `${text} has bits set below its mask; did you mean "${formatCidr(cidr)}"?`;
    context.addIssue({ code: "custom", message });
  }
});

const EXPECTED_ENDPOINT = "expected address:port, such as 127.0.0.1:8080 or [::1]:8080";

/** Where a TCP service listens. `0.0.0.0` and `::` are allowed here and stand for every address. */
export const listenEndpointSchema = z.string({ error: EXPECTED_ENDPOINT }).transform((text, context) => {
  const [, bracketed, plain, portText = ""] = /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):([0-9]{1,5})$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? "";
  const port = Number(portText);
  if (parseAddress(address) === null || port > 65_535) {
    context.addIssue({ code: "custom", message: EXPECTED_ENDPOINT });
    return z.NEVER;
  }
  return { address, port };
});

const EXPECTED_PORTS = "expected a range of ports, such as 20000-29999";

/**
 * Ports for media, both ends included. Below 1024 is refused (the system guards those); two are the least, because
 * RTP takes an even port and RTCP the next (RFC 3550 section 11).
 */
export const portRangeSchema = z.string({ error: EXPECTED_PORTS }).transform((text, context) => {
  const [, fromText = "", toText = ""] = /^([0-9]{1,5})-([0-9]{1,5})$/.exec(text) ?? [];
  const range = { from: Number(fromText), to: Number(toText) };
  if (fromText === "" || range.from > 65_535 || range.to > 65_535) {
    context.addIssue({ code: "custom", message: EXPECTED_PORTS });
    return z.NEVER;
  }
  if (range.from < 1024) {
    context.addIssue({ code: "custom", message: "media ports start at 1024 or above" });
  }
  if (range.to <= range.from + (range.from % 2)) {
    context.addIssue({ code: "custom", message: "a range needs at least an even port and the next: RTP and RTCP" });
  }
  return range;
});
