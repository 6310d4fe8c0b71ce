// Rules on a message as it came: what they take away is gone, whatever else a peer puts into its message.
import { describe, expect, it } from "vitest";
import { type HeaderRule, parseConfiguration } from "../../model/index.ts";
import { header, parseMessage, type SipRequest } from "../../protocol/sip/index.ts";
import { readMessage } from "./read-message.ts";

function rulesOf(rules: readonly unknown[]): readonly HeaderRule[] {
  const parsed = parseConfiguration({
    networks: {
      a: {
        listen: [{ transport: "udp", address: "127.0.0.1", port: 5060 }],
        media: { address: "127.0.0.1", ports: "20000-20999" },
      },
    },
    trunks: { t: { role: "pbx", network: "a", targets: [{ uri: "sip:127.0.0.1:5080" }], headers: { in: rules } } },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return parsed.value.trunks.t?.headers.in ?? [];
}

function request(extra: string): SipRequest {
  const parsed = parseMessage(
    `INVITE sip:1@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:2@h>;tag=a\r\nTo: <sip:1@h>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n${extra}Content-Length: 4\r\n\r\nbody`,
  );
  if (!parsed.ok || parsed.value.kind !== "request") throw new Error("not a request");
  return parsed.value;
}

const FACTS = { caller: "2", callerName: "", called: "1", trunk: "t", otherTrunk: "", callId: "" };
const CONTEXT = { message: { kind: "request", method: "INVITE", status: 0 }, facts: FACTS, beside: [] } as const;

function read(extra: string, rules: readonly unknown[]): SipRequest {
  return readMessage(request(extra), rulesOf(rules), CONTEXT);
}

describe("readMessage", () => {
  it("is the message itself where no rule applies", () => {
    const message = request("X-A: 1\r\n");
    expect(readMessage(message, rulesOf([{ when: [{ header: "X-B" }], do: [{ remove: "X-A" }] }]), CONTEXT)).toBe(
      message,
    );
    expect(readMessage(message, [], CONTEXT)).toBe(message);
  });

  it("reads edited lines as if they had come so", () => {
    const rules = [
      {
        do: [
          { set: "P-Asserted-Identity", value: "<sip:${called}@h>" },
          { add: "X-B", value: "two" },
          { replace: "X-B", matches: "/t(w)o/", with: "[$1$0]" },
        ],
      },
    ];
    const { headers, body, method, uri } = read("X-B: one,\r\n two\r\nX-A: 1\r\n", rules);
    expect([method, uri, body]).toEqual(["INVITE", "sip:1@h", "body"]);
    expect(headers.read(header.assertedIdentity)?.[0]?.uri).toBe("sip:1@h");
    expect(headers.all("x-b")).toEqual(["one, [wtwo]", "[wtwo]"]);
    expect(headers.first("call-id")).toBe("x");
    expect(headers.lineAt(0)).toBe("Via: SIP/2.0/UDP h;branch=z9hG4bK1");
    expect(headers.opening).toBe("INVITE sip:1@h SIP/2.0\r\n");
  });

  it("takes away a header in every spelling that the parser lets through", () => {
    for (const line of [
      "Diversion: <sip:9@h>",
      "DIVERSION:<sip:9@h>",
      "diversion :  <sip:9@h>",
      "Diversion:\r\n <sip:9@h>",
    ]) {
      let message: SipRequest;
      try {
        message = request(`${line}\r\n`);
      } catch {
        continue;
      }
      const { headers } = readMessage(message, rulesOf([{ do: [{ remove: "Diversion" }] }]), CONTEXT);
      expect(headers.has("diversion"), line).toBe(false);
    }
  });

  it("takes away what it shall from a message as full as may be", () => {
    const filler = Array.from({ length: 90 }, (_none, index) => `X-F${index}: ${"f".repeat(80)}\r\n`).join("");
    const rules = [
      {
        do: [
          { add: "X-More", value: "m".repeat(1000) },
          { add: "X-More", value: "m".repeat(1000) },
          { remove: "X-Secret" },
        ],
      },
    ];
    const { headers } = read(`X-Secret: 1\r\n${filler}`, rules);
    expect(headers.has("x-secret")).toBe(false);
    expect(headers.countOf("x-more")).toBe(2);
  });

  it("makes no more lines and no longer values than there may be", () => {
    const rules = Array.from({ length: 50 }, () => ({
      do: Array.from({ length: 20 }, () => ({ add: "X-A", value: "${header:X-A}${header:X-A}x" })),
    }));
    const { headers } = read("X-A: a\r\n", rules);
    expect(headers.count).toBeLessThanOrEqual(230);
    expect(Math.max(...headers.all("x-a").map((value) => value.length))).toBeLessThanOrEqual(4096);
  });
});
