// What ladders are made of: the stretches that many calls have in common, and one ladder turned into both directions.

export interface Ladder {
  readonly name: string;
  readonly text: string;
}

const OUT = "PBX -> CarrierA";
const IN = "CarrierA -> PBX";

/** Written for a call from the PBX; the same from a carrier to the PBX. */
export function bothWays(name: string, text: string): Ladder[] {
  const turned = text.replaceAll(/\b(PBX|CarrierA)\b/g, (party) => (party === "PBX" ? "CarrierA" : "PBX"));
  return [
    { name: `${name}, ${OUT}`, text },
    { name: `${name}, ${IN}`, text: turned },
  ];
}

export const ESTABLISHED = `
  PBX -> Demarc: INVITE F1 sdp
  Demarc -> PBX: 100 F2 of F1
  Demarc -> CarrierA: INVITE F3 sdp
  CarrierA -> Demarc: 100 F4 of F3
  CarrierA -> Demarc: 180 F5 of F3
  Demarc -> PBX: 180 F6 of F1
  CarrierA -> Demarc: 200 F7 of F3 sdp
  Demarc -> CarrierA: ACK F8 of F7
  Demarc -> PBX: 200 F9 of F1 sdp
  PBX -> Demarc: ACK F10 of F9
`;

export const HUNG_UP_BY_CALLEE = `
  CarrierA -> Demarc: BYE F11 of F3
  Demarc -> CarrierA: 200 F12 of F11
  Demarc -> PBX: BYE F13
  PBX -> Demarc: 200 F14 of F13
  record: normal-clearing 200 by callee
`;

export const HUNG_UP_BY_CALLER = `
  PBX -> Demarc: BYE F11 of F9
  Demarc -> PBX: 200 F12 of F11
  Demarc -> CarrierA: BYE F13
  CarrierA -> Demarc: 200 F14 of F13
  record: normal-clearing 200 by caller
`;

/** Rings at CarrierA, and nobody has answered yet. */
export const RINGING = `
  PBX -> Demarc: INVITE F1 sdp
  Demarc -> PBX: 100 F2 of F1
  Demarc -> CarrierA: INVITE F3 sdp
  CarrierA -> Demarc: 180 F5 of F3
  Demarc -> PBX: 180 F6 of F1
`;

/** One change of a session that the other side is asked for too. */
export interface Change {
  /** The number of its first label; seven are used. */
  readonly at: number;
  readonly by?: "PBX" | "CarrierA";
  /** What each side is asked with; default INVITE. */
  readonly method?: "INVITE" | "UPDATE";
  readonly onward?: "INVITE" | "UPDATE";
  /** Bodies: what is offered, what Demarc offers for it, what is answered, what Demarc answers for it. */
  readonly offer: string;
  readonly asks?: string;
  readonly answer: string;
  readonly gives?: string;
}

/** The lines of a change after ESTABLISHED: F9 names the dialog of the PBX there, F7 that of CarrierA. */
export function changed(change: Change): string {
  const { at, by = "PBX", method = "INVITE", onward = method, offer, asks = offer, answer, gives = answer } = change;
  const [one, other, its, theirs] = by === "PBX" ? ["PBX", "CarrierA", "F9", "F7"] : ["CarrierA", "PBX", "F7", "F9"];
  const label = (index: number): string => `F${at + index}`;
  const invites = method === "INVITE";
  return [
    `${one} -> Demarc: ${method} ${label(0)} of ${its} ${offer}`,
    ...(invites ? [`Demarc -> ${one}: 100 ${label(1)} of ${label(0)}`] : []),
    `Demarc -> ${other}: ${onward} ${label(2)} of ${theirs} ${asks}`,
    `${other} -> Demarc: 200 ${label(3)} of ${label(2)} ${answer}`,
    ...(onward === "INVITE" ? [`Demarc -> ${other}: ACK ${label(4)} of ${label(3)}`] : []),
    `Demarc -> ${one}: 200 ${label(5)} of ${label(0)} ${gives}`,
    ...(invites ? [`${one} -> Demarc: ACK ${label(6)} of ${label(5)}`] : []),
    "",
  ].join("\n");
}
