// The drivers themselves, program against program, without Demarc between: what fails here is the tests' own fault.
import { createSocket } from "node:dgram";
import { describe, expect, test } from "vitest";
import { startBaresip, waitForTone } from "./baresip.ts";
import { freePort } from "./free-port.ts";
import { countToneWindows } from "./goertzel.ts";
import { type Ground, openGround } from "./ground.ts";
import { listenAt } from "./pcap.ts";
import { whyNot } from "./programs.ts";
import { startCallee, startCaller } from "./sipp.ts";
import {
  calleeAnswers,
  calleeHangsUp,
  calleeRefuses,
  calleeRings,
  callerGivesUp,
  callerHangsUp,
  callerIsHungUp,
  callerIsRefused,
} from "./sipp-calls.ts";
import type { Script } from "./sipp-script.ts";
import { findLeaks, startCapture } from "./tshark.ts";

const noSipp = whyNot("sipp", "tshark");
const noBaresip = whyNot("baresip");
const noTshark = whyNot("tshark");
const CALLER = "127.0.21.1";
const CALLEE = "127.0.21.2";
/** One with a header line that is none, one with an SDP line that is none. */
const BROKEN_INVITES = ["A header without colon\n\n", "Content-Type: application/sdp\n\nv=0\nnonsense\n"].map((rest) =>
  `INVITE sip:a@127.0.21.2 SIP/2.0
Via: SIP/2.0/UDP 127.0.21.1;branch=z9hG4bKx
From: <sip:a@127.0.21.1>;tag=1
To: <sip:a@127.0.21.2>
Call-ID: x
CSeq: 1 INVITE
${rest}`.replaceAll("\n", "\r\n"),
);
const NUMBERS = { caller: "+12025550100", called: "+13035550142" };

async function callSippWithSipp(
  ground: Ground,
  { callerDoes, calleeDoes }: { readonly callerDoes: Script; readonly calleeDoes: Script },
) {
  const port = await freePort(CALLEE);
  const callee = await startCallee(ground, {
    address: CALLEE,
    port,
    host: "callee.example",
    toneHz: 700,
    script: calleeDoes,
  });
  const caller = await startCaller(ground, {
    ...NUMBERS,
    address: CALLER,
    to: `${CALLEE}:${port}`,
    host: "caller.example",
    toneHz: 440,
    script: callerDoes,
  });
  return { caller, callee, port };
}

describe.skipIf(noSipp)(`SIPp against SIPp ${noSipp ?? ""}`, () => {
  test("rings, answers, streams a tone each way, hangs up; tshark sees it all", async () => {
    const ground = openGround();
    const capture = await startCapture(ground, [CALLER, CALLEE]);
    const { caller, callee, port } = await callSippWithSipp(ground, {
      callerDoes: callerHangsUp(2000),
      calleeDoes: calleeAnswers(),
    });
    expect(await caller.succeeded(15_000)).toEqual({ successful: 1, failed: 0 });
    expect(await callee.succeeded(15_000)).toEqual({ successful: 1, failed: 0 });
    expect(caller.messages()).toContain("BYE sip:callee-of-callee.example@127.0.21.2");
    const datagrams = (await capture.stop()).datagrams();
    for (const [to, toneHz] of [
      [caller, 700],
      [callee, 440],
    ] as const) {
      const heard = listenAt(datagrams, { address: to.address, port: to.mediaPort });
      expect(heard.packets).toBeGreaterThan(50);
      const { withTone, audible } = countToneWindows(heard, toneHz);
      expect(audible).toBeGreaterThan(10);
      expect(withTone).toBeGreaterThanOrEqual(audible - 1);
    }
    const sender = { address: CALLER, ports: [1, 65_535] } as const;
    expect(findLeaks(datagrams, sender, ["CALLER.example", "nothing-of-it"])[0]).toMatchObject({
      forbidden: "CALLER.example",
      to: `${CALLEE}:${port}`,
    });
    expect(findLeaks(datagrams, sender, ["nothing-of-it"])).toEqual([]);
    const { complaints, dissected } = await capture.judge([sender], [port]);
    expect(complaints).toEqual([]);
    // INVITE, ACK and BYE, one of them with SDP.
    expect(dissected).toMatchObject({ sip: 3, sdp: 1 });
    expect(dissected.rtp).toBeGreaterThan(50);
  });

  test.each([
    [callerIsHungUp(), calleeHangsUp(500)],
    [callerIsRefused(486), calleeRefuses(486)],
    [callerGivesUp(), calleeRings()],
  ])("$name and the callee's fit each other", async (callerDoes, calleeDoes) => {
    const { caller, callee } = await callSippWithSipp(openGround(), { callerDoes, calleeDoes });
    expect(await caller.succeeded(15_000)).toEqual({ successful: 1, failed: 0 });
    expect(await callee.succeeded(15_000)).toEqual({ successful: 1, failed: 0 });
  });

  test("a call that goes another way than its scenario is told as failed", async () => {
    const { caller } = await callSippWithSipp(openGround(), {
      callerDoes: callerHangsUp(),
      calleeDoes: calleeRefuses(486),
    });
    await expect(caller.succeeded(15_000)).rejects.toThrow(/486/);
    expect(caller.counters()).toEqual({ successful: 0, failed: 1 });
  });
});

