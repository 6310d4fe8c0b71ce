// Is a tone in a recording? The Goertzel algorithm: one bin of a Fourier transform.

export interface Recording {
  /** -1 to 1. */
  readonly samples: Float64Array;
  readonly sampleRateHz: number;
}

/**
 * The share of a recording's energy that lies in one tone, 0 to 1: 1 for the pure tone, about 2/n for n samples of
 * noise. 0 for silence. For short pieces: a jump of phase, as a lost packet makes, spreads the tone. Longer recordings
 * go through `countToneWindows`.
 */
export function toneShare({ samples, sampleRateHz }: Recording, frequencyHz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequencyHz) / sampleRateHz);
  let previous = 0;
  let beforePrevious = 0;
  let energy = 0;
  for (const sample of samples) {
    const current = sample + coefficient * previous - beforePrevious;
    beforePrevious = previous;
    previous = current;
    energy += sample * sample;
  }
  if (energy < 1e-9 * samples.length || samples.length === 0) return 0;
  const power = previous * previous + beforePrevious * beforePrevious - coefficient * previous * beforePrevious;
  return Math.min(1, (2 * power) / (samples.length * energy));
}

const WINDOW_MS = 100;

/** In how many windows of 100 ms a tone has at least `share` of the energy, and of how many that are not silent. */
export function countToneWindows(
  recording: Recording,
  frequencyHz: number,
  share = 0.8,
): { readonly withTone: number; readonly audible: number } {
  const { samples, sampleRateHz } = recording;
  const length = Math.round((sampleRateHz * WINDOW_MS) / 1000);
  let withTone = 0;
  let audible = 0;
  for (let start = 0; start + length <= samples.length; start += length) {
    const window = samples.subarray(start, start + length);
    if (!isAudible(window)) continue;
    audible += 1;
    if (toneShare({ samples: window, sampleRateHz }, frequencyHz) >= share) withTone += 1;
  }
  return { withTone, audible };
}

/** Louder than -50 dB of full scale. */
function isAudible(samples: Float64Array): boolean {
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  return energy / samples.length > 1e-5;
}
