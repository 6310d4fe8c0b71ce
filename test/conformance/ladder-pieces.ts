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
