// What a call keeps while somebody outside decides about it. Plain data.

import type { NamedList } from "../../base/index.ts";
import type { HeaderEdit } from "../../model/index.ts";
import type { HeaderLine, NameAddress } from "../../protocol/sip/index.ts";
import type { Answer } from "../decide-contract.ts";
import type { Token } from "../inputs.ts";
import type { Redirection } from "../interop/index.ts";

/** A Contact of a 3xx that a call could go to. */
export interface RedirectPlace {
  readonly address: NameAddress;
  readonly called: string;
  /** What the 3xx makes of the number that was called. */
  readonly redirection: Redirection;
}

/** What is done again, from its beginning, when the answer is there. */
export type Resume =
  /** The call is routed. */
  | {
      readonly kind: "route";
      /** The trunk by whose rights it goes. */
      readonly from: string;
      readonly caller: string;
      /** Of its INVITE. */
      readonly lines: readonly HeaderLine[];
    }
  /** Its targets stand: they are tried. */
  | { readonly kind: "targets" }
  /** A 3xx is followed. */
  | {
      readonly kind: "redirect";
      readonly attempt: number;
      /** Whether another target of the route may be asked where it leads nowhere. */
      readonly next: boolean;
      readonly places: readonly RedirectPlace[];
    };

export interface Deciding {
  /** Of the question that waits. */
  readonly token: Token;
  /** Its name. */
  readonly question: string;
  /** What has been answered before, by the name of the question. */
  readonly answers: NamedList<Answer>;
  readonly resume: Resume;
}

/** What a policy has said of a call besides where it goes. */
export interface PolicyMarks {
  readonly tags: readonly string[];
  /** In the INVITE to each target. */
  readonly headers: readonly HeaderEdit[];
  /** From the answer on; null for as long as its trunks allow. */
  readonly maxDurationMs: number | null;
}

export const NO_MARKS: PolicyMarks = { tags: [], headers: [], maxDurationMs: null };
