// Addresses of web servers that we call.

import { phrase } from "./text.ts";

const EXPECTED_URL = "expected an https:// or http:// URL without a user, a password or a fragment";

const URL_PARTS =
  /^https?:\/\/(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9-]|\.(?=[A-Za-z0-9])){0,252})(?::([0-9]{1,5}))?(?:[/?][!-~]*)?$/;

/** Secrets have settings of their own: an address is logged and shown. */
export const webAddressSchema = phrase("a URL", 1024).refine(
  (text) => {
    const [all, port = "443"] = URL_PARTS.exec(text) ?? [];
    return all !== undefined && !text.includes("#") && Number(port) >= 1 && Number(port) <= 65_535;
  },
  { error: EXPECTED_URL },
);
