// The transaction layer as a server: which request finds which machine, and what is answered without one.
import { beforeEach, describe, expect, test } from "vitest";
import { Exchange, TCP, UDP } from "./sample-exchange.ts";

let world = new Exchange();

beforeEach(() => {
  world = new Exchange();
});

describe("requests find their transaction (RFC 3261 section 17.2.3)", () => {
  test("a new one is handed up, a repeated one is not", () => {
    const event = world.arrive("INVITE");
    expect(event).toMatchObject({ kind: "request", flow: UDP });
    expect(world.arrive("INVITE")).toBeNull();
    expect(world.ledger.takeSent()).toEqual([]);
    expect(world.layer.size).toBe(1);
  });

  test("a repeated one is answered with the last response", () => {
    const key = world.open("OPTIONS");
    world.respond(key, 200);
    expect(world.arrive("OPTIONS")).toBeNull();
    expect(world.ledger.takeSent()).toEqual(["SIP/2.0 200 OK", "SIP/2.0 200 OK"]);
  });

  test("another source port is the same sender: NATs move", () => {
    world.open("OPTIONS");
    expect(world.arrive("OPTIONS", {}, { ...UDP, remotePort: 5070 })).toBeNull();
  });

  test.each([
    ["branch", { branch: "z9hG4bKa2" }, UDP],
    ["sent-by host", { sentBy: "192.0.2.41" }, UDP],
    ["sent-by port", { sentBy: "192.0.2.40:5062" }, UDP],
    ["source address", {}, { ...UDP, remoteAddress: "203.0.113.66" }],
    ["transport", {}, TCP],
    ["network", {}, { ...UDP, network: "wan" }],
  ])("another %s is another transaction", (_what, parts, flow) => {
    const key = world.open("OPTIONS");
    expect(world.arrive("OPTIONS", { ...parts, callId: "call-2" }, flow)).toMatchObject({ kind: "request" });
    world.respond(key, 200);
    world.ledger.takeSent();
    // Nor can it acknowledge or cancel what is not its own.
    const invite = world.open("INVITE");
    world.respond(invite, 486);
    world.arrive("ACK", parts, flow);
    expect(world.layer.get(invite)?.machine.state).toBe("completed");
    world.ledger.takeSent();
    expect(world.arrive("CANCEL", parts, flow)).toBeNull();
    expect(world.ledger.takeSent()).toEqual(["SIP/2.0 481 Call/Transaction Does Not Exist"]);
  });

  test("another method is another transaction", () => {
    world.open("OPTIONS");
    expect(world.arrive("BYE")).toMatchObject({ kind: "request" });
  });

  test("sent-by is compared without case", () => {
    world.open("OPTIONS", { sentBy: "PBX.example" });
    expect(world.arrive("OPTIONS", { sentBy: "pbx.EXAMPLE" })).toBeNull();
  });

  test.each(["", "z9hG4bK", "1"])(
    "of RFC 2543 peers, branch %j, by Call-ID, From tag and CSeq (RFC 4475 badbranch)",
    (branch) => {
      const key = world.open("INVITE", { branch });
      expect(world.arrive("INVITE", { branch })).toBeNull();
      for (const other of [{ callId: "call-2" }, { fromTag: "f2" }, { sequence: 2 }]) {
        expect(world.arrive("INVITE", { branch, ...other })).toMatchObject({ kind: "request" });
      }
      world.respond(key, 486);
      // Their ACK has the To tag that their INVITE had not.
      expect(world.arrive("ACK", { branch, toTag: "t1" })).toBeNull();
      expect(world.layer.get(key)?.machine.state).toBe("confirmed");
    },
  );
});

describe("ACK", () => {
  test("of a failure ends its retransmissions and goes no further", () => {
    const key = world.open("INVITE");
    world.respond(key, 486);
    expect(world.ledger.letters).toBe("HG");
    expect(world.arrive("ACK", { toTag: "t1" })).toBeNull();
    expect(world.ledger.letters).toBe("I");
    expect(world.arrive("ACK", { toTag: "t1" })).toBeNull();
    expect(world.ledger.letters).toBe("I");
    expect(world.layer.get(key)?.machine.state).toBe("confirmed");
  });

  test("of a 2xx has a branch of its own and is handed up", () => {
    const key = world.open("INVITE");
    world.respond(key, 200);
    expect(world.arrive("ACK", { branch: "z9hG4bKack", toTag: "t1" })).toMatchObject({ kind: "ack", flow: UDP });
    expect(world.layer.get(key)?.machine.state).toBe("accepted");
  });

  test("of a 2xx by an RFC 2543 peer has the INVITE's, and is handed up all the same", () => {
    world.respond(world.open("INVITE", { branch: "" }), 200);
    expect(world.arrive("ACK", { branch: "", toTag: "t1" })).toMatchObject({ kind: "ack" });
  });

  test("before any final response does nothing", () => {
    world.open("INVITE");
    expect(world.arrive("ACK", { toTag: "t1" })).toBeNull();
    expect(world.ledger.takeSent()).toEqual([]);
  });
});

