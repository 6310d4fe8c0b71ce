// Registrations over connections: one that is gone is made anew at once, but not in a circle, and what was registered over one with us is gone with it.
import { afterEach, expect, it } from "vitest";
import type { Flow } from "../../src/protocol/transport/index.ts";
import { authorizationFor, contactsOf, lastTo, OFFICE_LOGIN, register, registerText } from "./registering-pbx.ts";
import { contactOf, granted, nextRegister, registerTo, startRegistering, statusOf } from "./registrar-peer.ts";
import { flowOf, Rig } from "./rig.ts";

let rig: Rig;
afterEach(() => {
  rig.stop();
  rig.expectNothingLeft();
});

const listen = (address: string) => ["udp", "tcp"].map((transport) => ({ transport, address, port: 5060 }));
const NETWORKS = {
  lan: { listen: listen("127.0.0.1"), media: { address: "127.0.0.1", ports: "20000-24999" } },
  wan: { listen: listen("127.0.0.2"), media: { address: "127.0.0.2", ports: "30000-34999" } },
};
const TCP: Flow = { ...flowOf("carrier-a"), transport: "tcp" };

function registeredOverTcp(): void {
  const registration = { registrar: "sip:192.0.2.3:5060;transport=tcp" };
  rig = startRegistering({ registration, options: { besides: { networks: NETWORKS } } });
  const first = registerTo(rig);
  expect(contactOf(first)).toContain(";transport=tcp;line=");
  rig.receive("carrier-a", granted(first, 600));
  expect(statusOf(rig)).toMatchObject({ state: "registered", address: "tcp 192.0.2.3:5060" });
}

it("a connection that is gone is made anew at once", () => {
  registeredOverTcp();
  rig.pass(60_000);
  rig.give({ kind: "flow-closed", flow: flowOf("carrier-a") });
  rig.give({ kind: "flow-closed", flow: { ...TCP, remotePort: 5062 } });
  expect(rig.linesTo("carrier-a")).toEqual([]);
  rig.give({ kind: "flow-closed", flow: TCP });
  rig.receive("carrier-a", granted(registerTo(rig), 600));
  expect(statusOf(rig).until).toBe("2027-01-15T08:11:00.000Z");
});

it("a registrar that closes each connection soon is not asked in a circle", () => {
  registeredOverTcp();
  rig.give({ kind: "flow-closed", flow: TCP });
  rig.give({ kind: "flow-closed", flow: TCP });
  rig.pass(29_000);
  expect(rig.linesTo("carrier-a")).toEqual([]);
  expect(statusOf(rig)).toMatchObject({ state: "registered", reason: "The registrar closes the connection" });
  rig.receive("carrier-a", granted(nextRegister(rig, 31_000), 600));
  expect(statusOf(rig).reason).toBeNull();
});

it("a PBX's contact goes with its connection, and no other", () => {
  const pbx = { registration: { accept: true }, credentials: OFFICE_LOGIN, identify: { addresses: [] }, targets: [] };
  rig = new Rig({ pbx }, { besides: { networks: NETWORKS } });
  register(rig);
  const flow: Flow = { ...flowOf("pbx"), transport: "tcp" };
  const contact = "<sip:office@10.0.0.20:5080;transport=tcp>";
  rig.give({ kind: "datagram", flow, text: registerText("pbx", { callId: "t", contact }, "") });
  const login = authorizationFor(lastTo(rig, "pbx"), { method: "REGISTER", uri: "sip:127.0.0.1" });
  rig.give({ kind: "datagram", flow, text: registerText("pbx", { callId: "t", contact, sequence: 2 }, login) });
  expect(contactsOf(rig).map(({ address }) => address)).toEqual(["udp 10.0.0.20:5080", "tcp 10.0.0.20:5080"]);
  rig.give({ kind: "flow-closed", flow });
  expect(contactsOf(rig).map(({ address }) => address)).toEqual(["udp 10.0.0.20:5080"]);
  rig.give({ kind: "transport-error", flow: flowOf("pbx"), detail: "unreachable" });
  expect(contactsOf(rig)).toHaveLength(1);
});
