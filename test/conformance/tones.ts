// Tones that one side has in INFO (media.dtmf: info), and the other in its stream (RFC 4733) or in INFO as well.
import { bothWays, changed, HUNG_UP_BY_CALLER, type Ladder } from "./ladder-pieces.ts";

/** The PBX has no telephone-event, and CarrierA is offered it all the same. */
const FROM_INFO = `
  trunk PBX: media.dtmf=info
  PBX -> Demarc: INVITE F1 sdp[codecs=0+8]
  Demarc -> PBX: 100 F2 of F1
  Demarc -> CarrierA: INVITE F3 sdp[codecs=0+8+101]
  CarrierA -> Demarc: 200 F7 of F3 sdp[codecs=0+101]
  Demarc -> CarrierA: ACK F8 of F7
  Demarc -> PBX: 200 F9 of F1 sdp[codecs=0]
  PBX -> Demarc: ACK F10 of F9
`;
/** The other way about: who calls is answered it, though who is called has none. */
const TO_INFO = `
  trunk PBX: media.dtmf=info
  CarrierA -> Demarc: INVITE F1 sdp[codecs=0+8+101]
  Demarc -> CarrierA: 100 F2 of F1
  Demarc -> PBX: INVITE F3 sdp[codecs=0+8]
  PBX -> Demarc: 200 F7 of F3 sdp[codecs=0]
  Demarc -> PBX: ACK F8 of F7
  Demarc -> CarrierA: 200 F9 of F1 sdp[codecs=0+101]
  CarrierA -> Demarc: ACK F10 of F9
`;

export const TONES: readonly Ladder[] = [
  {
    name: "an INFO becomes a tone in the other side's stream: answered at once",
    text: `
    ${FROM_INFO}
    PBX -> Demarc: INFO F20 of F9 dtmf 5
    Demarc -> PBX: 200 F21 of F20
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "the same for who is called",
    text: `
    ${TO_INFO}
    PBX -> Demarc: INFO F20 of F7 dtmf *
    Demarc -> PBX: 200 F21 of F20
    CarrierA -> Demarc: BYE F30 of F9
    Demarc -> CarrierA: 200 F31 of F30
    Demarc -> PBX: BYE F32 of F7
    PBX -> Demarc: 200 F33 of F32
    record: normal-clearing 200 by caller
    `,
  },
  {
    name: "telephone-event stays with its side through a change, whoever asks",
    text: `
    ${FROM_INFO}
    ${changed({
      at: 40,
      offer: "sdp[sendonly codecs=0]",
      asks: "sdp[sendonly codecs=0+101]",
      answer: "sdp[recvonly codecs=0+101]",
      gives: "sdp[recvonly codecs=0]",
    })}
    ${changed({
      at: 50,
      by: "CarrierA",
      offer: "sdp[codecs=8+101]",
      asks: "sdp[codecs=8]",
      answer: "sdp[codecs=8]",
      gives: "sdp[codecs=8+101]",
    })}
    ${HUNG_UP_BY_CALLER}
    `,
  },
  {
    name: "who has its tones in the stream does not take them there: refused",
    text: `
    trunk PBX: media.dtmf=info
    PBX -> Demarc: INVITE F1 sdp[codecs=0+8]
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[codecs=0+8+101]
    CarrierA -> Demarc: 200 F7 of F3 sdp[codecs=0]
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp[codecs=0]
    PBX -> Demarc: ACK F10 of F9
    PBX -> Demarc: INFO F20 of F9 dtmf 5
    Demarc -> PBX: 488 F21 of F20
    ${HUNG_UP_BY_CALLER}
    `,
  },
  ...bothWays(
    "both have them in INFO: the one is answered, the other gets ours",
    `
    trunk PBX: media.dtmf=info
    trunk CarrierA: media.dtmf=info
    PBX allows: INFO
    CarrierA allows: INFO
    PBX -> Demarc: INVITE F1 sdp[codecs=0+8]
    Demarc -> PBX: 100 F2 of F1
    Demarc -> CarrierA: INVITE F3 sdp[codecs=0+8]
    CarrierA -> Demarc: 200 F7 of F3 sdp[codecs=0]
    Demarc -> CarrierA: ACK F8 of F7
    Demarc -> PBX: 200 F9 of F1 sdp[codecs=0]
    PBX -> Demarc: ACK F10 of F9
    PBX -> Demarc: INFO F20 of F9 dtmf 5
    Demarc -> CarrierA: INFO F21 of F7 dtmf 5
    Demarc -> PBX: 200 F23 of F20
    CarrierA -> Demarc: 200 F22 of F21
    ${HUNG_UP_BY_CALLER}
    `,
  ),
];
