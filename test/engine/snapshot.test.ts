// What an engine writes down, and who can go on from it. That nobody notices is shown by every ladder (test/conformance/handed-over.test.ts).
import { afterEach, expect, it } from "vitest";
import { CREDENTIALS, establishChallenged, startWithCredentials } from "./challenging-carrier.ts";
import { PASSWORD } from "./digest-peer.ts";
import { answer, byeFromPbx, callOut } from "./established.ts";
import { followUp, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

let rig: Rig;
afterEach(() => rig.expectNothingLeft());

function establish(): ReturnType<typeof answer> {
  const established = answer(rig, callOut(rig));
  rig.receive("pbx", followUp(established.ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "10.0.0.20:5080" }));
  rig.sentTo("pbx");
  return established;
}

function hangUp(established: ReturnType<typeof answer>): void {
  byeFromPbx(rig, established);
  const bye = rig.sentTo("carrier-a").find(({ firstLine }) => firstLine.startsWith("BYE"));
  if (bye !== undefined) rig.receive("carrier-a", replyTo(bye, 200));
}

it("no password is in it, while the call that used it stands", () => {
  rig = startWithCredentials();
  const established = establishChallenged(rig);
  const written = JSON.stringify(rig.engine.snapshot());
  expect(written).toContain(CREDENTIALS.realm);
  expect(written).not.toContain(PASSWORD);
  hangUp(established);
});

it("a snapshot is a copy: what happens next does not change it", () => {
  rig = new Rig();
  const established = establish();
  const snapshot = rig.engine.snapshot();
  const before = JSON.stringify(snapshot);
  hangUp(established);
  expect(JSON.stringify(snapshot)).toBe(before);
});

it("a call whose trunk is configured no more is told of, and the others go on", () => {
  rig = new Rig();
  const established = establish();
  const snapshot = rig.engine.snapshot();
  const written = JSON.parse(JSON.stringify(snapshot).replaceAll('{"$for":"carrier-a"}', '{"$for":"carrier-z"}'));
  const other = new Rig();
  const actions = other.engine.restore({ ...snapshot, calls: [...written.calls, ...snapshot.calls] });
  expect(actions.filter(({ kind }) => kind === "log")).toHaveLength(1);
  expect(other.engine.status()).toMatchObject({ calls: 1 });
  hangUp(established);
});

it("a snapshot of another version, or for an engine at work, is refused", () => {
  rig = new Rig();
  const established = establish();
  const snapshot = rig.engine.snapshot();
  expect(() => new Rig().engine.restore({ ...snapshot, version: 0 })).toThrow("version 0");
  expect(() => rig.engine.restore(snapshot)).toThrow("only an engine that has done nothing");
  expect(rig.engine.status()).toMatchObject({ calls: 1 });
  hangUp(established);
});
