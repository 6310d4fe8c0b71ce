// Demarc between a PBX that registers with it, played by baresip, and a provider that it registers with, played by Kamailio with a phone behind it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ContactStatus, RegistrationStatus } from "../../src/engine/index.ts";
import { startBaresip, waitForTone } from "./baresip.ts";
import { type Demarc, startDemarc } from "./demarc.ts";
import { type Ground, openGround } from "./ground.ts";
import { startRegistrar } from "./kamailio-registrar.ts";
import { whyNot } from "./programs.ts";
import { waitUntil } from "./wait-until.ts";
import { WORKER } from "./worker.ts";

const no = whyNot("baresip", "kamailio");
const NETWORK = `127.0.${71 + WORKER}.`;
const [LAN, WAN, FIRST, SECOND] = [`${NETWORK}1:5060`, `${NETWORK}2:5060`, `${NETWORK}3:5060`, `${NETWORK}4:5060`];
const PHONE = { address: `${NETWORK}5`, port: 5060, user: "+13035550142", toneHz: 700 };
/** baresip takes calls for its own user name: the number is that, so that it is one and the same. */
const LINE = "+12025550100";
const PBX = {
  address: `${NETWORK}6`,
  port: 5080,
  user: LINE,
  toneHz: 440,
  registrar: { place: LAN, password: "of-the-office" },
};
const PASSWORD = "of the line";
const SOON_MS = 20_000;

function configuration({
  password = PASSWORD,
  registrars = [FIRST],
}: {
  password?: string;
  registrars?: readonly string[];
}): string {
  const [first = "", ...backups] = registrars.map((place) => `"sip:${place}"`);
  const place = (address: string) => {
    const [host, port] = address.split(":");
    return `listen: [ { transport: udp, address: ${host}, port: ${port} } ]\n    media: { address: ${host}, ports: 20000-20099 }`;
  };
  return `
api: { listen: "${LAN.split(":")[0]}:8080" }
country: US
networks:
  lan:
    ${place(LAN)}
  wan:
    ${place(WAN)}
trunks:
  pbx:
    role: pbx
    network: lan
    registration: { accept: true, minExpires: 10s }
    # This baresip takes no challenge at all where one is by SHA-256.
    credentials: { username: "${LINE}", password: "${PBX.registrar.password}", algorithms: [MD5] }
  provider:
    role: provider
    network: wan
    targets: [ { uri: "sip:${FIRST}" } ]
    failover: { attemptTimeout: 1s }
    registration: { registrar: ${first}, backupRegistrars: [${backups.join(", ")}], aor: "sip:${LINE}@carrier.example", expires: 30s }
    credentials: { username: "${LINE}", password: "${password}" }
numbers: [ { number: "${LINE}", trunk: pbx } ]
emergencyNumbers: []
routes:
  - { name: in, match: { from: [provider] }, to: numbers }
  - { name: out, match: { from: pbx, called: "+*" }, to: [provider] }
`;
}

interface TrunkStatus {
  readonly registration: RegistrationStatus | null;
  readonly contacts: readonly ContactStatus[] | null;
}

async function start(ground: Ground, of: Parameters<typeof configuration>[0] = {}) {
  const configFile = join(ground.folder, "demarc.yaml");
  writeFileSync(configFile, configuration(of));
  const demarc = await startDemarc(ground, { configFile, api: `${LAN.split(":")[0]}:8080` });
  const write = (again: Parameters<typeof configuration>[0]) => writeFileSync(configFile, configuration(again));
  return { demarc, write };
}

async function statusOf(demarc: Demarc, trunk: string): Promise<TrunkStatus> {
  return (await demarc.get(`/api/v1/trunks/${trunk}/status`)) as TrunkStatus;
}

