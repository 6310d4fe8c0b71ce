// What a trunk's settings say together that each of them may say alone.
import { expect, test } from "vitest";
import { accepted, carrier, configuration, pbx, refused } from "./sample-configuration.ts";

const served = (media: Readonly<Record<string, unknown>>) =>
  configuration({ trunks: { pbx: pbx(), carrier: carrier({ media }) } });

test("keys by DTLS need a suite that DTLS has a name for", () => {
  const strong = ["AES_256_CM_HMAC_SHA1_80", "AES_256_CM_HMAC_SHA1_32"];
  expect(refused(served({ encryption: "dtls", srtpSuites: strong }))).toEqual([
    "trunks.carrier.media.srtpSuites: DTLS has names for AEAD_AES_256_GCM, AEAD_AES_128_GCM, AES_CM_128_HMAC_SHA1_80, AES_CM_128_HMAC_SHA1_32 alone (RFC 5764, RFC 7714): list one of them",
  ]);
  expect(accepted(served({ encryption: "sdes", srtpSuites: strong })).trunks.carrier?.media.srtpSuites).toEqual(strong);
  const both = [...strong, "AEAD_AES_128_GCM"];
  expect(accepted(served({ encryption: "dtls", srtpSuites: both })).trunks.carrier?.media.encryption).toBe("dtls");
  expect(accepted(served({ encryption: "dtls" })).trunks.carrier?.media.encryption).toBe("dtls");
});
