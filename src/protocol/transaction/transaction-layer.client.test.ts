// The transaction layer as a client: which response finds which machine, CANCEL, failing flows and late timers.
import { beforeEach, describe, expect, test } from "vitest";
import type { Flow } from "../transport/index.ts";
import { Exchange, OURS, readRequest, responseTo, TCP, UDP } from "./sample-exchange.ts";
import type { TransactionEvent } from "./transaction-user.ts";

let world = new Exchange();

beforeEach(() => {
  world = new Exchange();
});

describe("requests of ours (section 17.1.3)", () => {
  test("hear of each provisional response and of one final one", () => {
    const key = world.sendRequest("OPTIONS");
    expect(world.answerOurs(100, "OPTIONS")).toMatchObject({ kind: "response", transaction: key, user: "u1" });
    expect(world.answerOurs(200, "OPTIONS")).toMatchObject({ kind: "response", response: { status: 200 } });
    expect(world.answerOurs(200, "OPTIONS")).toBeNull();
    expect(world.answerOurs(404, "OPTIONS")).toBeNull();
  });

  test("a failed INVITE is acknowledged here, once for each time the failure comes (section 17.1.1.3)", () => {
    world.sendRequest();
    world.ledger.takeSent();
    expect(world.answerOurs(486)).toMatchObject({ kind: "response", response: { status: 486 } });
    expect(world.answerOurs(486)).toBeNull();
    const acks = world.ledger.takeMessages();
    expect(acks).toHaveLength(2);
    expect(acks[0]?.text).toBe(
      [
        "ACK sip:+13035550142@198.51.100.10 SIP/2.0",
        "Via: SIP/2.0/UDP 198.51.100.10;branch=z9hG4bKours",
        "Max-Forwards: 70",
        "From: <sip:a@192.0.2.40>;tag=f1",
        "To: <sip:b@198.51.100.10>;tag=t1",
        "Call-ID: call-1",
        "CSeq: 1 ACK",
        "Content-Length: 0",
        "",
        "",
      ].join("\r\n"),
    );
    expect(acks[1]).toEqual(acks[0]);
  });

  test("every 2xx to an INVITE is handed up, forks too, until timer M (RFC 6026 section 7.2)", () => {
    const key = world.sendRequest();
    for (const tag of ["t1", "t1", "t2"])
      expect(world.answerOurs(200, "INVITE", tag)).toMatchObject({ kind: "response" });
    expect(world.answerOurs(486)).toBeNull();
    expect(world.ledger.letters).toBe("M");
    expect(world.layer.fireTimer(world.ledger.takeNext() as string, world.ledger.moment)).toEqual({
      kind: "terminated",
      transaction: key,
      user: "u1",
    });
    expect(world.answerOurs(200)).toBeNull();
    expect([world.layer.size, world.ledger.running.size]).toEqual([0, 0]);
  });

  test("a response must have our branch and our method", () => {
    world.sendRequest();
    const wrongBranch = responseTo(OURS.replace("z9hG4bKours", "z9hG4bKtheirs"), 200);
    expect(world.layer.receiveResponse(wrongBranch, UDP, world.ledger.moment)).toBeNull();
    expect(world.answerOurs(200, "BYE")).toBeNull();
    expect(
      world.layer.receiveResponse(responseTo(OURS.replace(";branch=z9hG4bKours", ""), 200), UDP, world.ledger.moment),
    ).toBeNull();
  });

  test("those of nobody tell nobody", () => {
    world.sendRequest("BYE", UDP, "");
    expect(world.answerOurs(200, "BYE")).toBeNull();
    expect(world.layer.get("c|z9hG4bKours|BYE")?.machine.state).toBe("completed");
  });

  test("time out", () => {
    const key = world.sendRequest();
    const events: (TransactionEvent | null)[] = [];
    for (let timer = world.ledger.takeNext(); timer !== null; timer = world.ledger.takeNext()) {
      events.push(world.layer.fireTimer(timer, world.ledger.moment));
    }
    expect(world.ledger.now).toBe(32_000);
    expect(events.filter((event) => event !== null)).toEqual([{ kind: "timeout", transaction: key, user: "u1" }]);
    expect(world.ledger.takeSent()).toHaveLength(7);
    expect(world.layer.size).toBe(0);
  });

  test("a branch is used once", () => {
    world.sendRequest();
    expect(() => world.sendRequest()).toThrow("a branch is used once");
  });
});