describe("CANCEL (section 9.2)", () => {
  test("is answered 200 with the INVITE's To tag, and handed up", () => {
    const invite = world.open("INVITE");
    world.respond(invite, 180, "our-tag");
    world.ledger.takeSent();
    expect(world.arrive("CANCEL")).toMatchObject({ kind: "cancel", invite });
    const [answer] = world.ledger.takeMessages();
    expect(answer?.text).toMatch(/^SIP\/2.0 200 OK\r\n/);
    expect(answer?.text).toContain("\r\nTo: <sip:b@198.51.100.10>;tag=our-tag\r\n");
    expect(answer?.text).toContain("\r\nCSeq: 1 CANCEL\r\n");
    // The INVITE itself is the transaction user's to answer.
    expect(world.layer.get(invite)?.machine.state).toBe("proceeding");
  });

  test("of an RFC 2543 peer finds its INVITE", () => {
    const invite = world.open("INVITE", { branch: "" });
    expect(world.arrive("CANCEL", { branch: "" })).toMatchObject({ kind: "cancel", invite });
    expect(world.arrive("CANCEL", { branch: "", sequence: 2 })).toBeNull();
  });

  test("of nothing we know is answered 481 and not handed up", () => {
    expect(world.arrive("CANCEL")).toBeNull();
    world.open("OPTIONS");
    expect(world.arrive("CANCEL")).toBeNull();
    expect(world.ledger.takeSent()).toEqual(Array(2).fill("SIP/2.0 481 Call/Transaction Does Not Exist"));
    expect(world.layer.size).toBe(1);
  });
});

describe("what is refused without asking", () => {
  test.each(["INVITE", "OPTIONS", "REGISTER", "SUBSCRIBE", "FOO"])(
    "a merged %s: 482, whatever way it came (section 8.2.2.2)",
    (method) => {
      world.open(method);
      const elsewhere = { ...UDP, remoteAddress: "203.0.113.66" };
      expect(world.arrive(method, { branch: "z9hG4bKother" }, elsewhere)).toBeNull();
      const [refusal] = world.ledger.takeMessages();
      expect(refusal?.text).toMatch(/^SIP\/2.0 482 Loop Detected\r\n/);
      expect(refusal?.flow.remoteAddress).toBe("203.0.113.66");
      expect(world.layer.size).toBe(1);
    },
  );

  test.each([{ toTag: "t1" }, { callId: "call-2" }, { fromTag: "f2" }, { sequence: 2 }])("not one with %j", (other) => {
    for (const method of ["INVITE", "OPTIONS"]) {
      world.open(method);
      expect(world.arrive(method, { branch: "z9hG4bKother", ...other })).toMatchObject({ kind: "request" });
    }
  });

  test("not one of another method: CSeq is more than a number", () => {
    world.open("OPTIONS");
    expect(world.arrive("MESSAGE", { branch: "z9hG4bKother" })).toMatchObject({ kind: "request" });
  });

  test("not once the first one has ended", () => {
    world.respond(world.open("INVITE", {}, TCP), 486);
    world.arrive("ACK", {}, TCP);
    expect(world.layer.size).toBe(0);
    expect(world.arrive("INVITE", { branch: "z9hG4bKother" })).toMatchObject({ kind: "request" });
    world.respond(world.open("OPTIONS"), 200);
    expect(world.arrive("OPTIONS", { branch: "z9hG4bKother" })).toBeNull();
    for (let timer = world.ledger.takeNext(); timer !== null; timer = world.ledger.takeNext())
      world.layer.fireTimer(timer, world.ledger.moment);
    expect(world.arrive("OPTIONS", { branch: "z9hG4bKother" })).toMatchObject({ kind: "request" });
  });

  test("a request too many: 503 with Retry-After, counted, and room again later", () => {
    world = new Exchange({ limit: 2 });
    const first = world.open("OPTIONS", { branch: "z9hG4bK1" }, TCP);
    world.open("INVITE", { branch: "z9hG4bK2" }, TCP);
    expect(world.arrive("OPTIONS", { branch: "z9hG4bK3", callId: "call-3" }, TCP)).toBeNull();
    const [refusal] = world.ledger.takeMessages();
    expect(refusal?.text).toMatch(/^SIP\/2.0 503 Service Unavailable\r\n/);
    expect(refusal?.text).toMatch(/\r\nRetry-After: \d+\r\n/);
    expect([world.layer.size, world.layer.overflows]).toEqual([2, 1]);
    expect(
      world.layer.request({ method: "BYE", branch: "z9hG4bKb", text: "", flow: UDP, user: "" }, world.ledger.moment),
    ).toBe(false);
    expect(world.ledger.takeSent()).toEqual([]);
    world.respond(first, 200);
    expect(world.arrive("OPTIONS", { branch: "z9hG4bK3" }, TCP)).toMatchObject({ kind: "request" });
  });
});

describe("responses of ours", () => {
  test("go to the source address, to the port that the Via names (section 18.2.2)", () => {
    const key = world.open("OPTIONS", { sentBy: "192.0.2.99:5080" });
    world.respond(key, 200);
    expect(world.ledger.takeMessages()[0]?.flow).toMatchObject({ remoteAddress: "192.0.2.40", remotePort: 5080 });
  });

  test("after the final one are ignored, and say so", () => {
    const key = world.open("INVITE");
    expect([180, 486, 200, 180, 487].map((status) => world.respond(key, status))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(world.ledger.takeSent()).toEqual(["SIP/2.0 180 Ringing", "SIP/2.0 486 Busy Here"]);
  });

  test("after a 2xx are the 2xx again, nothing else", () => {
    const key = world.open("INVITE");
    expect([200, 200, 180, 486].map((status) => world.respond(key, status))).toEqual([true, true, false, false]);
  });

  test("to what is gone, or was never asked, are not sent", () => {
    expect(world.respond("s|none", 200)).toBe(false);
    const key = world.open("OPTIONS", {}, TCP);
    expect(world.respond(key, 200)).toBe(true);
    expect(world.respond(key, 200)).toBe(false);
    expect(world.respond(world.sendRequest(), 200)).toBe(false);
  });
});
