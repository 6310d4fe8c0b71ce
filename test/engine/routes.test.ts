// Routes as callers and targets notice them: edits, fallback, causes, headers, classes of service.
import { describe, expect, it } from "vitest";
import { take } from "./established.ts";
import { inviteFrom, replyTo } from "./peer.ts";
import { Rig, type Settings } from "./rig.ts";

function called(besides: Settings, options: { to?: string; extra?: string } = {}): Rig {
  const rig = new Rig({}, { besides });
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, options));
  return rig;
}

describe("a route's edits", () => {
  const edit = { called: { stripPrefix: "+1303", addPrefix: "+1720" }, caller: { set: "+12025550199" } };
  const besides = { routes: [{ name: "edited", edit, to: ["carrier-a"] }] };

  it("are what the target is told; the record keeps the numbers as they came", () => {
    const rig = called(besides, { to: "sip:+13035550142@127.0.0.1" });
    const invite = take(rig, "carrier-a", "INVITE");
    expect(invite.firstLine).toBe("INVITE sip:+17205550142@192.0.2.3:5060 SIP/2.0");
    expect(invite.header("From")).toContain("<sip:+12025550199@");
    rig.receive("carrier-a", replyTo(invite, 486));
    expect(rig.records[0]).toMatchObject({ called: "+13035550142", caller: "+12025550100", route: "edited" });
    expect(rig.records[0]?.attempts[0]).toMatchObject({ called: "+17205550142" });
  });
});

it("a fallback is tried when all else has failed", () => {
  const rig = called({ routes: [{ name: "r", to: ["carrier-a"], fallback: ["carrier-b"] }] });
  rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "INVITE"), 503));
  expect(rig.sentTo("carrier-b")[0]?.firstLine).toMatch(/^INVITE sip:[+]13035550142@192\.0\.2\.4/);
});

it("a rejection has its status, its phrase and its cause", () => {
  const routes = [{ name: "no", to: { reject: 603, reason: "Not Here", cause: 21 } }];
  const rig = new Rig({ pbx: { headers: { reason: "map" } } }, { besides: { routes } });
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080));
  const answer = rig.sentTo("pbx").at(-1);
  expect(answer?.firstLine).toBe("SIP/2.0 603 Not Here");
  expect(answer?.header("Reason")).toContain("Q.850;cause=21");
});

it("a header of the INVITE decides, compact or not, as the trunk's rules leave it", () => {
  const routes = [
    { name: "fax", match: { headers: [{ header: "Subject", matches: "fax*" }] }, to: ["carrier-b"] },
    { name: "rest", to: ["carrier-a"] },
  ];
  expect(called({ routes }, { extra: "s: fax for you\r\n" }).sentTo("carrier-b")).toHaveLength(1);
  expect(called({ routes }).sentTo("carrier-a")).toHaveLength(1);
});

it("hours decide by the clock of the engine", () => {
  const calendars = {
    night: { timeZone: "America/New_York", hours: [{ days: "sun-sat", from: "20:00", to: "08:00" }] },
  };
  const routes = [
    { name: "closed", match: { during: "night" }, to: { reject: 480 } },
    { name: "open", to: ["carrier-a"] },
  ];
  const at = (iso: string): string => {
    const rig = new Rig({}, { besides: { calendars, routes } });
    rig.now = Date.parse(iso);
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080));
    return rig.sentTo("carrier-a").length === 1 ? "open" : (rig.sentTo("pbx").at(-1)?.firstLine ?? "");
  };
  expect(at("2026-07-01T11:59:59Z")).toBe("SIP/2.0 480 Temporarily Unavailable");
  expect(at("2026-07-01T12:00:00Z")).toBe("open");
  expect(at("2026-12-01T12:59:59Z")).toBe("SIP/2.0 480 Temporarily Unavailable");
  expect(at("2026-12-01T13:00:00Z")).toBe("open");
});

describe("a class of service", () => {
  const classesOfService = { inside: [{ called: "+1720*", allow: true }] };
  const besides = { classesOfService, routes: [{ name: "all", to: ["carrier-a"] }] };
  const from = (to: string): Rig => {
    const rig = new Rig({ pbx: { limits: { classOfService: "inside" } } }, { besides });
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { to }));
    return rig;
  };

  it("refuses what it does not allow, before any route", () => {
    const rig = from("sip:+13035550142@127.0.0.1");
    expect(rig.sentTo("pbx").at(-1)?.firstLine).toBe("SIP/2.0 403 Not Allowed By Class Of Service");
    expect(rig.records[0]).toMatchObject({ cause: "rejected", route: null });
  });

  it("lets through what it allows, and every emergency call", () => {
    expect(from("sip:+17205550142@127.0.0.1").sentTo("carrier-a")).toHaveLength(1);
    expect(from("sip:911@127.0.0.1").sentTo("carrier-a")).toHaveLength(1);
  });
});
