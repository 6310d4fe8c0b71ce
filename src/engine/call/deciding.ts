// What a call keeps while somebody outside decides about it. Plain data.

import type { NamedList } from "../../base/index.ts";
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
