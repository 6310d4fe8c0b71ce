// Audio ports by count alone, for worlds in which nobody binds them.

import type { AudioPorts } from "./agent.ts";

export interface CountedAudioPorts extends AudioPorts {
  readonly taken: number;
}

/** The even ports from `from` to `to`: each once, then the one that has been free the longest. */
export function createAudioPorts(from: number, to: number): CountedAudioPorts {
  const free: number[] = [];
  let next = from + (from % 2);
  let taken = 0;
  return {
    take() {
      const fresh = next <= to;
      const port = fresh ? next : free.shift();
      if (port === undefined) return null;
      if (fresh) next += 2;
      taken += 1;
      return port;
    },
    free(port) {
      taken -= 1;
      free.push(port);
    },
    get taken() {
      return taken;
    },
  };
}
