// Emergency calls while everything else fails, one thing after the other: each gets out to a carrier.
import { describe, expect, it } from "vitest";
import { callOut, establish, take } from "./established.ts";
import { inviteFrom, type Message, replyTo } from "./peer.ts";
import { Rig, type RigOptions, type Settings } from "./rig.ts";

const SOS = { to: "sip:911@127.0.0.1", from: "sip:+12025550100@10.0.0.20", callId: "sos", branch: "z9hG4bKsos" };
const ORDINARY = { callId: "ordinary", branch: "z9hG4bKordinary" };
const CARRIER_A = "INVITE sip:911@192.0.2.3:5060 SIP/2.0";
const CARRIER_B = "INVITE sip:911@192.0.2.4:5060 SIP/2.0";

/** No call at all. */
const NONE = { calls: 0, emergencyReserve: 0 };

type More = ConstructorParameters<typeof Rig>[0];

function dial(rig: Rig, options = {}): void {
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { ...SOS, ...options }));
}

/** The INVITEs to a carrier, without their repetitions. */
const linesTo = (rig: Rig, peer: "carrier-a" | "carrier-b"): readonly string[] => [
  ...new Set(rig.sentTo(peer).flatMap(({ firstLine }) => (firstLine.startsWith("INVITE") ? [firstLine] : []))),
];

describe("an emergency call gets through", () => {
  const refusing: readonly (readonly [string, More, RigOptions])[] = [
    ["the limit of the caller's trunk", { pbx: { limits: NONE } }, {}],
    ["the limit of the carrier", { "carrier-a": { limits: NONE }, "carrier-b": { limits: NONE } }, {}],
    ["the limit of all calls", {}, { besides: { limits: { calls: 0 } } }],
    [
      "the caller's class of service",
      { pbx: { limits: { classOfService: "nothing" } } },
      { besides: { classesOfService: { nothing: [{ called: "*", allow: false }] } } },
    ],
    [
      "a route that rejects the caller",
      {},
      {
        besides: {
          routes: [
            { name: "sos", match: { emergency: true }, to: ["carrier-a"] },
            { name: "blocked", to: { reject: 403 } },
          ],
        },
      },
    ],
  ];
  it.each(refusing)("past %s, which refuses any other", (_, more, options) => {
    const rig = new Rig(more, options);
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, ORDINARY));
    expect(linesTo(rig, "carrier-a")).toEqual([]);
    dial(rig);
    expect(linesTo(rig, "carrier-a")).toEqual([CARRIER_A]);
  });

  it("while a hook that its route asks keeps silent: it waits for nobody", () => {
    const besides = {
      hooks: { crm: { url: "https://crm.example/" } },
      routes: [
        { name: "asked", to: { hook: "crm" }, fallback: ["carrier-a"] },
        { name: "rest", match: { emergency: true }, to: ["carrier-a"] },
      ],
    };
    const rig = new Rig({}, { besides });
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, ORDINARY));
    expect(linesTo(rig, "carrier-a")).toEqual([]);
    dial(rig);
    expect(linesTo(rig, "carrier-a")).toEqual([CARRIER_A]);
  });

  it("while a policy keeps silent that refuses whom it cannot decide about: it is not asked", () => {
    const node = { policy: { file: "policy.ts", deadline: "300ms", onFailure: { reject: 480, reason: "Ask Later" } } };
    const rig = new Rig({}, { besides: { node } });
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, ORDINARY));
    expect([rig.deciding.length, linesTo(rig, "carrier-a")]).toEqual([1, []]);
    dial(rig);
    expect([rig.deciding.length, linesTo(rig, "carrier-a")]).toEqual([1, [CARRIER_A]]);
  });

  it("while names are not resolved: by the next target, as soon as the first is given up", () => {
    const rig = new Rig({ "carrier-a": { targets: [{ uri: "sip:carrier-a.example" }] } });
    dial(rig);
    expect(rig.resolving).toHaveLength(1);
    rig.pass(10_000);
    expect(linesTo(rig, "carrier-b")).toEqual([CARRIER_B]);
  });

  it("while the name server says that there is no such name", () => {
    const rig = new Rig({ "carrier-a": { targets: [{ uri: "sip:carrier-a.example" }] } });
    dial(rig);
    const token = rig.resolving[0]?.token ?? "";
    rig.give({ kind: "resolved", token, result: { ok: false, detail: "no such name" } });
    expect(linesTo(rig, "carrier-b")).toEqual([CARRIER_B]);
  });

  it("while the registration of every carrier has failed", () => {
    const registration = { registrar: "sip:192.0.2.3", aor: "sip:+12025550100@192.0.2.3" };
    const rig = new Rig({ "carrier-a": { registration, credentials: { username: "u", password: "p" } } });
    rig.reconfigure({ "carrier-a": { registration, credentials: { username: "u", password: "p" } } });
    const register = rig.sentTo("carrier-a").find(({ firstLine }) => firstLine.startsWith("REGISTER"));
    rig.receive("carrier-a", replyTo(register as Message, 403));
    dial(rig);
    expect(linesTo(rig, "carrier-a")).toEqual([CARRIER_A]);
  });

  it("while all carriers have failed lately, and calls leave them alone", () => {
    const rig = new Rig();
    for (let call = 0; call < 4; call += 1) {
      rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { callId: `c${call}`, branch: `z9hG4bKc${call}` }));
      rig.pass(40_000);
    }
    rig.sentTo("carrier-a");
    rig.sentTo("carrier-b");
    dial(rig);
    const first = linesTo(rig, "carrier-a").length > 0 ? "carrier-a" : "carrier-b";
    rig.pass(10_000);
    expect(linesTo(rig, first === "carrier-a" ? "carrier-b" : "carrier-a")).toHaveLength(1);
  });

  it("while we are overloaded", () => {
    const rig = new Rig();
    for (let sample = 0; sample < 6; sample += 1) rig.give({ kind: "load", lagMs: 500, busy: 1 });
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, ORDINARY));
    expect(linesTo(rig, "carrier-a")).toEqual([]);
    dial(rig);
    expect(linesTo(rig, "carrier-a")).toEqual([CARRIER_A]);
  });

  it("whatever a carrier refuses it with, by the next one", () => {
    for (const status of [302, 400, 403, 404, 486, 488, 500, 503, 600, 603]) {
      const rig = new Rig();
      dial(rig);
      rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "INVITE"), status));
      expect([status, linesTo(rig, "carrier-b")]).toEqual([status, [CARRIER_B]]);
    }
  });

  it("while a carrier keeps silent, by the next one", () => {
    const rig = new Rig();
    dial(rig);
    rig.pass(4000);
    expect(linesTo(rig, "carrier-b")).toEqual([CARRIER_B]);
  });

  it("that cannot be sent to the first carrier at all", () => {
    const rig = new Rig({}, { fault: { what: "send-fails", nth: 2 } });
    dial(rig);
    expect(linesTo(rig, "carrier-b")).toEqual([CARRIER_B]);
  });

  it("whose caller withholds the number, requires what we do not do, and takes no description", () => {
    const rig = new Rig();
    dial(rig, { extra: "Privacy: id;critical\r\nAccept: text/plain\r\nSession-Expires: 20\r\n" });
    const invite = take(rig, "carrier-a", "INVITE");
    expect([invite.firstLine, invite.header("From")]).toEqual([CARRIER_A, expect.stringContaining("+12025550100")]);
  });

  it("while every channel of the carrier is taken", () => {
    const rig = new Rig({ "carrier-a": { limits: { ...NONE, calls: 1 } } });
    establish(rig);
    dial(rig);
    expect(linesTo(rig, "carrier-a")).toEqual([CARRIER_A]);
  });

  it("while the store, the recipients and whoever hears of it are dead: the engine waits for none of them", () => {
    const rig = new Rig();
    dial(rig);
    const told = rig.emergencies.length;
    expect([told > 0, linesTo(rig, "carrier-a")]).toEqual([true, [CARRIER_A]]);
  });
});

