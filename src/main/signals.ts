// The signals that end Demarc or make it read its file again.

/** Resolves at each signal that asks for the end; `reload` is called at SIGHUP. */
export function listenForSignals(reload: () => void) {
  let wake: (signal: string) => void = () => {};
  const hear = (signal: string): void => wake(signal);
  const stops = ["SIGINT", "SIGTERM"] as const;
  for (const signal of stops) process.on(signal, hear);
  process.on("SIGHUP", reload);
  return {
    next: () =>
      new Promise<string>((resolve) => {
        wake = resolve;
      }),
    close: () => {
      for (const signal of stops) process.off(signal, hear);
      process.off("SIGHUP", reload);
    },
  };
}
