// What the configuration may say and this build does not do yet. The one list: `start` refuses what is on it with its
// place, `validate` warns of it. Whoever builds a feature strikes its line here.

import type { Configuration, ConfigurationProblem, Trunk } from "../../model/index.ts";

type Path = ConfigurationProblem["path"];

interface Gap {
  /** Within a trunk. */
  readonly keys: Path;
  readonly used: (trunk: Trunk) => boolean;
  /** What this build does instead. */
  readonly sentence: string;
}

const NOT_YET = "not done by this build yet";

const TRUNK_GAPS: readonly Gap[] = [
  {
    keys: ["media", "dtmf"],
    used: ({ media }) => media.dtmf === "inband",
    sentence: `hearing and making tones in the audio itself is ${NOT_YET}: it would have to be decoded; rfc4733 and info are done`,
  },
];

function gapsOfTrunk(trunk: Trunk): readonly ConfigurationProblem[] {
  return TRUNK_GAPS.filter(({ used }) => used(trunk)).map(
    ({ keys, sentence }): ConfigurationProblem => ({
      path: ["trunks", trunk.name, ...keys],
      at: "key",
      message: sentence,
    }),
  );
}

/** Where the configuration asks for something that would be ignored in silence. */
export function unsupportedFeatures(configuration: Configuration): readonly ConfigurationProblem[] {
  return Object.values(configuration.trunks).flatMap(gapsOfTrunk);
}
