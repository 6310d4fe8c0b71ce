// The office with trunks whose keys come of DTLS handshakes, and baresip with its own on that side: what each records of the other, and what can be heard
// on the wires between.
import { describe, expect, test } from "vitest";
import { type Baresip, type BaresipOptions, waitForTone } from "./baresip.ts";
import { countToneWindows } from "./goertzel.ts";
import { openGround } from "./ground.ts";
import { CARRIER_A, LAN, OURS, openOffice, PBX, THEIRS, WAN } from "./office.ts";
import { whyNot } from "./programs.ts";
import { ANSWER_MS, expectHeardOnly, startPhone, talk, tappedAt, WINDOWS, withMedia } from "./talking-phones.ts";

const no = whyNot("baresip", "tshark");

describe.skipIf(no)(`an office with trunks that agree on keys by DTLS ${no ?? ""}`, () => {
  test.each<[string, Partial<BaresipOptions>, string]>([
    ["RTCP beside it", { encryption: "dtls_srtp" }, "encryption: dtls"],
    ["RTCP on its port", { encryption: "dtls_srtp", rtcpMux: true }, "encryption: dtls"],
    ["AES-GCM", { encryption: "dtls_srtp" }, "encryption: dtls, srtpSuites: [AEAD_AES_128_GCM]"],
  ])("out through carrier-a, %s: the carrier begins, and its wire tells nothing", async (_name, options, media) => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground, [withMedia("carrier-a", media)]);
    const [pbx, carrier] = await Promise.all([startPhone(ground, PBX), startPhone(ground, CARRIER_A, options)]);
    await pbx.command("dial", `sip:${THEIRS}@${LAN}`);
    await talk(pbx, carrier, { one: PBX.toneHz, other: CARRIER_A.toneHz });
    await pbx.command("hangup");
    await carrier.event("CALL_CLOSED", ANSWER_MS);
    const records = await demarc.records(1);
    expect(records).toMatchObject([{ cause: "normal-clearing", aLeg: { encryption: null } }]);
    expect(records[0]?.bLeg?.encryption).toMatch(media.includes("GCM") ? /^AEAD_AES_128_GCM$/ : /^A/);
    expect(records[0]?.quality[0]?.b.replayed).toBe(0);
    expectHeardOnly(pbx, { theirs: CARRIER_A.toneHz, own: PBX.toneHz });
    expectHeardOnly(carrier, { theirs: PBX.toneHz, own: CARRIER_A.toneHz });
    const datagrams = await inspect(records);
    expect(tappedAt(datagrams, pbx, CARRIER_A.toneHz)).toBeGreaterThanOrEqual(WINDOWS);
    expect(tappedAt(datagrams, carrier, PBX.toneHz)).toBe(0);
  });

  test.each<[string, NonNullable<BaresipOptions["encryption"]>]>([
    ["sdes", "srtp-mand"],
    ["dtls", "dtls_srtp"],
  ])("in from carrier-a, by handshake there and by %s to the PBX", async (how, encryption) => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground, [
      withMedia("carrier-a", "encryption: dtls"),
      withMedia("pbx", `encryption: ${how}`),
    ]);
    const [pbx, carrier] = await Promise.all([
      startPhone(ground, PBX, { encryption }),
      startPhone(ground, CARRIER_A, { encryption: "dtls_srtp" }),
    ]);
    await carrier.command("dial", `sip:${OURS}@${WAN}`);
    await talk(carrier, pbx, { one: CARRIER_A.toneHz, other: PBX.toneHz });
    await carrier.command("hangup");
    await pbx.event("CALL_CLOSED", ANSWER_MS);
    const records = await demarc.records(1);
    expect([records[0]?.aLeg.encryption, records[0]?.bLeg?.encryption]).not.toContain(null);
    expectHeardOnly(pbx, { theirs: CARRIER_A.toneHz, own: PBX.toneHz });
    expectHeardOnly(carrier, { theirs: PBX.toneHz, own: CARRIER_A.toneHz });
    const datagrams = await inspect(records);
    expect(tappedAt(datagrams, pbx, CARRIER_A.toneHz) + tappedAt(datagrams, carrier, PBX.toneHz)).toBe(0);
  });

  test("held and taken up again by its peer: the association goes on", async () => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground, [withMedia("carrier-a", "encryption: dtls")]);
    const [pbx, carrier] = await Promise.all([
      startPhone(ground, PBX),
      startPhone(ground, CARRIER_A, { encryption: "dtls_srtp" }),
    ]);
    await carrier.command("dial", `sip:${OURS}@${WAN}`);
    await talk(carrier, pbx, { one: CARRIER_A.toneHz, other: PBX.toneHz });
    await carrier.command("hold");
    await carrier.command("resume");
    await waitForTone(pbx, CARRIER_A.toneHz, WINDOWS);
    await carrier.command("hangup");
    await pbx.event("CALL_CLOSED", ANSWER_MS);
    const records = await demarc.records(1);
    expect(records).toMatchObject([{ cause: "normal-clearing" }]);
    expect(records[0]?.aLeg.encryption).not.toBeNull();
    await inspect(records);
  });

  test("the relay is killed in a call: the audio comes back both ways under the keys that there were, without another handshake", async () => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground, [withMedia("carrier-a", "encryption: dtls")]);
    const [pbx, carrier] = await Promise.all([
      startPhone(ground, PBX),
      startPhone(ground, CARRIER_A, { encryption: "dtls_srtp" }),
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

  test("a phone that knows no handshake is refused", async () => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground, [withMedia("carrier-a", "encryption: dtls")]);
    const carrier = await startPhone(ground, CARRIER_A, { encryption: "srtp-mand" });
    await carrier.command("dial", `sip:${OURS}@${WAN}`);
    await carrier.event("CALL_CLOSED", ANSWER_MS);
    const records = await demarc.records(1);
    expect(records).toMatchObject([{ status: 488, cause: "encryption", endedBy: "demarc", ingressTrunk: "carrier-a" }]);
    await inspect(records);
  });
});
