// The office with its media by two rtpengines, and baresip on both sides: what each hears, and what happens when one of them is killed.
import { describe, expect, test } from "vitest";
import type { Baresip } from "./baresip.ts";
import { type Ground, openGround, type Program } from "./ground.ts";
import { CARRIER_A, LAN, LAN_ADDRESS, type Office, OURS, openOffice, PBX, THEIRS, WAN, WAN_ADDRESS } from "./office.ts";
import type { CapturedDatagram } from "./pcap.ts";
import { whyNot } from "./programs.ts";
import { startRtpengine } from "./rtpengine.ts";
import { ANSWER_MS, expectHeardOnly, startPhone, talk, tappedAt, WINDOWS } from "./talking-phones.ts";

const no = whyNot("baresip", "tshark", "rtpengine");
/** The carrier's trunk ends a call after 5 s of silence; counters are read every two. */
const TIMEOUT_MS = 20_000;
const TONES = { one: PBX.toneHz, other: CARRIER_A.toneHz };
const PORTS = [20_000, 20_099] as const;

interface Place {
  /** Where it takes commands: beside what the capture looks at. */
  readonly control: string;
  readonly lan: string;
  readonly wan: string;
}

const neighbour = (address: string, host: number) => `${address.slice(0, address.lastIndexOf(".") + 1)}${host}`;
/** The first has the networks' own addresses, the second others. */
const FIRST: Place = { control: neighbour(LAN_ADDRESS, 71), lan: LAN_ADDRESS, wan: WAN_ADDRESS };
const SECOND: Place = {
  control: neighbour(LAN_ADDRESS, 72),
  lan: neighbour(LAN_ADDRESS, 81),
  wan: neighbour(LAN_ADDRESS, 82),
};
const CONTROL_PORT = 22_222;

/** As the example writes addresses: they are moved to this worker's own. */
const EXAMPLE = (address: string) => `127.0.0.${address.slice(address.lastIndexOf(".") + 1)}`;

function startEngine(ground: Ground, { control, lan, wan }: Place): Promise<Program> {
  return startRtpengine(ground, {
    control: { address: control, port: CONTROL_PORT },
    interfaces: { lan, wan },
    ports: PORTS,
  });
}

/** Both take calls; the first is asked first. */
function openRtpengineOffice(ground: Ground, more: readonly (readonly [string, string])[] = []): Promise<Office> {
  const instance = ({ control, lan, wan }: Place) => {
    const addresses = `addresses: { lan: ${EXAMPLE(lan)}, wan: ${EXAMPLE(wan)} }`;
    return `{ address: ${EXAMPLE(control)}, port: ${CONTROL_PORT}, ${addresses} }`;
  };
  const edit: (readonly [string, string])[] = [
    ["dataDir: ./data", `dataDir: ./data, rtpengine: [${instance(FIRST)}, ${instance(SECOND)}]`],
    [
      "media: { address: 127.0.0.1, ports: 20000-24999 }",
      "media: { address: 127.0.0.1, ports: 20000-20099, learn: none }",
    ],
    [
      "media: { address: 127.0.0.2, ports: 30000-34999 }",
      "media: { address: 127.0.0.2, ports: 20000-20099, learn: none }",
    ],
    ["limits: { calls: 100,", "limits: { noMediaTimeout: 5s, calls: 100,"],
    ...more,
  ];
  return openOffice(ground, edit, isReport);
}

/** RTCP, which rtpengine passes on with the names in it that the relay writes anew (docs/rtpengine.md). */
function isReport({ from, payload }: CapturedDatagram): boolean {
  const [lowest, highest] = PORTS;
  return from.port >= lowest && from.port <= highest && payload.length >= 8 && payload.readUInt8(1) >= 200;
}

/** Where from audio came to a phone. */
function sendersTo(datagrams: readonly CapturedDatagram[], { media }: Baresip): string[] {
  const [lowest, highest] = media.ports;
  const heard = datagrams.filter(
    ({ from, to }) =>
      to.address === media.address &&
      to.port >= lowest &&
      to.port <= highest &&
      from.port >= PORTS[0] &&
      from.port <= PORTS[1],
  );
  return [...new Set(heard.map(({ from }) => from.address))];
}