/** Resolves to the provider's registration once it is so. */
async function provider(demarc: Demarc, is: (status: RegistrationStatus) => boolean): Promise<RegistrationStatus> {
  let last: RegistrationStatus | null = null;
  return waitUntil(
    async () => {
      last = (await statusOf(demarc, "provider")).registration;
      return last !== null && is(last) ? last : null;
    },
    {
      timeoutMs: SOON_MS,
      describe: () => `the registration; it is ${JSON.stringify(last)}\n${demarc.program.output().slice(-3000)}`,
    },
  );
}

const registrar = { password: PASSWORD, phone: `${PHONE.address}:${PHONE.port}`, grants: 10 };

describe.skipIf(no)(`registration ${no ?? ""}`, () => {
  test("both ways: calls in and out, with audio, over what was registered; refreshed, and taken back at the stop", async () => {
    const ground = openGround();
    const kamailio = await startRegistrar(ground, { ...registrar, at: FIRST });
    const { demarc } = await start(ground);
    const first = await provider(demarc, ({ state }) => state === "registered");
    expect(first.serviceRoute).toEqual([`sip:${FIRST};lr`]);
    const phone = await startBaresip(ground, PHONE);
    const pbx = await startBaresip(ground, PBX);
    const contacts = await waitUntil(
      async () => {
        const { contacts } = await statusOf(demarc, "pbx");
        return contacts?.length === 1 ? contacts : null;
      },
      { timeoutMs: SOON_MS, describe: () => `the PBX to register: ${pbx.program.output().slice(-1000)}` },
    );
    expect(contacts).toMatchObject([{ address: `udp ${PBX.address}:${PBX.port}` }]);
    await pbx.command("dial", `sip:${PHONE.user}@${LAN}`);
    await waitForTone(phone, PBX.toneHz, 10);
    await waitForTone(pbx, PHONE.toneHz, 10);
    await pbx.command("hangup");
    const [out] = await demarc.records(1);
    expect(out).toMatchObject({
      ingressTrunk: "pbx",
      egressTrunk: "provider",
      called: PHONE.user,
      cause: "normal-clearing",
    });
    await phone.command("dial", `sip:${LINE}@${FIRST}`);
    await phone.event("CALL_ESTABLISHED", SOON_MS, 2);
    await phone.command("hangup");
    const [, into] = await demarc.records(2);
    expect(into).toMatchObject({
      ingressTrunk: "provider",
      egressTrunk: "pbx",
      called: LINE,
      cause: "normal-clearing",
    });
    const refreshed = await provider(demarc, ({ until }) => until !== null && until > (first.until ?? ""));
    expect(refreshed.since).toBe(first.since);
    await pbx.program.stop();
    expect(await demarc.interrupt()).toBe(0);
    await waitUntil(() => /TAKEN \+12025550100 cseq \d+ expires 0/.test(kamailio.output()), {
      timeoutMs: SOON_MS,
      describe: () => `the end of the registration: ${kamailio.output().slice(-2000)}`,
    });
  });

  test("a registrar that is gone: the second has it", async () => {
    const ground = openGround();
    const kamailio = await startRegistrar(ground, { ...registrar, at: FIRST });
    const { demarc } = await start(ground, { registrars: [FIRST, SECOND] });
    await provider(demarc, ({ state }) => state === "registered");
    await kamailio.stop();
    await startRegistrar(ground, { ...registrar, at: SECOND });
    const moved = await provider(demarc, ({ registrar }) => registrar === `sip:${SECOND}`);
    expect(moved.state).toBe("registered");
  });

  test("a wrong password is said and not tried again; the right one in the file is tried at once", async () => {
    const ground = openGround();
    await startRegistrar(ground, { ...registrar, at: FIRST });
    const { demarc, write } = await start(ground, { password: "mistyped" });
    const failed = await provider(demarc, ({ state }) => state === "failed");
    expect(failed.reason).toBe("The peer refused the trunk's credentials");
    expect(Date.parse(failed.nextTryAt ?? "") - Date.parse(failed.since)).toBeGreaterThan(1_700_000);
    expect(demarc.program.output()).toContain("The registrar refuses the trunk");
    write({});
    await provider(demarc, ({ state }) => state === "registered");
  });
});
