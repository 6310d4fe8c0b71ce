// PBXs that register with us: proved by a password, called where they are, and what is refused them.
import { afterEach, describe, expect, it } from "vitest";
import { audioOf, followBack, followUp, inviteFrom, replyTo } from "./peer.ts";
import {
  authorizationFor,
  contactsOf,
  lastTo,
  OFFICE_LOGIN,
  register,
  registerText,
  rigWithRegistrar,
} from "./registering-pbx.ts";
import type { Rig } from "./rig.ts";

let rig: Rig;
afterEach(() => {
  rig.stop();
  rig.expectNothingLeft();
});

const PLACE = "10.0.0.20:5080";
const NUMBER = "+12025550101";

function callIn(number = NUMBER) {
  rig.receive(
    "carrier-a",
    inviteFrom("192.0.2.3", 5060, { to: `sip:${number}@127.0.0.2`, from: "sip:+13035550142@c" }),
  );
  return rig.sentTo("pbx").find(({ firstLine }) => firstLine.startsWith("INVITE "));
}

describe.each([false, true])("with another engine after each input: %s", (handOver) => {
  const options = { handOver };

  it("is challenged by the strongest and by MD5, takes the answer, and tells what stands", () => {
    rig = rigWithRegistrar({}, {}, options);
    rig.receive("pbx", registerText("pbx", {}, ""));
    const challenge = lastTo(rig, "pbx");
    expect(challenge.firstLine).toBe("SIP/2.0 401 Unauthorized");
    expect(challenge.headers("WWW-Authenticate").map((line) => /algorithm=([\w-]+)/.exec(line)?.[1])).toEqual([
      "SHA-256",
      "MD5",
    ]);
    const ok = register(rig, { callId: "reg-2" });
    expect(ok.firstLine).toBe("SIP/2.0 200 OK");
    expect(ok.headers("Contact")).toEqual([`<sip:office@${PLACE}>;expires=600`]);
    expect(ok.header("Date")).toBe("Fri, 15 Jan 2027 08:00:00 GMT");
    expect(contactsOf(rig)).toMatchObject([
      {
        contact: `sip:office@${PLACE}`,
        address: "udp 10.0.0.20:5080",
        until: "2027-01-15T08:10:00.000Z",
        bulkNumbers: false,
      },
    ]);
    expect(rig.logs).toContain("info The trunk has registered with us.");
  });

  it("counts on in its nonce, and no count is good twice", () => {
    rig = rigWithRegistrar({}, {}, options);
    rig.receive("pbx", registerText("pbx", {}, ""));
    const challenge = lastTo(rig, "pbx");
    const request = { method: "REGISTER", uri: "sip:127.0.0.1" };
    for (const count of [1, 2]) {
      rig.receive("pbx", registerText("pbx", { sequence: count + 1 }, authorizationFor(challenge, request, { count })));
      expect(lastTo(rig, "pbx").firstLine).toBe("SIP/2.0 200 OK");
    }
    rig.pass(40_000);
    rig.receive("pbx", registerText("pbx", { sequence: 9 }, authorizationFor(challenge, request, { count: 2 })));
    const again = lastTo(rig, "pbx");
    expect([again.firstLine, again.header("WWW-Authenticate")]).toEqual([
      "SIP/2.0 401 Unauthorized",
      expect.stringContaining("stale=true"),
    ]);
  });

  it("is called at its contact, the number in To; its requests inside the call are known", () => {
    rig = rigWithRegistrar({}, {}, options);
    register(rig);
    const invite = callIn();
    if (invite === undefined) throw new Error("no INVITE");
    expect(invite.firstLine).toBe(`INVITE sip:office@${PLACE} SIP/2.0`);
    expect(invite.header("To")).toBe(`<sip:${NUMBER}@127.0.0.1:5060>`);
    // Its Contact is an inside address: the way that it came is taken all the same.
    rig.receive("pbx", replyTo(invite, 200, { contact: "sip:office@172.16.0.9:5060", body: audioOf("10.0.0.20") }));
    const ack = rig.sentTo("pbx").find(({ firstLine }) => firstLine.startsWith("ACK "));
    expect(ack?.firstLine).toBe("ACK sip:office@172.16.0.9:5060 SIP/2.0");
    const ok = rig.sentTo("carrier-a").find(({ firstLine }) => firstLine.includes(" 200 "));
    if (ok !== undefined)
      rig.receive("carrier-a", followUp(ok, "ACK", { branch: "z9hG4bKa", sequence: 1, via: "192.0.2.3:5060" }));
    rig.receive("pbx", followBack(invite, "BYE", { branch: "z9hG4bKb", sequence: 1, via: PLACE }));
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 200 OK"]);
    const bye = rig.sentTo("carrier-a").find(({ firstLine }) => firstLine.startsWith("BYE "));
    if (bye !== undefined) rig.receive("carrier-a", replyTo(bye, 200));
    expect(rig.records).toMatchObject([{ egressTrunk: "pbx", cause: "normal-clearing", endedBy: "callee" }]);
  });

  it("with requestUri: number it is called by the number at its place, what it said of it included", () => {
    rig = rigWithRegistrar({ requestUri: "number" }, {}, options);
    register(rig, { contact: `<sip:office@${PLACE};line=7;x=1>` });
    const invite = callIn();
    expect(invite?.firstLine).toBe(`INVITE sip:${NUMBER}@${PLACE};line=7;x=1 SIP/2.0`);
    if (invite !== undefined) rig.receive("pbx", replyTo(invite, 486));
  });

  it("calls with its password, challenged once; its CANCEL and the network's repetitions are known", () => {
    rig = rigWithRegistrar({}, {}, options);
    const dial = (branch: string, extra = "") => inviteFrom("10.0.0.20", 5080, { branch, extra });
    rig.receive("pbx", dial("z9hG4bK1"));
    const challenge = lastTo(rig, "pbx");
    expect(challenge.firstLine).toBe("SIP/2.0 401 Unauthorized");
    expect(rig.records).toEqual([]);
    const authorization = authorizationFor(challenge, { method: "INVITE", uri: "sip:+13035550142@127.0.0.1" });
    const second = dial("z9hG4bK2", authorization).replace("CSeq: 1 ", "CSeq: 2 ");
    rig.receive("pbx", second);
    rig.receive("pbx", second);
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 100 Trying", "SIP/2.0 100 Trying"]);
    const invite = rig.sentTo("carrier-a").find(({ firstLine }) => firstLine.startsWith("INVITE "));
    if (invite !== undefined) rig.receive("carrier-a", replyTo(invite, 180));
    rig.sentTo("pbx");
    rig.receive(
      "pbx",
      second.replace("INVITE sip", "CANCEL sip").replace("CSeq: 2 INVITE", "CSeq: 2 CANCEL").replace(authorization, ""),
    );
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 200 OK", "SIP/2.0 487 Request Terminated"]);
    rig.receive("pbx", second.replace("INVITE sip", "ACK sip").replace("CSeq: 2 INVITE", "CSeq: 2 ACK"));
    const cancel = rig.sentTo("carrier-a").find(({ firstLine }) => firstLine.startsWith("CANCEL "));
    if (cancel !== undefined) rig.receive("carrier-a", replyTo(cancel, 200));
    if (invite !== undefined) rig.receive("carrier-a", replyTo(invite, 487));
    expect(rig.records).toMatchObject([{ ingressTrunk: "pbx", cause: "cancelled" }]);
  });

  it("that is not registered is not there: 480, and the next target of the route", () => {
    rig = rigWithRegistrar({}, {}, options);
    expect(callIn()).toBeUndefined();
    expect(rig.linesTo("carrier-a")).toContain("SIP/2.0 480 Not Registered");
  });

  it("runs out, is taken back alone or all at once", () => {
    rig = rigWithRegistrar({}, {}, options);
    register(rig, { expires: 60 });
    rig.pass(60_000);
    expect(contactsOf(rig)).toEqual([]);
    expect(rig.logs).toContain("warn The trunk is not registered with us any more.");
    register(rig, { callId: "b", contact: "<sip:a@10.0.0.20>, <sip:b@10.0.0.20>;expires=120;q=0.5" });
    expect(contactsOf(rig).map(({ contact, until }) => [contact, until])).toEqual([
      ["sip:a@10.0.0.20", "2027-01-15T08:11:00.000Z"],
      ["sip:b@10.0.0.20", "2027-01-15T08:03:00.000Z"],
    ]);
    expect(register(rig, { callId: "c", contact: "<sip:a@10.0.0.20>;expires=0" }).headers("Contact")).toEqual([
      "<sip:b@10.0.0.20>;expires=120;q=0.5",
    ]);
    expect(register(rig, { callId: "d", contact: "*", expires: 0 }).headers("Contact")).toEqual([]);
    expect(contactsOf(rig)).toEqual([]);
  });

  it("several contacts are called by preference, then by who was heard of last", () => {
    rig = rigWithRegistrar({}, {}, options);
    register(rig, { callId: "a", contact: "<sip:a@10.0.0.20>;q=0.3" });
    register(rig, { callId: "b", contact: "<sip:b@10.0.0.20>" });
    rig.pass(1000);
    register(rig, { callId: "c", contact: "<sip:c@10.0.0.20>" });
    const uris: string[] = [];
    for (
      let invite = callIn();
      invite !== undefined;
      invite = rig.sentTo("pbx").find(({ firstLine }) => firstLine.startsWith("INVITE "))
    ) {
      uris.push(invite.firstLine.split(" ")[1] ?? "");
      rig.receive("pbx", replyTo(invite, 480));
    }
    expect(uris).toEqual(["sip:c@10.0.0.20", "sip:b@10.0.0.20", "sip:a@10.0.0.20"]);
  });

  it("is called through the proxies of its Path (RFC 3327)", () => {
    rig = rigWithRegistrar({}, {}, options);
    const path = "<sip:10.0.0.20:5080;lr;ob>";
    const ok = register(rig, { extra: `Path: ${path}\r\nSupported: path\r\n`, vias: 2 });
    expect(ok.headers("Path")).toEqual([path]);
    const invite = callIn();
    expect(invite?.headers("Route")).toEqual([path]);
    if (invite !== undefined) rig.receive("pbx", replyTo(invite, 486));
  });

  it("registers flows (RFC 5626): the same one again replaces the contact, whatever its address", () => {
    rig = rigWithRegistrar({}, {}, options);
    const contact = (port: number) => `<sip:office@10.0.0.20:${port}>;reg-id=1;+sip.instance="<urn:uuid:1>"`;
    const extra = "Supported: path, outbound\r\n";
    const ok = register(rig, { callId: "a", contact: contact(1), extra });
    expect([ok.header("Require"), ok.header("Flow-Timer")]).toEqual(["outbound", "120"]);
    expect(ok.header("Contact")).toContain(';+sip.instance="<urn:uuid:1>";reg-id=1');
    register(rig, { callId: "b", contact: contact(2), extra });
    expect(contactsOf(rig).map((one) => one.contact)).toEqual(["sip:office@10.0.0.20:2"]);
    expect(register(rig, { callId: "c", contact: contact(3), extra, vias: 2 }).firstLine).toBe(
      "SIP/2.0 439 First Hop Lacks Outbound Support",
    );
  });

  it("all numbers at once (RFC 6140): each is called by its own number", () => {
    rig = rigWithRegistrar({ bulkNumbers: true }, {}, options);
    const extra = "Require: gin\r\nProxy-Require: gin\r\nSupported: path\r\n";
    const ok = register(rig, { contact: `<sip:${PLACE};bnc;x=1>`, extra });
    expect([ok.firstLine, ok.headers("Contact")]).toEqual(["SIP/2.0 200 OK", [`<sip:${PLACE};bnc;x=1>;expires=600`]]);
    const invite = callIn("+12025550177");
    expect(invite?.firstLine).toBe(`INVITE sip:+12025550177@${PLACE};x=1 SIP/2.0`);
    if (invite !== undefined) rig.receive("pbx", replyTo(invite, 486));
  });
});