describe.skipIf(no)(`an office with its media by rtpengine ${no ?? ""}`, () => {
  test("a call in: each records the other's tone, from where it was told", async () => {
    const ground = openGround();
    await Promise.all([startEngine(ground, FIRST), startEngine(ground, SECOND)]);
    const { demarc, inspect } = await openRtpengineOffice(ground);
    const [pbx, carrier] = await Promise.all([startPhone(ground, PBX), startPhone(ground, CARRIER_A)]);
    await carrier.command("dial", `sip:${OURS}@${WAN}`);
    await talk(pbx, carrier, TONES);
    await carrier.command("hangup");
    await pbx.event("CALL_CLOSED", ANSWER_MS);
    const records = await demarc.records(1);
    expect(records).toMatchObject([{ ingressTrunk: "carrier-a", status: 200, cause: "normal-clearing" }]);
    const [quality] = records[0]?.quality ?? [];
    expect(Math.min(quality?.a.packets ?? 0, quality?.b.packets ?? 0)).toBeGreaterThan(100);
    expectHeardOnly(pbx, { theirs: CARRIER_A.toneHz, own: PBX.toneHz });
    expectHeardOnly(carrier, { theirs: PBX.toneHz, own: CARRIER_A.toneHz });
    const datagrams = await inspect(records);
    expect([sendersTo(datagrams, pbx), sendersTo(datagrams, carrier)]).toEqual([[FIRST.lan], [FIRST.wan]]);
  });

  test.each([false, true])("encrypted towards the carrier, and towards the PBX: %j", async (both) => {
    const ground = openGround();
    await Promise.all([startEngine(ground, FIRST), startEngine(ground, SECOND)]);
    const media = "encryption: sdes, srtpSuites: [AES_CM_128_HMAC_SHA1_80]";
    const pbxTrunk = "identify: { addresses: [127.0.0.1/32] }";
    const { demarc, inspect } = await openRtpengineOffice(ground, [
      ["media: { codecs: [PCMU, PCMA] }", `media: { codecs: [PCMU, PCMA], ${media} }`],
      ...(both ? [[pbxTrunk, `${pbxTrunk}\n    media: { ${media} }`] as const] : []),
    ]);
    const [pbx, carrier] = await Promise.all([
      startPhone(ground, PBX, both ? { encryption: "srtp-mand" } : {}),
      startPhone(ground, CARRIER_A, { encryption: "srtp-mand" }),
    ]);
    await pbx.command("dial", `sip:${THEIRS}@${LAN}`);
    await talk(pbx, carrier, TONES);
    await pbx.command("hangup");
    await carrier.event("CALL_CLOSED", ANSWER_MS);
    const records = await demarc.records(1);
    expect(records[0]?.bLeg?.encryption).toBe("AES_CM_128_HMAC_SHA1_80");
    expect(records[0]?.aLeg.encryption).toBe(both ? "AES_CM_128_HMAC_SHA1_80" : null);
    expectHeardOnly(pbx, { theirs: CARRIER_A.toneHz, own: PBX.toneHz });
    expectHeardOnly(carrier, { theirs: PBX.toneHz, own: CARRIER_A.toneHz });
    const datagrams = await inspect(records);
    expect(tappedAt(datagrams, carrier, PBX.toneHz)).toBe(0);
    if (both) expect(tappedAt(datagrams, pbx, CARRIER_A.toneHz)).toBe(0);
    else expect(tappedAt(datagrams, pbx, CARRIER_A.toneHz)).toBeGreaterThanOrEqual(WINDOWS);
  });

  test("one is killed in a call: that call ends for want of media, and the next goes through the other", async () => {
    const ground = openGround();
    const [first] = await Promise.all([startEngine(ground, FIRST), startEngine(ground, SECOND)]);
    const { demarc, inspect } = await openRtpengineOffice(ground);
    const phones = await Promise.all([startPhone(ground, PBX), startPhone(ground, CARRIER_A)]);
    const [pbx, carrier] = phones;
    await pbx.command("dial", `sip:${THEIRS}@${LAN}`);
    await talk(pbx, carrier, TONES);
    await first.stop("SIGKILL");
    await Promise.all(phones.map((phone) => phone.event("CALL_CLOSED", TIMEOUT_MS)));
    expect(await demarc.records(1)).toMatchObject([{ cause: "media-timeout", endedBy: "demarc" }]);
    await Promise.all(phones.map(({ program }) => program.stop()));
    const [again, called] = await Promise.all([
      startPhone(ground, PBX, { user: "+12025550101" }),
      startPhone(ground, CARRIER_A, { user: "+13035550143" }),
    ]);
    await again.command("dial", `sip:+13035550143@${LAN}`);
    await talk(again, called, TONES);
    await again.command("hangup");
    await called.event("CALL_CLOSED", ANSWER_MS);
    const records = await demarc.records(2);
    expect(records[1]).toMatchObject({ status: 200, cause: "normal-clearing" });
    expectHeardOnly(called, { theirs: PBX.toneHz, own: CARRIER_A.toneHz });
    expectHeardOnly(again, { theirs: CARRIER_A.toneHz, own: PBX.toneHz });
    await inspect(records);
  });
});
