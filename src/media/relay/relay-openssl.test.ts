// DTLS-SRTP with a peer that is no relay of ours: openssl does the handshakes, as client and as server, and node:crypto makes and reads the packets with the keys
// that openssl says came of them (RFC 5764 section 4.2).

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { HandshakeTerms } from "../../engine/index.ts";
import type { SrtpSuite } from "../../protocol/sdp/index.ts";
import { audio, execute, portOf, session, shown } from "../media-plane.contract.ts";
import { SrtpOracle } from "../srtp-oracle.contract.ts";
import { eventually, loopback, marks, openRig, Peer, type Rig, rtpPacket } from "./relay-rig.contract.ts";

const hasOpenssl = spawnSync("openssl", ["version"]).error === undefined;
if (!hasOpenssl && process.env.CI === "true") throw new Error("openssl is not installed (Debian: openssl)");

interface Profile {
  readonly suite: SrtpSuite;
  /** As openssl calls it. */
  readonly name: string;
  readonly keyBytes: number;
  readonly saltBytes: number;
}

const COUNTER: Profile = {
  suite: "AES_CM_128_HMAC_SHA1_80",
  name: "SRTP_AES128_CM_SHA1_80",
  keyBytes: 16,
  saltBytes: 14,
};
const PROFILES: readonly Profile[] = [
  COUNTER,
  { suite: "AEAD_AES_256_GCM", name: "SRTP_AEAD_AES_256_GCM", keyBytes: 32, saltBytes: 12 },
];

/** The keys of each direction, out of what openssl has exported: client's key, server's key, client's salt, server's salt. */
function readMasters(words: string, { keyBytes, saltBytes }: Profile): { client: string; server: string } | null {
  const [, hex = ""] = /Keying material: ([0-9A-F]+)/.exec(words) ?? [];
  const bytes = Buffer.from(hex, "hex");
  if (bytes.length !== 2 * (keyBytes + saltBytes)) return null;
  const of = (place: 0 | 1) => {
    const key = bytes.subarray(place * keyBytes, (place + 1) * keyBytes);
    const salt = bytes.subarray(2 * keyBytes + place * saltBytes, 2 * keyBytes + (place + 1) * saltBytes);
    return Buffer.concat([key, salt]).toString("base64");
  };
  return { client: of(0), server: of(1) };
}

/** Where the relay's peer is: its handshake is handed on to openssl, which has a socket of its own. */
class Front {
  readonly packets: Buffer[] = [];
  readonly #outside: Socket;
  readonly #inside: Socket;
  #openssl: { address: string; port: number } | null = null;
  #relay = { address: "", port: 0 };

