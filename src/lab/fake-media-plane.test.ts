// The lab's media plane keeps its books: what a test of the engine relies on when it says that nothing was left over.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomBelow, seededRandom } from "../base/index.ts";
import type { MediaCommand, MediaResult, MediaSide } from "../engine/index.ts";
import { parseDescription, type SessionDescription } from "../protocol/sdp/index.ts";
import { FakeMediaPlane, type FakeMediaPlaneOptions } from "./fake-media-plane.ts";

const NETWORKS = {
  lan: { address: "10.0.0.5", portFrom: 20_000, portTo: 20_007 },
  wan: { address: "192.0.2.10", portFrom: 30_001, portTo: 30_006 },
  six: { address: "2001:db8::5", portFrom: 40_000, portTo: 40_003 },
};
const LAN_TO_WAN = { a: "lan", b: "wan" };
const LAN_TO_SIX = { a: "lan", b: "six" };
const NOTHING_LEFT = { sessions: 0, ports: 0, unanswered: 0 };

interface Line {
  readonly address?: string;
  readonly port?: number;
  readonly protocol?: string;
}

function describeAudio(...lines: readonly Line[]): SessionDescription {
  const media = lines.map(({ address = "10.0.0.20", port = 4000, protocol = "RTP/AVP" }) => {
    const type = address.includes(":") ? "IP6" : "IP4";
    return `m=audio ${port} ${protocol} 0\r\nc=IN ${type} ${address}\r\na=rtcp:${port + 7}\r\na=rtcp-mux\r\na=ptime:20\r\n`;
  });
  const parsed = parseDescription(`v=0\r\no=- 1 1 IN IP4 10.0.0.20\r\ns=-\r\nt=0 0\r\n${media.join("")}`);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return parsed.value;
}

/** A command carried out at once. */
function ask(plane: FakeMediaPlane, command: MediaCommand): MediaResult {
  const replies: MediaResult[] = [];
  plane.execute(command, (result) => replies.push(result));
  expect(replies).toHaveLength(1);
  return replies[0]!;
}

function offer(lines: readonly Line[], options: { session?: string; networks?: typeof LAN_TO_WAN } = {}): MediaCommand {
  const { session = "s1", networks = LAN_TO_WAN } = options;
  return { kind: "offer", session, from: "a", description: describeAudio(...lines), networks };
}

function answer(lines: readonly Line[], from: MediaSide = "b", session = "s1"): MediaCommand {
  return { kind: "answer", session, from, description: describeAudio(...lines) };
}

function release(session = "s1"): MediaCommand {
  return { kind: "release", session };
}

function shownBy(result: MediaResult): SessionDescription {
  if (!result.ok || result.description === null) throw new Error(JSON.stringify(result));
  return result.description;
}

function portsShownBy(result: MediaResult): number[] {
  return shownBy(result).media.map(({ port }) => port);
}

function createPlane(options: Partial<FakeMediaPlaneOptions> = {}): FakeMediaPlane {
  return new FakeMediaPlane({ networks: NETWORKS, ...options });
}

