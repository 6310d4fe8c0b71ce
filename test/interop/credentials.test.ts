// A carrier that asks for credentials at every request, played by SIPp; what it is given is worked out again from the capture.
import { describe, expect, test } from "vitest";
import { isRight, PASSWORD, parameterIn, USER } from "../engine/digest-peer.ts";
import { readMessage } from "../engine/peer.ts";
import { openGround } from "./ground.ts";
import * as office from "./office.ts";
import { CARRIER_A, openOffice } from "./office.ts";
import { whyNot } from "./programs.ts";
import { calleeChallenges, callerHangsUp } from "./sipp-calls.ts";

const no = whyNot("sipp", "tshark");
const DONE_MS = 30_000;
const REALM = `realm-of-${CARRIER_A.host}`;

describe.skipIf(no)(`a carrier with SIPp that asks for credentials ${no ?? ""}`, () => {
  test("gets them at INVITE, ACK and BYE, and nobody else does", async () => {
    const ground = openGround();
    const target = 'targets: [{ uri: "sip:127.0.0.3:5060" }]';
    const credentials = `credentials: { username: "${USER}", password: "${PASSWORD}", realm: "${REALM}" }`;
    const { demarc, inspect } = await openOffice(ground, [[target, `${target}\n    ${credentials}`]]);
    const callee = await office.answerAt(ground, CARRIER_A, calleeChallenges());
    const caller = await office.callFromPbx(ground, callerHangsUp(1000));
    await Promise.all([caller.succeeded(DONE_MS), callee.succeeded(DONE_MS)]);
    const [record] = await demarc.records(1);
    expect(record).toMatchObject({
      egressTrunk: "carrier-a",
      status: 200,
      cause: "normal-clearing",
      endedBy: "caller",
      attempts: [{ trunk: "carrier-a", status: 200 }],
    });
    const datagrams = await inspect(record === undefined ? [] : [record]);
    const requests = datagrams
      .filter(({ from, to }) => from.port === 5060 && to.address === CARRIER_A.address && to.port === CARRIER_A.port)
      .map(({ payload }) => readMessage(payload.toString("latin1")))
      .filter(({ firstLine }) => !firstLine.startsWith("SIP/2.0"));
    const lines = requests.map(({ firstLine, header }) => {
      const line = header("Proxy-Authorization");
      return `${firstLine.split(" ")[0]} ${header("CSeq").split(" ")[0]} ${parameterIn(line, "nonce")} ${parameterIn(line, "nc")}`;
    });
    expect(lines).toEqual([
      "INVITE 1  ",
      "ACK 1  ",
      "INVITE 2 of-invite 00000001",
      "ACK 2 of-invite 00000001",
      "BYE 3 of-invite 00000002",
      "BYE 4 of-bye 00000001",
    ]);
    for (const request of requests) {
      const [line] = request.headers("Proxy-Authorization");
      if (line !== undefined && !request.firstLine.startsWith("ACK")) expect(isRight(line, request)).toBe(true);
    }
    const elsewhere = datagrams.filter(({ to }) => to.address !== CARRIER_A.address);
    expect(elsewhere.filter(({ payload }) => payload.includes(USER) || payload.includes(PASSWORD))).toEqual([]);
  });
});
