// What of one side's headers the other is shown: nothing, unless its trunk says so; and what rules make of it.
import { describe, expect, it } from "vitest";
import { answer, byeFromPbx, callOut, take } from "./established.ts";
import { followUp, inviteFrom, type Message, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

type Settings = Readonly<Record<string, unknown>>;

function rigWith(carrier: Settings, pbx: Settings = {}): Rig {
  return new Rig({ pbx: { headers: pbx }, "carrier-a": { headers: carrier } });
}

const IMS =
  "P-Charging-Vector: icid-value=1234bc9876e;icid-generated-at=192.0.6.8\r\nP-Charging-Function-Addresses: ccf=192.0.8.1\r\n" +
  "P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=2620\r\nP-Visited-Network-ID: other.net\r\nP-Served-User: <sip:u@h>\r\n" +
  "P-Called-Party-ID: <sip:u@h>\r\nAlert-Info: <http://10.0.0.9/ring.wav>\r\nCall-Info: <http://10.0.0.9/photo>;purpose=icon\r\n" +
  "Geolocation: <cid:x@10.0.0.9>\r\nServer: secret\r\nSubject: hello\r\nUser-to-User: 56a390f3;encoding=hex\r\n" +
  "Session-ID: ab30317f1a784dc48ff824d0d3715d86;remote=00000000000000000000000000000000\r\nReason: Q.850;cause=16\r\n";

describe("by default nothing crosses", () => {
  it("neither with the call nor with its answer", () => {
    const rig = new Rig();
    const invite = callOut(rig, { extra: IMS });
    const names = [...new Set(IMS.split("\r\n").map((line) => line.split(":")[0] ?? ""))].filter((name) => name !== "");
    for (const name of names) expect(invite.headers(name), name).toEqual([]);
    rig.receive("carrier-a", replyTo(invite, 486, { extra: IMS.replaceAll("P-Served", "P-Served") }));
    const refusal = take(rig, "pbx", "SIP/2.0 486");
    for (const name of names) expect(refusal.headers(name), name).toEqual([]);
  });

  it.each([
    "X-Secret : 1",
    "x-SECRET: 1",
    "X-Secret:\r\n 1",
    "X-Secret\t: 1",
    "X-Secret%20: 1",
    "X-Secret\x01: 1",
    "X-Secret\x00: 1",
    "X\xe2\x80\x90Secret: 1",
    "X-Secret: 1\r\nX-Secret: 2",
    "Contact\x01: <sip:+19005550101@h>",
    "P-Asserted-Identity\x01: <sip:+19005550101@h>",
    "P-Asserted-Identity: <sip:+19005550101@h>\r\nP-Asserted-Identity: <sip:+19005550101@h>",
    "%50-Asserted-Identity: <sip:+19005550101@h>",
    "P-Asserted-Identity : <sip:+19005550101@h>",
    "p-asserted-identity:\r\n <sip:+19005550101@h>",
    "Diversion : <sip:+19005550101@h>",
    "P-Charging-Vector : icid-value=9005550101",
    "Identity: 9005550101;info=<https://h/c>",
    "y: 9005550101;info=<https://h/c>",
  ])("in the spelling %j", (line) => {
    const rig = rigWith({ pass: ["X-Other"], userToUser: true });
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { extra: `${line}\r\n` }));
    for (const { to, text } of rig.everything) {
      if (to === "carrier-a") expect(text.toLowerCase()).not.toMatch(/x-secret|9005550101|charging|diversion/);
    }
  });
});

describe("assertions of a peer that is not believed", () => {
  it.each([
    "P-Asserted-Identity: <sip:+19005550101@h>",
    "P-Asserted-Identity : <sip:+19005550101@h>",
    "p-aSSERTED-identity\t:<sip:+19005550101@h>",
    "P-Asserted-Identity:\r\n <sip:+19005550101@h>",
    "P-Asserted-Identity\x01: <sip:+19005550101@h>",
    "P-Asserted-Identity: <sip:+12025550100@h>, <tel:+19005550101>",
    "Remote-Party-ID: <sip:+19005550101@h>;party=calling;screen=yes",
    "X-A: 1\x0bP-Asserted-Identity: <sip:+19005550101@h>",
  ])("do not change who calls: %j", (line) => {
    const rig = new Rig({ pbx: { identity: { callerHeader: "p-asserted-identity", trust: false } } });
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { extra: `${line}\r\n` }));
    const invite = rig.sentTo("carrier-a")[0];
    // Either it is not a message at all, or it is from whom From says.
    if (invite === undefined) expect(rig.linesTo("pbx").join()).toMatch(/^(?:SIP.2.0 400 Bad Request)?$/);
    else expect(invite.header("From")).toMatch(/^"Ann" <sip:\+12025550100@/);
  });
});

