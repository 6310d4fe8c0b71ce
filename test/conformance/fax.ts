// The switch of a call to fax (ITU-T T.38 annex D): passed where both trunks have it, refused otherwise.
import { bothWays, changed, ESTABLISHED, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";

export const FAX: readonly Ladder[] = [
  ...bothWays(
    "the switch to T.38, where both trunks have it (ITU-T T.38 annex D)",
    `
    trunk PBX: media.fax=t38
    trunk CarrierA: media.fax=t38
    ${ESTABLISHED}
    ${changed({ at: 20, by: "CarrierA", offer: "sdp[t38 port=7100]", asks: "sdp[t38]", answer: "sdp[t38]" })}
    media: PBX <-> CarrierA:7100
    wait 60s
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "back to audio when the fax is over",
    `
    trunk PBX: media.fax=t38
    trunk CarrierA: media.fax=t38
    ${ESTABLISHED}
    ${changed({ at: 20, by: "CarrierA", offer: "sdp[t38 port=7100]", asks: "sdp[t38]", answer: "sdp[t38]" })}
    ${changed({ at: 30, by: "CarrierA", offer: "sdp", asks: "sdp", answer: "sdp" })}
    media: PBX <-> CarrierA
    ${HUNG_UP_BY_CALLER}
    `,
  ),
  ...bothWays(
    "T.38 where a trunk has it not: 488, and the fax goes on as audio",
    `
    trunk CarrierA: media.fax=t38
    ${ESTABLISHED}
    CarrierA -> Demarc: INVITE F20 of F7 sdp[t38]
    Demarc -> CarrierA: 488 F22 of F20
    CarrierA -> Demarc: ACK F23 of F22
    media: PBX <-> CarrierA
    ${HUNG_UP_BY_CALLER}
    `.replace("Demarc -> CarrierA: 488", "Demarc -> CarrierA: 100 F21 of F20\n    Demarc -> CarrierA: 488"),
  ),
  ...bothWays(
    "T.38 is refused by the other side: the audio goes on",
    `
    trunk PBX: media.fax=t38
    trunk CarrierA: media.fax=t38
    ${ESTABLISHED}
    CarrierA -> Demarc: INVITE F20 of F7 sdp[t38]
    Demarc -> CarrierA: 100 F21 of F20
    Demarc -> PBX: INVITE F22 of F9 sdp[t38]
    PBX -> Demarc: 488 F23 of F22
    Demarc -> PBX: ACK F24 of F23
    Demarc -> CarrierA: 488 F25 of F20
    CarrierA -> Demarc: ACK F26 of F25
    media: PBX <-> CarrierA
    ${HUNG_UP_BY_CALLER}
    `,
  ),
];
