// resolv.conf and the hosts file, as written by people.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSystemNames } from "./system-names.ts";

let folder = "";
let now = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "demarc-names-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function namesOf(resolvConf: string, hosts: string) {
  const files = { resolvConf: join(folder, "resolv.conf"), hosts: join(folder, "hosts") };
  writeFileSync(files.resolvConf, resolvConf);
  writeFileSync(files.hosts, hosts);
  return createSystemNames({ ...files, clock: () => now });
}

describe("resolv.conf", () => {
  it("names at most three servers, and this machine where it names none", () => {
    const names = namesOf(
      "# mine\nnameserver 192.0.2.53 ; first\n nameserver\t2001:db8::53\nnameserver x\nnameserver 1.1.1.1\nnameserver 2.2.2.2\n",
      "",
    );
    expect(names.servers().map(({ address, port }) => `${address} ${port}`)).toEqual([
      "192.0.2.53 53",
      "2001:db8::53 53",
      "1.1.1.1 53",
    ]);
    expect(namesOf("", "").servers()).toEqual([{ address: "127.0.0.1", port: 53 }]);
  });

  it("completes names with few dots", () => {
    const names = namesOf("search cluster.example office.example.\noptions edns0 ndots:2\n", "");
    expect(names.candidates("pbx.voice")).toEqual([
      "pbx.voice.cluster.example",
      "pbx.voice.office.example",
      "pbx.voice",
    ]);
    expect(names.candidates("sip.carrier.example")[0]).toBe("sip.carrier.example");
    expect(names.candidates("pbx.")).toEqual(["pbx"]);
    expect(namesOf("", "").candidates("pbx")).toEqual(["pbx"]);
    expect(namesOf("search a..b $x ok\n", "").candidates("pbx")).toEqual(["pbx.ok", "pbx"]);
  });

  it("is read again when it may have changed", () => {
    const names = namesOf("nameserver 192.0.2.1\n", "");
    expect(names.servers()[0]?.address).toBe("192.0.2.1");
    writeFileSync(join(folder, "resolv.conf"), "nameserver 192.0.2.2\n");
    expect(names.servers()[0]?.address).toBe("192.0.2.1");
    now += 5000;
    expect(names.servers()[0]?.address).toBe("192.0.2.2");
  });
});

describe("the hosts file", () => {
  it("pins names, whatever their case, and localhost is always this machine", () => {
    const names = namesOf(
      "",
      "192.0.2.7 PBX.example pbx # the old one\n2001:db8::7 pbx.example\nrubbish pbx.example\n10.9.9.9 localhost\n",
    );
    expect(names.pinned("pbx.Example.")).toEqual(["192.0.2.7", "2001:db8::7"]);
    expect(names.pinned("pbx")).toEqual(["192.0.2.7"]);
    expect(names.pinned("other.example")).toBeNull();
    expect(names.pinned("localhost")).toEqual(["127.0.0.1", "::1"]);
    expect(names.pinned("a.localhost")).toEqual(["127.0.0.1", "::1"]);
  });

  it("need not be there", () => {
    const names = createSystemNames({ clock: () => 0, resolvConf: join(folder, "no"), hosts: join(folder, "no") });
    expect(names.pinned("pbx.example")).toBeNull();
    expect(names.servers()).toHaveLength(1);
  });
});
