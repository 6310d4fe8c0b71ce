// The office with trunks whose audio is encrypted, and baresip with its own SRTP on that side: what each records of the other, and what can be
// heard on the wires between.
import { describe, expect, test } from "vitest";
import { type Baresip, type BaresipOptions, waitForTone } from "./baresip.ts";
import { countToneWindows } from "./goertzel.ts";
import { openGround } from "./ground.ts";
import { CARRIER_A, LAN, OURS, openOffice, PBX, THEIRS, WAN } from "./office.ts";
import { whyNot } from "./programs.ts";
import { ANSWER_MS, expectHeardOnly, startPhone, talk, tappedAt, WINDOWS, withMedia } from "./talking-phones.ts";

const no = whyNot("baresip", "tshark");

type Encryption = NonNullable<BaresipOptions["encryption"]>;

describe.skipIf(no)(`an office with encrypted trunks ${no ?? ""}`, () => {
  test.each<[string, Encryption, string]>([
    ["encryption: sdes", "srtp-mand", "AES_CM_128_HMAC_SHA1_80"],
    ["encryption: sdes, srtpSuites: [AEAD_AES_256_GCM]", "srtp-mand", "AEAD_AES_256_GCM"],
    ["encryption: sdes, srtpSuites: [AEAD_AES_128_GCM]", "srtp-mand", "AEAD_AES_128_GCM"],
    ["encryption: sdes, srtpSuites: [AES_CM_128_HMAC_SHA1_32]", "srtp-mand", "AES_CM_128_HMAC_SHA1_32"],
    ["encryption: optional", "srtp", "AES_CM_128_HMAC_SHA1_80"],
  ])(
    "out through carrier-a with %s: the PBX's wire is in the clear, the carrier's is not",
    async (media, encryption, suite) => {
      const ground = openGround();
      const { demarc, inspect } = await openOffice(ground, [withMedia("carrier-a", media)]);
      const [pbx, carrier] = await Promise.all([
        startPhone(ground, PBX),
        startPhone(ground, CARRIER_A, { encryption }),
      ]);
      await pbx.command("dial", `sip:${THEIRS}@${LAN}`);
      await talk(pbx, carrier, { one: PBX.toneHz, other: CARRIER_A.toneHz });
      await pbx.command("hangup");
      await carrier.event("CALL_CLOSED", ANSWER_MS);
      const records = await demarc.records(1);
      expect(records).toMatchObject([{ cause: "normal-clearing", aLeg: { encryption: null } }]);
      expect(media.includes("srtpSuites") ? records[0]?.bLeg?.encryption : suite).toBe(suite);
      expect(records[0]?.bLeg?.encryption).not.toBeNull();
      // Its first packet goes out before its keys are in place.
      expect(records[0]?.quality[0]?.b.unauthentic).toBeLessThanOrEqual(2);
      expect(records[0]?.quality[0]?.b.replayed).toBe(0);
      expectHeardOnly(pbx, { theirs: CARRIER_A.toneHz, own: PBX.toneHz });
      expectHeardOnly(carrier, { theirs: PBX.toneHz, own: CARRIER_A.toneHz });
      // tshark takes reports for SRTCP where RTP/SAVP says so, and only there.
      const datagrams = await inspect(records, encryption === "srtp" ? "rtcp" : undefined);
      expect(tappedAt(datagrams, pbx, CARRIER_A.toneHz)).toBeGreaterThanOrEqual(WINDOWS);
      expect(tappedAt(datagrams, carrier, PBX.toneHz)).toBe(0);
      expect(demarc.program.output()).not.toContain("inline:");
    },
  );

  test("in from carrier-a, encrypted on both sides under keys of their own", async () => {
    const ground = openGround();
    const media = "encryption: sdes";
    const { demarc, inspect } = await openOffice(ground, [withMedia("carrier-a", media), withMedia("pbx", media)]);
    const [pbx, carrier] = await Promise.all([
      startPhone(ground, PBX, { encryption: "srtp-mand" }),
      startPhone(ground, CARRIER_A, { encryption: "srtp-mand" }),
    ]);
    await carrier.command("dial", `sip:${OURS}@${WAN}`);
    await talk(carrier, pbx, { one: CARRIER_A.toneHz, other: PBX.toneHz });
    await carrier.command("hangup");
    await pbx.event("CALL_CLOSED", ANSWER_MS);
    const records = await demarc.records(1);
    expect(records[0]?.aLeg.encryption).not.toBeNull();
    expect(records[0]?.bLeg?.encryption).not.toBeNull();
    expectHeardOnly(pbx, { theirs: CARRIER_A.toneHz, own: PBX.toneHz });
    expectHeardOnly(carrier, { theirs: PBX.toneHz, own: CARRIER_A.toneHz });
    const datagrams = await inspect(records);
    expect(tappedAt(datagrams, pbx, CARRIER_A.toneHz) + tappedAt(datagrams, carrier, PBX.toneHz)).toBe(0);
  });

  test("in from a carrier that wants feedback too (RTP/SAVPF), to a PBX in the clear", async () => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground, [withMedia("carrier-a", "encryption: sdes")]);
    const [pbx, carrier] = await Promise.all([
      startPhone(ground, PBX),
      startPhone(ground, CARRIER_A, { encryption: "srtp-mandf" }),
    ]);
    await carrier.command("dial", `sip:${OURS}@${WAN}`);
    await talk(carrier, pbx, { one: CARRIER_A.toneHz, other: PBX.toneHz });
    await carrier.command("hangup");
    await pbx.event("CALL_CLOSED", ANSWER_MS);
    const records = await demarc.records(1);
    expect(records).toMatchObject([{ cause: "normal-clearing", bLeg: { encryption: null } }]);
    expect(records[0]?.aLeg.encryption).not.toBeNull();
    expect(tappedAt(await inspect(records), carrier, PBX.toneHz)).toBe(0);
  });

  test("a carrier that may be encrypted and cannot: the call is in the clear", async () => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground, [withMedia("carrier-a", "encryption: optional")]);
    const [pbx, carrier] = await Promise.all([startPhone(ground, PBX), startPhone(ground, CARRIER_A)]);
    await pbx.command("dial", `sip:${THEIRS}@${LAN}`);
    await talk(pbx, carrier, { one: PBX.toneHz, other: CARRIER_A.toneHz });
    await pbx.command("hangup");
    await carrier.event("CALL_CLOSED", ANSWER_MS);
    const records = await demarc.records(1);
    expect(records).toMatchObject([{ bLeg: { encryption: null } }]);
    await inspect(records);
  });

  test("a carrier that must be encrypted and is called by a PBX that must not: refused, and nothing is heard anywhere", async () => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground, [withMedia("carrier-a", "encryption: sdes")]);
    const carrier = await startPhone(ground, CARRIER_A);
    await carrier.command("dial", `sip:${OURS}@${WAN}`);
    await carrier.event("CALL_CLOSED", ANSWER_MS);
    const records = await demarc.records(1);
    expect(records).toMatchObject([{ status: 488, cause: "encryption", endedBy: "demarc", ingressTrunk: "carrier-a" }]);
    expect(tappedAt(await inspect(records), carrier, PBX.toneHz)).toBe(0);
  });

  test("the relay is killed in an encrypted call: the audio comes back both ways, encrypted as it was", async () => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground, [withMedia("carrier-a", "encryption: sdes")]);
    const [pbx, carrier] = await Promise.all([
      startPhone(ground, PBX),
      startPhone(ground, CARRIER_A, { encryption: "srtp-mand" }),
    ]);
    await pbx.command("dial", `sip:${THEIRS}@${LAN}`);
    await talk(pbx, carrier, { one: PBX.toneHz, other: CARRIER_A.toneHz });
    const windowsOf = (phone: Baresip, toneHz: number) => {
      const heard = phone.heard();
      return heard === null ? 0 : countToneWindows(heard, toneHz).withTone;
    };
    const relay = await demarc.relayPid();
    process.kill(relay, "SIGKILL");
    await demarc.relayPid(relay);
    const before = { pbx: windowsOf(pbx, CARRIER_A.toneHz), carrier: windowsOf(carrier, PBX.toneHz) };
    await waitForTone(pbx, CARRIER_A.toneHz, before.pbx + WINDOWS);
    await waitForTone(carrier, PBX.toneHz, before.carrier + WINDOWS);
    await pbx.command("hangup");
    await carrier.event("CALL_CLOSED", ANSWER_MS);
    const records = await demarc.records(1);
    expect(records).toMatchObject([{ status: 200, cause: "normal-clearing" }]);
    expect(tappedAt(await inspect(records), carrier, PBX.toneHz)).toBe(0);
  });
});
