// Profiles: each is a trunk that loads, says why of all it sets, and stands under the trunk's own keys.
import { describe, expect, it } from "vitest";
import { accepted, carrier, configuration, refused } from "../sample-configuration.ts";
import { applyProfiles } from "./apply-profiles.ts";
import { PROFILES } from "./profiles.ts";

function valueAt(tree: unknown, path: string): unknown {
  return path.split(".").reduce((inner, key) => (inner as Record<string, unknown>)[key], tree);
}

describe("profiles", () => {
  it("are there for the peers that people have", () => {
    const names =
      "generic sipconnect-2.0 asterisk freepbx freeswitch 3cx cucm avaya mitel teams-direct-routing zoom webex twilio telnyx bandwidth generic-gateway";
    expect(PROFILES.map(({ name }) => name)).toEqual(names.split(" ").sort());
  });

  it.each(PROFILES)("$name loads with all that it sets, and says why", ({ name, peer, settings }) => {
    const registration = { registrar: "sip:r.example", aor: "sip:+12025550100@r.example" };
    const registers = settings.some(({ path }) => path.startsWith("registration."));
    const of = { profile: name, ...(registers ? { registration } : {}) };
    const trunk = accepted(configuration({ trunks: { it: carrier(of) } })).trunks.it;
    for (const { path, value, why } of settings) {
      expect(valueAt(trunk, path), path).toEqual(value);
      expect(why).toMatch(/^[A-Z].{20,}[.]$/);
    }
    expect(peer).not.toBe("");
    expect(new Set(settings.map(({ path }) => path)).size).toBe(settings.length);
  });

  it.each(PROFILES)("$name gives way to what the trunk says itself", ({ name, settings }) => {
    const own = { format: "e164-plain", callerHeader: "from", diversion: "none", userPhone: false, domain: "own" };
    const headers = { reason: "none" };
    const responses = { byCause: false };
    const trunk = accepted(
      configuration({ trunks: { it: carrier({ profile: name, identity: own, headers, responses }) } }),
    ).trunks.it;
    expect(trunk?.identity).toMatchObject(own);
    expect([trunk?.headers.reason, trunk?.responses.byCause]).toEqual(["none", false]);
    for (const { path, value } of settings) {
      if (!/^(identity|headers|responses|registration)[.]/.test(path)) expect(valueAt(trunk, path)).toEqual(value);
    }
  });

  it("fill in how a trunk registers, and make none register that does not", () => {
    const registration = { registrar: "sip:r.example", aor: "sip:+12025550100@r.example" };
    const of = (more: object) =>
      accepted(configuration({ trunks: { it: carrier({ profile: "sipconnect-2.0", ...more }) } })).trunks.it
        ?.registration;
    expect(of({})).toBeNull();
    expect(of({ registration })).toMatchObject({ bulkNumbers: true });
    expect(of({ registration: { ...registration, bulkNumbers: false } })).toMatchObject({ bulkNumbers: false });
  });

  it("are refused where there is none of that name, with the nearest", () => {
    const trunks = { it: carrier({ profile: "asterix" }) };
    expect(refused(configuration({ trunks }))).toEqual([
      'trunks.it.profile: there is no profile "asterix"; did you mean "asterisk"?',
    ]);
  });

  it("leave what is no configuration for the schema to refuse, and change nothing in what was given", () => {
    for (const input of [
      null,
      7,
      "x",
      [],
      { trunks: 3 },
      { trunks: [] },
      { trunks: { a: null, b: [], c: { profile: {} } } },
    ]) {
      expect(applyProfiles(input)).toEqual(input);
    }
    const input = { trunks: { a: { profile: "cucm", identity: 5, headers: { reason: "none" } } } };
    const copy = structuredClone(input);
    expect(applyProfiles(input)).toEqual(copy);
    expect(input).toEqual(copy);
    expect(Object.keys(applyProfiles({ trunks: JSON.parse('{"__proto__":{"profile":"cucm"}}') }) as object)).toEqual([
      "trunks",
    ]);
    expect(({} as Record<string, unknown>).identity).toBeUndefined();
  });
});