describe("cancelling (section 9.1)", () => {
  test("waits for a provisional response", () => {
    const key = world.sendRequest();
    world.ledger.takeSent();
    expect(world.layer.cancel(key, world.ledger.moment)).toBe(false);
    world.answerOurs(180);
    expect(world.layer.cancel(key, world.ledger.moment)).toBe(true);
    const [cancel] = world.ledger.takeMessages();
    const { headers, method, uri } = readRequest(cancel?.text ?? "");
    expect([method, uri]).toEqual(["CANCEL", "sip:+13035550142@198.51.100.10"]);
    expect(["via", "from", "to", "call-id", "cseq"].map((name) => headers.first(name))).toEqual([
      "SIP/2.0/UDP 198.51.100.10;branch=z9hG4bKours",
      "<sip:a@192.0.2.40>;tag=f1",
      "<sip:b@198.51.100.10>",
      "call-1",
      "1 CANCEL",
    ]);
  });

  test("is done once, and not after the final response", () => {
    const key = world.sendRequest();
    world.answerOurs(180);
    expect(world.layer.cancel(key, world.ledger.moment)).toBe(true);
    expect(world.layer.cancel(key, world.ledger.moment)).toBe(false);
    expect(world.answerOurs(200, "CANCEL")).toBeNull();
    expect(world.answerOurs(487)).toMatchObject({ kind: "response" });
    expect(world.layer.cancel(key, world.ledger.moment)).toBe(false);
    expect(world.layer.cancel("c|none|INVITE", world.ledger.moment)).toBe(false);
  });

  test("goes by the INVITE's Route (section 9.1)", () => {
    const text = OURS.replace("Max-Forwards", "Route: <sip:p1;lr>, <sip:p2;lr>\r\nroute: <sip:p3;lr>\r\nMax-Forwards");
    world.layer.request({ method: "INVITE", branch: "z9hG4bKours", text, flow: UDP, user: "u" }, world.ledger.moment);
    world.answerOurs(180);
    world.ledger.takeSent();
    world.layer.cancel("c|z9hG4bKours|INVITE", world.ledger.moment);
    expect(readRequest(world.ledger.takeMessages()[0]?.text ?? "").headers.all("route")).toEqual([
      "<sip:p1;lr>, <sip:p2;lr>",
      "<sip:p3;lr>",
    ]);
  });

  test("without a provisional response the INVITE falls silent, and a late answer is still heard", () => {
    const key = world.sendRequest();
    world.ledger.takeSent();
    world.layer.abandon(key, world.ledger.moment);
    expect(world.ledger.letters).toBe("B");
    expect(world.answerOurs(200)).toMatchObject({ kind: "response" });
  });

  test("terminating takes the timers along", () => {
    const key = world.sendRequest();
    world.layer.terminate(key, world.ledger.moment);
    expect([world.layer.size, world.ledger.running.size]).toEqual([0, 0]);
    world.layer.terminate(key, world.ledger.moment);
  });
});

