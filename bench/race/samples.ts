// What the contestants read, and what each of them must have found in it.
import { carrierInvite, SAMPLE_OFFER, sampleInvite } from "../messages.ts";
import type { Facts } from "./contestant.ts";

/** The facts that are compared as text. */
type PlainFacts = Omit<Facts, "from" | "to" | "contact" | "route">;

export interface Sample {
  text(serial: number): string;
  plain(id: string): PlainFacts;
  /** From, To, Contact and the first Route. */
  readonly uris: readonly string[];
}

/** By the name that a lap is started with. What not every contestant reads rightly is left out: an IPv6 Via, two Routes on a line. */
export const SAMPLES: Readonly<Record<string, Sample>> = {
  office: {
    text: sampleInvite,
    plain: (id) => ({
      method: "INVITE",
      requestUser: "+13035550142",
      requestHost: "198.51.100.10",
      viaHost: "192.0.2.40",
      viaPort: 5060,
      branch: `z9hG4bK-524287-1---9a3f${id}`,
      fromTag: `71f0${id}`,
      callId: `84092ZmQ4OGFjYjQ0NDc1${id}@192.0.2.40`,
      sequence: 1,
      body: SAMPLE_OFFER,
    }),
    uris: [
      "sip:+12025550100@pbx.office.example",
      "sip:+13035550142@198.51.100.10;user=phone",
      "sip:+12025550100@192.0.2.40:5060;transport=udp",
      "sip:198.51.100.10;lr",
    ],
  },
  carrier: {
    text: carrierInvite,
    plain: (id) => ({
      method: "INVITE",
      requestUser: "+442079460123",
      requestHost: "sbc1.office.example",
      viaHost: "203.0.113.7",
      viaPort: 5060,
      branch: `z9hG4bKnashds8.${id}.1`,
      fromTag: `gK0c${id}`,
      callId: `${id}_98571234@core3.carrier.example`,
      sequence: 28_472,
      body: SAMPLE_OFFER,
    }),
    uris: [
      "sip:+12125550188@carrier.example;user=phone",
      "sip:+442079460123@sbc1.office.example",
      "sip:+12125550188@core3.carrier.example:5062;transport=tcp",
      "sip:sbc1.office.example:5060;transport=tcp;lr",
    ],
  },
};
