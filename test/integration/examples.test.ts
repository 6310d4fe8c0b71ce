// The example programs, from the source as it stands and from the package as it is installed: the same files, the same answers.

import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { parseDescription } from "../../src/protocol/sdp/index.ts";
import { cseq, parseMessage, type SipRequest, to, validateMessage } from "../../src/protocol/sip/index.ts";
import { buildLibrary } from "../../tools/build-library.mjs";
import { runChild } from "../../tools/child.mjs";
import { type Program, runProgram } from "./run-program.ts";
import { askOverUdp, startCallee } from "./sip-peer.ts";

const ROOT = resolve(import.meta.dirname, "../..");
/** What one finds behind each door. */
const DOORS = {
  "./sip": "parseMessage",
  "./sdp": "parseDescription",
  "./transport": "responseFlow",
  "./transaction": "TransactionLayer",
  "./dialog": "dialogOfResponse",
  "./policy": "definePolicy",
  "./testing": "openLab",
};
/** Building, packing and installing on a busy machine. */
const INSTALL_TIMEOUT_MS = 120_000;

let folder = "";
const running: Program[] = [];
const closing: (() => void)[] = [];

/** Runs a program that must succeed; returns what it said. */
async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, output } = await runChild(command, args, { cwd, capture: true });
  expect({ command, args, code, output: code === 0 ? "" : output }).toEqual({ command, args, code: 0, output: "" });
  return output;
}

async function exampleNames(): Promise<string[]> {
  return (await readdir(join(ROOT, "examples"))).filter((name) => name.endsWith(".ts"));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "demarc-library-"));
  await buildLibrary({ node: process.execPath, env: process.env }, join(folder, "built"));
  await run("npm", ["pack", "./built", "--pack-destination", folder, "--silent"], folder);
  const tarball = (await readdir(folder)).find((name) => name.endsWith(".tgz"));
  const user = join(folder, "user");
  await mkdir(join(user, "examples"), { recursive: true });
  await writeFile(join(user, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", "--silent", join(folder, tarball ?? "")], user);
  // What the test kit needs beside it.
  for (const name of ["yaml", "zod"]) await symlink(join(ROOT, "node_modules", name), join(user, "node_modules", name));
  for (const name of [...(await exampleNames()), "policy.yaml"]) {
    await copyFile(join(ROOT, "examples", name), join(user, "examples", name));
  }
}, INSTALL_TIMEOUT_MS);

afterAll(() => rm(folder, { recursive: true, force: true }));

afterEach(async () => {
  for (const close of closing.splice(0)) close();
  for (const { child, ended } of running.splice(0)) {
    child.kill("SIGKILL");
    await ended;
  }
});

test("are at most 40 lines, and each is tried here", async () => {
  const names = await exampleNames();
  expect(names.sort()).toEqual([
    "answer-options.ts",
    "parse-message.ts",
    "place-call.ts",
    "policy.test.ts",
    "policy.ts",
  ]);
  for (const name of names) {
    const text = await readFile(join(ROOT, "examples", name), "utf8");
    expect([name, text.split("\n").length - 1 <= 40]).toEqual([name, true]);
  }
});

test(
  "the installed declarations are whole: what compiles here compiles there, with nothing left unchecked",
  async () => {
    const user = join(folder, "user");
    const options = { strict: true, noEmit: true, module: "nodenext", target: "es2023", skipLibCheck: false };
    const types = { types: ["node"], exactOptionalPropertyTypes: true, erasableSyntaxOnly: true };
    const config = { compilerOptions: { ...options, ...types }, include: ["examples"] };
    await writeFile(join(user, "tsconfig.json"), JSON.stringify(config));
    await symlink(join(ROOT, "node_modules", "@types"), join(user, "node_modules", "@types"));
    await symlink(join(ROOT, "node_modules", "undici-types"), join(user, "node_modules", "undici-types"));
    await run(process.execPath, [join(ROOT, "node_modules", "typescript", "bin", "tsc"), "-p", "."], user);
  },
  INSTALL_TIMEOUT_MS,
);

