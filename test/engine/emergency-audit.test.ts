// What the engine tells of emergency calls, step by step: the lines of their audit records.
import { describe, expect, it } from "vitest";
import { emergencyCallOf } from "../../src/runtime/store/index.ts";
import { acknowledge, answer, byeFromPbx, establish, take } from "./established.ts";
import { cancelOf, followUp, inviteFrom, type Message, replyTo, withLines } from "./peer.ts";
import { Rig, type Settings } from "./rig.ts";

const HQ = { address: { country: "US", city: "Washington", street: "Ann Street", houseNumber: "16" } };
const SOS = "sip:911@127.0.0.1";

function office(options: { locations?: Settings; carrier?: Settings; handOver?: boolean } = {}): Rig {
  const { locations = { hq: HQ }, carrier = {}, handOver = false } = options;
  const more = { pbx: { emergency: { location: "hq" } }, "carrier-a": { emergency: carrier } };
  return new Rig(more, { besides: { locations }, handOver });
}

function dial(rig: Rig, { to = SOS, from = "sip:204@10.0.0.20" } = {}): Message {
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { to, from }));
  return take(rig, "carrier-a", "INVITE");
}

const kinds = (rig: Rig): readonly string[] => rig.emergencies.map(({ kind }) => kind);

describe("an emergency call", () => {
  it.each([false, true])("is told from its beginning to its end, each step once (%s)", (handOver) => {
    const locations = { hq: { ...HQ, elins: ["+12025550190"], callbackFor: "1h" } };
    const rig = office({ locations, carrier: { convey: "pidf-lo" }, handOver });
    const established = answer(rig, dial(rig));
    acknowledge(rig, established);
    rig.pass(2000);
    byeFromPbx(rig, established);
    expect(kinds(rig)).toEqual(["begun", "routed", "tried", "answered", "ended"]);
    const [begun, routed, tried, answered, ended] = rig.emergencies;
    expect(begun).toMatchObject({
      call: rig.records[0]?.id,
      caller: "204",
      called: "911",
      recognisedBy: "number",
      ingressTrunk: "pbx",
      from: "10.0.0.20:5080",
      location: { name: "hq", by: "trunk", address: { street: "Ann Street" } },
      said: null,
    });
    expect(routed).toMatchObject({
      route: "emergency",
      targets: [
        { trunk: "carrier-a", target: "sip:192.0.2.3:5060" },
        { trunk: "carrier-b", target: "sip:192.0.2.4:5060" },
      ],
    });
    expect(tried).toMatchObject({
      trunk: "carrier-a",
      to: "192.0.2.3:5060",
      uri: "sip:911@192.0.2.3:5060",
      shown: "+12025550190",
      conveys: "configured",
      document: expect.stringContaining("<ca:RD>Ann Street</ca:RD>"),
    });
    const { headers, callbackUntil } = tried as Extract<typeof tried, { kind: "tried" }>;
    expect(headers).toContainEqual(expect.stringMatching(/^From: .*\+12025550190@/));
    expect(headers).toContainEqual(expect.stringMatching(/^Geolocation: <cid:/));
    expect(Date.parse(callbackUntil ?? "") - Date.parse(tried?.at ?? "")).toBe(3_600_000);
    expect(answered).toMatchObject({ trunk: "carrier-a" });
    expect(ended).toMatchObject({ status: 200, cause: "normal-clearing", endedBy: "caller", durationMs: 2000 });
    expect(emergencyCallOf(rig.emergencies)).toMatchObject({
      id: rig.records[0]?.id,
      state: "ended",
      egressTrunk: "carrier-a",
      callback: { number: "+12025550190", until: callbackUntil },
      durationMs: 2000,
      cause: "normal-clearing",
    });
  });

  it("is told with every target that was tried, and why each failed", () => {
    const rig = office({ carrier: { convey: "pidf-lo" } });
    rig.receive("carrier-a", replyTo(dial(rig), 415));
    rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "INVITE"), 403));
    expect(kinds(rig)).toEqual(["begun", "routed", "tried", "tried", "failed", "tried"]);
    const [, , first, again, failed, next] = rig.emergencies;
    expect(first).toMatchObject({ document: expect.stringContaining("Washington") });
    expect(again).toMatchObject({ trunk: "carrier-a", conveys: "nothing", document: null });
    expect(failed).toMatchObject({ trunk: "carrier-a", status: 403, reason: expect.any(String) });
    expect(next).toMatchObject({ trunk: "carrier-b" });
  });

  it("whose caller writes at length fills no disk: what it says of its place is told once, names are cut", () => {
    const said = `<?xml version="1.0"?><presence entity="pres:x">${"x".repeat(5000)}</presence>`;
    const rig = office({ carrier: { convey: "pidf-lo" } });
    const text = inviteFrom("10.0.0.20", 5080, { to: SOS, body: said }).replace(
      "application/sdp",
      "application/pidf+xml",
    );
    rig.receive("pbx", text.replace('"Ann"', `"${"n".repeat(5000)}"`));
    const [begun, , tried] = rig.emergencies;
    expect(begun).toMatchObject({ kind: "begun", said });
    expect((begun as { callerName: string }).callerName.length).toBeLessThanOrEqual(1024);
    expect(tried).toMatchObject({ kind: "tried", conveys: "said", document: null });
    expect(JSON.stringify(tried).length).toBeLessThan(8000);
  });

  it("by urn:service:sos is one by its service", () => {
    const rig = office();
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { to: "urn:service:sos.police" }));
    expect(rig.emergencies[0]).toMatchObject({ kind: "begun", recognisedBy: "service", called: "911" });
  });

  it("whose caller gives up is ended", () => {
    const rig = office();
    const text = inviteFrom("10.0.0.20", 5080, { to: SOS });
    rig.receive("pbx", text);
    const invite = take(rig, "carrier-a", "INVITE");
    rig.receive("carrier-a", replyTo(invite, 180));
    rig.receive("pbx", cancelOf(text));
    rig.receive("carrier-a", replyTo(invite, 487));
    expect(kinds(rig)).toEqual(["begun", "routed", "tried", "ended"]);
    expect(rig.emergencies.at(-1)).toMatchObject({ cause: "cancelled", endedBy: "caller", durationMs: 0 });
  });

  it("that a fault of our own ends is ended too", () => {
    const rig = office();
    dial(rig);
    rig.failNextDraw = true;
    const [begun] = rig.emergencies;
    rig.give({ kind: "hang-up", call: begun?.call ?? "" });
    rig.pass(60_000);
    expect(kinds(rig).filter((kind) => kind === "ended")).toHaveLength(1);
  });

  it("that a party is put through to is one of its own", () => {
    const rig = new Rig({ pbx: { signaling: { transfer: "execute" } } });
    const established = establish(rig);
    expect(rig.emergencies).toEqual([]);
    const request = followUp(established.ok, "REFER", { branch: "z9hG4bKr", sequence: 2, via: "10.0.0.20:5080" });
    rig.receive("pbx", withLines(request, ["Contact: <sip:ann@10.0.0.20:5080>", "Refer-To: <sip:911@127.0.0.1>"]));
    expect(kinds(rig)[0]).toBe("begun");
    expect(rig.emergencies[0]).toMatchObject({ recognisedBy: "transfer", called: "911", ingressTrunk: "pbx" });
  });
});

it("of other calls nothing is told, nor of those that somebody asks about", () => {
  const rig = office();
  byeFromPbx(rig, establish(rig));
  expect(rig.engine.explain({ from: "pbx", to: "911", caller: null, headers: [] }, rig.now)).toMatchObject({
    emergency: true,
  });
  expect(rig.emergencies).toEqual([]);
});