describe("what is refused", () => {
  it.each([
    ["a time too brief", { expires: 5 }, "423", "Min-Expires: 60"],
    ["another line", { aor: "sip:boss@demarc.example" }, "404", null],
    ["an extension", { extra: "Require: foo, path\r\n" }, "420", "Unsupported: foo"],
    ["bulk registration where it is not allowed", { extra: "Require: gin\r\n" }, "420", "Unsupported: gin"],
    ["bulk contacts likewise", { contact: `<sip:${PLACE};bnc>` }, "400", null],
    ["all contacts and a time", { contact: "*", expires: 60 }, "400", null],
    ["a contact that is no place", { contact: "<tel:+1202555>" }, "400", null],
    [
      "more contacts than there may be",
      { contact: Array.from({ length: 6 }, (_, n) => `<sip:${n}@10.0.0.20>`).join(", ") },
      "403",
      null,
    ],
  ])("%s", (_name, options, status, line) => {
    rig = rigWithRegistrar();
    const response = register(rig, options);
    expect(response.firstLine).toContain(` ${status} `);
    if (line !== null) expect(response.header(line.split(": ")[0] ?? "")).toBe(line.split(": ")[1]);
    expect(contactsOf(rig)).toEqual([]);
  });

  it("a bulk contact that does not demand that it is understood, and the other way round", () => {
    rig = rigWithRegistrar({ bulkNumbers: true });
    const refused = register(rig, { contact: `<sip:${PLACE};bnc>` });
    expect([refused.firstLine.slice(8, 11), refused.header("Require")]).toEqual(["421", "gin"]);
    expect(
      register(rig, { callId: "b", contact: `<sip:office@${PLACE};bnc>`, extra: "Require: gin\r\n" }).firstLine,
    ).toContain("400");
    expect(register(rig, { callId: "c", extra: "Require: gin\r\n" }).firstLine).toContain("421");
  });

  it("one REGISTER is taken whole or not at all, and a late one not", () => {
    rig = rigWithRegistrar();
    expect(register(rig, { contact: "<sip:a@10.0.0.20>, <sip:b@10.0.0.20>;expires=3" }).firstLine).toContain("423");
    expect(contactsOf(rig)).toEqual([]);
    register(rig, { callId: "x", sequence: 10, contact: "<sip:a@10.0.0.20>" });
    expect(register(rig, { callId: "x", sequence: 5, contact: "<sip:a@10.0.0.20>;expires=0" }).firstLine).toContain(
      "500",
    );
    expect(contactsOf(rig)).toHaveLength(1);
  });

  it("devices that start anew do not fill the list: the one heard of longest ago goes", () => {
    rig = rigWithRegistrar({ maxContacts: 2 });
    for (const port of [1, 2, 3]) {
      register(rig, { callId: `c${port}`, contact: `<sip:office@10.0.0.20:${port}>` });
      rig.pass(1000);
    }
    expect(contactsOf(rig).map(({ contact }) => contact)).toEqual(["sip:office@10.0.0.20:2", "sip:office@10.0.0.20:3"]);
  });

  it("wrong passwords: counted by address, then not listened to; the right one from there neither, from elsewhere yes", () => {
    rig = rigWithRegistrar({}, { network: "wan" });
    const wrong = { password: "guess" };
    for (let guess = 0; guess < 6; guess += 1) {
      expect(register(rig, { callId: `g${guess}`, ...wrong }, "stranger").firstLine).toContain("401");
      rig.pass(1000);
    }
    expect(rig.engine.status()).toMatchObject({ wrongPasswords: 6 });
    expect(register(rig, { callId: "right" }, "stranger").firstLine).toContain("403");
    rig.pass(5000);
    expect(register(rig, { callId: "right-2" }, "stranger").firstLine).toContain("200");
    expect(register(rig, { callId: "nobody", username: "admin" }, "stranger").firstLine).toContain("401");
    expect(rig.logs.filter((line) => line.includes("nobody's"))).toHaveLength(7);
    const said = [
      ...rig.everything.map(({ text }) => text),
      ...rig.logs,
      JSON.stringify(rig.engine.trunkActivity(rig.now)),
    ];
    expect(said.filter((text) => text.includes(OFFICE_LOGIN.password))).toEqual([]);
  });

  it("a flood from one address is answered so often, and from then on not; others are", () => {
    rig = rigWithRegistrar({}, { network: "wan" });
    for (let index = 0; index < 200; index += 1)
      rig.receive("stranger", registerText("stranger", { callId: `f${index}` }, ""));
    expect(rig.linesTo("stranger")).toHaveLength(20);
    expect(rig.engine.status().transactions).toBe(0);
    rig.receive(
      "carrier-b",
      registerText("pbx", { callId: "other" }, "").replaceAll("10.0.0.20:5080", "192.0.2.4:5060"),
    );
    expect(rig.linesTo("carrier-b")).toEqual(["SIP/2.0 401 Unauthorized"]);
  });

  it("somebody else's answer to our challenge is good for nobody else's address", () => {
    rig = rigWithRegistrar({}, { network: "wan" });
    rig.receive("stranger", registerText("stranger", {}, ""));
    const challenge = lastTo(rig, "stranger");
    const authorization = authorizationFor(challenge, { method: "REGISTER", uri: "sip:127.0.0.1" });
    rig.receive("carrier-b", registerText("stranger", { sequence: 2 }, authorization));
    expect(lastTo(rig, "carrier-b").header("WWW-Authenticate")).toContain("stale=true");
  });

  it("ends with the trunk's leave to register", () => {
    rig = rigWithRegistrar();
    register(rig);
    rig.reconfigure({});
    expect(rig.engine.trunkActivity(rig.now).every(({ contacts }) => contacts === null)).toBe(true);
  });
});
