// Where a call was before it came to us, read and written in both of the headers that say it.
import { describe, expect, it } from "vitest";
import { cross, invitation, OURS } from "./crossing.ts";

describe("where the call was before", () => {
  const busy =
    'Diversion: <sip:+12025550102@inside.pbx>;reason=user-busy;privacy=off;counter=1, "A" <sip:+12025550101@inside.pbx>;reason=no-answer;counter=2\r\n';
  const history =
    "History-Info: <sip:+12025550101@inside.pbx>;index=1, <sip:+12025550102@inside.pbx;cause=408>;index=1.1;mp=1\r\n" +
    "History-Info: <sip:+13035550142@inside.pbx;cause=486>;index=1.1.1;mp=1.1\r\n";

  it("is dropped unless both sides are told to have it", () => {
    for (const [pbx, carrier] of [
      [{}, {}],
      [{ diversion: "both" }, {}],
      [{}, { diversion: "both" }],
    ] as const) {
      const invite = invitation({ pbx, carrier, extra: busy + history });
      expect([...invite.headers("Diversion"), ...invite.headers("History-Info")]).toEqual([]);
    }
  });

  const DIVERSIONS = [
    `<sip:+12025550102@${OURS}>;reason=user-busy;counter=1;privacy=off`,
    `<sip:+12025550101@${OURS}>;reason=no-answer;counter=1;privacy=off`,
  ];
  const HISTORY = [
    `<sip:+12025550101@${OURS}>;index=1, <sip:+12025550102@${OURS};cause=408>;index=1.1;mp=1, <sip:+13035550142@${OURS};cause=486>;index=1.1.1;mp=1.1`,
  ];

  it("goes from History-Info into Diversion (RFC 7544)", () => {
    const invite = invitation({
      pbx: { diversion: "history-info" },
      carrier: { diversion: "diversion" },
      extra: history,
    });
    expect(invite.headers("Diversion")).toEqual(DIVERSIONS);
    expect(invite.headers("History-Info")).toEqual([]);
  });

  it("goes from Diversion into History-Info", () => {
    const invite = invitation({ pbx: { diversion: "diversion" }, carrier: { diversion: "history-info" }, extra: busy });
    expect(invite.headers("History-Info")).toEqual(HISTORY);
    expect(invite.headers("Diversion")).toEqual([]);
  });

  it("goes into both, and is read from the other header where the usual one is not there", () => {
    const invite = invitation({ pbx: { diversion: "diversion" }, carrier: { diversion: "both" }, extra: history });
    expect([invite.headers("Diversion"), invite.headers("History-Info")]).toEqual([DIVERSIONS, HISTORY]);
  });

  it("reads a Reason within the entry (RFC 4244, as Avaya and CS1000 write it)", () => {
    const extra =
      "History-Info: <sip:+12025550101@inside.pbx>;index=1\r\n" +
      'History-Info: "Original" <sip:+12025550101@inside.pbx?Reason=SIP%3Bcause%3D302%3Btext%3D%22Moved%20Temporarily%22&Reason=Redirection%3BCause%3DCFI>;index=1.1\r\n' +
      "History-Info: <sip:+13035550142@inside.pbx>;index=1.2\r\n";
    const invite = invitation({ pbx: { diversion: "both" }, carrier: { diversion: "diversion" }, extra });
    expect(invite.headers("Diversion")).toEqual([
      `<sip:+12025550101@${OURS}>;reason=unconditional;counter=1;privacy=off`,
    ]);
  });

  it("keeps the privacy of each entry: with the wish for who may know, without the number for who may not", () => {
    const extra = "Diversion: <sip:+12025550102@inside.pbx>;reason=deflection;privacy=full\r\n";
    const pbx = { diversion: "diversion" };
    const told = invitation({ pbx, carrier: { diversion: "both" }, extra });
    expect(told.header("Diversion")).toBe(`<sip:+12025550102@${OURS}>;reason=deflection;counter=1;privacy=full`);
    expect(told.header("History-Info")).toBe(
      `<sip:+12025550102@${OURS}?Privacy=history>;index=1, <sip:+13035550142@${OURS};cause=480>;index=1.1;mp=1`,
    );
    const hidden = invitation({ pbx, carrier: { diversion: "both", withheld: "hide" }, extra });
    expect(hidden.header("Diversion")).toBe(
      "<sip:anonymous@anonymous.invalid>;reason=deflection;counter=1;privacy=full",
    );
    expect(hidden.headers("History-Info").join()).not.toContain("2025550102");
    const all = invitation({
      pbx: { diversion: "both" },
      carrier: { diversion: "diversion", withheld: "hide" },
      extra: `${history}Privacy: history\r\n`,
    });
    expect(all.headers("Diversion").join()).not.toContain("202555");
  });

  it("keeps the first and the last of many, and ends a call that goes in circles", () => {
    const many = (count: number): string =>
      Array.from(
        { length: count },
        (_none, index) => `Diversion: <sip:+1202555${1000 + index}@inside.pbx>;reason=no-answer\r\n`,
      ).join("");
    const settings = { pbx: { diversion: "both" }, carrier: { diversion: "diversion" } };
    expect(invitation({ ...settings, extra: many(10) }).headers("Diversion")).toHaveLength(10);
    expect(cross({ ...settings, extra: "Diversion: <sip:+12025550102@inside.pbx>;counter=11\r\n" })).toBe(
      "SIP/2.0 482 Loop Detected",
    );
    expect(cross({ ...settings, extra: "Diversion: <sip:+12025550102@inside.pbx>;counter=4294967295\r\n" })).toBe(
      "SIP/2.0 482 Loop Detected",
    );
  });

  it("survives entries that are no entries, and shows nothing of them", () => {
    for (const extra of [
      "Diversion: \r\n",
      "Diversion: <sip:@>;reason=\r\n",
      "Diversion: <sip:10.0.0.77%0d%0aX-Evil:1@inside.pbx>;reason=user-busy\r\n",
      "History-Info: <sip:10.0.0.20>;index=1, <sip:10.0.0.20;cause=302>;index=1.1\r\n",
      "History-Info: <sip:x@10.0.0.20?Reason=%0d%0aX-Evil%3a1>;index=1, <sip:x@10.0.0.20;cause=99999999999>;index=1.1\r\n",
      `History-Info: ${"<sip:a@inside.pbx>;index=1,".repeat(300)}<sip:b@inside.pbx>\r\n`,
    ]) {
      const invite = invitation({ pbx: { diversion: "both" }, carrier: { diversion: "both" }, extra });
      expect(invite.headers("X-Evil")).toEqual([]);
    }
  });
});
