// INVITEs that are too long for a datagram (RFC 3261 section 18.1.1).
import { expect, test } from "vitest";
import { parseConfiguration } from "../../src/model/index.ts";
import { audioOf, inviteFrom, type Message, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

const LONG = Array.from(
  { length: 24 },
  (_, index) => `a=rtpmap:${96 + index} opus/48000/2\r\na=fmtp:${96 + index} minptime=10;useinbandfec=1\r\n`,
).join("");
const FORMATS = Array.from({ length: 24 }, (_, index) => String(96 + index)).join(" ");

/** The rig's office with TCP beside UDP towards the carrier. */
function openRig(uri: string, transports: readonly string[] = ["udp", "tcp"]): Rig {
  const listen = transports.map((transport) => ({ transport, address: "127.0.0.2", port: 5060 }));
  const parsed = parseConfiguration({
    country: "US",
    emergencyNumbers: [],
    networks: {
      lan: {
        listen: [{ transport: "udp", address: "127.0.0.1", port: 5060 }],
        media: { address: "127.0.0.1", ports: "20000-24999" },
      },
      wan: { listen, media: { address: "127.0.0.2", ports: "30000-34999" } },
    },
    trunks: {
      pbx: {
        role: "pbx",
        network: "lan",
        targets: [{ uri: "sip:10.0.0.20:5080" }],
        identify: { addresses: ["10.0.0.20/32"] },
      },
      "carrier-a": {
        role: "provider",
        network: "wan",
        targets: [{ uri }],
        identify: { addresses: ["192.0.2.3/32"] },
        failover: { attemptTimeout: "2s" },
      },
    },
    routes: [{ name: "outbound", match: { from: "pbx" }, to: ["carrier-a"] }],
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  const rig = new Rig();
  rig.give({ kind: "configuration", configuration: parsed.value });
  return rig;
}

let calls = 0;

/** The PBX calls with so many codecs that the INVITE grows long; gives what the carrier is sent. */
function callLong(rig: Rig, more = LONG): Message | undefined {
  calls += 1;
  const body = audioOf("10.0.0.20", 4000, `0 ${FORMATS}`) + more;
  const options = { callId: `long-${calls}@inside.pbx`, branch: `z9hG4bKlong${calls}`, body };
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, options));
  return rig.sentTo("carrier-a")[0];
}

const TCP = {
  network: "wan",
  transport: "tcp",
  localAddress: "127.0.0.2",
  localPort: 5060,
  remoteAddress: "192.0.2.3",
  remotePort: 5060,
} as const;

function transportOf(invite: Message | undefined): string {
  return /^SIP\/2\.0\/(\w+) /.exec(invite?.header("Via") ?? "")?.[1] ?? "none";
}

test("go over TCP, Via and Contact saying so", () => {
  const rig = openRig("sip:192.0.2.3:5060");
  const invite = callLong(rig);
  expect(transportOf(invite)).toBe("TCP");
  expect(invite?.header("Contact")).toBe("<sip:127.0.0.2:5060;transport=tcp>");
  expect(invite?.body.length).toBeGreaterThan(1_000);
  rig.give({ kind: "datagram", flow: TCP, text: replyTo(invite as Message, 486) });
  expect(transportOf(rig.sentTo("carrier-a")[0])).toBe("TCP");
  rig.expectNothingLeft();
});

test("go over UDP after all where TCP is refused, and the next ones at once", () => {
  const rig = openRig("sip:192.0.2.3:5060");
  expect(transportOf(callLong(rig))).toBe("TCP");
  rig.give({ kind: "transport-error", flow: TCP, detail: "connect ECONNREFUSED" });
  const again = rig.sentTo("carrier-a")[0];
  expect(transportOf(again)).toBe("UDP");
  expect(again?.header("Contact")).toBe("<sip:127.0.0.2:5060>");
  rig.receive("carrier-a", replyTo(again as Message, 486));
  rig.sentTo("carrier-a");
  expect(rig.linesTo("pbx")).toContain("SIP/2.0 486 Busy Here");
  expect(transportOf(callLong(rig))).toBe("UDP");
  rig.expectNothingLeft();
});

test("go over UDP after all where TCP is silent for as long as a target may be", () => {
  const rig = openRig("sip:192.0.2.3:5060");
  expect(transportOf(callLong(rig))).toBe("TCP");
  rig.pass(2_000);
  expect(transportOf(rig.sentTo("carrier-a").find(({ firstLine }) => firstLine.startsWith("INVITE")))).toBe("UDP");
  rig.expectNothingLeft();
});

test("are not sent to an overloaded server a second time", () => {
  const rig = openRig("sip:192.0.2.3:5060");
  const invite = callLong(rig);
  rig.give({ kind: "datagram", flow: TCP, text: replyTo(invite as Message, 503) });
  expect(rig.linesTo("carrier-a").filter((line) => line.startsWith("INVITE"))).toEqual([]);
  rig.expectNothingLeft();
});

test.each([
  ["the URI says udp", "sip:192.0.2.3:5060;transport=udp", ["udp", "tcp"], LONG],
  ["the network has no TCP listener", "sip:192.0.2.3:5060", ["udp"], LONG],
  ["it is short", "sip:192.0.2.3:5060", ["udp", "tcp"], ""],
])("stay with UDP where %s", (_why, uri, transports, more) => {
  const rig = openRig(uri, transports);
  expect(transportOf(callLong(rig, more))).toBe("UDP");
});