describe.each([
  ["the source", () => ROOT],
  ["the installed package", () => join(folder, "user")],
])("with %s", (_, place) => {
  const start = (name: string, ...args: readonly string[]): Program => {
    const program = runProgram([join("examples", name), ...args], place());
    running.push(program);
    return program;
  };

  test("every door opens", async () => {
    const { exports } = JSON.parse(await readFile(join(place(), "package.json"), "utf8")) as { exports?: object };
    if (exports !== undefined) expect(Object.keys(exports)).toEqual(Object.keys(DOORS));
    const asked = Object.entries(DOORS).map(
      ([door, name]) => `typeof (await import("${door.replace(".", "demarc")}")).${name}`,
    );
    const program = runProgram(["--input-type=module", "-e", `console.log([${asked}].join())`], place());
    expect((await program.ended).errors).toBe("");
    expect(program.output()).toBe(`${asked.map(() => "function")}\n`);
  });

  test("parse-message prints its own message and one from a file", async () => {
    const own = start("parse-message.ts");
    expect(await own.ended).toEqual({ code: 0, errors: "" });
    expect(own.output()).toBe(
      [
        "INVITE for sip:+13035550142@198.51.100.10",
        "from Front Desk at sip:+12025550100@pbx.office.example",
        "over UDP from 192.0.2.40",
        "  Via: SIP/2.0/UDP 192.0.2.40:5060;branch=z9hG4bK9a3f;rport",
        '  From: "Front Desk" <sip:+12025550100@pbx.office.example>;tag=71f0',
        "  To: <sip:+13035550142@198.51.100.10>",
        "  Call-ID: 84092ZmQ4",
        "  CSeq: 1 INVITE",
        "  Contact: <sip:+12025550100@192.0.2.40:5060>",
        "  Content-Type: application/sdp",
        "  Content-Length: 92",
        "audio: PCMA/8000,PCMU/8000",
        "",
      ].join("\n"),
    );
    const file = join(folder, "message.sip");
    await writeFile(file, "OPTIONS sip:a@b.example SIP/2.0\r\nVia: SIP/2.0/UDP c.example;branch=z9hG4bK1\r\n\r\n");
    const read = start("parse-message.ts", file);
    expect(await read.ended).toEqual({ code: 0, errors: "" });
    expect(read.output()).toBe("not a message to act on: from must be there exactly once\n");
  });

  test("answer-options answers OPTIONS, refuses what is malformed or else, and says nothing to ACK and noise", async () => {
    const program = start("answer-options.ts", "0");
    const [, port] = await program.says(/at sip:127\.0\.0\.1:(\d+)/);
    const asking = await askOverUdp(Number(port));
    const other = await askOverUdp(Number(port));
    closing.push(asking.close, other.close);
    const ask = (method: string, via = `127.0.0.1:${asking.port};rport`, more = "") =>
      `${method} sip:127.0.0.1:${port} SIP/2.0\r\nVia: SIP/2.0/UDP ${via};branch=z9hG4bK${method}\r\n${more}From: <sip:a@b.example>;tag=1\r\nTo: <sip:127.0.0.1>\r\nCall-ID: c1\r\nCSeq: 1 ${method}\r\n\r\n`;
    const tags: string[] = [];
    const verdict = (text: string) => {
      const parsed = parseMessage(text);
      if (!parsed.ok || parsed.value.kind !== "response") throw new Error(`not a response: ${text}`);
      const { status, headers } = parsed.value;
      tags.push(headers.read(to)?.parameters.find(({ name }) => name === "tag")?.value ?? "");
      return [status, headers.first("cseq"), headers.first("allow")];
    };
    asking.send("noise");
    asking.send(ask("ACK"));
    asking.send(ask("OPTIONS"));
    expect(verdict(await asking.next())).toEqual([200, "1 OPTIONS", "OPTIONS"]);
    asking.send(ask("MESSAGE"));
    expect(verdict(await asking.next())).toEqual([405, "1 MESSAGE", "OPTIONS"]);
    asking.send(ask("OPTIONS", undefined, "Max-Forwards: 999\r\n"));
    expect(verdict(await asking.next())).toEqual([400, "1 OPTIONS", "OPTIONS"]);
    // Without rport the answer goes to the port that the Via names.
    asking.send(ask("OPTIONS", `127.0.0.1:${other.port}`));
    expect(verdict(await other.next())).toEqual([200, "1 OPTIONS", "OPTIONS"]);
    expect([new Set(tags).size, tags[0]]).toEqual([1, expect.stringMatching(/^\S+$/)]);
    program.child.kill("SIGINT");
    expect(await program.ended).toEqual({ code: 0, errors: "" });
  });

  test("policy.test tries the policy in the lab", async () => {
    const program = runProgram(["--test", "--test-reporter=tap", join("examples", "policy.test.ts")], place());
    running.push(program);
    expect(await program.ended).toEqual({ code: 0, errors: "" });
    expect(program.output()).toMatch(/^# pass 3$/m);
  });

  test("place-call acknowledges every answer, hangs up and ends", async () => {
    const callee = await startCallee(({ method }, earlier) => {
      if (method === "INVITE") return [[180], [200, "<sip:callee@127.0.0.1:9;transport=tcp>"]];
      if (method === "BYE") return [[200]];
      return earlier.length === 1 ? [[200, "<sip:callee@127.0.0.1:9;transport=tcp>"]] : [];
    });
    closing.push(callee.close);
    const program = start("place-call.ts", `sip:bob@127.0.0.1:${callee.port}`, "0");
    expect(await program.ended).toEqual({ code: 0, errors: "" });
    expect(program.output()).toBe("1 INVITE: 180 Ringing\n1 INVITE: 200 OK\n1 INVITE: 200 OK\n2 BYE: 200 OK\n");
    const [invite, ack, ...rest] = callee.requests;
    expect(callee.requests.map((request) => validateMessage(request))).toEqual([null, null, null, null]);
    expect(rest.map(({ method }) => method).sort()).toEqual(["ACK", "BYE"]);
    expect([invite?.method, invite?.uri]).toEqual(["INVITE", `sip:bob@127.0.0.1:${callee.port}`]);
    expect(parseDescription(invite?.body ?? "").ok).toBe(true);
    expect([ack?.method, ack?.uri]).toEqual(["ACK", "sip:callee@127.0.0.1:9;transport=tcp"]);
    for (const { method, headers } of [ack, ...rest] as SipRequest[]) {
      expect(headers.first("to")).toBe(`<sip:bob@127.0.0.1:${callee.port}>;tag=callee`);
      expect(headers.first("from")).toBe(invite?.headers.first("from"));
      expect(headers.read(cseq)).toEqual({ sequence: method === "BYE" ? 2 : 1, method });
    }
  });

  test("place-call acknowledges a refusal inside the INVITE's transaction and ends", async () => {
    const refusal = [302, "<sip:elsewhere@127.0.0.1:9>"] as const;
    const callee = await startCallee(({ method }) => (method === "INVITE" ? [[100], refusal] : []));
    closing.push(callee.close);
    const program = start("place-call.ts", `sip:bob@127.0.0.1:${callee.port}`);
    expect(await program.ended).toEqual({ code: 0, errors: "" });
    expect(program.output()).toMatch(/^1 INVITE: 100 .+\n1 INVITE: 302 .+\n$/);
    await callee.left;
    const [invite, ack] = callee.requests;
    expect(callee.requests.map(({ method }) => method)).toEqual(["INVITE", "ACK"]);
    expect([ack?.uri, ack?.headers.first("via")]).toEqual([invite?.uri, invite?.headers.first("via")]);
    expect(ack?.headers.first("to")).toBe(`${invite?.headers.first("to")};tag=callee`);
  });
});
