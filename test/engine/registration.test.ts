// Our registrations with providers: granted, refreshed, refused, lost, moved and taken back.
import { afterEach, describe, expect, it } from "vitest";
import { challengeLine, isRight, PASSWORD, parameterIn, USER } from "./digest-peer.ts";
import { replyTo } from "./peer.ts";
import {
  AOR,
  answerRegister,
  contactOf,
  granted,
  LINE,
  lineIn,
  nextRegister,
  registered,
  registerTo,
  startRegistering,
  statusOf,
  trunksWith,
} from "./registrar-peer.ts";
import type { Rig } from "./rig.ts";

let rig: Rig;
afterEach(() => {
  rig.stop();
  rig.expectNothingLeft();
});

const CREDENTIALS = { username: USER, password: PASSWORD };
const CHALLENGE = { header: "WWW-Authenticate" } as const;
const BACKUP = { backupRegistrars: ["sip:192.0.2.4:5060"] };

describe.each([false, true])("with another engine after each input: %s", (handOver) => {
  const options = { handOver };

  it("begins with the first configuration, and says who and where we are", () => {
    rig = startRegistering({ options });
    const register = registerTo(rig);
    expect(register.firstLine).toBe("REGISTER sip:192.0.2.3:5060 SIP/2.0");
    expect(register.header("From")).toMatch(/^<sip:\+12025550100@carrier\.example>;tag=/);
    expect(register.header("To")).toBe(`<${AOR}>`);
    expect(contactOf(register)).toMatch(/^sip:\+12025550100@127\.0\.0\.2:5060;line=[0-9a-v]{18}$/);
    expect(register.header("Contact")).toMatch(
      />;expires=600;\+sip\.instance="<urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}>";reg-id=1$/,
    );
    expect([register.header("Expires"), register.header("Supported")]).toEqual(["600", "path, outbound, gruu"]);
    expect([register.headers("Require"), register.headers("Authorization")]).toEqual([[], []]);
    expect(statusOf(rig)).toMatchObject({ state: "registering", until: null, aor: AOR });
    rig.receive("carrier-a", granted(register, 600));
    expect(statusOf(rig)).toMatchObject({
      state: "registered",
      registrar: "sip:192.0.2.3:5060",
      address: "udp 192.0.2.3:5060",
      contact: contactOf(register),
      until: "2027-01-15T08:10:00.000Z",
      since: "2027-01-15T08:00:00.000Z",
      reason: null,
      nextTryAt: null,
    });
    expect(rig.logs).toEqual(["info The trunk is registered."]);
  });

  it("is refreshed before half of the time has gone, with the same Call-ID, one CSeq further, without a word", () => {
    let register: ReturnType<typeof registerTo>;
    ({ rig, register } = registered(600, { options }));
    rig.pass(269_000);
    expect(rig.linesTo("carrier-a")).toEqual([]);
    const again = nextRegister(rig, 31_000);
    for (const name of ["Call-ID", "From", "To", "Contact"]) expect(again.header(name)).toBe(register.header(name));
    expect([register.header("CSeq"), again.header("CSeq")]).toEqual(["1 REGISTER", "2 REGISTER"]);
    rig.receive("carrier-a", granted(again, 600));
    expect(statusOf(rig)).toMatchObject({ state: "registered", since: "2027-01-15T08:00:00.000Z" });
    expect(rig.logs).toHaveLength(1);
  });

  it("long ones are refreshed ten minutes before their end (3GPP TS 24.229)", () => {
    ({ rig } = registered(3600, { registration: { expires: "1h" }, options }));
    rig.pass(2_690_000);
    expect(rig.linesTo("carrier-a")).toEqual([]);
    rig.receive("carrier-a", granted(nextRegister(rig, 310_000), 3600));
  });

  it("a challenge is answered; the nonce serves the refresh; nextnonce is taken", () => {
    rig = startRegistering({ more: { credentials: CREDENTIALS }, options });
    const first = answerRegister(rig, 401, { extra: challengeLine(CHALLENGE) });
    const second = registerTo(rig);
    expect(isRight(second.header("Authorization"), second)).toBe(true);
    expect([second.header("CSeq"), second.header("Call-ID")]).toEqual(["2 REGISTER", first.header("Call-ID")]);
    rig.receive("carrier-a", granted(second, 600, 'Authentication-Info: nextnonce="nonce-2"\r\n'));
    const refresh = nextRegister(rig, 300_000);
    expect([
      parameterIn(refresh.header("Authorization"), "nonce"),
      isRight(refresh.header("Authorization"), refresh),
    ]).toEqual(["nonce-2", true]);
    rig.receive(
      "carrier-a",
      replyTo(refresh, 401, { extra: challengeLine({ ...CHALLENGE, nonce: "nonce-3", stale: true }) }),
    );
    const third = registerTo(rig);
    expect(parameterIn(third.header("Authorization"), "nonce")).toBe("nonce-3");
    rig.receive("carrier-a", granted(third, 600));
    expect(statusOf(rig).state).toBe("registered");
  });

  it("wrong credentials: an alarm, and half an hour of peace", () => {
    rig = startRegistering({ more: { credentials: CREDENTIALS }, registration: BACKUP, options });
    answerRegister(rig, 401, { extra: challengeLine(CHALLENGE) });
    answerRegister(rig, 401, { extra: challengeLine({ ...CHALLENGE, nonce: "nonce-2" }) });
    expect(statusOf(rig)).toMatchObject({ state: "failed", reason: "The peer refused the trunk's credentials" });
    expect(rig.logs.filter((line) => line.startsWith("error"))).toHaveLength(1);
    rig.pass(29 * 60_000);
    expect([rig.linesTo("carrier-a"), rig.linesTo("carrier-b")]).toEqual([[], []]);
    rig.pass(60_000);
    rig.receive("carrier-a", granted(registerTo(rig), 600));
    expect(statusOf(rig).state).toBe("registered");
  });

  it("wrong credentials that are mended are tried at once", () => {
    rig = startRegistering({ more: { credentials: { ...CREDENTIALS, password: "wrong" } }, options });
    answerRegister(rig, 401, { extra: challengeLine(CHALLENGE) });
    answerRegister(rig, 401, { extra: challengeLine({ ...CHALLENGE, nonce: "nonce-2" }) });
    rig.reconfigure(trunksWith({ more: { credentials: CREDENTIALS } }));
    answerRegister(rig, 401, { extra: challengeLine(CHALLENGE) });
    const right = registerTo(rig);
    expect(isRight(right.header("Authorization"), right)).toBe(true);
    rig.receive("carrier-a", granted(right, 600));
  });

  it.each([
    [403, "The registrar answers 403 inside-phrase"],
    [404, "The registrar answers 404 inside-phrase"],
    [420, "The registrar answers 420 inside-phrase"],
    [407, "The registrar asks for credentials, and the trunk has none"],
  ])("%i is not asked again soon", (status, reason) => {
    rig = startRegistering({ options });
    answerRegister(rig, status, { extra: status === 407 ? challengeLine() : "" });
    expect(statusOf(rig)).toMatchObject({ state: "failed", reason, nextTryAt: "2027-01-15T08:30:00.000Z" });
    rig.pass(20 * 60_000);
    expect(rig.linesTo("carrier-a")).toEqual([]);
  });

  it("too brief a time is asked again with the least, and from then on", () => {
    rig = startRegistering({ registration: { expires: "60s" }, options });
    answerRegister(rig, 423, { extra: "Min-Expires: 1800\r\n" });
    const longer = registerTo(rig);
    expect([longer.header("Expires"), longer.header("Contact")]).toEqual([
      "1800",
      expect.stringContaining(";expires=1800"),
    ]);
    rig.receive("carrier-a", granted(longer, 1800));
    const refresh = nextRegister(rig, 1_200_000);
    expect(refresh.header("Expires")).toBe("1800");
    rig.receive("carrier-a", granted(refresh, 1800));
  });

  it("a registrar that wants ever more, or says nothing of how much, is given up", () => {
    rig = startRegistering({ options });
    for (const least of [700, 800, 900]) answerRegister(rig, 423, { extra: `Min-Expires: ${least}\r\n` });
    answerRegister(rig, 423, { extra: "Min-Expires: 1000\r\n" });
    expect(statusOf(rig)).toMatchObject({ state: "failed", reason: "The registrar answers 423 inside-phrase" });
    rig.receive("carrier-a", replyTo(nextRegister(rig, 60_000), 423));
    expect(rig.linesTo("carrier-a")).toEqual([]);
  });

  it("a failure moves it to the next registrar at once, and the next round begins with the first", () => {
    rig = startRegistering({ registration: BACKUP, options });
    answerRegister(rig, 503, { extra: "Retry-After: 100\r\n" });
    const other = registerTo(rig, "carrier-b");
    expect(other.firstLine).toBe("REGISTER sip:192.0.2.4:5060 SIP/2.0");
    rig.receive("carrier-b", granted(other, 600));
    expect(statusOf(rig)).toMatchObject({ state: "registered", registrar: "sip:192.0.2.4:5060" });
    const back = nextRegister(rig, 300_000);
    rig.receive("carrier-a", granted(back, 600));
    expect(statusOf(rig)).toMatchObject({ registrar: "sip:192.0.2.3:5060", address: "udp 192.0.2.3:5060" });
  });

  it("a silent registrar costs no longer than an attempt where there is another", () => {
    rig = startRegistering({ registration: BACKUP, options });
    rig.pass(1900);
    expect(rig.linesTo("carrier-b")).toEqual([]);
    rig.pass(200);
    rig.sentTo("carrier-a");
    rig.receive("carrier-b", granted(registerTo(rig, "carrier-b"), 600));
    rig.pass(40_000);
    expect(rig.linesTo("carrier-a")).toEqual([]);
  });

  it("a registrar that is not there is left at once", () => {
    rig = startRegistering({ registration: BACKUP, options });
    rig.break("carrier-a");
    rig.receive("carrier-b", granted(registerTo(rig, "carrier-b"), 600));
    expect(statusOf(rig)).toMatchObject({ state: "registered", registrar: "sip:192.0.2.4:5060" });
  });

  it("nobody answers: tried again after 30 to 60 s, then 60 to 120, and never beyond half an hour (RFC 5626 section 4.5)", () => {
    rig = startRegistering({ options });
    const pauses: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      rig.pass(33_000);
      rig.sentTo("carrier-a");
      const status = statusOf(rig);
      expect(status).toMatchObject({ state: "failed", reason: "The registrar does not answer" });
      const nextTryAt = Date.parse(status.nextTryAt ?? "");
      pauses.push(nextTryAt - (rig.now - 1000));
      rig.pass(nextTryAt - rig.now);
    }
    const upper = [60, 120, 240, 480, 960, 1800, 1800, 1800, 1800].map((seconds) => seconds * 1000);
    for (const [index, most] of upper.entries()) {
      expect(pauses[index]).toBeLessThanOrEqual(most);
      expect(pauses[index]).toBeGreaterThanOrEqual(most / 2);
    }
    expect(rig.logs.filter((line) => line.startsWith("warn"))).toHaveLength(1);
  });

  it("Retry-After is heeded, within reason", () => {
    rig = startRegistering({ options });
    answerRegister(rig, 500, { extra: "Retry-After: 900\r\n" });
    expect(statusOf(rig).nextTryAt).toBe("2027-01-15T08:15:00.000Z");
    rig.pass(900_000);
    answerRegister(rig, 500, { extra: "Retry-After: 999999\r\n" });
    expect(statusOf(rig).nextTryAt).toBe("2027-01-15T09:15:00.000Z");
  });

  it("while a refresh fails it stands until it runs out, and is tried on", () => {
    ({ rig } = registered(600, { options }));
    rig.pass(300_000);
    rig.sentTo("carrier-a");
    rig.pass(33_000);
    expect(statusOf(rig)).toMatchObject({ state: "registered", reason: "The registrar does not answer" });
    rig.pass(267_000);
    expect(["failed", "registering"]).toContain(statusOf(rig).state);
    expect(statusOf(rig).until).toBeNull();
    expect(rig.logs).toContain("warn The trunk's registration has run out.");
  });

  it("one that the provider refuses to refresh stands no more", () => {
    ({ rig } = registered(600, { options }));
    rig.receive("carrier-a", replyTo(nextRegister(rig, 300_000), 403));
    expect(statusOf(rig)).toMatchObject({ state: "failed", until: null });
  });

  it("is taken back at the end, with the credentials that are asked for", () => {
    rig = startRegistering({ more: { credentials: CREDENTIALS }, options });
    const first = registerTo(rig);
    rig.receive("carrier-a", granted(first, 600));
    rig.give({ kind: "drain", endCalls: true });
    const last = answerRegister(rig, 401, { extra: challengeLine(CHALLENGE) });
    expect([last.header("Expires"), contactOf(last)]).toEqual(["0", contactOf(first)]);
    expect(rig.engine.status().registrations).toBe(1);
    const again = registerTo(rig);
    expect([again.header("Expires"), isRight(again.header("Authorization"), again)]).toEqual(["0", true]);
    rig.receive("carrier-a", replyTo(again, 200));
    expect(rig.engine.status().registrations).toBe(0);
  });

  it("one whose end nobody hears is forgotten", () => {
    ({ rig } = registered(600, { options }));
    rig.give({ kind: "drain", endCalls: true });
    rig.pass(5000);
    expect(rig.engine.status().registrations).toBe(0);
  });

  it("ends with the trunk's wish to register, and is done anew where its terms change", () => {
    let register: ReturnType<typeof registerTo>;
    ({ rig, register } = registered(600, { options }));
    rig.reconfigure(trunksWith({ registration: {} }));
    expect(rig.linesTo("carrier-a")).toEqual([]);
    rig.reconfigure(trunksWith({ registration: { expires: "900s" } }));
    const [old, fresh] = rig.sentTo("carrier-a");
    expect([old?.header("Expires"), old?.header("Call-ID")]).toEqual(["0", register.header("Call-ID")]);
    expect(fresh?.header("Expires")).toBe("900");
    expect(fresh === undefined ? "" : lineIn(fresh)).not.toBe(lineIn(register));
    if (old !== undefined) rig.receive("carrier-a", replyTo(old, 200));
    if (fresh !== undefined) rig.receive("carrier-a", granted(fresh, 900));
    rig.reconfigure({});
    expect(registerTo(rig).header("Expires")).toBe("0");
    expect(rig.engine.trunkActivity(rig.now).every(({ registration }) => registration === null)).toBe(true);
  });

  it("reads what a registrar grants in its own ways", () => {
    rig = startRegistering({ options });
    // No contact at all, but a time.
    answerRegister(rig, 200, { extra: "Expires: 120\r\n" });
    expect(statusOf(rig).until).toBe("2027-01-15T08:02:00.000Z");
    const second = nextRegister(rig, 60_000);
    const others = `Contact: <sip:x@192.0.2.9>;expires=3, <${contactOf(second)}>;expires=300;pub-gruu="${AOR};gr=1"\r\n`;
    rig.receive("carrier-a", replyTo(second, 200, { extra: others }));
    expect(statusOf(rig)).toMatchObject({ until: expect.stringContaining("T08:0"), gruu: `${AOR};gr=1` });
    rig.receive("carrier-a", replyTo(nextRegister(rig, 150_000), 200, { extra: "Expires: 0\r\n" }));
    expect(statusOf(rig).reason).toBe("The registrar took the registration and granted no time");
  });

  it("a proxy that cannot have flows is spared them", () => {
    rig = startRegistering({ options });
    answerRegister(rig, 439);
    const plain = registerTo(rig);
    expect(plain.header("Contact")).toMatch(/;expires=600$/);
    expect(plain.header("Supported")).toBe("path, gruu");
    rig.receive("carrier-a", granted(plain, 600));
  });

  it("behind a NAT the way is kept open", () => {
    rig = startRegistering({ options });
    const register = registerTo(rig);
    const seen = granted(register, 600).replace(";rport;", ";rport=31000;received=203.0.113.7;");
    rig.receive("carrier-a", seen);
    rig.pass(100_000);
    expect(rig.everything.filter(({ text }) => text === "\r\n\r\n")).toHaveLength(4);
  });

  it("registers all numbers at once (RFC 6140)", () => {
    rig = startRegistering({ registration: { bulkNumbers: true }, options });
    const register = registerTo(rig);
    expect(contactOf(register)).toMatch(/^sip:127\.0\.0\.2:5060;line=[0-9a-v]+;bnc$/);
    expect([register.header("Require"), register.header("Proxy-Require")]).toEqual(["gin", "gin"]);
    expect(register.header("Supported")).toContain("path");
    rig.receive("carrier-a", granted(register, 600));
    expect(statusOf(rig)).toMatchObject({ state: "registered", bulkNumbers: true });
  });

  it("what comes twice, late or from elsewhere changes nothing", () => {
    let register: ReturnType<typeof registerTo>;
    ({ rig, register } = registered(600, { options }));
    rig.receive("carrier-a", replyTo(register, 403));
    rig.receive("carrier-a", granted(register, 30));
    rig.receive("stranger", replyTo(register, 401, { extra: challengeLine(CHALLENGE) }));
    expect(statusOf(rig)).toMatchObject({ state: "registered", until: "2027-01-15T08:10:00.000Z" });
    expect(rig.linesTo("carrier-a")).toEqual([]);
    expect(LINE).toBe("+12025550100");
  });
});
