import { networkInterfaces } from "node:os";
import { describe, expect, test } from "vitest";
import { broadcastsOf, ForbiddenTargets, type ServicePort } from "./forbidden-targets.ts";
import { audio, session } from "./media-plane.contract.ts";
import { OwnPorts } from "./own-ports.ts";
import { readTargets } from "./stream-address.ts";

const NETWORKS = {
  lan: { address: "10.0.0.5", portFrom: 20_000, portTo: 20_099, advertise: "203.0.113.9" },
  wan: { address: "2001:db8::5", portFrom: 30_000, portTo: 30_099, advertise: null },
};

function faultOf(address: string, port: number, { own = "10.0.0.5", services = [] as ServicePort[] } = {}) {
  const forbidden = new ForbiddenTargets({
    ownPorts: new OwnPorts(),
    networks: () => NETWORKS,
    services: () => services,
  });
  return forbidden.faultOf(readTargets(session(address, audio(port))), own);
}

describe("media is not sent", () => {
  test.each(["127.0.0.1", "127.8.9.10", "169.254.169.254", "0.1.2.3", "240.0.0.1", "10.0.0.05", "0xa000001"])(
    "to %s from an ordinary network",
    (address) => expect(faultOf(address, 4000)).not.toBeNull(),
  );

  test.each(["::1", "fe80::1", "febf::1", "::7f00:1", "::ffff:10.0.0.1", "ff05::2"])(
    "to %s from an ordinary network",
    (address) => expect(faultOf(address, 4000, { own: "2001:db8::5" })).not.toBeNull(),
  );

  test("to our own ports, those that are free now and those behind NAT included", () => {
    expect(faultOf("10.0.0.5", 20_050)).toContain("our own");
    expect(faultOf("10.0.0.5", 19_999)).toContain("our own");
    expect(faultOf("203.0.113.9", 20_001)).toContain("our own");
    expect(faultOf("2001:db8:0::5", 30_000, { own: "2001:db8::9" })).toContain("our own");
    expect(faultOf("10.0.0.5", 20_100)).toBeNull();
  });

  test("to what else this machine serves, at whatever address it listens", () => {
    const [mine] = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
    const own = mine?.address ?? "127.0.0.1";
    const services = [
      { address: "10.0.0.5", port: 5060 },
      { address: own.includes(":") ? "::" : "0.0.0.0", port: 8080 },
    ];
    expect(faultOf("10.0.0.5", 5060, { services })).toContain("a service of this machine");
    expect(faultOf("10.0.0.5", 5059, { services })).toContain("a service of this machine");
    expect(faultOf(own, 8080, { own, services })).toContain("a service of this machine");
    expect(faultOf("10.0.0.6", 8080, { services })).toBeNull();
  });

  test("to a subnet's own addresses", () => {
    expect(broadcastsOf("10.1.2.3/24")).toEqual(["10.1.2.0", "10.1.2.255"]);
    expect(broadcastsOf("10.1.2.3/0")).toEqual(["0.0.0.0", "255.255.255.255"]);
    expect(broadcastsOf("10.1.2.3/31")).toEqual([]);
    expect(broadcastsOf("fe80::1/64")).toEqual([]);
    expect(faultOf("127.255.255.255", 4000, { own: "127.0.0.1" })).toContain("a whole subnet");
  });
});

test("media is sent to ordinary addresses, and to loopback and link-local ones from networks that are such", () => {
  expect(faultOf("192.0.2.1", 4000)).toBeNull();
  expect(faultOf("127.0.0.2", 4000, { own: "127.0.0.1" })).toBeNull();
  expect(faultOf("169.254.7.8", 4000, { own: "169.254.1.1" })).toBeNull();
  expect(faultOf("::1", 4000, { own: "::1" })).toBeNull();
});
