// Why a call ended, told across the border; and what failures mean, mapped per trunk.
import { describe, expect, it } from "vitest";
import { byeFromCarrier, byeFromPbx, callOut, establish, take } from "./established.ts";
import { cancelOf, inviteFrom, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

type Settings = Readonly<Record<string, unknown>>;

function rigWith(carrier: Settings, pbx: Settings = {}): Rig {
  return new Rig({ pbx: { headers: pbx }, "carrier-a": { headers: carrier } });
}

describe("Reason", () => {
  it("tells a carrier why its call was ended, in Q.850", () => {
    const rig = rigWith({ reason: "map" });
    byeFromPbx(rig, establish(rig));
    expect(take(rig, "carrier-a", "BYE").headers("Reason")).toEqual(["Q.850;cause=16"]);
  });

  it("carries what the other side says, without its text", () => {
    const rig = rigWith({}, { reason: "pass" });
    const established = establish(rig);
    rig.receive(
      "carrier-a",
      withReason(carrierBye(rig, established), 'Q.850;cause=31;text="at 192.0.2.3", SIP;cause=480'),
    );
    expect(take(rig, "pbx", "BYE").headers("Reason")).toEqual(["Q.850;cause=31, SIP;cause=480"]);
  });

  it("says answered elsewhere on a CANCEL, so that no missed call is shown", () => {
    const rig = rigWith({ reason: "pass" });
    const text = inviteFrom("10.0.0.20", 5080);
    rig.receive("pbx", text);
    const invite = take(rig, "carrier-a", "INVITE");
    rig.receive("carrier-a", replyTo(invite, 180));
    rig.receive("pbx", withReason(cancelOf(text), 'SIP;cause=200;text="Call completed elsewhere"'));
    expect(take(rig, "carrier-a", "CANCEL").headers("Reason")).toEqual(["SIP;cause=200"]);
  });

  it.each([
    [404, "", 404, 1],
    [486, "", 486, 17],
    [480, "Reason: Q.850;cause=19\r\n", 480, 19],
    [503, "", 500, 41],
    [488, "Reason: Q.850;cause=999, Q.850;cause=0\r\n", 488, 65],
    [599, "Reason: garbage;;\r\n", 599, 127],
  ])("answers a %i of the target with its cause (RFC 6432)", (status, extra, told, cause) => {
    const rig = new Rig({ pbx: { headers: { reason: "map" } }, "carrier-a": { failover: { onStatus: [] } } });
    rig.receive("carrier-a", replyTo(callOut(rig), status, { extra }));
    const refusal = take(rig, "pbx", `SIP/2.0 ${told}`);
    expect(refusal.headers("Reason")).toEqual([`Q.850;cause=${cause}`]);
    expect(refusal.firstLine).not.toContain("inside-phrase");
  });
});

function carrierBye(rig: Rig, established: ReturnType<typeof establish>): string {
  const before = rig.receive.bind(rig);
  let text = "";
  rig.receive = (_peer, sent) => {
    text = sent;
  };
  byeFromCarrier(rig, established);
  rig.receive = before;
  return text;
}

function withReason(request: string, reason: string): string {
  return request.replace("Content-Length: 0\r\n", `Reason: ${reason}\r\nContent-Length: 0\r\n`);
}

describe("responses", () => {
  const cases: [string, Settings, Settings, number, string, string][] = [
    [
      "in, by status",
      { responses: { in: [{ status: "5xx", to: { status: 480, reason: "Try Later" } }] } },
      {},
      500,
      "",
      "SIP/2.0 480 Temporarily Unavailable",
    ],
    [
      "in, by cause",
      { responses: { in: [{ status: [500, 503], cause: 17, to: { status: 486 } }] } },
      {},
      503,
      "Reason: Q.850;cause=17\r\n",
      "SIP/2.0 486 Busy Here",
    ],
    [
      "in, only where the cause fits",
      { responses: { in: [{ cause: [17, 18], to: { status: 486 } }] } },
      {},
      500,
      "Reason: Q.850;cause=34\r\n",
      "SIP/2.0 500 Server Internal Error",
    ],
    [
      "by the cause rather than the status",
      { responses: { byCause: true } },
      {},
      480,
      "Reason: Q.850;cause=1\r\n",
      "SIP/2.0 404 Not Found",
    ],
    [
      "by the status where the cause says nothing",
      { responses: { byCause: true } },
      {},
      480,
      "Reason: Q.850;cause=16\r\n",
      "SIP/2.0 480 Temporarily Unavailable",
    ],
    [
      "out, with a phrase",
      {},
      { responses: { out: [{ status: 404, to: { status: 604, reason: "No Such Number" } }] } },
      404,
      "",
      "SIP/2.0 604 No Such Number",
    ],
    [
      "out, the 503 of a target for a peer that wants it",
      {},
      { responses: { out: [{ status: 500, cause: 41, to: { status: 503 } }] } },
      503,
      "",
      "SIP/2.0 503 Service Unavailable",
    ],
  ];

  it.each(cases)("map %s", (_what, carrier, pbx, status, extra, line) => {
    const rig = new Rig({ pbx, "carrier-a": { failover: { onStatus: [] }, ...carrier } });
    rig.receive("carrier-a", replyTo(callOut(rig), status, { extra }));
    expect(rig.linesTo("pbx")).toContain(line);
    rig.expectNothingLeft();
    expect(rig.records[0]?.status).toBe(Number(line.split(" ")[1]));
  });

  it("decide before failover does: what means that the carrier has no room moves on, what does not stays", () => {
    const moving = new Rig({ "carrier-a": { responses: { in: [{ status: 404, cause: 34, to: { status: 503 } }] } } });
    moving.receive("carrier-a", replyTo(callOut(moving), 404, { extra: "Reason: Q.850;cause=34\r\n" }));
    expect(moving.linesTo("carrier-b")[0]).toMatch(/^INVITE/);
    const staying = new Rig({ "carrier-a": { responses: { in: [{ status: 503, to: { status: 404 } }] } } });
    staying.receive("carrier-a", replyTo(callOut(staying), 503));
    expect(staying.linesTo("carrier-b")).toEqual([]);
    expect(staying.linesTo("pbx")).toContain("SIP/2.0 404 Not Found");
  });

  it("leave the answer to the caller's own CANCEL what it is", () => {
    const rig = new Rig({ pbx: { responses: { out: [{ to: { status: 480 } }] } } });
    const text = inviteFrom("10.0.0.20", 5080);
    rig.receive("pbx", text);
    rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "INVITE"), 180));
    rig.receive("pbx", cancelOf(text));
    expect(rig.linesTo("pbx")).toContain("SIP/2.0 487 Request Terminated");
  });

  it("leave challenges and redirections what they are", () => {
    for (const status of [401, 407, 302]) {
      const rig = new Rig({ "carrier-a": { responses: { byCause: true, in: [{ to: { status: 486 } }] } } });
      rig.receive("carrier-a", replyTo(callOut(rig), status, { extra: "Reason: Q.850;cause=17\r\n" }));
      expect(rig.linesTo("pbx").at(-1)).toBe(
        status === 302 ? "SIP/2.0 480 Temporarily Unavailable" : "SIP/2.0 502 Bad Gateway",
      );
    }
  });
});
