// What the doorkeeper lets through, what it does not, and that a request that comes again is dealt with as before.
import { createHash, createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { seededRandom } from "../base/index.ts";
import { authorize, chooseChallenge, DigestServer, header, passwordHa1, startSession } from "../protocol/sip/index.ts";
import type { Flow } from "../protocol/transport/index.ts";
import type { LabAction, LabInput } from "./agent.ts";
import { Doorkeeper } from "./doorkeeper.ts";

const HASH = {
  hash: (_name: string, text: string) => createHash("md5").update(text, "latin1").digest("hex"),
  mac: (key: string, text: string) => createHmac("sha256", key).update(text, "latin1").digest("hex"),
};
const LOGIN = { username: "u", realm: "r", password: "p" };
const FLOW: Flow = {
  network: "net",
  transport: "udp",
  localAddress: "192.0.2.1",
  localPort: 5060,
  remoteAddress: "192.0.2.2",
  remotePort: 5060,
};

function open() {
  const passed: LabInput[] = [];
  const agent = {
    handle: (input: LabInput) => {
      passed.push(input);
      return [];
    },
  };
  const server = new DigestServer({
    realm: LOGIN.realm,
    algorithms: ["MD5"],
    qop: ["auth"],
    userhash: false,
    key: "k",
    nonceLifetimeMs: 1000,
    nonceLimit: 10,
    hash: HASH,
    findUser: ({ text }, name) => (text === "u" ? { username: "u", ha1: passwordHa1(LOGIN, name, HASH) } : null),
  });
  const doorkeeper = new Doorkeeper({ agent, server, random: seededRandom(1) });
  const receive = (text: string, now = 0) => doorkeeper.handle({ kind: "datagram", flow: FLOW, text }, now);
  return { doorkeeper, passed, receive };
}

function request(method: string, branch: string, extra = ""): string {
  return (
    `${method} sip:1@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK${branch}\r\nMax-Forwards: 70\r\n` +
    `From: <sip:2@192.0.2.2>;tag=a\r\nTo: <sip:1@192.0.2.1>\r\nCall-ID: c\r\nCSeq: 1 ${method}\r\n` +
    `Contact: <sip:2@192.0.2.2>\r\n${extra}Content-Length: 0\r\n\r\n`
  );
}

const sentText = ([action]: readonly LabAction[]): string => (action?.kind === "send" ? action.text : "");

function credentialsFor(challenged: string, method: string): string {
  const line = /^Proxy-Authenticate: (.*)$/m.exec(challenged)?.[1] ?? "";
  const challenge = chooseChallenge([header.proxyAuthenticate.parse(line)], () => true);
  if (challenge === null) throw new Error(`no challenge in ${challenged}`);
  const asked = { method, uri: "sip:1@192.0.2.1", body: "", username: "u", ha1: passwordHa1(LOGIN, "md5", HASH) };
  return `Proxy-Authorization: ${header.authorization.format(authorize(startSession(challenge, "c"), asked, HASH))}\r\n`;
}

test.each(["INVITE", "BYE"])("%s is asked for credentials, and let through with them", (method) => {
  const { passed, receive } = open();
  const challenged = sentText(receive(request(method, "1")));
  expect(challenged).toMatch(/^SIP\/2.0 407 /);
  expect(sentText(receive(request(method, "1")))).toBe(challenged);
  expect(passed).toEqual([]);
  const again = request(method, "2", credentialsFor(challenged, method));
  receive(again);
  receive(again);
  expect(passed).toHaveLength(2);
});

test("a nonce too old is said to be stale", () => {
  const { passed, receive } = open();
  const credentials = credentialsFor(sentText(receive(request("BYE", "1"))), "BYE");
  expect(sentText(receive(request("BYE", "2", credentials), 1001))).toContain("stale=true");
  expect(passed).toEqual([]);
});

test("what is nobody's request is let through", () => {
  const { doorkeeper, passed, receive } = open();
  receive(request("ACK", "1"));
  receive(request("OPTIONS", "2"));
  receive("not SIP");
  doorkeeper.handle({ kind: "timer", key: "x" }, 0);
  expect(passed).toHaveLength(4);
});
