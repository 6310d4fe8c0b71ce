import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { audio, session } from "./media-plane.contract.ts";
import { placeStreams, readClockRates, readTargets, type StreamTarget, speaksBothWays } from "./stream-address.ts";

function target(address: string | null, ...attributes: { name: string; value: string | null }[]): StreamTarget {
  const [read] = readTargets(session(address, audio(4000, { attributes })));
  if (read === undefined) throw new Error("no target");
  return read;
}

describe("where a stream's media goes", () => {
  test("is the session's address, or the stream's own before it", () => {
    expect(target("192.0.2.1")).toEqual({
      kind: "address",
      family: 4,
      address: "192.0.2.1",
      rtpPort: 4000,
      rtcpAddress: "192.0.2.1",
      rtcpPort: 4001,
      mux: false,
      udptl: false,
    });
    const own = audio(4000, { connection: { addressType: "IP6", address: "2001:db8::1" } });
    expect(readTargets(session("192.0.2.1", own))[0]).toMatchObject({ family: 6, address: "2001:db8::1" });
  });

  test.each([
    ["53020", "192.0.2.1", 53_020],
    ["53020 IN IP4 192.0.2.4", "192.0.2.4", 53_020],
    ["53020  IN  IP4  192.0.2.4", "192.0.2.4", 53_020],
    ["0", "192.0.2.1", 4001],
    ["65536", "192.0.2.1", 4001],
    ["x", "192.0.2.1", 4001],
    ["", "192.0.2.1", 4001],
  ])("with a=rtcp:%s its RTCP goes to %s port %i", (value, rtcpAddress, rtcpPort) => {
    expect(target("192.0.2.1", { name: "rtcp", value })).toMatchObject({ rtcpAddress, rtcpPort });
  });

  test.each(["5000 IN IP4 0.0.0.0", "5000 IN IP4 224.0.0.1", "5000 IN IP6 2001:db8::1", "5000 IN IP4 a.example"])(
    "a=rtcp:%s makes it unusable",
    (value) => expect(target("192.0.2.1", { name: "rtcp", value }).kind).toBe("unusable"),
  );

  test.each(["0.0.0.0", "::", "0:0::0"])("%s is hold", (address) => expect(target(address).kind).toBe("hold"));

  test.each(["0.1.2.3", "240.0.0.1", "::ffff:192.0.2.1", "fe80::1%eth0", "127.1", "2130706433", "0177.0.0.1", "[::1]"])(
    "%s is unusable",
    (address) => expect(target(address).kind).toBe("unusable"),
  );

  test("a connection whose type contradicts its address is unusable", () => {
    const media = audio(4000, { connection: { addressType: "IP6", address: "192.0.2.1" } });
    expect(readTargets(session(null, media))[0]?.kind).toBe("unusable");
  });

  test("the highest port leaves none for RTCP", () => {
    expect(readTargets(session("192.0.2.1", audio(65_535)))[0]).toMatchObject({ rtpPort: 65_535, rtcpPort: 0 });
  });

  test("is read from any text without throwing", () => {
    const texts = fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.constantFrom("0.0.0.0", "::", "255.255.255.255"));
    fc.assert(
      fc.property(texts, texts, fc.integer({ min: 1, max: 65_535 }), (address, value, port) => {
        const media = audio(port, { attributes: [{ name: "rtcp", value }] });
        const [read] = readTargets(session(address, media));
        expect(["address", "hold", "unusable"]).toContain(read?.kind);
        if (read?.kind !== "address") return;
        expect(read.address).toMatch(/^[0-9a-f.:]+$/i);
        expect(read.rtcpAddress).toMatch(/^[0-9a-f.:]+$/i);
      }),
    );
  });
});

describe("a description placed at our address", () => {
  test("names our RTCP port where there was a=rtcp, and nowhere else", () => {
    const rtcp = audio(4000, { attributes: [{ name: "rtcp", value: "1" }] });
    const placed = placeStreams(session("192.0.2.1", rtcp, audio(4002), rtcp), {
      address: "2001:db8::5",
      ports: [20_000, 20_002, null],
    });
    expect(placed.connection).toEqual({ addressType: "IP6", address: "2001:db8::5" });
    const attributes = placed.media.map((media) => media.attributes.find(({ name }) => name === "rtcp") ?? null);
    expect(attributes).toEqual([{ name: "rtcp", value: "20001" }, null, null]);
    expect(placed.media.map(({ port }) => port)).toEqual([20_000, 20_002, 0]);
  });

  test("has candidates where it has ICE's credentials: one a port, none of before, and none of a refused stream", () => {
    const credentials = [
      { name: "ice-ufrag", value: "frag" },
      { name: "candidate", value: "1 1 UDP 1 10.0.0.1 4000 typ host" },
    ];
    const ice = audio(4000, { attributes: credentials });
    const placed = placeStreams(session("192.0.2.1", ice, ice, ice, audio(4002)), {
      address: "203.0.113.5",
      ports: [20_000, 20_002, null, 20_004],
      mux: [false, true, false, false],
    });
    const candidates = placed.media.map(({ attributes }) =>
      attributes.filter(({ name }) => name === "candidate").map(({ value }) => value),
    );
    expect(candidates).toEqual([
      ["1 1 UDP 2130706431 203.0.113.5 20000 typ host", "1 2 UDP 2130706430 203.0.113.5 20001 typ host"],
      ["1 1 UDP 2130706431 203.0.113.5 20002 typ host"],
      [],
      [],
    ]);
    expect(placed.media[2]?.attributes.map(({ name }) => name)).not.toContain("ice-ufrag");
  });
});

test("clock rates come from rtpmap and RFC 3551", () => {
  const attributes = [
    { name: "rtpmap", value: "96 opus/48000/2" },
    { name: "rtpmap", value: "101 telephone-event/8000" },
  ];
  const rates = readClockRates(audio(4000, { formats: ["96", "0", "9", "101"], attributes }));
  expect(rates).toEqual([96, 48_000, 0, 8000, 9, 8000, 101, 8000]);
  expect(readClockRates(audio(4000, { type: "video", formats: ["96", "x", "200"], attributes: [] }))).toEqual([
    96, 90_000,
  ]);
});

test("both sides speak unless a stream is one-way, inactive or on hold", () => {
  const directed = (name: string) => audio(4000, { attributes: [{ name, value: null }] });
  const description = session("192.0.2.1", audio(4000), directed("sendonly"), directed("inactive"), audio(0));
  expect(speaksBothWays(description)).toEqual([true, false, false, false]);
  expect(speaksBothWays(session("0.0.0.0", audio(4000)))).toEqual([false]);
});