describe("a session", () => {
  test("shows each side the plane's own address and ports of its network, and nothing of the other's", () => {
    const plane = createPlane();
    const offered = shownBy(ask(plane, offer([{ port: 4000 }])));
    expect(offered.connection).toEqual({ addressType: "IP4", address: "192.0.2.10" });
    expect(offered.media).toMatchObject([{ port: 30_002, connection: null, formats: ["0"] }]);
    expect(offered.media[0]?.attributes).toEqual([
      { name: "rtcp", value: "30003" },
      { name: "ptime", value: "20" },
    ]);
    const answered = shownBy(ask(plane, answer([{ address: "192.0.2.99", port: 7000 }])));
    expect(answered.connection).toEqual({ addressType: "IP4", address: "10.0.0.5" });
    expect(answered.media).toMatchObject([{ port: 20_000 }]);
    expect(plane.remoteOf("s1", 0, "a")).toEqual({ address: "10.0.0.20", port: 4000 });
    expect(plane.remoteOf("s1", 0, "b")).toEqual({ address: "192.0.2.99", port: 7000 });
    const released = ask(plane, release());
    expect(released).toMatchObject({ ok: true, description: null, streams: [{ stream: 0, a: { packets: 0 } }] });
    expect(plane.books()).toEqual(NOTHING_LEFT);
  });

  test("keeps its ports when offered and answered again, and follows the addresses", () => {
    const plane = createPlane();
    const first = [portsShownBy(ask(plane, offer([{}]))), portsShownBy(ask(plane, answer([{ address: "192.0.2.7" }])))];
    const again = [
      portsShownBy(ask(plane, offer([{ port: 4444 }]))),
      portsShownBy(ask(plane, answer([{ address: "192.0.2.8" }]))),
    ];
    expect(again).toEqual(first);
    expect(plane.remoteOf("s1", 0, "a")).toMatchObject({ port: 4444 });
    expect(plane.remoteOf("s1", 0, "b")).toMatchObject({ address: "192.0.2.8" });
    expect(plane.books()).toMatchObject({ sessions: 1, ports: 2 });
  });

  test("moves a side to another network, where its peer is not known yet", () => {
    const plane = createPlane();
    ask(plane, offer([{}]));
    ask(plane, answer([{ address: "192.0.2.7" }]));
    const moved = shownBy(ask(plane, offer([{}], { networks: LAN_TO_SIX })));
    expect(moved.connection).toEqual({ addressType: "IP6", address: "2001:db8::5" });
    expect(moved.media[0]?.port).toBe(40_000);
    expect(plane.remoteOf("s1", 0, "b")).toBeNull();
    expect(plane.remoteOf("s1", 0, "a")).not.toBeNull();
    ask(plane, release());
    expect(plane.books()).toEqual(NOTHING_LEFT);
  });

  test("carries several streams, none that is refused, under a protocol that the plane does not do, or refused later", () => {
    const plane = createPlane();
    const lines = [{}, { port: 0 }, { protocol: "TCP/RTP/AVP" }, { port: 4004 }];
    expect(portsShownBy(ask(plane, offer(lines)))).toEqual([30_002, 0, 0, 30_004]);
    expect(plane.books().ports).toBe(4);
    expect(portsShownBy(ask(plane, offer([{}, { port: 0 }, { port: 0 }, { port: 0 }])))).toEqual([30_002, 0, 0, 0]);
    // A refused offer is taken back: what it would have ended is there again, on the ports that its peer knows.
    expect(plane.books().ports).toBe(4);
    expect(portsShownBy(ask(plane, offer(lines)))).toEqual([30_002, 0, 0, 30_004]);
    expect(ask(plane, release())).toMatchObject({ streams: [{ stream: 0 }, { stream: 3 }] });
    expect(plane.books()).toEqual(NOTHING_LEFT);
  });

  test("takes streams along to another network that the offer does not name any more", () => {
    const plane = createPlane();
    ask(plane, offer([{ port: 0 }, { port: 0 }, {}]));
    ask(plane, offer([{}, {}]));
    ask(plane, { ...offer([{}]), networks: { a: "wan", b: "wan" } } as MediaCommand);
    ask(plane, release());
    expect(plane.books()).toEqual(NOTHING_LEFT);
  });

  test("sends nothing to a side on hold (RFC 2543 section B.5)", () => {
    const plane = createPlane();
    ask(plane, offer([{}]));
    ask(plane, offer([{ address: "0.0.0.0" }]));
    expect(plane.remoteOf("s1", 0, "a")).toBeNull();
  });
});

