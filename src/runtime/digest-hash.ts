// The hashes of Digest, from the platform's crypto library.

import { createHmac, hash } from "node:crypto";
import type { DigestHash } from "../protocol/sip/index.ts";

export function createDigestHash(): DigestHash {
  return {
    hash: (name, text) => hash(name, Buffer.from(text, "latin1"), "hex"),
    mac: (key, text) => createHmac("sha256", Buffer.from(key, "latin1")).update(text, "latin1").digest("hex"),
  };
}
