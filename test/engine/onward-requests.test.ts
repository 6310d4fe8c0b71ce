// Requests inside a call that are passed to the other side (RFC 6086, 3428, 6665), where the flow does not go as planned. The flows themselves are in
// test/conformance.
import { describe, expect, test } from "vitest";
import { byeFromPbx, CARRIER, callOut, type Established, establish, take } from "./established.ts";
import { audioOf, cancelOf, followBack, followUp, inviteFrom, type Message, replyTo } from "./peer.ts";
import { Rig, type Settings } from "./rig.ts";

const PASSED = { signaling: { passMethods: ["INFO", "MESSAGE", "SUBSCRIBE", "NOTIFY", "OPTIONS"] } };

function withParts(text: string, extra: string, body: { type: string; text: string } | null): string {
  const typed = body === null ? "" : `Content-Type: ${body.type}\r\n`;
  const length = `Content-Length: ${body?.text.length ?? 0}`;
  return `${text.slice(0, -4).replace(/Content-Length: 0$/, `${extra}${typed}${length}`)}\r\n\r\n${body?.text ?? ""}`;
}

const TONE = { type: "application/dtmf-relay", text: "Signal=5\r\nDuration=160\r\n" };

interface Asking {
  readonly method?: string;
  readonly sequence?: number;
  readonly extra?: string;
  readonly body?: typeof TONE | null;
}

function fromPbx(rig: Rig, ok: Message, asking: Asking = {}): void {
  const { method = "INFO", sequence = 2, extra = "", body = TONE } = asking;
  const text = followUp(ok, method, { branch: `z9hG4bK${method}${sequence}`, sequence, via: "10.0.0.20:5080" });
  const contact = /^(SUBSCRIBE|NOTIFY)$/.test(method) ? "Contact: <sip:ann@10.0.0.20:5080>\r\n" : "";
  rig.receive("pbx", withParts(text, contact + extra, body));
}

function standing(settings: Readonly<Record<string, Settings>> = {}): { rig: Rig; call: Established } {
  const rig = new Rig({ "carrier-a": PASSED, ...settings });
  return { rig, call: establish(rig) };
}

/** The head's lines but those that every request in a dialog has. */
function ownLines(text: string): string[] {
  const usual = /^(Via|Max-Forwards|From|To|Call-ID|CSeq|Content-Length|Content-Type):/;
  const [head = ""] = text.split("\r\n\r\n");
  return head
    .split("\r\n")
    .slice(1)
    .filter((line) => !usual.test(line));
}

function passedOn(rig: Rig): string {
  const text = rig.everything.findLast(({ to }) => to === "carrier-a")?.text ?? "";
  rig.sentTo("carrier-a");
  return text;
}

describe("what crosses with a request", () => {
  test.each([
    ["nothing that is not known", { extra: "X-Inside: yes\r\nUser-Agent: inside-agent\r\nSubject: hello\r\n" }, []],
    [
      "what the body is",
      { extra: "Content-Disposition: render;handling=optional;filename=inside\r\nContent-Language: en, de\r\n" },
      ["Content-Disposition: render;handling=optional", "Content-Language: en, de"],
    ],
    ["its package", { extra: "Info-Package: foo;host=10.0.0.20\r\n" }, ["Info-Package: foo"]],
    ["nothing that is malformed", { extra: "Info-Package: <>\r\nContent-Disposition: ,\r\n" }, []],
    [
      "what is accepted",
      { method: "OPTIONS", body: null, extra: "Accept: text/*;q=0.5;x=y, a/b\r\n" },
      ["Accept: text/*;q=0.5, a/b"],
    ],
  ])("%s", (_, asking: Asking, lines) => {
    const { rig, call } = standing();
    fromPbx(rig, call.ok, asking);
    expect(ownLines(passedOn(rig))).toEqual(lines);
  });

  test("and what the trunks let across, by their rules, in the answer too", () => {
    const rules = { headers: { pass: ["X-Pass"], in: [{ do: [{ set: "X-Pass", value: "changed" }] }] } };
    const { rig, call } = standing({
      pbx: rules,
      "carrier-a": { ...PASSED, headers: { pass: ["X-Pass", "User-Agent"] } },
    });
    fromPbx(rig, call.ok, { extra: "X-Pass: 1\r\nUser-Agent: inside-agent\r\nX-Other: 2\r\n" });
    const text = passedOn(rig);
    expect(ownLines(text)).toEqual(["X-Pass: changed", "User-Agent: inside-agent"]);
    rig.receive("carrier-a", replyTo(readBack(text), 200, { extra: "X-Pass: 2\r\nX-Other: 3\r\n" }));
    const answer = take(rig, "pbx", "SIP/2.0 200");
    expect([answer.headers("X-Pass"), answer.headers("X-Other"), answer.headers("Server")]).toEqual([["2"], [], []]);
  });

  test.each([
    ["application/DTMF-Relay; charset=utf-8", "application/DTMF-Relay;charset=utf-8"],
    ["text/plain", "text/plain"],
  ])("a body of %s", (type, written) => {
    const { rig, call } = standing();
    fromPbx(rig, call.ok, { body: { type, text: "1" } });
    expect(readBack(passedOn(rig)).header("Content-Type")).toBe(written);
  });

  test.each(["application/sdp", "message/sipfrag", "multipart/mixed;boundary=x", "nonsense", "text/*", ""])(
    "no body of %j",
    (type) => {
      const { rig, call } = standing();
      fromPbx(rig, call.ok, { body: { type, text: audioOf("10.0.0.20") } });
      expect(rig.linesTo("carrier-a")).toEqual([]);
      expect(take(rig, "pbx", "SIP/2.0 415").header("Accept")).toContain("application/dtmf-relay, application/dtmf");
    },
  );

  function readBack(text: string): Message {
    const [head = "", body = ""] = text.split("\r\n\r\n");
    const [firstLine = "", ...lines] = head.split("\r\n");
    const headers = (name: string) =>
      lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
    return { firstLine, body, headers, header: (name) => headers(name)[0] ?? "" };
  }
});