  private constructor(outside: Socket, inside: Socket) {
    this.#outside = outside;
    this.#inside = inside;
    outside.on("message", (packet) => {
      const first = packet[0] ?? 0;
      // RFC 7983: what is no handshake is SRTP.
      if (first < 20 || first > 63) this.packets.push(packet);
      else if (this.#openssl !== null) inside.send(packet, this.#openssl.port, this.#openssl.address);
    });
    inside.on("message", (packet, from) => {
      this.#openssl = { address: from.address, port: from.port };
      outside.send(packet, this.#relay.port, this.#relay.address);
    });
  }

  static async open(host: string): Promise<Front> {
    const sockets = [createSocket("udp4"), createSocket("udp4")] as const;
    for (const socket of sockets) {
      socket.bind(0, host);
      await once(socket, "listening");
    }
    return new Front(...sockets);
  }

  get port(): number {
    return this.#outside.address().port;
  }

  /** Where openssl as a client connects to. */
  get inner(): { address: string; port: number } {
    return this.#inside.address();
  }

  join(relay: { address: string; port: number }, openssl: { address: string; port: number } | null): void {
    this.#relay = relay;
    this.#openssl = openssl;
  }

  send(packet: Buffer): void {
    this.#outside.send(packet, this.#relay.port, this.#relay.address);
  }

  close(): void {
    this.#outside.close();
    this.#inside.close();
  }
}

describe.runIf(hasOpenssl)("a relay and openssl", () => {
  let folder: string;
  let certificate: string;
  let rig: Rig;
  let phone: Peer;
  let front: Front;
  let openssl: ChildProcess | null = null;
  let words = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "demarc-openssl-"));
    const made = [
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "2",
      "-subj",
      "/CN=peer",
    ];
    const files = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "certificate.pem")];
    const { status, stderr } = spawnSync("openssl", ["req", "-x509", ...made, ...files], { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    certificate = new X509Certificate(readFileSync(join(folder, "certificate.pem"))).fingerprint256;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  beforeEach(async () => {
    words = "";
    rig = await openRig();
    phone = await Peer.open(loopback(10));
    front = await Front.open(loopback(11));
  });
  afterEach(async () => {
    if (openssl !== null && openssl.exitCode === null && openssl.signalCode === null) {
      const gone = once(openssl, "exit");
      openssl.kill("SIGKILL");
      await gone;
    }
    openssl = null;
    front.close();
    phone.close();
    await rig.close();
  });

  const start = (args: readonly string[], { name, keyBytes, saltBytes }: Profile) => {
    const keys = ["-cert", join(folder, "certificate.pem"), "-key", join(folder, "key.pem"), "-use_srtp", name];
    const exported = ["-keymatexport", "EXTRACTOR-dtls_srtp", "-keymatexportlen", String(2 * (keyBytes + saltBytes))];
    openssl = spawn("openssl", [...args, "-dtls1_2", ...keys, ...exported], { stdio: ["pipe", "pipe", "pipe"] });
    for (const stream of [openssl.stdout, openssl.stderr])
      stream?.setEncoding("utf8").on("data", (text) => (words += text));
  };

  /** Where the phone in the clear sends to, and where the relay is to its peer. */
  const openCall = async (terms: HandshakeTerms, before: (relay: { address: string; port: number }) => void) => {
    const attributes = [{ name: "setup", value: "actpass" }];
    const description = session(phone.address, audio(phone.rtpPort, { attributes }));
    const networks = { a: "inside", b: "outside" };
    const offered = shown(
      await execute(rig.plane, { kind: "offer", session: "call", from: "a", description, networks }),
    );
    before({ address: offered.connection?.address ?? "", port: portOf(offered) });
    const mux = { attributes: [{ name: "rtcp-mux", value: null }] };
    const answered = session(loopback(11), audio(front.port, mux));
    const dtls = { a: [null], b: [terms] };
    const command = { kind: "answer", session: "call", from: "b", description: answered, dtls } as const;
    const back = shown(await execute(rig.plane, command));
    return { address: back.connection?.address ?? "", port: portOf(back) };
  };
  const told = (kind: string) => rig.events.map(({ event }) => event).filter((event) => event.kind === kind);

  const talk = async (
    to: { address: string; port: number },
    { ours, theirs }: { ours: SrtpOracle; theirs: SrtpOracle },
  ) => {
    await phone.send(to, rtpPacket(1, 7));
    await eventually(() => front.packets.length).toBe(1);
    expect(ours.unprotect(front.packets[0] ?? Buffer.alloc(0))).toEqual(rtpPacket(1, 7));
    front.send(rtpPacket(1, 8));
    front.send(theirs.protect(rtpPacket(2, 9)));
    await eventually(() => marks(phone.rtp)).toEqual([9]);
  };

  test.each(PROFILES)("$suite: the relay begins, openssl answers", async (profile) => {
    const server = createSocket("udp4");
    server.bind(0, loopback(12));
    await once(server, "listening");
    const place = { address: loopback(12), port: server.address().port };
    server.close();
    await once(server, "close");
    start(["s_server", "-accept", `${place.address}:${place.port}`, "-verify", "1"], profile);
    await eventually(() => words).toContain("ACCEPT");
    const fingerprints = [{ digest: "sha-256", value: certificate }] as const;
    const terms = { role: "client", fingerprints, suites: [profile.suite], association: "one" } as const;
    const to = await openCall(terms, (relay) => front.join(relay, place));
    await eventually(() => told("secured")).toEqual([{ kind: "secured", side: "b", stream: 0, suite: profile.suite }]);
    await eventually(() => readMasters(words, profile)).not.toBeNull();
    expect(words).toContain(`profile=${profile.name}`);
    const { client, server: own } = readMasters(words, profile) ?? { client: "", server: "" };
    await talk(to, { ours: new SrtpOracle(profile.suite, client), theirs: new SrtpOracle(profile.suite, own) });
  });

  test.each(PROFILES)("$suite: openssl begins, the relay answers", async (profile) => {
    const fingerprints = [{ digest: "sha-256", value: certificate }] as const;
    const terms = { role: "server", fingerprints, suites: [profile.suite], association: "one" } as const;
    const to = await openCall(terms, (relay) => front.join(relay, null));
    start(["s_client", "-connect", `${front.inner.address}:${front.inner.port}`], profile);
    await eventually(() => told("secured")).toEqual([{ kind: "secured", side: "b", stream: 0, suite: profile.suite }]);
    await eventually(() => readMasters(words, profile)).not.toBeNull();
    const { client, server } = readMasters(words, profile) ?? { client: "", server: "" };
    await talk(to, { ours: new SrtpOracle(profile.suite, server), theirs: new SrtpOracle(profile.suite, client) });
  });

  test("openssl with another certificate than was said has no keys with us", async () => {
    const other = certificate.replaceAll(/[0-9A-F]{2}/g, "00");
    const fingerprints = [{ digest: "sha-256", value: other }] as const;
    const terms = { role: "server", fingerprints, suites: [COUNTER.suite], association: "one" } as const;
    await openCall(terms, (relay) => front.join(relay, null));
    start(["s_client", "-connect", `${front.inner.address}:${front.inner.port}`], COUNTER);
    await eventually(() => told("unsecured")).toEqual([
      { kind: "unsecured", side: "b", stream: 0, fault: "fingerprint" },
    ]);
    expect(told("secured")).toEqual([]);
  });
});