describe("headers.pass", () => {
  it("lets a header across, all its lines, in both directions, each by the trunk that it goes to", () => {
    const rig = rigWith({ pass: ["x-tag", "P-Charging-Vector", "User-Agent"] }, { pass: ["X-Answer"] });
    const invite = callOut(rig, { extra: `${IMS}X-Tag: one\r\nX-TAG: two\r\nX-Answer: no\r\n` });
    expect(invite.headers("X-Tag")).toEqual(["one", "two"]);
    expect(invite.header("P-Charging-Vector")).toContain("icid-value=1234bc9876e");
    expect(invite.headers("User-Agent")).toEqual(["inside-agent"]);
    expect(invite.headers("X-Answer")).toEqual([]);
    rig.receive("carrier-a", replyTo(invite, 180, { extra: "X-Answer: yes\r\nX-Tag: hidden\r\n" }));
    const ringing = take(rig, "pbx", "SIP/2.0 180");
    expect([ringing.header("X-Answer"), ringing.headers("X-Tag")]).toEqual(["yes", []]);
    rig.receive("carrier-a", replyTo(invite, 486, { extra: "X-Answer: busy\r\n" }));
    expect(take(rig, "pbx", "SIP/2.0 486").header("X-Answer")).toBe("busy");
    rig.expectNothingLeft();
  });

  it("keeps at most 32 lines and 8 kB of a call", () => {
    const rig = rigWith({ pass: ["X-Tag"] });
    const invite = callOut(rig, {
      extra: Array.from({ length: 60 }, (_none, index) => `X-Tag: ${index}\r\n`).join(""),
    });
    expect(invite.headers("X-Tag")).toHaveLength(32);
  });

  it("carries User-to-User only where both trunks say so", () => {
    for (const [carrier, pbx, seen] of [
      [true, false, 0],
      [false, true, 0],
      [true, true, 1],
    ] as const) {
      const rig = rigWith({ userToUser: carrier }, { userToUser: pbx });
      expect(callOut(rig, { extra: IMS }).headers("User-to-User")).toHaveLength(seen);
    }
  });
});

describe("headers.set and headers.remove", () => {
  it("write and leave out, with what is known of the call", () => {
    const rig = rigWith({
      set: {
        "X-Account": "42",
        "x-from": "${caller}/${callerName}@${otherTrunk}",
        "X-To": "${called} by ${trunk}",
        "X-Id": "${callId}",
        "X-None": "${header:X-Missing}",
      },
      remove: ["User-Agent", "Allow"],
    });
    const invite = callOut(rig);
    expect(invite.header("X-Account")).toBe("42");
    expect(invite.header("X-From")).toBe("+12025550100/Ann@pbx");
    expect(invite.header("X-To")).toBe("+13035550142 by carrier-a");
    expect(invite.header("X-Id")).toBe(rig.engine.liveCalls()[0]?.id);
    expect([invite.headers("User-Agent"), invite.headers("Allow"), invite.headers("X-None")]).toEqual([[], [], []]);
  });

  it.each(["\\r\\n", "%0d%0a", "%0D%0AX-Evil:%201", "%00", "%09", "%7f"])(
    "cannot be made to write a line of its own by %s in a user or name",
    (spelling) => {
      const raw = spelling.replaceAll("\\r\\n", "%0D%0A");
      const rig = rigWith({ set: { "X-From": "a ${caller} ${callerName} ${header:X-Tag} b" }, pass: ["X-Tag"] });
      rig.receive(
        "pbx",
        inviteFrom("10.0.0.20", 5080, {
          from: `sip:2025550100${raw}X-Evil:%201@h`,
          extra: `X-Tag: ${raw}X-Evil: 1\r\n`,
        }),
      );
      const invite = rig.sentTo("carrier-a")[0] as Message;
      expect(invite.headers("X-Evil")).toEqual([]);
      expect(invite.header("X-From")).toMatch(/^a .* b$/);
      for (const { text } of rig.everything) expect(text.replaceAll("\r\n", "")).not.toMatch(/[\0\r\n\x7f]/);
    },
  );

  it("does not tell a withheld caller by a variable", () => {
    const rig = rigWith({ set: { "X-From": "${caller}${callerName}." } });
    const invite = callOut(rig, { extra: "Privacy: id\r\n" });
    expect(invite.header("X-From")).toBe(".");
  });
});

