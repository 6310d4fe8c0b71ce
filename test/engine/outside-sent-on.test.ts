// Numbers that are looked up outside (ENUM), and calls that are sent on, by a 3xx or a REFER, where a route asks somebody outside.
import { describe, expect, it } from "vitest";
import type { Answer } from "../../src/engine/index.ts";
import { byeFromPbx, establish, take } from "./established.ts";
import { call, decide, decision, last, NOBODY, OFFICE, ROUTES, TO_CARRIER_A } from "./outside.ts";
import { audioOf, followUp, inviteFrom, type Message, replyTo } from "./peer.ts";
import { Rig, type Settings } from "./rig.ts";

describe("ENUM", () => {
  const open = (besides: Settings = {}): Rig => new Rig({}, { besides: { ...OFFICE, ...besides } });
  const uris = (...found: string[]): Answer => ({ kind: "enum", uris: found });

  it("asks for the number, and sends the call to the trunk with the host of the URI, under the URI's number; then to the fallback", () => {
    const rig = open();
    call(rig, "+442079460000");
    expect(rig.deciding).toMatchObject([
      { question: { kind: "enum", suffix: "e164.arpa", called: "+442079460000" }, until: rig.now + 2500 },
    ]);
    decide(rig, uris("sip:+442079460111@192.0.2.3"));
    const invite = take(rig, "carrier-a", "INVITE");
    expect(invite.firstLine).toBe("INVITE sip:+442079460111@192.0.2.3:5060 SIP/2.0");
    rig.receive("carrier-a", replyTo(invite, 503));
    expect(take(rig, "carrier-b", "INVITE").firstLine).toContain("+442079460000");
  });

  it.each([
    ["nothing is found", uris()],
    ["nobody answers", NOBODY],
    ["no trunk has the host", uris("sip:+442079460000@elsewhere.example", "sip:[", "tel:+442079460000")],
    ["it is for the emergency services", uris("sip:911@192.0.2.3")],
  ])("goes to the fallback where %s", (_what, answer) => {
    const rig = open();
    call(rig, "+442079460000");
    decide(rig, answer);
    take(rig, "carrier-b", "INVITE");
    expect(rig.linesTo("carrier-a")).toEqual([]);
  });

  it("goes to any host over a trunk that is named for it", () => {
    const rig = open({ routes: [{ name: "open", to: { enum: "e164.example", trunk: "carrier-b" } }] });
    call(rig, "+442079460000");
    decide(rig, uris("sip:ann@192.0.2.99:5060;transport=udp"));
    expect(take(rig, "stranger", "INVITE").firstLine).toBe("INVITE sip:ann@192.0.2.99:5060 SIP/2.0");
  });

  it("is not asked for what is no global number", () => {
    const rig = open({
      routes: [
        { name: "all", to: { enum: "e164.arpa" } },
        { name: "rest", to: ["carrier-a"] },
      ],
    });
    call(rig, "4711");
    expect(rig.deciding).toEqual([]);
    take(rig, "carrier-a", "INVITE");
  });
});

