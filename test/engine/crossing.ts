// An INVITE of the PBX with settings of both trunks, and what the carrier gets of it.
import { expect } from "vitest";
import { inviteFrom, type Message } from "./peer.ts";
import { Rig } from "./rig.ts";

export type Settings = Readonly<Record<string, unknown>>;

export interface Crossing {
  readonly pbx?: Settings;
  readonly carrier?: Settings;
  readonly from?: string;
  /** Whole lines, each with its line end. */
  readonly extra?: string;
  readonly to?: string;
}

/** The INVITE that the carrier gets for one of the PBX; the first line of what the PBX gets where there is none. */
export function cross({ pbx = {}, carrier = {}, from, extra = "", to }: Crossing): Message | string {
  const rig = new Rig({ pbx: { identity: pbx }, "carrier-a": { identity: carrier } });
  const text = inviteFrom("10.0.0.20", 5080, { extra, ...(to === undefined ? {} : { to }) });
  rig.receive("pbx", from === undefined ? text : text.replace(/^From: .*$/m, `From: ${from};tag=ann-tag`));
  const invite = rig.sentTo("carrier-a")[0];
  if (invite === undefined) return rig.linesTo("pbx").at(-1) ?? "";
  const own = ["10.0.0.20", "inside", "5080"];
  for (const { to: peer, text: sent } of rig.everything)
    if (peer === "carrier-a") for (const secret of own) expect(sent).not.toContain(secret);
  return invite;
}

export function invitation(crossing: Crossing): Message {
  const invite = cross(crossing);
  if (typeof invite === "string") throw new Error(invite);
  return invite;
}

/** Our host as the carrier is told it. */
export const OURS = "127.0.0.2:5060";