describe("header rules", () => {
  it("edit what a peer sends before it is read", () => {
    const rig = rigWith(
      {},
      {
        in: [
          {
            on: "request",
            when: [{ header: "User-Agent", matches: "/^INSIDE/i" }],
            do: [{ copy: "X-Caller", to: "P-Asserted-Identity" }],
          },
          {
            methods: ["INVITE"],
            when: [{ header: "P-Asserted-Identity", matches: "/<sip:0([1-9]\\d+)@/" }],
            do: [{ replace: "P-Asserted-Identity", matches: "/sip:0(\\d+)@/", with: "sip:+1$1@" }],
          },
          { methods: ["BYE"], do: [{ set: "P-Asserted-Identity", value: "<sip:wrong@h>" }] },
        ],
      },
    );
    const reading = new Rig({
      pbx: {
        identity: { callerHeader: "p-asserted-identity" },
        headers: {
          in: [
            {
              when: [{ header: "User-Agent", matches: "/^INSIDE/i" }],
              do: [{ copy: "X-Caller", to: "P-Asserted-Identity" }],
            },
            {
              methods: ["INVITE"],
              do: [{ replace: "P-Asserted-Identity", matches: "/sip:0(\\d+)@/", with: "sip:+1$1@" }],
            },
          ],
        },
      },
    });
    expect(callOut(reading, { extra: "X-Caller: <sip:02025550177@h>\r\n" }).header("From")).toContain("+12025550177");
    expect(callOut(rig).header("From")).toContain("+12025550100");
  });

  it("edit what a peer is sent, last of all, on requests and responses", () => {
    const rig = rigWith(
      {
        pass: ["X-Tag"],
        out: [
          {
            when: [{ header: "X-Tag", matches: "gold*" }],
            do: [{ add: "X-Class", value: "gold" }, { remove: "X-Tag" }],
          },
          { when: [{ header: "X-Class", not: true }], do: [{ set: "X-Class", value: "none" }] },
          { on: "response", do: [{ set: "X-Wrong", value: "1" }] },
          { methods: ["BYE"], do: [{ set: "X-Bye", value: "${callId}" }] },
        ],
      },
      {
        out: [
          { on: "response", statuses: ["18x", 200], do: [{ copy: "Server", to: "X-Server" }] },
          { statuses: "4xx", do: [{ set: "X-Failed", value: "${otherTrunk}" }] },
        ],
      },
    );
    const gold = callOut(rig, { extra: "X-Tag: gold-1\r\n" });
    expect([gold.headers("X-Tag"), gold.headers("X-Class"), gold.headers("X-Wrong")]).toEqual([[], ["gold"], []]);
    const established = answer(rig, gold);
    expect(established.ok.header("X-Server")).toBe("inside-server");
    rig.receive("pbx", followUp(established.ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "10.0.0.20:5080" }));
    byeFromPbx(rig, established);
    expect(take(rig, "carrier-a", "BYE").header("X-Bye")).not.toBe("");
    const plain = callOut(rig, { callId: "two@h", branch: "z9hG4bKtwo", extra: "X-Tag: tin\r\n" });
    expect(plain.headers("X-Class")).toEqual(["none"]);
    rig.receive("carrier-a", replyTo(plain, 404));
    expect(take(rig, "pbx", "SIP/2.0 404").header("X-Failed")).toBe("carrier-a");
  });

  it("read a response of the target before anything else does", () => {
    const rig = rigWith(
      {
        in: [
          {
            on: "response",
            statuses: 480,
            when: [{ header: "X-Why", matches: "busy" }],
            do: [{ set: "Reason", value: "Q.850;cause=17" }],
          },
        ],
      },
      { reason: "map" },
    );
    const invite = callOut(rig);
    rig.receive("carrier-a", replyTo(invite, 486, { extra: "X-Why: busy\r\n" }));
    expect(take(rig, "pbx", "SIP/2.0 486").header("Reason")).toBe("Q.850;cause=17");
  });
});

describe("Session-ID", () => {
  const theirs = "ab30317f1a784dc48ff824d0d3715d86";
  const nil = "0".repeat(32);
  const extra = `Session-ID: ${theirs};remote=${nil}\r\n`;

  it("is passed through, each side's half to the other", () => {
    const rig = rigWith({ sessionId: "pass" }, { sessionId: "pass" });
    const invite = callOut(rig, { extra });
    expect(invite.header("Session-ID")).toBe(`${theirs};remote=${nil}`);
    const answered = "47755a9de7794ba387653f2099600ef2";
    rig.receive("carrier-a", replyTo(invite, 180, { extra: `Session-ID: ${answered};remote=${theirs}\r\n` }));
    expect(take(rig, "pbx", "SIP/2.0 180").header("Session-ID")).toBe(`${answered};remote=${theirs}`);
  });

  it("is one of ours, a UUID of version 4 and the same on both sides, where it is to be", () => {
    const rig = rigWith({ sessionId: "own" }, { sessionId: "own" });
    const invite = callOut(rig, { extra });
    const own = invite.header("Session-ID").slice(0, 32);
    expect(own).toMatch(/^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
    expect(invite.header("Session-ID")).toBe(`${own};remote=${nil}`);
    rig.receive("carrier-a", replyTo(invite, 180));
    expect(take(rig, "pbx", "SIP/2.0 180").header("Session-ID")).toBe(`${own};remote=${theirs}`);
  });

  it("stands in for a side that has none, and for one that writes nonsense", () => {
    for (const written of ["", "Session-ID: not-a-uuid\r\n", `Session-ID: ${nil}\r\n`]) {
      const invite = callOut(rigWith({ sessionId: "pass" }), { extra: written });
      expect(invite.header("Session-ID")).toMatch(/^[0-9a-f]{32};remote=0{32}$/);
      expect(invite.header("Session-ID").startsWith(nil)).toBe(false);
    }
  });
});
