// Emergency calls: where they come from is told to who wants it, and whoever calls back reaches the caller.
import { describe, expect, it } from "vitest";
import { header, leafParts, parseMessage, parseMultipart } from "../../src/protocol/sip/index.ts";
import { answer, take } from "./established.ts";
import { audioOf, cancelOf, inviteFrom, type Message, replyTo } from "./peer.ts";
import { Rig, type Settings } from "./rig.ts";

const ELIN = "+12025550190";
const OTHER_ELIN = "+12025550191";
const HQ = {
  address: {
    country: "US",
    state: "DC",
    city: "Washington",
    street: "Ann & <Bob> Street",
    houseNumber: "16",
    postcode: "20500",
    name: "Zoë",
  },
  point: { latitude: 38.5, longitude: -77 },
};
const SOS = "sip:911@127.0.0.1";

interface Office {
  readonly locations?: Settings;
  readonly pbx?: Settings;
  readonly carrier?: Settings;
  readonly numbers?: readonly Settings[];
  readonly handOver?: boolean;
}

function office({
  locations = { hq: HQ },
  pbx = {},
  carrier = { convey: "pidf-lo" },
  numbers,
  handOver = false,
}: Office = {}): Rig {
  const besides = { locations, ...(numbers === undefined ? {} : { numbers }) };
  const more = {
    pbx: { emergency: { location: "hq", ...pbx } },
    "carrier-a": { emergency: carrier, limits: { calls: 100 } },
  };
  return new Rig(more, { besides, handOver });
}

let calls = 0;

/** The place that an emergency call of this office tells. */
function placeTold(options: Office): string {
  const rig = office(options);
  dial(rig);
  return partsOf(rig).get("application/pidf+xml")?.body ?? "";
}

function dial(rig: Rig, options: { from?: string; to?: string; text?: string } = {}): Message {
  calls += 1;
  const { to = SOS, from = "sip:+12025550100@10.0.0.20" } = options;
  rig.sentTo("pbx");
  rig.receive(
    "pbx",
    options.text ?? inviteFrom("10.0.0.20", 5080, { to, from, branch: `z9hG4bKsos${calls}`, callId: `sos-${calls}` }),
  );
  return take(rig, "carrier-a", "INVITE");
}

/** The parts of the last INVITE, by their types. */
function partsOf(rig: Rig): Map<string, { readonly body: string; readonly id: string | null }> {
  const parsed = parseMessage(rig.everything.findLast(({ text }) => text.startsWith("INVITE"))?.text ?? "");
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  const type = parsed.value.headers.read(header.contentType);
  const read = type === null ? null : parseMultipart(type, parsed.value.body);
  if (read === null || !read.ok) throw new Error("no multipart");
  return new Map(
    leafParts(read.value.parts).map((part) => [
      part.headers.read(header.contentType)?.value ?? "",
      { body: part.body, id: part.headers.first("content-id") ?? null },
    ]),
  );
}