describe.skipIf(noBaresip)(`baresip against baresip ${noBaresip ?? ""}`, () => {
  test("each records the other's tone, and not its own", async () => {
    const ground = openGround();
    const port = await freePort(CALLEE);
    const [caller, callee] = await Promise.all([
      startBaresip(ground, { address: CALLER, port: await freePort(CALLER), user: "caller", toneHz: 440 }),
      startBaresip(ground, { address: CALLEE, port, user: "callee", toneHz: 700 }),
    ]);
    await caller.command("dial", `sip:callee@${CALLEE}:${port}`);
    await caller.event("CALL_ESTABLISHED", 10_000);
    await callee.event("CALL_ESTABLISHED", 10_000);
    await waitForTone(caller, 700, 20);
    await waitForTone(callee, 440, 20);
    await caller.command("hangup");
    await callee.event("CALL_CLOSED", 10_000);
    for (const [phone, otherHz, ownHz] of [
      [caller, 700, 440],
      [callee, 440, 700],
    ] as const) {
      const heard = phone.heard()!;
      expect(countToneWindows(heard, otherHz).withTone).toBeGreaterThanOrEqual(20);
      expect(countToneWindows(heard, ownHz).withTone).toBe(0);
    }
  });
});

describe.skipIf(noTshark)(`the witness ${noTshark ?? ""}`, () => {
  test("complains of a malformed message, of the sender it is asked about only", async () => {
    const ground = openGround();
    const port = await freePort(CALLEE);
    const capture = await startCapture(ground, [CALLER, CALLEE]);
    const socket = createSocket("udp4");
    ground.atEnd(() => void socket.close());
    await new Promise<void>((resolve) => socket.bind(0, CALLER, resolve));
    for (const broken of BROKEN_INVITES) {
      await new Promise((resolve) => socket.send(broken, port, CALLEE, resolve));
    }
    await capture.stop();
    const everyPort = [1, 65_535] as const;
    // Its own port alone: the capture's probes come from a port of the system's choice, which tshark may take for some protocol's.
    const own = socket.address().port;
    expect(capture.datagrams().filter(({ from }) => from.port === own)).toHaveLength(2);
    const { complaints } = await capture.judge([{ address: CALLER, ports: [own, own] }], [port]);
    expect(complaints).toEqual([expect.stringContaining("no colon"), expect.stringContaining("SIP/SDP")]);
    expect(await capture.judge([{ address: CALLEE, ports: everyPort }], [port])).toEqual({
      complaints: [],
      dissected: { sip: 0, sdp: 0, rtp: 0, rtcp: 0 },
    });
  });
});