describe("a flow that fails (section 17.1.4)", () => {
  test("ends the client transactions that still send, and no others", () => {
    const invite = world.sendRequest();
    world.sendRequest("OPTIONS");
    world.answerOurs(100, "OPTIONS");
    world.sendRequest("BYE", { ...UDP, remotePort: 5070 }, "other port");
    world.sendRequest("INFO", TCP, "other transport");
    world.sendRequest("UPDATE", UDP, "");
    const server = world.open("MESSAGE");
    expect(world.layer.failFlow(UDP, world.ledger.moment)).toEqual([
      { kind: "transport-error", transaction: invite, user: "u1" },
      { kind: "transport-error", transaction: "c|z9hG4bKours|OPTIONS", user: "u1" },
    ]);
    expect(world.layer.size).toBe(3);
    expect(world.layer.get(server)).toBeDefined();
    expect(world.ledger.letters).toBe("FEF");
  });

  describe("by ICMP", () => {
    const quoted = OURS.slice(0, OURS.indexOf("\r\nFrom"));
    const fail = (quotation: string, flow: Flow = UDP) =>
      world.layer.failQuoted({ flow, quoted: quotation }, world.ledger.moment);

    test("is that of the request whose branch it quotes, and of no other", () => {
      const invite = world.sendRequest();
      world.sendRequest("OPTIONS", UDP, "u2");
      expect(fail(quoted)).toEqual({ kind: "transport-error", transaction: invite, user: "u1" });
      expect(world.layer.size).toBe(1);
      expect(fail(quoted)).toBeNull();
    });

    test.each([
      ["that quotes eight bytes", quoted.slice(0, 8)],
      ["that ends in the branch", quoted.slice(0, quoted.indexOf("z9hG4bK") + 9)],
      ["of another branch", quoted.replace("z9hG4bKours", "z9hG4bKother")],
      ["of another method", quoted.replace("INVITE", "OPTIONS")],
      ["that quotes a response", `SIP/2.0 200 OK${quoted.slice(quoted.indexOf("\r\n"))}`],
      ["with the branch in another line", quoted.replace("Via: ", "X: ")],
      ["of nothing", ""],
      ["of noise", "\0".repeat(65_507)],
      ["of one long line", `INVITE ${"a".repeat(65_000)}`],
    ])("is none for one %s", (_what, quotation) => {
      world.sendRequest();
      expect(fail(quotation)).toBeNull();
      expect(world.layer.size).toBe(1);
    });

    test("is none from another place, nor for what was heard", () => {
      world.sendRequest();
      expect(fail(quoted, { ...UDP, remotePort: 5070 })).toBeNull();
      world.answerOurs(180);
      expect(fail(quoted)).toBeNull();
      expect(world.layer.size).toBe(1);
    });

    test.each(["INVITE", "OPTIONS", "REGISTER"])("ends %s, which another place may take", (method) => {
      world.sendRequest(method);
      expect(fail(quoted.replace("INVITE", method))).toMatchObject({ kind: "transport-error" });
    });

    test.each(["BYE", "CANCEL", "PRACK", "UPDATE", "INFO", "NOTIFY", "REFER"])(
      "ends no %s: nobody else can take it, and its peer may be back in a moment",
      (method) => {
        world.sendRequest(method);
        expect(fail(quoted.replace("INVITE", method))).toBeNull();
        expect(world.layer.size).toBe(1);
      },
    );
  });

  test("is no matter to an INVITE that has been heard", () => {
    world.sendRequest();
    world.answerOurs(180);
    expect(world.layer.failFlow(UDP, world.ledger.moment)).toEqual([]);
    expect(world.layer.size).toBe(1);
  });
});

describe("timers", () => {
  test("of transactions that are gone, or that were stopped, do nothing", () => {
    const key = world.sendRequest();
    world.answerOurs(180);
    world.ledger.takeSent();
    expect(world.layer.fireTimer(`${key}|timerA`, world.ledger.moment)).toBeNull();
    expect(world.layer.fireTimer(`${key}|timerZ`, world.ledger.moment)).toBeNull();
    expect(world.layer.fireTimer("c|none|INVITE|timerA", world.ledger.moment)).toBeNull();
    expect(world.layer.fireTimer("", world.ledger.moment)).toBeNull();
    expect(world.ledger.takeSent()).toEqual([]);
  });
});