describe("what is explained of it", () => {
  const locations: Settings = { hq: { elins: ["+12025550190"] } };

  it("shows for each target the number that the target is shown", () => {
    const rig = new Rig(
      {
        pbx: { emergency: { location: "hq" } },
        "carrier-b": { emergency: { callbackNumber: "+12025550280" } },
      },
      { besides: { locations } },
    );
    const explain = (caller: string) => {
      const explained = rig.engine.explain({ from: "pbx", to: "911", caller, headers: [] }, rig.now);
      if (typeof explained === "string") throw new Error(explained);
      return explained;
    };
    const byElin = explain("204");
    expect(byElin.targets.map(({ caller }) => caller)).toEqual(["+12025550190", "+12025550190"]);
    expect(byElin.invite?.find((line) => line.startsWith("From:"))).toContain("+12025550190");
    // It was asked about, and not made: nobody is called back.
    callOut(rig, ORDINARY);
    expect(rig.emergencies).toEqual([]);
  });

  it.each([
    ["204", ["204", "+12025550280"]],
    ["+12025550100", ["+12025550100", "+12025550100"]],
  ])("of %s without a place: %j", (caller, shown) => {
    const rig = new Rig({ "carrier-b": { emergency: { callbackNumber: "+12025550280" } } });
    const explained = rig.engine.explain({ from: "pbx", to: "911", caller, headers: [] }, rig.now);
    expect(typeof explained === "string" ? explained : explained.targets.map((one) => one.caller)).toEqual(shown);
  });

  it("shows of other calls the one number that a peer is always shown", () => {
    const rig = new Rig({ "carrier-b": { identity: { callerNumber: "+12025550111" } } });
    const question = { from: "pbx", to: "+13035550142", caller: "+12025550100", headers: [] };
    const explained = rig.engine.explain(question, rig.now);
    expect(typeof explained === "string" ? explained : explained.targets.map((one) => one.caller)).toEqual([
      "+12025550100",
      "+12025550111",
    ]);
  });
});
