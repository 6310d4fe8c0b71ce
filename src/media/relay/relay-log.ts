// How the relay's side of the signalling process speaks to the operator.

export type RelayLog = Readonly<
  Record<"debug" | "info" | "warn" | "error", (message: string, fields?: Readonly<Record<string, unknown>>) => void>
>;
