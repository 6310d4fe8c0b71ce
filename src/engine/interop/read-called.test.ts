// Emergency numbers are recognised before all else, in every country that is known, however a peer writes them; and nothing else is taken for one.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  emergencyNumbersOf,
  type Identity,
  isNationalNumber,
  KNOWN_COUNTRIES,
  type NumberPlan,
  numberPlanOf,
} from "../../model/index.ts";
import { emergencyNumberOf, readCalled } from "./read-called.ts";

const IDENTITY: Identity = {
  trust: true,
  format: "e164",
  country: null,
  trunkPrefix: "auto",
  stripPrefix: null,
  addPrefix: null,
  callerHeader: "from",
  callerNumber: null,
  callerName: "pass",
  withheld: "auto",
  domain: "own",
  userPhone: false,
  diversion: "none",
};

describe.each(KNOWN_COUNTRIES)("in %s", (country) => {
  const plan = numberPlanOf(country) as NumberPlan;
  const emergencyNumbers = new Set(emergencyNumbersOf(country));
  const dialling = { plan, emergencyNumbers, identity: IDENTITY };
  const called = (user: string, identity: Partial<Identity> = {}) =>
    readCalled(`sip:${user}@192.0.2.1;user=phone`, { ...dialling, identity: { ...IDENTITY, ...identity } });

  it("each emergency number is one: bare, with a plus, behind the prefix for a line, behind the calling code", () => {
    for (const number of emergencyNumbers) {
      const emergency = { called: number, emergency: true };
      for (const format of ["e164", "e164-plain", "national", "international"] as const) {
        expect(called(number, { format })).toEqual(emergency);
        expect(called(`+${number}`, { format })).toEqual(emergency);
        expect(called(`8${number}`, { format, stripPrefix: "8" })).toEqual(emergency);
        expect(called(`+${plan.callingCode}${number}`, { format })).toEqual(emergency);
        expect(called(`${number};phone-context=+${plan.callingCode}`, { format })).toEqual(emergency);
      }
      expect(emergencyNumberOf(`tel:${number};phone-context=+${plan.callingCode}`, dialling)).toBe(number);
    }
  });

  it("a peer there is understood by a Demarc that is elsewhere", () => {
    for (const number of emergencyNumbers) {
      const elsewhere = { plan: numberPlanOf("US"), emergencyNumbers: new Set(["911"]) };
      const identity = { ...IDENTITY, country };
      expect(readCalled(`sip:${number}@192.0.2.1`, { ...elsewhere, identity }).emergency).toBe(true);
    }
  });

  it("no number of the country is taken for one", () => {
    const digits = fc.stringMatching(/^[0-9]{4,12}$/).filter((text) => isNationalNumber(plan, text));
    fc.assert(
      fc.property(digits, (number) => {
        fc.pre(!emergencyNumbers.has(number) && !emergencyNumbers.has(`${plan.callingCode}${number}`));
        expect(called(`+${plan.callingCode}${number}`).emergency).toBe(false);
        expect(called(`${plan.trunkPrefix}${number}`).emergency).toBe(emergencyNumbers.has(plan.trunkPrefix + number));
      }),
      { numRuns: 30 },
    );
  });
});

it("hostile numbers do no harm: any text, of any length, is read in one pass and is no emergency", () => {
  const dialling = { plan: numberPlanOf("BR"), emergencyNumbers: new Set(["190"]), identity: IDENTITY };
  const user = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.stringMatching(/^[0-9+;=()-]{1,300}$/),
    fc.constantFrom("0".repeat(60_000), "+".repeat(60_000), `1${";phone-context=+".repeat(4000)}`),
  );
  fc.assert(
    fc.property(user, (text) => {
      const { called, emergency } = readCalled(`sip:${text}@h`, dialling);
      expect(typeof called).toBe("string");
      expect(emergency && called !== "190").toBe(false);
    }),
  );
});
