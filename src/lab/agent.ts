// What the lab's agents hear and ask for: the engine's own inputs and actions, and a few kinds more. One shape for the virtual network and for
// real sockets: a host carries the actions out and hands the inputs in, one after another.

import type { Millis } from "../base/index.ts";
import type { Action, Input } from "../engine/index.ts";
import type { AudioMode, CallScript } from "./phone/script.ts";

export interface AudioAddress {
  readonly address: string;
  readonly port: number;
}

/** A host with sockets plays it; the virtual network only keeps count. `local` names the audio: its port is one call's. */
export type AudioAction =
  | {
      readonly kind: "audio";
      /** Opening again moves it to another remote address, payload type or mode. */
      readonly operation: "open";
      readonly call: string;
      readonly mode: AudioMode;
      readonly local: AudioAddress;
      /** Null: nothing is sent, the other side is on hold. */
      readonly remote: AudioAddress | null;
      /** RTP payload type: 0 is PCMU, 8 is PCMA (RFC 3551). */
      readonly payloadType: number;
    }
  | { readonly kind: "audio"; readonly operation: "close"; readonly call: string; readonly local: AudioAddress };

/** What became of a call, as its phone sees it. */
export type PhoneEvent =
  | { readonly kind: "ringing" }
  | { readonly kind: "early-media" }
  | { readonly kind: "answered" }
  /** Before an answer. The status as sent or received; 408 and 503 also stand for silence and for a dead transport. */
  | { readonly kind: "failed"; readonly status: number }
  /** After an answer. */
  | { readonly kind: "ended"; readonly by: "us" | "peer" | "nobody" };

export interface ReportAction {
  readonly kind: "report";
  /** Of a placed call: the script's id. Of an answered one: the called number, then `#` and a number of the phone's own. */
  readonly call: string;
  readonly event: PhoneEvent;
}

export type LabAction = Action | AudioAction | ReportAction;

/** `hang-up`, an engine's input, ends a phone's call by the id of its reports. */
export type LabInput = Input | { readonly kind: "place-call"; readonly script: CallScript };

export interface Agent {
  handle(input: LabInput, now: Millis): readonly LabAction[];
}

/** Where phones get the ports of their audio. A host with sockets binds them first; a range of numbers will do elsewhere. */
export interface AudioPorts {
  /** Null when none is free. */
  take(): number | null;
  free(port: number): void;
}
