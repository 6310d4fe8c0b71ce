// RFC 4475 and RFC 5118: every message has a stated verdict. Once on messages of our own, once on the RFCs' where they are at hand.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FIXTURES } from "../../../test/torture/fixtures.ts";
import { RFC_4475, RFC_5118, type Verdict } from "../../../test/torture/verdicts.ts";
import { cseq } from "./headers/cseq.ts";
import { firstContact, from, to } from "./headers/name-address.ts";
import { branchOf, topVia } from "./headers/via.ts";
import type { SipMessage } from "./message.ts";
import { parseMessage } from "./parse-message.ts";
import { unescapeUser } from "./uri-escapes.ts";
import { validateMessage } from "./validate-message.ts";

const SHARED = new URL("../../../../shared/data/torture/", import.meta.url);
const VERDICTS = [...RFC_4475, ...RFC_5118];

function judge(text: string): string {
  const parsed = parseMessage(text);
  const complaint = parsed.ok ? validateMessage(parsed.value) : parsed.failure;
  return complaint === null ? "accepted" : `${complaint.status} ${complaint.detail}`;
}

describe("messages of our own", () => {
  test("there is one for each verdict, and no other", () => {
    expect(Object.keys(FIXTURES)).toEqual(VERDICTS.map(({ name }) => name));
    expect([RFC_4475.length, RFC_5118.length]).toEqual([49 + 1, 12]);
  });

  test.each(VERDICTS)("$name ($section): $says", ({ name, says }) => expect(judge(FIXTURES[name] ?? "")).toBe(says));

  const read = (name: string): SipMessage => {
    const parsed = parseMessage(FIXTURES[name] ?? "");
    if (!parsed.ok) throw new Error(parsed.failure.detail);
    return parsed.value;
  };

  test("what was accepted was understood", () => {
    const folded = read("wsinv").headers;
    expect(folded.read(from)).toMatchObject({ displayName: 'Front \\ "Desk"', uri: "sip:desk@pbx.example" });
    expect(folded.read(to)?.parameters).toEqual([{ name: "tag", value: "77" }]);
    expect(folded.read(cseq)).toEqual({ sequence: 12, method: "INVITE" });
    expect(branchOf(folded.read(topVia) ?? { protocol: "", transport: "", host: "", port: null, parameters: [] })).toBe(
      "no-cookie",
    );
    expect([folded.countOf("via"), folded.first("subject"), folded.first("x-unheard-of")]).toEqual([2, "", ",,;;,"]);
    expect(folded.read(firstContact)?.parameters).toEqual([
      { name: "a", value: "b" },
      { name: "q", value: "0.5" },
    ]);
    expect(read("esc02")).toMatchObject({ method: "OPT%49ONS" });
    expect(read("esc02").headers.countOf("contact")).toBe(1);
    expect(read("dblreq")).toMatchObject({ method: "REGISTER", body: "" });
    expect(read("mpart01").body).toBe("--cut\r\n\r\n\0\r\n\r \n\xff\x80\r\n--cut--");
    expect(read("noreason")).toMatchObject({ reason: "" });
    expect(read("cparam01").headers.read(firstContact)?.parameters).toEqual([{ name: "unknownparam", value: null }]);
    expect(read("cparam02").headers.read(firstContact)?.parameters).toEqual([]);
  });

  test("URIs of requests were understood", () => {
    const uriOf = (name: string) => {
      const message = read(name);
      return message.kind === "request" ? message.sipUri : null;
    };
    expect(unescapeUser(uriOf("esc01")?.user ?? "")).toBe("sips:desk@pbx.example");
    expect(uriOf("semiuri")).toMatchObject({ user: "desk;par=x%40y", host: "pbx.example", parameters: [] });
    expect(uriOf("port-ambiguous")).toMatchObject({ host: "2001:db8::10:5070", port: null });
    expect(uriOf("port-unambiguous")).toMatchObject({ host: "2001:db8::10", port: 5070 });
    expect(uriOf("unkscm")).toBeNull();
  });
});

interface Index {
  readonly messages: readonly { readonly name: string; readonly file: string }[];
  readonly variants?: Index["messages"];
}

function checkCorpus(folder: URL, verdicts: readonly Verdict[]): void {
  const index = JSON.parse(readFileSync(new URL("index.json", folder), "utf8")) as Index;
  const files = new Map([...index.messages, ...(index.variants ?? [])].map(({ name, file }) => [name, file]));
  expect([...files.keys()].sort()).toEqual(verdicts.map(({ name }) => name).sort());
  const said = verdicts.map(({ name }) => [
    name,
    judge(readFileSync(new URL(files.get(name) ?? "", folder), "latin1")),
  ]);
  expect(said).toEqual(verdicts.map(({ name, says }) => [name, says]));
}

describe("the RFCs' own messages, in ../shared/data/torture", () => {
  const absent = !existsSync(SHARED);
  test.for([
    ["RFC 4475", "", RFC_4475],
    ["RFC 5118", "rfc5118/", RFC_5118],
  ] as const)("%s: each has the verdict that we state", ([_rfc, folder, verdicts], { skip }) => {
    if (absent) skip("../shared/data/torture is absent: only the messages of our own were judged");
    checkCorpus(new URL(folder, SHARED), verdicts);
  });
});
