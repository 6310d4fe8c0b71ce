// Limits as callers and targets notice them: the next target, or 503 with Retry-After; and that nothing of them is left when calls are over.
import { describe, expect, it } from "vitest";
import { acknowledge, answer, byeFromPbx, callOut, take } from "./established.ts";
import { cancelOf, inviteFrom, replyTo } from "./peer.ts";
import { Rig, type Settings } from "./rig.ts";

let calls = 0;

function call(rig: Rig, { to = "sip:+13035550142@127.0.0.1", from = "sip:+12025550100@10.0.0.20" } = {}): string {
  calls += 1;
  const text = inviteFrom("10.0.0.20", 5080, { to, from, branch: `z9hG4bKlimit${calls}`, callId: `limit-${calls}` });
  rig.receive("pbx", text);
  return text;
}

/** Who was asked: the first lines that the peers got. */
function asked(rig: Rig): string[] {
  return (["carrier-a", "carrier-b"] as const).filter((peer) =>
    rig.linesTo(peer).some((line) => line.startsWith("INVITE")),
  );
}

const ROOMY = { "carrier-a": { limits: { calls: 100 } }, "carrier-b": { limits: { calls: 100 } } };

function rigWith(besides: Settings, more: Record<string, Settings> = ROOMY): Rig {
  return new Rig(more, { besides });
}

describe("a full target", () => {
  it("is passed over for the next one", () => {
    const rig = rigWith(
      {},
      { ...ROOMY, "carrier-a": { limits: { calls: 100, emergencyReserve: 0, to: { calls: 1 } } } },
    );
    expect([call(rig), asked(rig)].at(1)).toEqual(["carrier-a"]);
    expect([call(rig), asked(rig)].at(1)).toEqual(["carrier-b"]);
  });

  it("is passed over where its group is full", () => {
    const trunkGroups = { contract: { trunks: ["carrier-a", "pbx"], limits: { calls: 3 } } };
    const rig = rigWith({ trunkGroups });
    const each = [1, 2].map(() => [call(rig), asked(rig)].at(1));
    expect(each).toEqual([["carrier-a"], ["carrier-b"]]);
    call(rig);
    const refusal = rig.sentTo("pbx").at(-1);
    expect([refusal?.firstLine, refusal?.header("Retry-After")]).toEqual(["SIP/2.0 503 Service Unavailable", "2"]);
  });
});

describe("a limit in all", () => {
  it("turns ordinary calls away, and no emergency call; a call that is over makes room", () => {
    const rig = rigWith({ limits: { calls: 2, emergencyReserve: 1 } });
    const first = call(rig);
    rig.sentTo("pbx");
    call(rig);
    expect(rig.linesTo("pbx").at(-1)).toBe("SIP/2.0 503 Service Unavailable");
    asked(rig);
    call(rig, { to: "sip:911@127.0.0.1" });
    expect(asked(rig)).toEqual(["carrier-a"]);
    rig.receive("pbx", cancelOf(first));
    call(rig, { to: "sip:911@127.0.0.1" });
    rig.pass(60_000);
    expect(rig.engine.trunkActivity(rig.now).find(({ trunk }) => trunk === "pbx")).toMatchObject({ refused: 1 });
  });
});

describe("a number's own limit", () => {
  const numbers = [{ range: ["+12025550100", "+12025550199"], trunk: "pbx", calls: 1 }];

  it.each([false, true])("holds for calls from it and to it, each number by itself (%s)", (handOver) => {
    const rig = new Rig(ROOMY, { besides: { numbers }, handOver });
    const established = answer(rig, callOut(rig));
    acknowledge(rig, established);
    const refused = (): boolean => rig.linesTo("pbx").includes("SIP/2.0 503 Service Unavailable");
    rig.sentTo("pbx");
    call(rig);
    expect(refused()).toBe(true);
    call(rig, { from: "sip:+12025550101@10.0.0.20" });
    expect(refused()).toBe(false);
    const inbound = inviteFrom("192.0.2.3", 5060, {
      to: "sip:+12025550100@127.0.0.2",
      from: "sip:+13035550142@192.0.2.3",
      callId: "inbound",
      branch: "z9hG4bKinbound",
    });
    rig.sentTo("carrier-a");
    rig.receive("carrier-a", inbound);
    expect(rig.linesTo("carrier-a").at(-1)).toBe("SIP/2.0 503 Service Unavailable");
    byeFromPbx(rig, established);
    rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "BYE"), 200));
    rig.sentTo("pbx");
    call(rig);
    expect(refused()).toBe(false);
    rig.expectNothingLeft();
  });

  it("does not hold for a caller that only says that it is that number", () => {
    const elsewhere = [{ number: "+12025550100", trunk: "carrier-b", calls: 1 }];
    const rig = rigWith({ numbers: elsewhere });
    call(rig);
    call(rig);
    expect(rig.linesTo("pbx")).not.toContain("SIP/2.0 503 Service Unavailable");
  });
});