describe("a refusal", () => {
  test.each(["224.2.0.1", "224.2.0.1/127", "255.255.255.255", "peer.example", "10.0.0.020", "300.1.1.1", "ff02::1"])(
    "no media may be sent to %s",
    (address) => {
      const plane = createPlane();
      expect(ask(plane, offer([{ address }]))).toMatchObject({ ok: false, cause: "unusable-address" });
      expect(plane.books()).toEqual(NOTHING_LEFT);
      ask(plane, offer([{}]));
      expect(ask(plane, answer([{ address }]))).toMatchObject({ ok: false, cause: "unusable-address" });
      expect(plane.remoteOf("s1", 0, "b")).toBeNull();
    },
  );

  test("of an address of the other family, of an unknown network, of an unknown session", () => {
    const plane = createPlane();
    expect(ask(plane, offer([{ address: "2001:db8::9" }]))).toMatchObject({ cause: "unusable-address" });
    expect(ask(plane, offer([{}], { networks: { a: "lan", b: "moon" } }))).toMatchObject({ cause: "unknown-network" });
    expect(ask(plane, answer([{}]))).toMatchObject({ cause: "unknown-session" });
    expect(ask(plane, { kind: "query", session: "s1" })).toMatchObject({ cause: "unknown-session" });
    expect(ask(plane, release())).toEqual({ ok: true, description: null, streams: [] });
    expect(plane.books()).toEqual(NOTHING_LEFT);
  });

  test("leaves things as they were when the ports are used up, and a release makes room again", () => {
    const plane = createPlane();
    const sessions = ["one", "two"];
    for (const session of sessions) expect(ask(plane, offer([{}], { session })).ok).toBe(true);
    // 30001 to 30006 has the pairs 30002 and 30004 only: 30006 lacks its neighbour.
    expect(ask(plane, offer([{}], { session: "three" }))).toMatchObject({ ok: false, cause: "no-ports" });
    expect(ask(plane, offer([{}, {}], { session: "one" }))).toMatchObject({ ok: false, cause: "no-ports" });
    expect(plane.books()).toEqual({ sessions: 2, ports: 4, unanswered: 0 });
    ask(plane, release("one"));
    expect(ask(plane, offer([{}], { session: "three" })).ok).toBe(true);
    for (const session of ["two", "three"]) ask(plane, release(session));
    expect(plane.books()).toEqual(NOTHING_LEFT);
    const both = { a: "six", b: "six" };
    expect(ask(plane, offer([{ address: "2001:db8::9" }], { session: "four", networks: both })).ok).toBe(true);
    expect(ask(plane, offer([{ address: "2001:db8::9" }], { session: "five", networks: both })).ok).toBe(false);
  });

  test("of the very command that is to fail, which is not carried out unless it is a release", () => {
    const plane = createPlane();
    plane.failCommand = 2;
    ask(plane, offer([{}]));
    expect(ask(plane, answer([{ address: "192.0.2.7" }]))).toMatchObject({ ok: false, cause: "unavailable" });
    expect(plane.remoteOf("s1", 0, "b")).toBeNull();
    plane.failCommand = 3;
    expect(ask(plane, release())).toMatchObject({ ok: false, cause: "unavailable" });
    expect(plane.commands).toBe(3);
    expect(plane.books()).toEqual(NOTHING_LEFT);
  });
});

test("replies when the host likes, each once, and counts those that wait", () => {
  const waiting: (() => void)[] = [];
  const plane = createPlane({ schedule: (run) => waiting.push(run) });
  const replies: boolean[] = [];
  plane.execute(offer([{}]), ({ ok }) => replies.push(ok));
  plane.execute(release(), ({ ok }) => replies.push(ok));
  plane.execute(answer([{}]), ({ ok }) => replies.push(ok));
  expect(plane.books()).toEqual({ sessions: 0, ports: 0, unanswered: 3 });
  expect(replies).toEqual([]);
  for (const run of waiting) run();
  expect(replies).toEqual([true, true, false]);
  expect(plane.books()).toEqual(NOTHING_LEFT);
});

test("whatever is asked in whatever order, every command has one reply and a release of all leaves nothing", () => {
  const line = fc.record({
    address: fc.constantFrom("10.0.0.20", "0.0.0.0", "224.0.0.1", "2001:db8::9"),
    port: fc.constantFrom(0, 4000),
  });
  const command = fc.record({
    kind: fc.constantFrom("offer", "answer", "release", "query"),
    session: fc.constantFrom("s1", "s2", "s3"),
    from: fc.constantFrom("a", "b"),
    networks: fc.constantFrom(LAN_TO_WAN, LAN_TO_SIX, { a: "wan", b: "lan" }, { a: "wan", b: "wan" }),
    lines: fc.array(line, { minLength: 1, maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.array(command, { maxLength: 40 }), fc.nat(), (commands, seed) => {
      const random = seededRandom(seed);
      const waiting: (() => void)[] = [];
      const plane = createPlane({ schedule: (run) => waiting.splice(randomBelow(random, waiting.length + 1), 0, run) });
      let replies = 0;
      const given = commands.map(({ lines, ...rest }) => ({ ...rest, description: describeAudio(...lines) }));
      const releases = ["s1", "s2", "s3"].map(release);
      for (const one of [...given, ...releases]) {
        plane.execute(one as MediaCommand, () => {
          replies += 1;
        });
      }
      for (const run of waiting) run();
      expect(replies).toBe(commands.length + 3);
      expect(plane.books()).toEqual(NOTHING_LEFT);
    }),
  );
});