describe("what the other side answers", () => {
  test.each([
    [200, 200],
    [202, 202],
    [302, 480],
    [401, 502],
    [469, 469],
    [491, 500],
    [503, 500],
    [603, 603],
  ])("%i is told as %i, and the call stands", (status, told) => {
    const { rig, call } = standing();
    fromPbx(rig, call.ok);
    rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "INFO"), status, { extra: "Retry-After: 7 (soon)\r\n" }));
    const answer = take(rig, "pbx", `SIP/2.0 ${told}`);
    expect(answer.header("Retry-After")).toBe(status < 300 ? "" : "7");
    fromPbx(rig, call.ok, { method: "BYE", sequence: 3, body: null });
    expect(rig.records.map(({ cause }) => cause)).toEqual(["normal-clearing"]);
    rig.expectNothingLeft();
  });

  test("nothing: who asked hears that the call ends (RFC 4320 section 4.2 forbids 408)", () => {
    const { rig, call } = standing();
    fromPbx(rig, call.ok);
    rig.pass(32_000);
    expect(rig.linesTo("pbx")[0]).toBe("SIP/2.0 487 Request Terminated");
    expect(rig.records.map(({ cause }) => cause)).toEqual(["lost-peer"]);
    rig.expectNothingLeft();
  });

  test("nothing to a SUBSCRIBE: the call stands without it", () => {
    const { rig, call } = standing();
    fromPbx(rig, call.ok, { method: "SUBSCRIBE", extra: "Event: dialog\r\n", body: null });
    rig.pass(32_000);
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 500 Server Internal Error"]);
    expect(rig.records).toEqual([]);
  });

  test("a challenge: answered with the trunk's credentials", () => {
    const credentials = { username: "u", password: "p", realm: "r" };
    const { rig, call } = standing({ "carrier-a": { ...PASSED, credentials } });
    fromPbx(rig, call.ok);
    const challenge = 'Proxy-Authenticate: Digest realm="r", nonce="n", algorithm=MD5\r\n';
    rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "INFO"), 407, { extra: challenge }));
    const again = take(rig, "carrier-a", "INFO");
    expect([again.header("Proxy-Authorization").slice(0, 6), again.body]).toEqual(["Digest", TONE.text]);
    rig.receive("carrier-a", replyTo(again, 200));
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 200 OK"]);
  });
});

test("no more wait for a side than it can be asked at once", () => {
  const { rig, call } = standing();
  for (let sequence = 2; sequence < 40; sequence += 1) fromPbx(rig, call.ok, { sequence });
  expect(rig.linesTo("carrier-a")).toHaveLength(16);
  const refused = rig.sentTo("pbx");
  expect(refused).toHaveLength(22);
  expect(refused.every((message) => Number(message.header("Retry-After")) >= 1)).toBe(true);
  fromPbx(rig, call.ok, { method: "BYE", sequence: 40, body: null });
  rig.expectNothingLeft();
});

describe("before the answer", () => {
  const ALLOWED = { pbx: PASSED, "carrier-a": PASSED };

  test("a tone reaches the phone that rings", () => {
    const rig = new Rig(ALLOWED);
    rig.receive("carrier-a", replyTo(callOut(rig), 180, { contact: CARRIER }));
    fromPbx(rig, take(rig, "pbx", "SIP/2.0 180"));
    rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "INFO"), 200));
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 200 OK"]);
    rig.receive("pbx", cancelOf(inviteFrom("10.0.0.20", 5080)));
    rig.expectNothingLeft();
  });

  test("where two phones ring, it reaches neither", () => {
    const rig = new Rig(ALLOWED);
    const invite = callOut(rig);
    for (const tag of ["one", "two"]) rig.receive("carrier-a", replyTo(invite, 180, { contact: CARRIER, tag }));
    fromPbx(rig, take(rig, "pbx", "SIP/2.0 180"));
    expect(rig.linesTo("carrier-a")).toEqual([]);
    expect(take(rig, "pbx", "SIP/2.0 500").header("Retry-After")).toMatch(/^([1-9]|10)$/);
  });

  test("nor the caller, who may know nothing of the phone yet", () => {
    const rig = new Rig(ALLOWED);
    const invite = callOut(rig);
    rig.receive("carrier-a", replyTo(invite, 180, { contact: CARRIER }));
    rig.sentTo("pbx");
    const text = followBack(invite, "INFO", { branch: "z9hG4bKinfo", sequence: 1, via: "192.0.2.3:5060" });
    rig.receive("carrier-a", withParts(text, "", TONE));
    expect(rig.linesTo("pbx")).toEqual([]);
    expect(take(rig, "carrier-a", "SIP/2.0 500").header("Retry-After")).toMatch(/^([1-9]|10)$/);
  });
});

test("one that crosses its call's end", () => {
  const { rig, call } = standing();
  byeFromPbx(rig, call);
  rig.sentTo("pbx");
  fromPbx(rig, call.ok, { sequence: 3 });
  expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 481 Call/Transaction Does Not Exist"]);
  rig.expectNothingLeft();
});
