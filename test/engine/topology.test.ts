// Nothing of one side may be seen on the other: everything that leaves is searched for everything that is inside.
import { describe, expect, it } from "vitest";
import { byeFromPbx, establish } from "./established.ts";
import { inviteFrom, replyTo } from "./peer.ts";
import { type PeerName, Rig } from "./rig.ts";

const INSIDE_OF_PBX = ["10.0.0.20", "inside", "call-1", "ann-tag", "z9hG4bKinvite1", "X-Inside", "127.0.0.1", "5080"];
const INSIDE_OF_CARRIER = ["192.0.2.", "bob-tag", "inside-server", "inside-phrase", "inside-user", "127.0.0.2", "7000"];

function expectHidden(rig: Rig, to: PeerName, secrets: readonly string[]): void {
  const sent = rig.everything.filter((message) => message.to === to).map(({ text }) => text);
  expect(sent.length).toBeGreaterThan(2);
  for (const text of sent) for (const secret of secrets) expect(text, `${secret} went to ${to}`).not.toContain(secret);
}

/** What the carrier must not be told is everything but its own address, and the other way round. */
describe("topology hiding", () => {
  it("holds over a whole call", () => {
    const rig = new Rig();
    const established = establish(rig);
    byeFromPbx(rig, established);
    expectHidden(rig, "carrier-a", INSIDE_OF_PBX);
    expectHidden(rig, "pbx", INSIDE_OF_CARRIER);
    rig.expectNothingLeft();
  });

  it("holds for a user part that is an address, and for a name that tries to break a line", () => {
    const rig = new Rig();
    const from = "sip:10.0.0.77%0D%0AX-Evil:1@inside.pbx";
    rig.receive(
      "pbx",
      inviteFrom("10.0.0.20", 5080, {
        from,
        extra: "Subject: =?\r\nP-Asserted-Identity: <sip:x@10.0.0.20>\r\nHistory-Info: <sip:10.0.0.20>\r\n",
      }),
    );
    const invite = rig.sentTo("carrier-a")[0];
    expect(invite?.header("From")).toMatch(/^"Ann" <sip:anonymous@anonymous\.invalid>;tag=/);
    expect(invite?.headers("X-Evil")).toEqual([]);
    if (invite !== undefined) rig.receive("carrier-a", replyTo(invite, 486));
    for (const { to, text } of rig.everything) if (to === "carrier-a") expect(text).not.toContain("10.0.0");
    rig.expectNothingLeft();
  });
});