describe("where the call comes from", () => {
  it("is told in a document that Geolocation points to, beside the offer", () => {
    const rig = office();
    const invite = dial(rig);
    const parts = partsOf(rig);
    expect([...parts.keys()]).toEqual(["application/sdp", "application/pidf+xml"]);
    const place = parts.get("application/pidf+xml");
    expect(invite.header("Geolocation")).toBe(`<cid:${place?.id?.slice(1, -1)}>`);
    expect(invite.header("Geolocation-Routing")).toBe("yes");
    for (const piece of [
      "<gml:pos>38.5 -77</gml:pos>",
      "<ca:country>US</ca:country>\r\n<ca:A1>DC</ca:A1>\r\n<ca:A3>Washington</ca:A3>\r\n<ca:HNO>16</ca:HNO>",
      "<ca:RD>Ann &amp; &lt;Bob&gt; Street</ca:RD>",
      `<ca:NAM>${Buffer.from("Zoë").toString("latin1")}</ca:NAM>`,
      'entity="pres:+12025550100@127.0.0.2"',
    ])
      expect(place?.body).toContain(piece);
    expect(parts.get("application/sdp")?.body).toContain("m=audio 30000");
    const established = answer(rig, invite);
    expect(established.ok.firstLine).toBe("SIP/2.0 200 OK");
  });

  it("is not told of ordinary calls, nor to a trunk that does not ask for it", () => {
    expect(dial(office(), { to: "sip:+13035550142@127.0.0.1" }).header("Content-Type")).toBe("application/sdp");
    const invite = dial(office({ carrier: {} }));
    expect([invite.header("Content-Type"), invite.headers("Geolocation")]).toEqual(["application/sdp", []]);
  });

  it("is that of the caller's own number, where it has one", () => {
    const locations = { hq: HQ, annex: { point: { latitude: 1.25, longitude: 2 } } };
    const numbers = [{ number: "+12025550100", trunk: "pbx", emergencyLocation: "annex" }];
    expect(placeTold({ locations, numbers })).toContain("1.25 2<");
    // A number that lives elsewhere says nothing of this caller.
    const foreign = [{ number: "+12025550100", trunk: "carrier-b", emergencyLocation: "annex" }];
    expect(placeTold({ locations, numbers: foreign })).toContain("38.5 -77<");
  });

  it("is what the caller itself says, where it does; its offer is read out of the same body", () => {
    const said = '<?xml version="1.0"?><presence entity="pres:desk-7"/>';
    const sdp = audioOf("10.0.0.20", 6000, "0 101");
    const body = `--b1\r\nContent-Type: application/pidf+xml\r\nContent-ID: <x@y>\r\n\r\n${said}\r\n--b1\r\nContent-Type: application/sdp\r\n\r\n${sdp}\r\n--b1--\r\n`;
    const plain = inviteFrom("10.0.0.20", 5080, { to: SOS, callId: "said", branch: "z9hG4bKsaid" });
    const head = plain.slice(0, plain.indexOf("\r\n\r\n")).replace("application/sdp", 'multipart/mixed;boundary="b1"');
    const text = `${head.replace(/Content-Length: \d+/, `Content-Length: ${body.length}`)}\r\n\r\n${body}`;
    const rig = office();
    dial(rig, { text });
    const parts = partsOf(rig);
    expect(parts.get("application/pidf+xml")?.body).toBe(said);
    expect(parts.get("application/sdp")?.body).toContain("m=audio 30000");
  });

  it.each([400, 415, 424])(
    "is left out where the target refuses it with %i, and the call goes out without",
    (status) => {
      const rig = office();
      rig.receive("carrier-a", replyTo(dial(rig), status));
      const again = take(rig, "carrier-a", "INVITE");
      expect([again.header("Content-Type"), again.headers("Geolocation")]).toEqual(["application/sdp", []]);
      rig.receive("carrier-a", replyTo(again, status));
      expect(rig.linesTo("carrier-b")[0]).toMatch(/^INVITE/);
    },
  );
});