describe("others who send calls on", () => {
  const FOLLOW = { pbx: { signaling: { redirect: "follow" } } };

  function callIn(rig: Rig): Message {
    const text = inviteFrom("192.0.2.3", 5060, {
      to: "sip:+12025550100@127.0.0.2",
      from: "sip:+14155550111@192.0.2.3",
    });
    rig.receive("carrier-a", text);
    return take(rig, "pbx", "INVITE");
  }

  describe.each([
    ["", {}],
    [", handed from engine to engine", { handOver: true }],
  ])("a 3xx%s", (_how, options) => {
    const moved = (contact = "<sip:+13035550142@127.0.0.1>"): Rig => {
      const rig = new Rig(FOLLOW, { ...options, besides: OFFICE });
      rig.receive("pbx", replyTo(callIn(rig), 302, { extra: `Contact: ${contact}\r\n` }));
      return rig;
    };

    it("is followed when the answer is there, by the rights of who sent the call on", () => {
      const rig = moved();
      expect(rig.deciding).toMatchObject([{ question: { from: "pbx", route: "asked", called: "+13035550142" } }]);
      decide(rig, decision({ to: { kind: "trunks", entries: [{ trunk: "carrier-b", weight: null }] } }));
      const invite = take(rig, "carrier-b", "INVITE");
      expect(invite.firstLine).toContain("+13035550142");
      rig.receive("carrier-b", replyTo(invite, 486));
      rig.expectNothingLeft();
      expect(rig.records[0]?.attempts.map(({ trunk, status }) => [trunk, status])).toEqual([
        ["pbx", 302],
        ["carrier-b", 486],
      ]);
    });

    it("asks for each Contact by itself", () => {
      const rig = moved("<sip:+13035550142@127.0.0.1>;q=0.9, <sip:+17205550142@127.0.0.1>;q=0.5");
      decide(rig, decision({ to: { kind: "reject", status: 403, reason: null, cause: null } }));
      expect(rig.deciding).toMatchObject([{ question: { called: "+17205550142" } }]);
      decide(rig, NOBODY);
      expect(take(rig, "carrier-b", "INVITE").firstLine).toContain("+17205550142");
    });

    it("ends with the last failure where the answer leads nowhere", () => {
      const rig = moved();
      decide(rig, decision({ to: { kind: "reject", status: 403, reason: null, cause: null } }));
      expect(last(rig, "carrier-a")).toBe("SIP/2.0 480 Temporarily Unavailable");
      rig.expectNothingLeft();
    });

    it("leaves who called its early dialog: a change is refused, a BYE ends the call", () => {
      const rig = new Rig(FOLLOW, { ...options, besides: OFFICE });
      const invite = callIn(rig);
      rig.receive("pbx", replyTo(invite, 180, { contact: "sip:10.0.0.20:5080" }));
      const ringing = take(rig, "carrier-a", "SIP/2.0 180");
      rig.receive("pbx", replyTo(invite, 302, { extra: "Contact: <sip:+13035550142@127.0.0.1>\r\n" }));
      const change = { branch: "z9hG4bKup", sequence: 2, via: "192.0.2.3:5060", body: audioOf("192.0.2.3") };
      rig.receive("carrier-a", followUp(ringing, "UPDATE", change));
      const [refused = ""] = rig.linesTo("carrier-a");
      expect(refused).toMatch(/^SIP\/2\.0 (?:4|5)[0-9]{2} /);
      rig.receive("carrier-a", followUp(ringing, "BYE", { branch: "z9hG4bKbye", sequence: 3, via: "192.0.2.3:5060" }));
      expect(rig.linesTo("carrier-a")).toContain("SIP/2.0 200 OK");
      decide(rig, TO_CARRIER_A);
      rig.expectNothingLeft();
      expect(rig.records).toMatchObject([{ endedBy: "caller" }]);
    });

    it("is given up with the call", () => {
      const rig = moved();
      rig.give({ kind: "hang-up", call: rig.engine.liveCalls()[0]?.id ?? "" });
      decide(rig, TO_CARRIER_A);
      rig.expectNothingLeft();
      expect(rig.records).toMatchObject([{ cause: "operator" }]);
    });
  });

  describe.each([
    ["", {}],
    [", handed from engine to engine", { handOver: true }],
  ])("a REFER%s", (_how, options) => {
    const referred = (): { rig: Rig; call: ReturnType<typeof establish> } => {
      const more = { pbx: { signaling: { transfer: "execute" } }, "carrier-a": { limits: { calls: 10 } } };
      const routes = [
        ...ROUTES.slice(0, 2),
        { name: "first", match: { called: "+1303*" }, to: ["carrier-a"] },
        ...ROUTES,
      ];
      const named = routes.map((route, at) => ({ ...route, name: `${route.name}-${at}` }));
      const rig = new Rig(more, { ...options, besides: { ...OFFICE, routes: named } });
      const established = establish(rig);
      const refer = followUp(established.ok, "REFER", { branch: "z9hG4bKrefer", sequence: 2, via: "10.0.0.20:5080" });
      const lines = "Contact: <sip:ann@10.0.0.20:5080>\r\nRefer-To: <sip:+17205550142@127.0.0.1>\r\n";
      rig.receive("pbx", refer.replace("Content-Length", `${lines}Content-Length`));
      return { rig, call: established };
    };

    it("is told of as soon as it is taken, and its target is called when the answer is there", () => {
      const { rig } = referred();
      const messages = rig.sentTo("pbx");
      expect(messages.map(({ firstLine }) => firstLine.split(" ")[1])).toContain("202");
      expect(rig.deciding).toMatchObject([
        { question: { from: "pbx", called: "+17205550142" }, call: { transferredFrom: expect.any(String) } },
      ]);
      decide(rig, decision({ to: { kind: "trunks", entries: [{ trunk: "carrier-b", weight: null }] } }));
      expect(take(rig, "carrier-b", "INVITE").firstLine).toContain("+17205550142");
    });

    it("comes to nothing with the call of the party that is put through", () => {
      const { rig, call: established } = referred();
      rig.sentTo("pbx");
      byeFromPbx(rig, { ...established });
      for (const { id } of rig.engine.liveCalls()) rig.give({ kind: "hang-up", call: id });
      decide(rig, TO_CARRIER_A);
      expect(rig.engine.status()).toMatchObject({ waiting: 0 });
      expect(rig.linesTo("carrier-b")).toEqual([]);
    });
  });
});
