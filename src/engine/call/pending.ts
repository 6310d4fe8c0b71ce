// What was asked of the outside and not answered yet.

/** What a reply is for. */
export type Purpose =
  | { readonly kind: "resolve"; readonly attempt: number }
  | { readonly kind: "media-offer"; readonly attempt: number }
  /** An answer heard in a provisional response with this status. */
  | { readonly kind: "media-early"; readonly attempt: number; readonly status: number }
  | { readonly kind: "media-answer"; readonly attempt: number }
  | { readonly kind: "media-release" };

export interface Pending {
  readonly call: string;
  readonly purpose: Purpose;
}