describe("who calls back", () => {
  const locations = { hq: { ...HQ, elins: [ELIN, OTHER_ELIN], callbackFor: "1h" } };

  function callBack(rig: Rig, number: string, options: { after?: number } = {}): string[] {
    calls += 1;
    rig.pass(options.after ?? 0);
    rig.sentTo("pbx");
    const to = `sip:${number}@127.0.0.2`;
    rig.receive(
      "carrier-a",
      inviteFrom("192.0.2.3", 5060, {
        to,
        from: "sip:+12025550911@192.0.2.3",
        callId: `back-${calls}`,
        branch: `z9hG4bKback${calls}`,
      }),
    );
    return [...rig.linesTo("pbx").filter((line) => line.startsWith("INVITE")), ...rig.linesTo("carrier-a").slice(1)];
  }

  it.each([false, true])(
    "the number that was shown reaches the caller, past limits and routes, for a while (%s)",
    (handOver) => {
      const rig = office({ locations, pbx: {}, handOver });
      const invite = dial(rig, { from: "sip:204@10.0.0.20" });
      expect(invite.header("From")).toContain(`<sip:${ELIN}@`);
      expect(callBack(rig, ELIN)[0]).toMatch(/^INVITE sip:204@10\.0\.0\.20/);
      // Nobody has been shown the other one: it goes where the routes say.
      expect(callBack(rig, OTHER_ELIN)[0]).toBe("INVITE sip:+12025550191@10.0.0.20:5080 SIP/2.0");
      expect(rig.engine.liveCalls().map(({ route }) => route)).toContain("emergency-callback");
      expect(callBack(rig, ELIN, { after: 3_700_000 })[0]).not.toMatch(/204@/);
      rig.expectNothingLeft();
    },
  );

  it("each caller has a number of its own, the same again, and the oldest is given on when none is left", () => {
    const rig = office({ locations });
    const shown = (extension: string): string => {
      rig.pass(100);
      return /sip:(\+\d+)@/.exec(dial(rig, { from: `sip:${extension}@10.0.0.20` }).header("From"))?.[1] ?? "";
    };
    expect(["201", "202", "201", "203", "202"].map(shown)).toEqual([ELIN, OTHER_ELIN, ELIN, OTHER_ELIN, ELIN]);
  });

  it("a trunk's callbackNumber is shown of callers that could not be called back, and leads to the last of them", () => {
    const rig = office({ locations: { hq: HQ }, carrier: { callbackNumber: "+12025550280" } });
    expect(dial(rig, { from: "sip:204@10.0.0.20" }).header("From")).toContain("<sip:+12025550280@");
    expect(callBack(rig, "+12025550280")[0]).toMatch(/^INVITE sip:204@/);
    expect(dial(rig).header("From")).toContain("<sip:+12025550100@");
  });

  it("a callbackNumber that is somebody's is shown, and stays theirs", () => {
    const carrier = { callbackNumber: "+12025550180" };
    const rig = office({ locations: { hq: HQ }, carrier, numbers: [{ number: "+12025550180", trunk: "pbx" }] });
    expect(dial(rig, { from: "sip:204@10.0.0.20" }).header("From")).toContain("<sip:+12025550180@");
    expect(callBack(rig, "+12025550180")[0]).toBe("INVITE sip:+12025550180@10.0.0.20:5080 SIP/2.0");
  });

  it("the first ten calls are held to no limit, and no more", () => {
    const besides = { locations: { hq: { elins: [ELIN] } }, limits: { calls: 1, emergencyReserve: 0 } };
    const rig = new Rig(
      { pbx: { emergency: { location: "hq" } }, "carrier-a": { limits: { calls: 100 } } },
      { besides },
    );
    dial(rig, { from: "sip:204@10.0.0.20" });
    const answers = Array.from({ length: 11 }, () => callBack(rig, ELIN)[0]);
    expect(answers.slice(0, 10).every((line) => line?.startsWith("INVITE sip:204@"))).toBe(true);
    expect(answers[10]).toBe("SIP/2.0 503 Service Unavailable");
  });

  it("is not sent back by the office itself: it may call that number as any other", () => {
    const rig = office({ locations });
    dial(rig, { from: "sip:204@10.0.0.20" });
    expect(dial(rig, { to: `sip:${ELIN}@127.0.0.1` }).firstLine).toContain(ELIN.slice(1));
  });
});

it("a call whose caller hangs up before it is answered can be called back too", () => {
  const rig = office({ locations: { hq: { elins: [ELIN] } } });
  const text = inviteFrom("10.0.0.20", 5080, {
    to: SOS,
    from: "sip:204@10.0.0.20",
    callId: "short",
    branch: "z9hG4bKshort",
  });
  const invite = dial(rig, { text });
  rig.receive("carrier-a", replyTo(invite, 180));
  rig.receive("pbx", cancelOf(text));
  rig.receive("carrier-a", replyTo(invite, 487));
  rig.sentTo("pbx");
  rig.receive(
    "carrier-a",
    inviteFrom("192.0.2.3", 5060, { to: `sip:${ELIN}@127.0.0.2`, callId: "back", branch: "z9hG4bKback" }),
  );
  expect(rig.linesTo("pbx").some((line) => line.startsWith("INVITE sip:204@"))).toBe(true);
});
