// Tones between a side that has them in INFO and one that has them in its stream, or in INFOs too.
import { afterEach, describe, expect, it } from "vitest";
import { CARRIER, callOut, take } from "./established.ts";
import { audioOf, followBack, followUp, inviteFrom, type Message, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

const VIA = "10.0.0.20:5080";
let rig: Rig;
afterEach(() => {
  rig.give({ kind: "drain", endCalls: true });
});

function infoWith(message: string, type: string, body: string): string {
  return message.replace(
    "Content-Length: 0\r\n\r\n",
    `Content-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}

interface Standing {
  readonly invite: Message;
  readonly ok: Message;
}

/** The PBX calls carrier-a, which answers with these formats. */
function standing(settings: { pbx: string; carrier: string; formats?: string; answers?: string }): Standing {
  rig = new Rig({ pbx: { media: { dtmf: settings.pbx } }, "carrier-a": { media: { dtmf: settings.carrier } } });
  const invite = callOut(rig, { body: audioOf("10.0.0.20", 4000, settings.formats ?? "0 8") });
  const body = audioOf("192.0.2.3", 7000, settings.answers ?? "0 101");
  rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body }));
  const ok = take(rig, "pbx", "SIP/2.0 200");
  rig.receive("pbx", followUp(ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: VIA }));
  rig.sentTo("carrier-a");
  return { invite, ok };
}

function info(
  { ok }: Standing,
  sequence: number,
  body = "Signal=5\r\nDuration=200\r\n",
  type = "application/dtmf-relay",
): void {
  const request = followUp(ok, "INFO", { branch: `z9hG4bKinfo${sequence}`, sequence, via: VIA });
  rig.receive("pbx", infoWith(request, type, body));
}

const formatsOf = ({ body }: Message) => /m=audio \d+ RTP\/AVP (.*)\r\n/.exec(body)?.[1];
const lastAnswer = () => rig.media.findLast(({ kind }) => kind === "answer");
const tones = () => rig.media.filter(({ kind }) => kind === "tone");

describe("from INFO to the stream", () => {
  it("offers telephone-event to the side that has its tones there, and shows the other none", () => {
    const { invite, ok } = standing({ pbx: "info", carrier: "rfc4733" });
    expect(formatsOf(invite)).toBe("0 8 101");
    expect(invite.body).toContain("a=rtpmap:101 telephone-event/8000\r\n");
    expect(formatsOf(ok)).toBe("0");
    expect(lastAnswer()).toMatchObject({ tones: { a: [], b: [{ send: 101, receive: 101, rateHz: 8000 }] } });
  });

  it("takes telephone-event out of what a side with INFO offers and answers", () => {
    const { invite, ok } = standing({ pbx: "info", carrier: "rfc4733", formats: "0 8 101", answers: "8 101" });
    expect(formatsOf(invite)).toBe("0 8 101");
    expect(formatsOf(ok)).toBe("8");
  });

  it("has the media plane play what an INFO says, and answers it at once", () => {
    const call = standing({ pbx: "info", carrier: "rfc4733" });
    info(call, 2);
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 200 OK"]);
    info(call, 3, "#", "application/dtmf");
    expect(tones()).toMatchObject([
      { to: "b", event: 5, durationMs: 200, volume: 10 },
      { to: "b", event: 11, durationMs: 160, volume: 10 },
    ]);
    expect(rig.linesTo("carrier-a")).toEqual([]);
  });

  it("refuses what cannot be read, and what the other side cannot be given", () => {
    info(standing({ pbx: "info", carrier: "rfc4733" }), 2, "Signal=\r\n");
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 400 Malformed Tone"]);
    info(standing({ pbx: "info", carrier: "rfc4733", answers: "0" }), 2);
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 488 Not Acceptable Here"]);
    expect(lastAnswer()).not.toHaveProperty("tones");
  });

  it("leaves other bodies, and INFO of sides with tones in the stream, to signaling.passMethods", () => {
    info(standing({ pbx: "info", carrier: "rfc4733" }), 2, "hello", "text/plain");
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 405 Method Not Allowed"]);
    info(standing({ pbx: "rfc4733", carrier: "rfc4733", formats: "0 101" }), 2);
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 405 Method Not Allowed"]);
    expect(tones()).toEqual([]);
  });

  it("says in Allow that it takes INFO", () => {
    expect(standing({ pbx: "info", carrier: "rfc4733" }).ok.header("Allow")).toContain("INFO");
    expect(standing({ pbx: "rfc4733", carrier: "rfc4733", formats: "0 101" }).ok.header("Allow")).not.toContain("INFO");
  });
});

describe("from the stream to INFO", () => {
  const tone = (side: "a" | "b") => {
    const session = rig.media[0]?.session ?? "";
    const event = { kind: "tone", side, stream: 0, event: 10, durationMs: 120 } as const;
    rig.give({ kind: "media-event", session, event });
  };

  it("answers telephone-event to who offers it, though the other side has none", () => {
    const { invite, ok } = standing({ pbx: "rfc4733", carrier: "info", formats: "0 8 101", answers: "0" });
    expect(formatsOf(invite)).toBe("0 8");
    expect(formatsOf(ok)).toBe("0 101");
    expect(lastAnswer()).toMatchObject({ tones: { a: [{ send: 101, receive: 101, rateHz: 8000 }], b: [] } });
  });

  it("sends an INFO for each tone that the media plane has heard", () => {
    standing({ pbx: "rfc4733", carrier: "info", formats: "0 8 101", answers: "0" });
    tone("a");
    const sent = take(rig, "carrier-a", "INFO");
    expect([sent.header("Content-Type"), sent.body]).toEqual([
      "application/dtmf-relay",
      "Signal=*\r\nDuration=120\r\n",
    ]);
    rig.receive("carrier-a", replyTo(sent, 415));
    expect(rig.linesTo("pbx")).toEqual([]);
    expect(rig.engine.liveCalls()).toMatchObject([{ state: "answered" }]);
  });

  it("sends none to who has its tones in the stream, and none after the end", () => {
    standing({ pbx: "rfc4733", carrier: "info", formats: "0 8 101", answers: "0" });
    tone("b");
    expect(rig.linesTo("pbx")).toEqual([]);
    rig.give({ kind: "drain", endCalls: true });
    rig.sentTo("carrier-a");
    tone("a");
    expect(rig.linesTo("carrier-a")).toEqual([]);
  });

  it("keeps at most 16 that nobody has answered", () => {
    standing({ pbx: "rfc4733", carrier: "info", formats: "0 8 101", answers: "0" });
    for (let index = 0; index < 20; index += 1) tone("a");
    expect(rig.linesTo("carrier-a").filter((line) => line.startsWith("INFO "))).toHaveLength(16);
    expect(rig.logs.filter((line) => line.includes("A tone was lost"))).toHaveLength(4);
  });
});

describe("between two sides with INFO", () => {
  it("sends the other an INFO of ours where its trunk does not have INFO passed", () => {
    const call = standing({ pbx: "info", carrier: "info", answers: "0" });
    info(call, 2);
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 200 OK"]);
    expect(take(rig, "carrier-a", "INFO").body).toBe("Signal=5\r\nDuration=200\r\n");
    expect(lastAnswer()).not.toHaveProperty("tones");
  });

  it("and to the caller too", () => {
    const { invite } = standing({ pbx: "info", carrier: "info", answers: "0" });
    const request = followBack(invite, "INFO", { branch: "z9hG4bKback", sequence: 1, via: "192.0.2.3:5060" });
    rig.receive("carrier-a", infoWith(request, "application/dtmf", "1"));
    expect(rig.linesTo("carrier-a")).toEqual(["SIP/2.0 200 OK"]);
    expect(take(rig, "pbx", "INFO").body).toBe("Signal=1\r\nDuration=160\r\n");
  });
});

describe("before the answer and without an offer", () => {
  it("a tone for a phone that rings, and has said nothing, is refused", () => {
    rig = new Rig({ pbx: { media: { dtmf: "info" } } });
    const invite = callOut(rig, { body: audioOf("10.0.0.20", 4000, "0") });
    rig.receive("carrier-a", replyTo(invite, 180, { contact: CARRIER }));
    const ringing = take(rig, "pbx", "SIP/2.0 180");
    rig.receive(
      "pbx",
      infoWith(followUp(ringing, "INFO", { branch: "z9hG4bKi", sequence: 2, via: VIA }), "application/dtmf", "1"),
    );
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 488 Not Acceptable Here"]);
  });

  it("a side with INFO that makes no offer gets one without telephone-event, and the other its own answered", () => {
    rig = new Rig({ pbx: { media: { dtmf: "info" } } });
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { body: "" }));
    const invite = take(rig, "carrier-a", "INVITE");
    rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "0 101") }));
    const ok = take(rig, "pbx", "SIP/2.0 200");
    expect(formatsOf(ok)).toBe("0");
    const body = audioOf("10.0.0.20", 4000, "0");
    rig.receive("pbx", followUp(ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: VIA, body }));
    expect(formatsOf(take(rig, "carrier-a", "ACK"))).toBe("0 101");
  });
});
