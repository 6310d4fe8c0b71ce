// What is told of an emergency call at each step: in their order these are its audit record, which names what was done and why.

import type { Millis } from "../base/index.ts";
import type { Location } from "../model/index.ts";
import type { CallCause, EndedBy } from "./causes.ts";

/** A place, as the people see it who have to go there. */
export interface EmergencyPlace {
  /** Of `locations`. */
  readonly name: string;
  readonly address: Location["address"];
  readonly point: Location["point"];
}

/** By what a place was chosen: the caller's own number, or the trunk that brought the call. */
export type PlacedBy = "number" | "trunk";

/** By what a call was taken for one: the number that was dialled, `urn:service:sos` (RFC 5031), or the call that it was put through from. */
export type RecognisedBy = "number" | "service" | "transfer";

/** A call that tries the way of emergency calls: somebody dialled the test number, or we call it over one trunk. */
export type EmergencyTest = { readonly by: "dialled" } | { readonly by: "schedule"; readonly trunk: string };

/** A test of our own. */
export interface EmergencyTestOrder {
  /** The trunk whose caller calls: its place is told, its routes are taken. */
  readonly from: string;
  /** E.164, or an extension. */
  readonly caller: string;
  /** The trunk that is tried: no other is asked. */
  readonly trunk: string;
  /** From the answer to our BYE. */
  readonly talkMs: Millis;
  /** How long it may ring. */
  readonly answerWithinMs: Millis;
}

export type EmergencyDeed =
  | {
      readonly kind: "begun";
      /** Null for a call for help. */
      readonly test: EmergencyTest | null;
      readonly caller: string;
      readonly callerName: string | null;
      readonly called: string;
      readonly recognisedBy: RecognisedBy;
      readonly ingressTrunk: string;
      /** `address:port` that the call came from. */
      readonly from: string;
      /** Null where none is configured. */
      readonly location: (EmergencyPlace & { readonly by: PlacedBy }) | null;
      /** What the caller itself says of its place (PIDF-LO), which goes on in the place of ours; null where it says nothing. */
      readonly said: string | null;
    }
  | {
      readonly kind: "routed";
      readonly route: string | null;
      /** In the order in which they are tried. */
      readonly targets: readonly { readonly trunk: string; readonly target: string }[];
    }
  | {
      /** An INVITE went out: once for each server of a target, and again where a target wants credentials, or cannot read a place. */
      readonly kind: "tried";
      readonly trunk: string;
      readonly target: string;
      /** `address:port` that it went to. */
      readonly to: string;
      readonly uri: string;
      /** What it says of the caller and the place, as headers; never credentials. */
      readonly headers: readonly string[];
      /** The number that is shown. */
      readonly shown: string;
      /** Until when calls to that number reach the caller, ISO 8601; null where it is the caller's own, or leads elsewhere. */
      readonly callbackUntil: string | null;
      /** What it tells of the place: nothing, what the caller itself says (`said` of the beginning), or the configured place. */
      readonly conveys: "nothing" | "said" | "configured";
      /** The PIDF-LO document of the configured place; null where it conveys none. */
      readonly document: string | null;
    }
  | {
      readonly kind: "failed";
      readonly trunk: string;
      readonly target: string;
      readonly status: number | null;
      readonly reason: string;
    }
  | { readonly kind: "answered"; readonly trunk: string | null }
  | {
      readonly kind: "ended";
      readonly status: number;
      readonly cause: CallCause;
      readonly endedBy: EndedBy;
      /** From answer to end; 0 when not answered. */
      readonly durationMs: number;
    };

export type EmergencyStep = EmergencyDeed & {
  /** The call's `id`. */
  readonly call: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
};
